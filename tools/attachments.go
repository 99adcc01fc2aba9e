package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// readArgs are the parameters of both reads of attachments, beside the record.
type readArgs struct {
	Read      string `json:"read,omitempty" alias:"attachment_id,file" jsonschema_description:"id, file name or CV"`
	Cursor    string `json:"cursor,omitempty" alias:"next"`
	MaxTokens int    `json:"max_tokens,omitempty"`
}

type applicationAttachmentsArgs struct {
	ApplicationID string `json:"application_id" alias:"id"`
	readArgs
}

type candidateAttachmentsArgs struct {
	CandidateID string `json:"candidate_id" alias:"id"`
	readArgs
}

var _ = register(define(spec{
	name: "get_application_attachments", title: "Get attachments of an application", kind: read,
	hint:  "CV résumé cover letter documents files of an applicant, read text",
	about: "Lists the files of one application (CV, cover letter, other), live from the ATS. read gives a file's text: the id of one, or CV for the newest (PDF, Word, ODT, RTF, HTML, text; pages by next). Some ATS keep files on the candidate and give those. If the application was deleted in the ATS, use get_candidate_attachments.",
}, func(ctx context.Context, c *call, a applicationAttachmentsArgs) (*AttachmentAnswer, error) {
	return c.attachments(ctx, "application_id", a.ApplicationID, a.readArgs, c.cfg.Client.GetApplicationAttachments)
}))

var _ = register(define(spec{
	name: "get_candidate_attachments", title: "Get attachments of a candidate", kind: read,
	hint:  "CV résumé documents files of a candidate, read text",
	about: "Lists the files of one candidate, those of all their applications included, live from the ATS. read as in get_application_attachments.",
}, func(ctx context.Context, c *call, a candidateAttachmentsArgs) (*AttachmentAnswer, error) {
	return c.attachments(ctx, "candidate_id", a.CandidateID, a.readArgs, c.cfg.Client.GetCandidateAttachments)
}))

// AttachmentAnswer lists files, or gives a page of the text of one.
type AttachmentAnswer struct {
	Columns []string   `json:"columns,omitempty"`
	Rows    [][]string `json:"rows,omitempty"`
	// File says which file's text follows, and which part of it.
	File string `json:"file,omitempty"`
	// Content is text, each line after "| ", so that nothing in it can pass for
	// something outside it.
	Content string   `json:"text,omitempty"`
	Next    string   `json:"next,omitempty"`
	Notes   []string `json:"notes,omitempty"`
}

// Text implements [Answer] with the same facts in lines.
func (a *AttachmentAnswer) Text() string {
	var b strings.Builder
	if len(a.Columns) > 0 {
		b.WriteString(strings.Join(a.Columns, "\t") + "\n")
	}
	for _, r := range a.Rows {
		b.WriteString(strings.Join(r, "\t") + "\n")
	}
	if a.File != "" {
		// The sender chose the file's name, so no line begins with it.
		b.WriteString("text of " + a.File + ":\n" + a.Content)
	}
	if a.Next != "" {
		b.WriteString("next\t" + a.Next + "\n")
	}
	for _, n := range a.Notes {
		b.WriteString("note\t" + n + "\n")
	}
	return b.String()
}

// Size says how many files are listed and how much text is shown.
func (a *AttachmentAnswer) Size() string {
	return fmt.Sprintf("%d files listed, %d bytes of text", len(a.Rows), len(a.Content))
}

// tokens is the number of tokens of the larger of the two forms.
func (a *AttachmentAnswer) tokens() int {
	raw, err := json.Marshal(a)
	if err != nil {
		return 0
	}
	return max(digest.CountTokens(a.Text()), digest.CountTokens(string(raw)))
}

// attachments lists the files of a record or reads one.
func (c *call) attachments(ctx context.Context, param, id string, a readArgs, list func(context.Context, string) ([]kombo.Attachment, error)) (*AttachmentAnswer, error) {
	if strings.TrimSpace(id) == "" || strings.ContainsAny(id, " ,\t/") {
		return nil, args.Errorf("%s must be one id, not %q; ids come from the list tools.", param, wording.Clip(id, 60))
	}
	if a.Read != "" {
		if doc, ok := c.texts.get(textKey{id, a.Read}); ok && a.Cursor != "" {
			return doc.page(a.Cursor, budgetOf(a.MaxTokens))
		}
	}
	who, err := c.ownerOf(ctx, param, id)
	if err != nil {
		return nil, err
	}
	files, err := list(ctx, id)
	if err != nil {
		return nil, c.mask.Withhold(err, privacy.Concern{People: []privacy.Identity{who}, SomeoneUnknown: !who.Known()})
	}
	if a.Read == "" {
		c.mask.FileNames(files, who)
		return listFiles(files, a.Cursor, c.placeMark("list of "+id), budgetOf(a.MaxTokens))
	}
	doc, err := c.readFileText(ctx, files, a.Read)
	if err != nil {
		return nil, err
	}
	c.texts.put(textKey{id, a.Read}, doc)
	return doc.page(a.Cursor, budgetOf(a.MaxTokens))
}

// ownerOf gives the identity of the candidate whose files these are, where something
// is masked.
func (c *call) ownerOf(ctx context.Context, param, id string) (privacy.Identity, error) {
	if c.mask == nil {
		return privacy.Identity{}, nil
	}
	var who privacy.Identity
	if param == "application_id" {
		page, err := c.cfg.Client.GetApplications(ctx, kombo.ApplicationFilter{ListOptions: kombo.ListOptions{IDs: []string{id}, IncludeDeleted: true}})
		if err != nil || len(page.Results) == 0 {
			return privacy.Identity{}, err
		}
		who = privacy.OfApplication(&page.Results[0])
		id = who.ID
	}
	found, err := c.identities.Of(ctx, []string{id})
	who.Merge(found[id])
	return who, err
}

// budgetOf is the token budget of an answer for which max_tokens was asked.
func budgetOf(asked int) int {
	if asked == 0 {
		return digest.DefaultTokens
	}
	return min(max(asked, digest.MinTokens), digest.MaxTokens)
}

// listFiles shows as many files as fit, from the cursor on; mark identifies the list in
// cursors.
func listFiles(files []kombo.Attachment, cursor, mark string, budget int) (*AttachmentAnswer, error) {
	from, err := offsetOf(cursor, mark, len(files))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return &AttachmentAnswer{Notes: []string{"There are no files, or the ATS delivers none."}}, nil
	}
	out := &AttachmentAnswer{Columns: []string{"id", "type", "name", "content_type", "created"}}
	left := budget - fileListTokens
	for i, f := range files[from:] {
		row := []string{wording.Within(digest.Clean(f.ID), 60), wording.Within(digest.Clean(string(f.Type)), 20), wording.Within(digest.Clean(f.FileName), titleTokens), wording.Within(digest.Clean(f.ContentType), 60), day(f.RemoteCreatedAt)}
		if left -= digest.CountTokens(compact(row) + ","); left < 0 && i > 0 {
			out.Next = offsetCursor(from+i, mark)
			out.Notes = append(out.Notes, fmt.Sprintf("%d more files follow; send next as cursor", len(files)-from-i))
			break
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// fileListTokens is the part of the budget for all but the rows.
const fileListTokens = 100

func day(t kombo.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02")
}
