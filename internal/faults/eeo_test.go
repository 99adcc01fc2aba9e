package faults

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// protectedQuestions must not influence a decision. The job marks the first ones as
// protected; the others are recognized by their wording.
var protectedQuestions = []struct{ category, remoteID, title, asAnswered string }{
	{"EEO", "p1", "Gender", "Gender"},
	{"EEO", "p2", "Are you a protected veteran?", "are you a PROTECTED veteran? *"},
	{"DEMOGRAPHIC", "p3", "Age group", "Age group"},
	{"EEO", "p4", "How do you describe yourself?", "Tell us of yourself"}, // the id alone tells
	{"DEMOGRAPHIC", "", "Which box fits?", "Which box fits?"},             // the title alone tells
	{"EEO", "p6", "Form CC-305", "Form\u200b CC-305"},
	{"", "", "Race / ethnicity", "Race / ethnicity"},
	{"", "", "Sexual orientation (voluntary)", "Sexual orientation (voluntary)"},
	{"", "", "Do you have a disability?", "Do you have a disability?"},
	{"", "", "Welches Geschlecht haben Sie?", "Welches Geschlecht haben Sie?"},
	{"", "", "Are you Hispanic or Latino?", "Are you\nHispanic or Latino?"},
	{"", "", "Pronouns", "Pro\u200bnouns"},
}

// withProtectedAnswers returns a Kombo whose applicants answered them, each with a word
// that occurs nowhere else.
func withProtectedAnswers(t *testing.T) (*fakeKombo, []string) {
	t.Helper()
	f := newFake(newPeople())
	var questions []args
	for _, q := range protectedQuestions {
		if q.category != "" {
			questions = append(questions, args{"id": recordID('q', len(questions)), "remote_id": q.remoteID, "title": q.title, "category": q.category, "format": args{"type": "TEXT"}, "index": 0, "required": false})
		}
	}
	f.records["jobs"][0]["screening_questions"] = questions[:2]
	gone := args{"id": recordID('j', 1), "name": "Gone", "status": "CLOSED", "screening_questions": questions[2:], "remote_deleted_at": when, "changed_at": when}
	f.records["jobs"] = append(f.records["jobs"], gone)
	var secrets []string
	for i, rec := range f.records["applications"] {
		var answers []args
		for k, q := range protectedQuestions {
			word := fmt.Sprintf("Secret%dx%d", i, k)
			secrets = append(secrets, word)
			kind := []args{{"content": word}, {"choice": word}, {"choices": []string{word, word + "b"}}, {"raw": args{"said": word}}}[k%4]
			var remote any
			if q.remoteID != "" {
				remote = q.remoteID
			}
			answers = append(answers, args{"answer": kind, "question": args{"remote_id": remote, "title": q.asAnswered, "type": "TEXT"}})
		}
		plain := args{"answer": args{"content": "Plain answer"}, "question": args{"remote_id": "o1", "title": "Years in the trade", "type": "TEXT"}}
		rec["screening_question_answers"] = append(answers, plain)
	}
	return f, secrets
}

func TestEqualOpportunityAnswersAreInNoResult(t *testing.T) {
	t.Parallel()
	f, secrets := withProtectedAnswers(t)
	s := newMasked(t, f, nil, nil)
	g := &injectionSearch{t: t, srv: s}
	shown := 0
	look := func(tool string, arguments args) {
		t.Helper()
		text := flat(plain(t, args{"r": g.look(tool, arguments)}))
		for _, secret := range secrets {
			assert.NotContains(t, text, secret, "%s %v", tool, arguments)
		}
		if strings.Contains(text, "Plain answer") {
			shown++
		}
	}
	for tool, columns := range bigLists {
		look(tool, args{})
		look(tool, args{"fields": columns, "max_tokens": 16000})
		look(tool, args{"view": "record", "max_tokens": 16000})
	}
	for _, q := range protectedQuestions {
		for _, title := range []string{q.title, q.asAnswered, strings.ToUpper(q.title), strings.TrimRight(q.title, "?")} {
			ask := fmt.Sprintf("answer(%q)", title)
			for _, arguments := range []args{
				{"fields": []string{"id", ask}, "max_tokens": 16000}, {"where": ask + " != nil"}, {"where": ask + ` contains "Secret0"`, "limit": 0},
				{"group_by": ask}, {"group_by": "job," + ask}, {"sort": ask}, {"fields": []string{"id", `answer("Years in the trade")`, ask}},
			} {
				look("get_applications", arguments)
			}
		}
	}
	look("get_applications", args{"fields": []string{"id", `answer("Years in the trade")`}})
	look("get_applications", args{"where": `answer("Years in the trade") == "Plain answer"`, "group_by": "stage"})
	for _, p := range f.people {
		for _, w := range writesAbout(p, p) {
			look(w.tool, w.with(args{"anyway": true, "dry_run": true}))
			look(w.tool, w.with(args{"anyway": true}))
		}
	}
	assert.Positive(t, shown, "other answers are shown")
}

