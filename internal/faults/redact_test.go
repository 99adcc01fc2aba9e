package faults

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/plainjson"
)

// subsets returns all non-empty sets of categories; in a plain run each category
// alone, all together and a few others.
func subsets() [][]string {
	var out [][]string
	for bits := 1; bits < 1<<len(kinds); bits++ {
		var chosen []string
		for i, k := range kinds {
			if bits>>i&1 == 1 {
				chosen = append(chosen, k)
			}
		}
		if *thorough || len(chosen) == 1 || len(chosen) == len(kinds) || bits%3 == 0 {
			out = append(out, chosen)
		}
	}
	return out
}

func TestMaskedValuesAreInNoResult(t *testing.T) {
	t.Parallel()
	people := newPeople()
	for n, redact := range subsets() {
		t.Run(strings.Join(redact, " and "), func(t *testing.T) {
			t.Parallel()
			s := &leakSearch{t: t, people: people, redact: redact, shown: map[string]bool{}, told: map[string]bool{}}
			f := newFake(people)
			// In a plain run, each category alone and all together try half of them,
			// other sets try one.
			s.asked = people
			if !*thorough {
				s.some = len(redact) > 1 && len(redact) < len(kinds)
				s.asked = slices.Concat(people, people)[n%len(people):][:map[bool]int{true: 1, false: 3}[s.some]]
			}
			srv := newMasked(t, f, redact, nil)
			s.reads(f, srv)
			for i, end := range []string{"done", "refused", "lost"} {
				if s.some && i != n%3 {
					continue
				}
				f.end = end
				s.writes(newMasked(t, f, redact, nil), i)
			}
			for _, kind := range kinds {
				if !slices.Contains(redact, kind) {
					assert.True(t, s.shown[kind], "nothing of kind %s shows, although it is not masked", kind)
				}
			}
		})
	}
}

// leakSearch searches results for values that must not show.
type leakSearch struct {
	t             *testing.T
	people, asked []*person
	redact        []string
	some          bool
	// shown are the categories of which a value showed.
	shown map[string]bool
	// told are the leaks that were reported, so that each is reported once.
	told map[string]bool
}

// result calls a tool as hosts do and searches its whole result.
func (s *leakSearch) result(srv *server, tool string, arguments args) *mcp.CallToolResult {
	s.t.Helper()
	r := srv.box.Call(s.t.Context(), srv.who, tool, plain(s.t, arguments))
	raw, err := plainjson.Marshal(r)
	require.NoError(s.t, err)
	// Escapes in JSON would hide a value from the search, but not from a reader.
	var whole any
	require.NoError(s.t, json.Unmarshal(raw, &whole))
	s.search(flat(whole), fmt.Sprintf("%s %v", tool, arguments))
	return r
}

// flat returns every text in a value, one per line.
func flat(v any) string {
	switch t := v.(type) {
	case string:
		// A text may itself be JSON.
		var inner any
		if strings.HasPrefix(t, "{") && json.Unmarshal([]byte(t), &inner) == nil {
			return t + "\n" + flat(inner)
		}
		return t
	case []any:
		var parts []string
		for _, e := range t {
			parts = append(parts, flat(e))
		}
		return strings.Join(parts, "\n")
	case map[string]any:
		var parts []string
		for k, e := range t {
			parts = append(parts, k, flat(e))
		}
		return strings.Join(parts, "\n")
	}
	return fmt.Sprint(v)
}

func (s *leakSearch) search(text, what string) {
	s.t.Helper()
	lower := strings.ToLower(text)
	for _, p := range s.people {
		for kind, values := range p.hidden {
			for _, v := range values {
				if !strings.Contains(lower, strings.ToLower(v)) {
					continue
				}
				s.shown[kind] = true
				if slices.Contains(s.redact, kind) && !s.told[what[:12]+kind+v] {
					s.told[what[:12]+kind+v] = true
					at := strings.Index(lower, strings.ToLower(v))
					assert.Fail(s.t, "a masked value shows", "%s %q in %s: …%s…", kind, v, what, lower[max(0, at-80):min(len(lower), at+80)])
				}
			}
		}
	}
}

