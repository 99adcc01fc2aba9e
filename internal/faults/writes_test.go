package faults

import (
	"encoding/json"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

// The outcomes of a write, as answers and lines of the journal spell them.
const (
	stateDone    = string(once.Done)
	stateRefused = string(once.Refused)
	stateUnknown = string(once.Unknown)
)

// writeTool is a write tool with arguments that Kombo accepts.
type writeTool struct {
	name string
	// same marks idempotent writes, which the client may repeat.
	same bool
	// visible marks writes whose effect a read can show.
	visible bool
	// record is the parameter that names the record, "" for a new record.
	record string
	// arguments returns arguments for a record that no other write uses.
	arguments func(*pool) args
}

var writeTools = []writeTool{
	{"add_application_attachment", false, false, "application_id", func(g *pool) args {
		return args{"application_id": g.application().ID, "attachment": args{"type": "OTHER", "name": "notes.txt", "text": "Work sample."}}
	}},
	{"add_application_note", false, false, "application_id", func(g *pool) args {
		return args{"application_id": g.application().ID, "content": "Speaks Finnish."}
	}},
	{"add_application_result_link", false, false, "application_id", func(g *pool) args {
		return args{"application_id": g.application().ID, "label": "Test", "url": "https://results.example/1"}
	}},
	{"add_candidate_attachment", false, false, "candidate_id", func(g *pool) args {
		return args{"candidate_id": g.application().CandidateID, "attachment": args{"type": "OTHER", "name": "notes.txt", "text": "Work sample."}}
	}},
	{"add_candidate_result_link", false, false, "candidate_id", func(g *pool) args {
		return args{"candidate_id": g.application().CandidateID, "label": "Test", "url": "https://results.example/1"}
	}},
	{"add_candidate_tag", true, true, "candidate_id", func(g *pool) args {
		return args{"candidate_id": g.application().CandidateID, "tag": args{"name": "Speaks Finnish"}}
	}},
	{"create_application", false, true, "", func(g *pool) args {
		return args{"job_id": g.plainJob().ID, "candidate": g.newcomer()}
	}},
	{"create_candidate", false, true, "", func(g *pool) args {
		return args{"application": args{"job_id": g.plainJob().ID}, "candidate": g.newcomer()}
	}},
	{"import_tracked_application", false, false, "", func(g *pool) args {
		raw, err := json.Marshal(args{"application_id": g.application().RemoteID})
		if err != nil {
			panic(err)
		}
		return args{"greenhouse": string(raw)}
	}},
	{"move_application_to_stage", false, true, "application_id", func(g *pool) args {
		a := g.application()
		return args{"application_id": a.ID, "stage_id": g.nextStage(a).Name}
	}},
	{"reject_application", false, true, "application_id", func(g *pool) args {
		return args{"application_id": g.application().ID, "rejection_reason_id": g.reason()}
	}},
	{"remove_candidate_tag", true, true, "candidate_id", func(g *pool) args {
		c, tag := g.tagged()
		return args{"candidate_id": c.ID, "tag": args{"name": tag}}
	}},
}
