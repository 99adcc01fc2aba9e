package serve

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/prompts"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// integrationURI is the URI of the description of the integration.
const integrationURI = "kombo://integration"

// plainText is the MIME type of every resource with data.
const plainText = "text/plain"

// resource is a kind of record as a resource: a template of URIs, and the tool that
// reads the record.
type resource struct {
	template, name, title, description string
	tool                               string
	// arguments returns the arguments of the tool for the variables of the URI.
	arguments func(id, file string) map[string]any
	// list suggests ids that begin with, or match, what was typed.
	list func(ctx context.Context, box *tools.Toolbox, caller tools.Caller, typed string) ([]string, int)
}

func recordArguments(id, _ string) map[string]any {
	return map[string]any{"ids": []any{id}, "view": "record"}
}

func fileArguments(param string) func(id, file string) map[string]any {
	return func(id, file string) map[string]any {
		out := map[string]any{param: id}
		if file != "" {
			out["read"] = file
		}
		return out
	}
}

var resources = []resource{
	{"kombo://jobs/{id}", "job", "Job", "One job: description, stages, questions, hiring team", "get_jobs", recordArguments, jobIDs},
	{"kombo://applications/{id}", "application", "Application", "One application: person, job, stage, outcome, answers, interviews", "get_applications", recordArguments, recordIDs("get_applications")},
	{"kombo://candidates/{id}", "candidate", "Candidate", "One person: contact data, tags, applications", "get_candidates", recordArguments, recordIDs("get_candidates")},
	{"kombo://attachments/applications/{id}", "application_files", "Files of an application", "The files of one application, live from the ATS", "get_application_attachments", fileArguments("application_id"), recordIDs("get_applications")},
	{"kombo://attachments/applications/{id}/{file}", "application_file", "File of an application", "The text of one file: its id, its name or CV for the newest", "get_application_attachments", fileArguments("application_id"), recordIDs("get_applications")},
	{"kombo://attachments/candidates/{id}", "candidate_files", "Files of a candidate", "The files of one person, live from the ATS", "get_candidate_attachments", fileArguments("candidate_id"), recordIDs("get_candidates")},
	{"kombo://attachments/candidates/{id}/{file}", "candidate_file", "File of a candidate", "The text of one file: its id, its name or CV for the newest", "get_candidate_attachments", fileArguments("candidate_id"), recordIDs("get_candidates")},
}

// addResources adds the fixed resources and the templates to a server.
func (o features) addResources(s *server.MCPServer) {
	integration := mcp.Resource{URI: integrationURI, Name: "integration", Title: "Integration", MIMEType: plainText, Description: integrationDescription}
	s.AddResource(integration, func(ctx context.Context, _ mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		return o.read(ctx, integrationURI, integrationURI, func(ctx context.Context, box *tools.Toolbox, caller tools.Caller) (string, error) {
			return box.Integration(ctx, caller)
		})
	})
	page := mcp.Resource{URI: tools.FunnelView, Name: "funnel", Title: "Funnel", MIMEType: tools.ViewType, Description: funnelDescription}
	s.AddResource(page, func(ctx context.Context, _ mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		text, err := o.serve(ctx, "resources/read "+tools.FunnelView, func(_ context.Context, box *tools.Toolbox, caller tools.Caller) (string, error) {
			return tools.FunnelPage, box.Allows(caller, "get_applications")
		})
		if err != nil {
			return nil, err
		}
		border := map[string]any{"ui": map[string]any{"prefersBorder": true}}
		return []mcp.ResourceContents{mcp.TextResourceContents{URI: tools.FunnelView, MIMEType: tools.ViewType, Text: text, Meta: border}}, nil
	})
	for _, r := range resources {
		t := mcp.NewResourceTemplate(r.template, r.name, mcp.WithTemplateTitle(r.title), mcp.WithTemplateDescription(r.description), mcp.WithTemplateMIMEType(plainText))
		s.AddResourceTemplate(t, func(ctx context.Context, q mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return o.read(ctx, r.template, q.Params.URI, func(ctx context.Context, box *tools.Toolbox, caller tools.Caller) (string, error) {
				return r.read(ctx, box, caller, uriVariable(q, "id"), uriVariable(q, "file"))
			})
		})
	}
}

// The descriptions of the fixed resources.
const (
	integrationDescription = "Which ATS this is, whether its copy is kept up to date, what can be read and written"
	funnelDescription      = "The page that draws the groups of get_applications in hosts that show MCP apps; it holds no data"
)

// read returns a resource as text. Logs and metrics have the template instead of
// the URI, which identifies a person.
func (o features) read(ctx context.Context, template, uri string, answer answerFunc) ([]mcp.ResourceContents, error) {
	text, err := o.serve(ctx, "resources/read "+template, answer)
	if err != nil {
		return nil, err
	}
	return []mcp.ResourceContents{mcp.TextResourceContents{URI: uri, MIMEType: plainText, Text: text}}, nil
}

