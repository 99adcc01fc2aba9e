package sandbox

import "strings"

// ResultLink is a link that a write added to an application or a candidate.
type ResultLink struct {
	Label, URL string
	// Prefix and Attributes are the custom fields that came with the link.
	Prefix     string
	Attributes map[string]string
}

func (s *Sandbox) onCandidate(c *call, issues *issueList, f func(st *store, i int) ([]byte, *refusal)) ([]byte, *refusal) {
	if r := issues.refusal(); r != nil {
		return nil, r
	}
	return s.write(func(st *store) ([]byte, *refusal) {
		i, ok := st.findUndeleted(modelCandidate, c.params[0])
		if !ok {
			return nil, unknownRecord("Candidate", c.params[0])
		}
		return f(st, i)
	})
}

// tagName decodes the body of both tag operations.
func (c *call) tagName() (string, *issueList, *refusal) {
	var issues issueList
	body, r := c.body(&issues)
	if r != nil {
		return "", nil, r
	}
	name := ""
	if t, ok := body.object("tag", true); ok {
		name = t.text("name", true)
		if v, given := t.value["name"]; given && v == "" {
			t.fail("name", "String must contain at least 1 character(s)")
		}
	}
	body.remoteFields()
	return name, &issues, nil
}

// addTag tags a candidate. It creates the tag if it does not exist; if the candidate has
// it, there is no effect.
func (s *Sandbox) addTag(c *call) ([]byte, *refusal) {
	name, issues, r := c.tagName()
	if r != nil {
		return nil, r
	}
	return s.onCandidate(c, issues, func(st *store, i int) ([]byte, *refusal) {
		index, exists := st.findTag(name)
		if exists && st.candidates[i].hasTag(index) {
			return done(), nil
		}
		if !exists {
			index = len(st.tags)
		}
		s.commit(c.op, st.candidates[i].id.String(), name, func(st *store, at, seen ms) {
			if index == len(st.tags) {
				t := tag{row: st.newRow(modelTag, index), name: name}
				t.created = at
				t.bump(at, seen)
				st.tags = append(st.tags, t)
				st.register(modelTag, &t.row, index)
			}
			c := &st.candidates[i]
			c.tags = append(c.tags, index)
			c.nestedChanged = seen // the candidate's own fields have not changed
		})
		return done(), nil
	})
}

// removeTag removes a tag from a candidate. It succeeds if the candidate does not have
// the tag.
func (s *Sandbox) removeTag(c *call) ([]byte, *refusal) {
	name, issues, r := c.tagName()
	if r != nil {
		return nil, r
	}
	return s.onCandidate(c, issues, func(st *store, i int) ([]byte, *refusal) {
		index, found := none, false
		for _, t := range st.candidates[i].tags {
			if strings.EqualFold(st.tags[t].name, name) {
				index, found = t, true
			}
		}
		if !found {
			return done(), nil
		}
		s.commit(c.op, st.candidates[i].id.String(), name, func(st *store, _, seen ms) {
			c := &st.candidates[i]
			c.tags = without(c.tags, index)
			c.nestedChanged = seen
		})
		return done(), nil
	})
}

// findTag returns the index of a tag that is not deleted, ignoring the case of its name.
func (st *store) findTag(name string) (int, bool) {
	for i := range st.tags {
		if st.tags[i].deleted == 0 && strings.EqualFold(st.tags[i].name, name) {
			return i, true
		}
	}
	return none, false
}

func (s *Sandbox) addCandidateLink(c *call) ([]byte, *refusal) {
	link, issues, r := c.link()
	if r != nil {
		return nil, r
	}
	return s.onCandidate(c, issues, func(st *store, i int) ([]byte, *refusal) {
		id := st.candidates[i].id
		s.unlisted.link(id, link)
		s.commit(c.op, id.String(), link.Label+" "+link.URL, touchCandidate(i))
		return done(), nil
	})
}

// link decodes the body of both result link operations.
func (c *call) link() (ResultLink, *issueList, *refusal) {
	var issues issueList
	body, r := c.body(&issues)
	if r != nil {
		return ResultLink{}, nil, r
	}
	link := ResultLink{Label: body.text("label", true), URL: body.url("url", true)}
	if d, ok := body.object("details", false); ok {
		link.Prefix = d.text("custom_field_name_prefix", true)
		link.Attributes = map[string]string{}
		for _, a := range d.objects("attributes", true) {
			link.Attributes[a.text("key", true)] = a.text("value", true)
		}
	}
	body.remoteFields()
	return link, &issues, nil
}

func (s *Sandbox) addCandidateAttachment(c *call) ([]byte, *refusal) {
	u, issues, r := c.attachment()
	if r != nil {
		return nil, r
	}
	return s.onCandidate(c, issues, func(st *store, i int) ([]byte, *refusal) {
		s.keep(i, none, u)
		s.commit(c.op, st.candidates[i].id.String(), u.kind+" "+u.name, touchCandidate(i))
		return done(), nil
	})
}
