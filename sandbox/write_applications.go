package sandbox

import (
	"net/http"
	"slices"
)

// Note is a note on an application. Kombo's API cannot read it back.
type Note struct {
	Content string
	// Rejection is set if the note came with a rejection.
	Rejection bool
}

// onApplication runs f on the application of a write, unless the request has issues. As
// in Kombo, ids with the prefix "remote:" do not work here.
func (s *Sandbox) onApplication(c *call, issues *issueList, f func(st *store, a int) ([]byte, *refusal)) ([]byte, *refusal) {
	if r := issues.refusal(); r != nil {
		return nil, r
	}
	return s.write(func(st *store) ([]byte, *refusal) {
		a, ok := st.findUndeleted(modelApplication, c.params[0])
		if !ok {
			return nil, unknownRecord("Application", c.params[0])
		}
		return f(st, a)
	})
}

func (s *Sandbox) moveApplication(c *call) ([]byte, *refusal) {
	var issues issueList
	body, r := c.body(&issues)
	if r != nil {
		return nil, r
	}
	id := body.text("stage_id", true)
	body.remoteFields()
	return s.onApplication(c, &issues, func(st *store, index int) ([]byte, *refusal) {
		stage, ok := st.findUndeleted(modelStage, id)
		if !ok {
			return nil, unknownRecord("Stage", id)
		}
		a := &st.applications[index]
		if a.job == none || !slices.Contains(st.jobs[a.job].stages, stage) {
			return nil, invalid("stage_id: Stage not found on the job of the application: " + id)
		}
		if a.stage == stage {
			return done(), nil
		}
		s.commit(c.op, a.id.String(), id, func(st *store, at, seen ms) { st.move(index, stage, at, seen) })
		return done(), nil
	})
}

// move sets the stage. The stage "Hired" also sets the outcome, which Kombo derives from
// the ATS. A rejected application stays rejected.
func (st *store) move(index, stage int, at, seen ms) {
	a := &st.applications[index]
	a.stage = stage
	if a.outcome != declined {
		a.outcome = pending
		if st.stages[stage].name == stageNames[len(stageNames)-1] {
			a.outcome = hired
		}
	}
	a.bump(at, seen)
}

func (s *Sandbox) rejectApplication(c *call) ([]byte, *refusal) {
	var issues issueList
	body, r := c.body(&issues)
	if r != nil {
		return nil, r
	}
	id, note := body.text("rejection_reason_id", true), body.text("note", false)
	body.remoteFields()
	return s.onApplication(c, &issues, func(st *store, index int) ([]byte, *refusal) {
		why, ok := st.findUndeleted(modelReason, id)
		if !ok {
			return nil, unknownRecord("Rejection reason", id)
		}
		a := &st.applications[index]
		if a.outcome == declined {
			return nil, refuse(http.StatusBadRequest, codeRemoteInput, "The application has already been rejected.")
		}
		s.commit(c.op, a.id.String(), st.reasons[why].name, func(st *store, at, seen ms) {
			a := &st.applications[index]
			a.outcome, a.reason, a.rejected = declined, why, at
			a.bump(at, seen)
		})
		if note != "" {
			s.unlisted.note(index, Note{Content: note, Rejection: true})
		}
		return done(), nil
	})
}

func (s *Sandbox) addNote(c *call) ([]byte, *refusal) {
	var issues issueList
	body, r := c.body(&issues)
	if r != nil {
		return nil, r
	}
	content := body.text("content", true)
	body.enum("content_type", true, "PLAIN_TEXT")
	body.remoteFields()
	return s.onApplication(c, &issues, func(st *store, index int) ([]byte, *refusal) {
		s.unlisted.note(index, Note{Content: content})
		s.commit(c.op, st.applications[index].id.String(), content, touchApplication(index))
		return done(), nil
	})
}

// touchApplication is the change of a write that no read shows. It sets the dates of the
// application, because it is a change in the ATS.
func touchApplication(index int) change {
	return func(st *store, at, seen ms) { st.applications[index].bump(at, seen) }
}

func touchCandidate(index int) change {
	return func(st *store, at, seen ms) { st.candidates[index].bump(at, seen) }
}

func (s *Sandbox) addApplicationLink(c *call) ([]byte, *refusal) {
	link, issues, r := c.link()
	if r != nil {
		return nil, r
	}
	return s.onApplication(c, issues, func(st *store, index int) ([]byte, *refusal) {
		id := st.applications[index].id
		s.unlisted.link(id, link)
		s.commit(c.op, id.String(), link.Label+" "+link.URL, touchApplication(index))
		return done(), nil
	})
}

func (s *Sandbox) addApplicationAttachment(c *call) ([]byte, *refusal) {
	u, issues, r := c.attachment()
	if r != nil {
		return nil, r
	}
	return s.onApplication(c, issues, func(st *store, index int) ([]byte, *refusal) {
		a := &st.applications[index]
		if a.candidate == none {
			return nil, refuse(http.StatusBadRequest, codeRemoteInput, "The application has no candidate to attach files to.")
		}
		s.keep(a.candidate, index, u)
		s.commit(c.op, a.id.String(), u.kind+" "+u.name, touchApplication(index))
		return done(), nil
	})
}

func (c *call) attachment() (upload, *issueList, *refusal) {
	var issues issueList
	body, r := c.body(&issues)
	if r != nil {
		return upload{}, nil, r
	}
	var u upload
	if item, ok := body.object("attachment", true); ok {
		u = item.upload(true)
		u.check(maxAddedBytes, &issues)
	}
	body.remoteFields()
	return u, &issues, nil
}