// uriVariable returns the value of a variable in the URI, or "".
func uriVariable(q mcp.ReadResourceRequest, name string) string {
	if v, ok := q.Params.Arguments[name].([]string); ok && len(v) > 0 {
		return strings.TrimSpace(v[0])
	}
	return ""
}

func (r resource) read(ctx context.Context, box *tools.Toolbox, caller tools.Caller, id, file string) (string, error) {
	if id == "" || strings.ContainsAny(id, ", \t") {
		return "", fmt.Errorf("%s takes one id, not %q", r.template, digest.TokenPrefix(digest.Clean(id), 30))
	}
	a := r.arguments(id, file)
	a["max_tokens"] = digest.DefaultTokens
	answer, err := box.Run(ctx, caller, r.tool, a)
	if err != nil {
		return "", err
	}
	if list, ok := answer.(*digest.Answer); ok && list.Summary.Matched == 0 {
		return "", fmt.Errorf("there is no %s with the id %q, or the ATS does not deliver it; ids come from %s", r.name, digest.TokenPrefix(digest.Clean(id), 30), r.tool)
	}
	return answer.Text(), nil
}

// listResources removes the page of the funnel if the caller cannot use the tool
// whose results it draws.
func (o features) listResources(ctx context.Context, _ any, _ *mcp.ListResourcesRequest, result *mcp.ListResourcesResult) {
	if box, err := o.current(ctx); err == nil && box.Allows(callerOf(ctx), "get_applications") == nil {
		return
	}
	result.Resources = slices.DeleteFunc(result.Resources, func(r mcp.Resource) bool { return r.URI == tools.FunnelView })
}

// listTemplates removes the templates of tools that the caller cannot use.
func (o features) listTemplates(ctx context.Context, _ any, _ *mcp.ListResourceTemplatesRequest, result *mcp.ListResourceTemplatesResult) {
	box, err := o.current(ctx)
	if err != nil {
		result.ResourceTemplates = nil
		return
	}
	caller := callerOf(ctx)
	result.ResourceTemplates = slices.DeleteFunc(result.ResourceTemplates, func(t mcp.ResourceTemplate) bool {
		i := slices.IndexFunc(resources, func(r resource) bool { return r.name == t.Name })
		return i >= 0 && box.Allows(caller, resources[i].tool) != nil
	})
}

// complete suggests values for a variable of the URI.
func (r resource) complete(ctx context.Context, box *tools.Toolbox, caller tools.Caller, argument mcp.CompleteArgument, chosen map[string]string) ([]string, int) {
	switch {
	case box.Allows(caller, r.tool) != nil:
		return nil, 0
	case argument.Name == "id":
		return r.list(ctx, box, caller, argument.Value)
	case argument.Name == "file" && chosen["id"] != "":
		return r.fileIDs(ctx, box, caller, chosen["id"], argument.Value)
	}
	return nil, 0
}

// fileIDs suggests the ids of a record's files, and CV if there is one.
func (r resource) fileIDs(ctx context.Context, box *tools.Toolbox, caller tools.Caller, id, typed string) ([]string, int) {
	answer, err := box.Run(ctx, caller, r.tool, r.arguments(id, ""))
	list, ok := answer.(*tools.AttachmentAnswer)
	if err != nil || !ok {
		return nil, 0
	}
	var out []string
	for _, row := range list.Rows {
		if len(row) > 1 && row[1] == "CV" && !slices.Contains(out, "CV") {
			out = append(out, "CV")
		}
		out = append(out, row[0])
	}
	return withPrefix(out, typed)
}

func withPrefix(all []string, typed string) ([]string, int) {
	all = slices.DeleteFunc(all, func(s string) bool { return !strings.HasPrefix(digest.Fold(s), digest.Fold(typed)) })
	return all[:min(len(all), prompts.MaxSuggestions)], len(all)
}

// jobIDs suggests the ids of jobs whose id begins with what was typed or whose name
// contains it, open jobs first.
func jobIDs(ctx context.Context, box *tools.Toolbox, caller tools.Caller, typed string) ([]string, int) {
	jobs, err := box.Choices(ctx, caller, tools.ChoiceJob, "")
	if err != nil {
		return nil, 0
	}
	var ids []string
	for _, j := range jobs {
		if strings.HasPrefix(j.ID, typed) || strings.Contains(digest.Fold(j.Name), digest.Fold(typed)) {
			ids = append(ids, j.ID)
		}
	}
	return ids[:min(len(ids), prompts.MaxSuggestions)], len(ids)
}

func recordIDs(tool string) func(context.Context, *tools.Toolbox, tools.Caller, string) ([]string, int) {
	return func(ctx context.Context, box *tools.Toolbox, caller tools.Caller, typed string) ([]string, int) {
		return prompts.RecordIDs(ctx, box, caller, tool, typed)
	}
}
