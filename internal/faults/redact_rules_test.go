package faults

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

func TestMaskedColumnsCannotBeUsedInQuestions(t *testing.T) {
	p := newPeople()[0]
	columns := map[string]map[string][]string{
		"contact": {"get_applications": {"email", "phone"}, "get_candidates": {"email", "phone"}},
		"name":    {"get_applications": {"candidate"}, "get_candidates": {"candidate"}, "get_interviews": {"candidate"}, "get_offers": {"candidate"}},
		"address": {"get_candidates": {"location"}},
	}
	params := map[string]args{"contact": {"email": p.email}, "name": {"first_name": p.first, "last_name": p.last}}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			f := newFake(newPeople())
			s := newMasked(t, f, []string{kind}, nil)
			for tool, list := range columns[kind] {
				for _, c := range list {
					for _, question := range []args{
						{"where": c + ` == "` + p.email + `"`}, {"where": c + ` contains "a"`}, {"where": c + " != nil"}, {"sort": c}, {"sort": "-" + c}, {"group_by": c}, {"group_by": c + ",id"},
					} {
						r := s.call(tool, question)
						assert.True(t, r.failed, "%s %v: %s", tool, question, r.words)
						assert.Contains(t, r.words, "masks "+kind, "%s %v", tool, question)
					}
				}
			}
			for name, value := range params[kind] {
				r := s.call("get_candidates", args{name: value})
				assert.True(t, r.failed, "%s: %s", name, r.words)
				assert.Contains(t, r.words, "masks "+kind, name)
			}
			// Columns that are not masked can still be used.
			for _, other := range kinds {
				for name, value := range params[other] {
					if other != kind {
						r := s.call("get_candidates", args{name: value})
						assert.False(t, r.failed, "%s: %s", name, r.words)
					}
				}
			}
		})
	}
}

func TestPseudonymIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	people := newPeople()
	alias := regexp.MustCompile(`Person [A-Z2-7]{10}`)
	pseudonyms := func(s *server, p *person) []string {
		var out []string
		for tool, id := range map[string]string{"get_applications": p.application, "get_candidates": p.id, "get_interviews": p.interview, "get_offers": p.offer} {
			r := s.call(tool, args{"ids": []string{id}, "fields": []string{"id", "candidate"}})
			require.False(t, r.failed, r.words)
			out = append(out, alias.FindString(r.words))
		}
		r := s.call("add_application_note", args{"application_id": p.application, "content": "For " + p.first, "dry_run": true})
		return append(out, alias.FindString(r.words))
	}
	seen := map[string]bool{}
	for _, p := range people {
		first := pseudonyms(newMasked(t, newFake(people), kinds, nil), p)
		again := pseudonyms(newMasked(t, newFake(people), []string{"name"}, nil), p)
		for _, a := range append(first, again...) {
			assert.Equal(t, first[0], a, "in every tool, and after a start with the same secret")
		}
		assert.NotEmpty(t, first[0])
		assert.False(t, seen[first[0]], "two people have the same pseudonym")
		seen[first[0]] = true
	}
	other := pseudonyms(newMasked(t, newFake(people), kinds, func(c *tools.Config) { c.Secret = []byte("another one") }), people[0])
	assert.False(t, seen[other[0]], "another secret gives other pseudonyms")
}

func TestConfirmationShowsUnmaskedValues(t *testing.T) {
	t.Parallel()
	people := newPeople()
	f := newFake(people)
	s := newMasked(t, f, kinds, func(c *tools.Config) { c.Writes = tools.PolicyConfirmAll })
	s.who.CanAsk = true
	for _, p := range people {
		for _, w := range writesAbout(p, p) {
			if w.tool == "import_tracked_application" {
				continue // it names nobody
			}
			r := s.box.Call(t.Context(), s.who, w.tool, plain(t, w.with(args{"anyway": true})))
			require.True(t, r.NeedsInput(), "%s: %v", w.tool, r.Content)
			question := flat(plain(t, args{"r": r}))
			for word := range strings.FieldsSeq(visible(p.first) + " " + visible(p.last)) {
				assert.Contains(t, question, word, w.tool)
			}
			assert.NotContains(t, question, "Person ", w.tool)
		}
	}
}

// failingLookups answers lookups of candidates with an error.
type failingLookups struct{ *fakeKombo }

func (d failingLookups) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/candidates") && r.Method == http.MethodGet {
		return answer(r, 500, args{"status": "error", "error": args{"message": "Oops"}})
	}
	return d.fakeKombo.RoundTrip(r)
}

func TestNothingIsShownIfIdentitiesCannotBeRead(t *testing.T) {
	people := newPeople()
	f := newFake(people)
	s := newMaskedOver(t, failingLookups{f}, f, kinds, nil)
	for tool, arguments := range map[string]args{
		"get_applications": {}, "get_interviews": {}, "get_offers": {}, "get_application_attachments": {"application_id": people[0].application},
		"get_candidate_attachments": {"candidate_id": people[0].id}, "add_application_note": {"application_id": people[0].application, "content": "Hello."},
	} {
		r := s.call(tool, arguments)
		assert.True(t, r.failed, "%s: %s", tool, r.words)
	}
}

func TestFreeTextOfRecordWithoutCandidateIsHidden(t *testing.T) {
	t.Parallel()
	people := newPeople()
	f := newFake(people)
	for _, list := range []string{"applications", "interviews", "offers"} {
		for _, rec := range f.records[list] {
			rec["candidate_id"], rec["candidate"], rec["application"] = nil, nil, nil
		}
	}
	s := &leakSearch{t: t, people: people, redact: kinds, shown: map[string]bool{}, told: map[string]bool{}}
	srv := newMasked(t, f, kinds, nil)
	for tool, columns := range bigLists {
		if tool == "get_candidates" {
			continue
		}
		s.result(srv, tool, args{"fields": columns, "max_tokens": 16000})
		s.result(srv, tool, args{"view": "record", "max_tokens": 16000})
	}
	s.result(srv, "get_applications", args{"fields": []string{"id", `answer("Who are you?")`}, "max_tokens": 16000})
	for _, p := range people {
		s.result(srv, "get_application_attachments", args{"application_id": p.application})
		s.result(srv, "get_application_attachments", args{"application_id": p.application, "read": "CV"})
		for _, end := range []string{"done", "refused", "lost"} {
			f.end = end
			s.result(srv, "add_application_note", args{"application_id": p.application, "content": "Hello, " + end})
		}
	}
}