// bigLists are the lists with views, and the columns to request of each.
var bigLists = map[string][]string{
	"get_applications": {"id", "candidate", "job", "stage", "candidate_id", "source", "tags", "email", "phone", "interviews", "url", "remote_id"},
	"get_candidates":   {"id", "candidate", "email", "jobs", "phone", "company", "title", "location", "source", "tags", "url", "remote_id"},
	"get_interviews":   {"id", "candidate", "interviewers", "subject", "place", "candidate_id", "remote_id"},
	"get_offers":       {"id", "candidate", "job", "offer_status", "remote_id"},
	"get_jobs":         {"id", "job", "stages", "applications", "pending"},
}

func (s *leakSearch) reads(f *fakeKombo, srv *server) {
	s.t.Helper()
	ok := func(tool string, arguments args) {
		s.t.Helper()
		r := s.result(srv, tool, arguments)
		assert.False(s.t, r.IsError, "%s %v: %v", tool, arguments, r.Content)
	}
	for tool, columns := range bigLists {
		ok(tool, args{})
		ok(tool, args{"fields": columns, "max_tokens": 16000})
		for _, p := range s.asked {
			id := map[string]string{"get_applications": p.application, "get_candidates": p.id, "get_interviews": p.interview, "get_offers": p.offer, "get_jobs": aJob["id"].(string)}[tool]
			ok(tool, args{"view": "record", "ids": []string{id}, "max_tokens": 16000})
		}
		ok(tool, args{"view": "record"})
		for _, c := range []string{"source", "tags", "url", "company", "title", "subject", "place", "job"} {
			if slices.Contains(columns, c) && !s.some {
				ok(tool, args{"group_by": c, "max_tokens": 16000})
				if c != "tags" {
					ok(tool, args{"sort": c, "fields": columns})
				}
			}
		}
	}
	for _, tool := range []string{"get_users", "get_roles", "get_tags", "get_application_stages", "get_rejection_reasons"} {
		ok(tool, args{})
	}
	ok("get_applications", args{"where": `answer("Who are you?") != nil`, "fields": []string{"id", `answer("Who are you?")`, `answer("Anything else?")`}, "max_tokens": 16000})
	for _, p := range s.asked {
		s.files(f, srv, p)
	}
}

// files lists and reads a person's files, and then lets Kombo refuse.
func (s *leakSearch) files(f *fakeKombo, srv *server, p *person) {
	s.t.Helper()
	for tool, by := range map[string]args{"get_application_attachments": {"application_id": p.application}, "get_candidate_attachments": {"candidate_id": p.id}} {
		with := func(more args) args {
			maps.Copy(more, by)
			return more
		}
		r := s.result(srv, tool, with(args{}))
		assert.False(s.t, r.IsError, "%s: %v", tool, r.Content)
		r = s.result(srv, tool, with(args{"read": "CV", "max_tokens": 800}))
		assert.True(s.t, r.IsError, "%s: %v", tool, r.Content)
		assert.Contains(s.t, flat(plain(s.t, args{"r": r})), "no text of a file is certain", tool)
		s.result(srv, tool, with(args{"read": "no such file"}))
		f.end = "refused"
		r = s.result(srv, tool, with(args{}))
		assert.True(s.t, r.IsError, tool)
		f.end = ""
	}
}

