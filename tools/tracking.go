package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

// trackedArgs names an application in the terms of the ATS, by one block. The
// blocks are JSON in a string: six nested objects would cost every agent what
// one in a thousand uses.
type trackedArgs struct {
	ERecruiter      args.JSON `json:"erecruiter,omitempty"`
	SuccessFactors  args.JSON `json:"successfactors,omitempty"`
	Recruitee       args.JSON `json:"recruitee,omitempty"`
	Greenhouse      args.JSON `json:"greenhouse,omitempty"`
	GreenhouseV3    args.JSON `json:"greenhousev3,omitempty"`
	Onlyfy          args.JSON `json:"onlyfy,omitempty"`
	SmartRecruiters args.JSON `json:"smartrecruiters,omitempty"`
	TrackedAt       string    `json:"tracked_at,omitempty" jsonschema_description:"when it was created, if known"`
	writes.Flags
}

// trackedForms lists, a tool, the ids that identify an application in it, by
// the id_type that says so.
var trackedForms = map[string]map[string][]string{
	"erecruiter": {
		"application_and_job_remote_ids":       {"application_remote_id", "job_remote_id"},
		"application_and_candidate_remote_ids": {"application_remote_id", "candidate_remote_id"},
	},
	"successfactors":  {"application_remote_id": {"application_remote_id"}},
	"recruitee":       {"placement_id": {"placement_id"}},
	"greenhouse":      {"application_id": {"application_id"}},
	"greenhousev3":    {"application_id": {"application_id"}},
	"onlyfy":          {"application_id": {"application_id"}},
	"smartrecruiters": {"candidate_and_job_remote_ids": {"candidate_remote_id", "job_remote_id"}},
}

var _ = register(write(spec{
	name: "import_tracked_application", title: "Import tracked application", kind: set,
	hint:  "sync application created outside Kombo",
	about: "Makes Kombo sync an application that was not created through it. Rarely needed. Give one block, a JSON object of the ATS's own ids: erecruiter {application_remote_id and job_remote_id or candidate_remote_id}, successfactors {application_remote_id}, recruitee {placement_id}, greenhouse, greenhousev3 or onlyfy {application_id}, smartrecruiters {candidate_remote_id, job_remote_id}. It appears after the next sync.",
}, func(_ context.Context, b *call, a trackedArgs) (writes.Plan, error) {
	p := writes.Plan{SomeoneUnknown: true}
	in := a.input(&p)
	p.Changes = []writes.Change{{
		Summary: "Have Kombo track an application of the ATS from its next sync on", Arguments: writes.ResolvedArguments(in),
		Send: func(ctx context.Context) (kombo.Receipt, map[string]string, error) {
			done, r, err := b.cfg.Client.ImportTrackedApplication(ctx, in)
			if err != nil || done == nil {
				return r, nil, err
			}
			return r, map[string]string{"import": done.ID}, nil
		},
	}}
	return p, nil
}))

func (a trackedArgs) input(p *writes.Plan) kombo.ImportTrackedApplicationInput {
	var in kombo.ImportTrackedApplicationInput
	if a.TrackedAt != "" {
		at := planDate(p, "tracked_at", a.TrackedAt)
		in.TrackedAt = &at
	}
	given := 0
	for _, block := range []struct {
		tool string
		raw  args.JSON
		to   **kombo.TrackedID
	}{
		{"erecruiter", a.ERecruiter, &in.ERecruiter}, {"successfactors", a.SuccessFactors, &in.SuccessFactors},
		{"recruitee", a.Recruitee, &in.Recruitee}, {"greenhouse", a.Greenhouse, &in.Greenhouse},
		{"greenhousev3", a.GreenhouseV3, &in.GreenhouseV3}, {"onlyfy", a.Onlyfy, &in.Onlyfy},
		{"smartrecruiters", a.SmartRecruiters, &in.SmartRecruiters},
	} {
		if block.raw == "" {
			continue
		}
		given++
		*block.to = trackedBlock(p, block.tool, block.raw)
	}
	if given != 1 {
		p.AddProblem("Give exactly one of erecruiter, successfactors, recruitee, greenhouse, greenhousev3, onlyfy and smartrecruiters, not %d of them.", given)
	}
	return in
}

// trackedBlock reads one block and fills in the id_type, which its ids tell.
func trackedBlock(p *writes.Plan, tool string, raw args.JSON) *kombo.TrackedID {
	var keys map[string]string
	var id kombo.TrackedID
	if json.Unmarshal([]byte(raw), &keys) != nil || json.Unmarshal([]byte(raw), &id) != nil {
		p.AddProblem("%s must be a JSON object with %s, all strings.", tool, trackedChoices(tool))
		return nil
	}
	for form, wants := range trackedForms[tool] {
		if slices.ContainsFunc(wants, func(k string) bool { return keys[k] == "" }) || id.IDType != "" && id.IDType != form {
			continue
		}
		id.IDType = form
		return &id
	}
	p.AddProblem("%s needs %s.", tool, trackedChoices(tool))
	return nil
}

func trackedChoices(tool string) string {
	var out []string
	for form, wants := range trackedForms[tool] {
		out = append(out, fmt.Sprintf("%s (id_type %s)", strings.Join(wants, " and "), form))
	}
	slices.Sort(out)
	return strings.Join(out, ", or ")
}