func TestProtectedQuestionsCannotBeToldFromOthers(t *testing.T) {
	f, _ := withProtectedAnswers(t)
	s := newMasked(t, f, nil, nil)
	r := s.call("get_applications", args{"where": `answer("Gender") == "Secret0x0"`})
	assert.True(t, r.failed, "a comparison would reveal the answer: %s", r.words)
	r = s.call("get_applications", args{"view": "record", "max_tokens": 16000})
	assert.Contains(t, r.words, "equal-opportunity", "the answer says that something is left out")
}

// withoutJobs fails to list jobs.
type withoutJobs struct {
	*fakeKombo
	status int
	code   string
}

func (j withoutJobs) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/ats/jobs") {
		return answer(r, j.status, args{"status": "error", "error": args{"code": j.code, "message": "Oops"}})
	}
	return j.fakeKombo.RoundTrip(r)
}

func TestAnswersAreHiddenIfJobsCannotBeRead(t *testing.T) {
	f, secrets := withProtectedAnswers(t)
	s := newMaskedOver(t, withoutJobs{f, 500, "PLATFORM.UNKNOWN_ERROR"}, f, nil, nil)
	for _, arguments := range []args{{"view": "record"}, {"fields": []string{"id", `answer("Years in the trade")`}}} {
		r := s.call("get_applications", arguments)
		assert.True(t, r.failed, "%v: %s", arguments, r.words)
	}
	assert.False(t, s.call("get_applications", args{}).failed, "questions that use no answers are answered")

	s = newMaskedOver(t, withoutJobs{f, 403, "INTEGRATION.MODEL_DISABLED"}, f, nil, nil)
	r := s.call("get_applications", args{"view": "record", "max_tokens": 16000})
	require.False(t, r.failed, r.words)
	for _, secret := range secrets {
		for k, q := range protectedQuestions {
			if q.category == "" && strings.HasSuffix(secret, fmt.Sprintf("x%d", k)) {
				assert.NotContains(t, r.words, secret, "the answer to %q is revealed", q.title)
			}
		}
	}
}

func TestEqualOpportunityAnswersOfTheSandboxAreInNoRecord(t *testing.T) {
	t.Parallel()
	g := newPool(t, sandbox.Options{Applications: 300})
	s := newServer(t, g.Sandbox, nil)
	titles, met := map[string]bool{"Race / ethnicity": true}, 0
	for _, j := range g.data.Jobs {
		for _, q := range j.Questions {
			titles[q.Title] = titles[q.Title] || q.Category != ""
		}
	}
	for _, a := range g.data.Applications {
		var protected []string
		for _, x := range a.Answers {
			if titles[x.Title] && len(x.Values) > 0 {
				protected = append(protected, x.Title)
			}
		}
		if len(protected) == 0 || !a.Deleted.IsZero() {
			continue
		}
		met++
		r := s.call("get_applications", args{"ids": []string{a.ID}, "view": "record", "max_tokens": 16000})
		require.False(t, r.failed, r.words)
		for _, title := range protected {
			assert.NotContains(t, r.words, title)
		}
	}
	assert.Greater(t, met, 20)
}