// writes makes every kind of write about every third person: previewed, sent, sent
// again, and refused because of a warning.
func (s *leakSearch) writes(srv *server, third int) {
	s.t.Helper()
	for i, p := range s.asked {
		if i%3 != third%min(3, len(s.asked)) {
			continue
		}
		for _, w := range writesAbout(p, stranger) {
			preview := w.with(args{"dry_run": true, "anyway": true})
			r := s.result(srv, w.tool, preview)
			assert.False(s.t, r.IsError, "%s %v: %v", w.tool, preview, r.Content)
			s.result(srv, w.tool, w.with(args{}))
			s.result(srv, w.tool, w.with(args{"anyway": true}))
			s.result(srv, w.tool, w.with(args{"anyway": true}))
			s.result(srv, w.tool, w.with(args{"stage_id": "No such stage", "rejection_reason_id": "No such reason", "label": "", "content": "", "job_id": "No such job"}))
		}
	}
	var ids []string
	for _, p := range s.people {
		ids = append(ids, p.application)
	}
	s.result(srv, "add_application_note", args{"application_id": strings.Join(ids, ","), "content": "To " + stranger.story})
}

// stranger is nobody in the ATS. What is typed stays as typed, so that what shows of the
// people there came from the server.
var stranger = &person{
	first: "Guessa", last: "Guessworth", email: "guessa@guess.example", second: "other@guess.example", phone: "+49 151 23456789",
	street: "Guess Lane 3", city: "Guesstown", zip: "99876", state: "Guessland", link: "https://social.example/in/guessa", handle: "guessworth",
	story: "Guessa Guessworth, guessa@guess.example, +49 151 23456789, Guess Lane 3, 99876 Guesstown, social.example/in/guessa",
}

type writeAbout struct {
	tool      string
	arguments args
}

// with adds those arguments that the tool has.
func (w writeAbout) with(more args) args {
	out := args{}
	maps.Copy(out, w.arguments)
	for k, v := range more {
		_, has := w.arguments[k]
		if has || slices.Contains([]string{"dry_run", "anyway", "again", "code"}, k) {
			out[k] = v
		}
	}
	return out
}

// writesAbout are writes about a person; typed is whose data the caller types.
func writesAbout(p, typed *person) []writeAbout {
	file := args{"type": "CV", "name": visible(typed.first) + " " + typed.email + " " + typed.handle + ".txt", "text": "Their work."}
	entered := args{
		"first_name": visible(typed.first), "last_name": visible(typed.last), "email_address": typed.email, "phone_number": typed.phone, "company": typed.story, "title": typed.street,
		"location":                   args{"country": "DE", "city": typed.city, "street_1": typed.street, "zip_code": typed.zip, "state": typed.state},
		"social_links":               []args{{"url": typed.link}, {"url": "https://other.example/" + typed.handle}},
		"additional_email_addresses": []args{{"type": "OTHER", "email_address": typed.second}},
	}
	link := args{"label": "Result of " + visible(typed.last), "url": "https://results.example/" + typed.slug() + "?m=" + typed.email}
	on := func(tool, param, id string, more args) writeAbout {
		a := args{param: id}
		maps.Copy(a, more)
		return writeAbout{tool, a}
	}
	return []writeAbout{
		on("add_application_attachment", "application_id", p.application, args{"attachment": file}),
		on("add_application_note", "application_id", p.application, args{"content": typed.story}),
		on("add_application_result_link", "application_id", p.application, link),
		on("add_candidate_attachment", "candidate_id", p.id, args{"attachment": file}),
		on("add_candidate_result_link", "candidate_id", p.id, link),
		on("add_candidate_tag", "candidate_id", p.id, args{"tag": args{"name": "Friend of " + visible(typed.first) + " in " + typed.city}}),
		on("remove_candidate_tag", "candidate_id", p.id, args{"tag": args{"name": "Near " + typed.street + ", ask " + visible(typed.first)}}),
		on("move_application_to_stage", "application_id", p.application, args{"stage_id": "Interview"}),
		on("reject_application", "application_id", p.application, args{"rejection_reason_id": "Not a fit", "note": typed.story}),
		{"create_application", args{"job_id": "Gardener", "candidate": entered}},
		{"create_candidate", args{"application": args{"job_id": "Gardener"}, "candidate": entered}},
		{"import_tracked_application", args{"greenhouse": `{"application_id": "7"}`}},
	}
}
