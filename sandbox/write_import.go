package sandbox

import (
	"encoding/json"
	"maps"
	"slices"
)

// imports are the ids that identify a tracked application: for each ATS and kind of id,
// the required keys.
var imports = map[string]map[string][]string{
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

// importTracked records that an application is tracked. In Kombo its data would arrive
// with the next sync; the sandbox's reads show all applications anyway.
func (s *Sandbox) importTracked(c *call) ([]byte, *refusal) {
	var issues issueList
	body, r := c.body(&issues)
	if r != nil {
		return nil, r
	}
	tracked := ms(0)
	if v, ok := body.value["tracked_at"]; !ok || v != nil {
		tracked, _ = parseDate(body.date("tracked_at", true))
	}
	tool := ""
	for _, name := range importTools() {
		block, ok := body.object(name, false)
		if !ok {
			continue
		}
		if tool != "" {
			issues.add("", "Exactly one ATS can be given, received "+tool+" and "+name)
		}
		tool = name
		block.importID(imports[name])
	}
	if tool == "" {
		issues.add("", "One of the ATS is required: "+quoted(importTools()))
	}
	if r := issues.refusal(); r != nil {
		return nil, r
	}
	imported, err := json.Marshal(map[string]any{tool: body.value[tool]})
	if err != nil {
		return nil, invalid(tool + ": Invalid object")
	}
	return s.write(func(st *store) ([]byte, *refusal) {
		id := makeID(st.seed, otherSpace+100+uint64(len(s.effects))).String()
		s.record(c.op, id, string(imported), s.stamp())
		return success(func(e *enc) {
			e.object("data")
			e.str("id", id)
			e.when("tracked_at", tracked)
			e.raw("imported_id", string(imported))
			e.close()
		}, nil), nil
	})
}

func importTools() []string { return slices.Sorted(maps.Keys(imports)) }

func (o object) importID(kinds map[string][]string) {
	kind := o.enum("id_type", true, slices.Sorted(maps.Keys(kinds))...)
	for _, key := range kinds[kind] {
		o.text(key, true)
	}
}
