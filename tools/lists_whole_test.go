package tools_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/property"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// largeLists are the lists that have the view record.
var largeLists = []string{"get_applications", "get_candidates", "get_interviews", "get_jobs", "get_offers"}

func TestWholeRecordsAreShownOnceAtAnyBudget(t *testing.T) {
	property.Check(t, 12, func(t *rapid.T) {
		sb := sandboxOf(sandbox.Options{Seed: uint64(rapid.IntRange(1, 50).Draw(t, "seed")), Applications: rapid.IntRange(20, 50).Draw(t, "size")})
		rig := newListRigOn(t, sb, smallPages, func(c *tools.Config) {
			if rapid.Bool().Draw(t, "a walk that does not end") {
				c.Limits.Records = rapid.IntRange(1, 20).Draw(t, "records of a walk")
			}
		})
		tool := rapid.SampledFrom(largeLists).Draw(t, "tool")
		var budget int
		got, _ := rig.walkThrough(t, tool, args{"view": "record"}, func() int {
			budget = rapid.SampledFrom([]int{500, 600, 900, 2500, 16_000}).Draw(t, "budget")
			return budget
		}, func() {})
		require.ElementsMatch(t, naive(sb).ids(tool), got)
	})
}

// attachmentAnswer is an answer of the attachment reads in both of its forms.
type attachmentAnswer struct {
	tools.AttachmentAnswer
	text, structured string
}

func (r *listRig) read(t failer, a args) *attachmentAnswer {
	t.Helper()
	result := r.call("get_candidate_attachments", a)
	out := &attachmentAnswer{text: textOf(t, result)}
	require.False(t, result.IsError, out.text)
	raw, err := json.Marshal(result.StructuredContent)
	require.NoError(t, err)
	out.structured = string(raw)
	require.NoError(t, json.Unmarshal(raw, &out.AttachmentAnswer))
	return out
}

// lettersAsFile reads every file as the same text.
type lettersAsFile struct{ text string }

func (l lettersAsFile) Text(context.Context, []byte, string, string) (string, []string, error) {
	return l.text, nil, nil
}
func (lettersAsFile) HTML(s string) string { return s }

func TestThePagesOfAFileAreItsTextAtAnyBudget(t *testing.T) {
	sb := sandboxOf(sandbox.Options{})
	owner := candidateWithCV(t, newListRigOn(t, sb, nil))
	property.Check(t, 40, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.OneOf(
			rapid.SampledFrom(append([]string{"\n", "\n\n", " ", "note\tx", "next\tAAAA", "| quoted"}, hostileTexts...)),
			rapid.StringN(0, 400, -1),
		), 1, 60).Draw(t, "pieces"), rapid.SampledFrom([]string{"", " ", "\n"}).Draw(t, "between"))
		want := digest.CleanLines(digest.CleanLines(text))
		rig := newListRigOn(t, sb, nil, func(c *tools.Config) {
			c.Documents = lettersAsFile{text}
			c.Fetch = func(context.Context, string) ([]byte, string, error) { return []byte("x"), "text/plain", nil }
		})
		a := args{"candidate_id": owner, "read": "CV"}
		var got strings.Builder
		for page := 0; ; page++ {
			require.Less(t, page, 3000, "no end")
			budget := rapid.SampledFrom([]int{500, 700, 1500, 5000, 16_000}).Draw(t, "budget")
			a["max_tokens"] = budget
			p := rig.read(t, a)
			require.LessOrEqual(t, digest.CountTokens(p.text), budget)
			require.LessOrEqual(t, digest.CountTokens(p.structured), budget)
			require.Contains(t, p.text, p.Content, "both forms tell the same")
			got.WriteString(unquoted(t, p.Content, p.Next != "", want[got.Len():]))
			if p.Next == "" {
				break
			}
			a["cursor"] = p.Next
		}
		require.Equal(t, strings.TrimSuffix(want, "\n"), strings.TrimSuffix(got.String(), "\n"))
	})
}

// unquoted takes the marks from the lines of a page. A page that ends with a
// line leaves its break out; the rest of the text tells.
func unquoted(t failer, content string, more bool, rest string) string {
	t.Helper()
	var lines []string
	for l := range strings.SplitSeq(strings.TrimSuffix(content, "\n"), "\n") {
		require.True(t, strings.HasPrefix(l, "|"), "a line that is not set apart: %q", l)
		lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(l, "|"), " "))
	}
	page := strings.Join(lines, "\n")
	if more && strings.HasPrefix(rest, page+"\n") {
		page += "\n"
	}
	return page
}

// candidateWithCV finds somebody whose CV can be read.
func candidateWithCV(t *testing.T, rig *listRig) string {
	t.Helper()
	for _, id := range rig.ask(t, "get_candidates", args{"fields": "id", "limit": 100, "max_tokens": 16_000}).ids(t) {
		if slices.ContainsFunc(rig.read(t, args{"candidate_id": id}).Rows, func(r []string) bool { return slices.Contains(r, "CV") }) {
			return id
		}
	}
	require.Fail(t, "nobody has a CV")
	return ""
}

func TestAnEmptyAnswerSaysWhyItMayBeSo(t *testing.T) {
	off := newListRig(t, sandbox.Options{Disabled: []string{"get_offers"}})
	for what, c := range map[string]struct {
		rig  *listRig
		tool string
		args args
		want string
	}{
		"a model that is off":         {off, "get_offers", args{}, "switched off for the integration"},
		"a filter that is not served": {newListRig(t, sandbox.Options{UnsupportedFilters: []string{"get_jobs.job_codes"}}), "get_jobs", args{"job_codes": "X1"}, "job_codes filters by job_code, which is not delivered"},
		"ids of another list":         {off, "get_jobs", args{"ids": "nothing"}, "each list has its own"},
		"the defaults of Kombo": {newListRigOn(t, sandboxOf(sandbox.Options{}), func(next http.RoundTripper) http.RoundTripper {
			return changeQuery(next, func(q query) {
				if q.Has("page_size") {
					q.Set("ids", "nothing")
				}
			})
		}), "get_applications", args{}, "only applications that were created or imported through it"},
	} {
		result := c.rig.call(c.tool, c.args)
		assert.Contains(t, textOf(t, result), c.want, what)
	}
}

func TestAnUnknownNameIsAnsweredWithTheNearest(t *testing.T) {
	rig := newListRig(t, sandbox.Options{})
	for where, want := range map[string]string{
		`stage == "Interveiw"`:                                  `stage is never "Interveiw"; nearest: "Interview"`,
		`outcome == "PENDING" && job in ["Bckend Engineer"]`:    `job is never "Bckend Engineer"; nearest: "Backend Engineer"`,
		`tags contains "Jva" && department == "Engneering"`:     `tags is never "Jva"; nearest: "Java"`,
		`candidate == "Nobody Nowhere" && stage == "Interview"`: "",
		`stage == "Interview" && created < date("2001-01-01")`:  "",
		`candidate contains "Guenther Mueller-Nowhere"`:         "",
	} {
		got := rig.ask(t, "get_applications", args{"where": where})
		assert.Zero(t, got.Summary.Matched)
		assert.Equal(t, want != "", strings.Contains(got.notes(), "is never"), "%s: %s", where, got.notes())
		assert.Contains(t, got.notes(), want)
	}
}

func TestTranscribedUmlautsGetANote(t *testing.T) {
	rig := newListRig(t, sandbox.Options{})
	assert.Contains(t, rig.ask(t, "get_candidates", args{"where": `candidate contains "Mueller"`}).notes(), `try contains "muller"`)
	assert.NotContains(t, rig.ask(t, "get_candidates", args{"where": `candidate contains "Nobody"`}).notes(), "try contains")
}

func TestGroupByWithLimitZeroShowsTheGroups(t *testing.T) {
	rig := newListRig(t, sandbox.Options{})
	want := rig.ask(t, "get_applications", args{"group_by": "outcome"})
	assert.NotEmpty(t, want.Rows)
	assert.Equal(t, want.Rows, rig.ask(t, "get_applications", args{"group_by": "outcome", "limit": 0}).Rows)
}

func TestAnswersThatAreDatesAreComparedAsDates(t *testing.T) {
	rig := newListRig(t, sandbox.Options{})
	on := func(where string) int {
		return rig.ask(t, "get_applications", args{"where": where, "limit": 0}).Summary.Matched
	}
	question := `answer("When could you start?")`
	after, all := on(question+` > date("2027-01-31")`), on(question+` != nil`)
	assert.Positive(t, after)
	assert.Equal(t, on(question+` > "2027-01-31"`), after, "as the texts of days sort")
	assert.Equal(t, all-after, on(question+` <= date("2027-01-31")`))
	assert.Equal(t, after, on(question+` > today() + 68`))
	assert.Zero(t, on(`answer("main programming language") > date("2027-01-31")`), "no day is after a word")
}

func TestGroupsOfAListSayThatARecordCountsInSeveral(t *testing.T) {
	rig := newListRig(t, sandbox.Options{})
	assert.Contains(t, rig.ask(t, "get_interviews", args{"group_by": "interviewers"}).notes(), "a record with several interviewers counts in each")
	assert.NotContains(t, rig.ask(t, "get_interviews", args{"group_by": "job"}).notes(), "counts in each")
}

func TestDaysSinceComparesWholeDays(t *testing.T) {
	rig := newListRig(t, sandbox.Options{})
	on := func(where string) int {
		return rig.ask(t, "get_applications", args{"where": where, "limit": 0}).Summary.Matched
	}
	day := on(`created >= date("2026-11-19") && created < date("2026-11-20")`)
	assert.Positive(t, day)
	assert.Equal(t, day, on(`days_since(created) == 5`))
	assert.Equal(t, day, on(`days_since(created) in [5]`))
	assert.Equal(t, on(`created != nil`)-day, on(`days_since(created) != 5 && created != nil`))
}

func TestACanceledCallCancelsItsRequest(t *testing.T) {
	arrived, ended := make(chan struct{}), make(chan error, 1)
	rig := newListRigOn(t, sandboxOf(sandbox.Options{}), func(http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			close(arrived)
			select {
			case <-r.Context().Done():
				ended <- r.Context().Err()
				return nil, r.Context().Err()
			case <-time.After(20 * time.Second):
				ended <- nil
				return nil, errors.New("nobody ended it")
			}
		})
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	result := rig.box.Call(ctx, tools.Caller{}, "get_applications", args{})
	assert.True(t, result.IsError)
	require.ErrorIs(t, <-ended, context.Canceled)
}

// designed are the columns that each list has at least, the default ones first.
var designed = map[string]string{
	"get_applications":       "id candidate job stage outcome created | updated candidate_id job_id stage_id stage_index rejection_reason rejected days_to_rejection source tags email phone interviews next_interview last_interview offer_status job_status department job_location url changed deleted remote_id",
	"get_candidates":         "id candidate email jobs created | updated phone company title location source tags applications pending_jobs hired_jobs declined_jobs url changed deleted remote_id",
	"get_jobs":               "id job job_status department location opened | closed visibility employment_type remote_work category code team stages questions applications pending salary url created updated changed deleted remote_id",
	"get_interviews":         "id start candidate job interviewers canceled | end subject place application_id candidate_id job_id stage outcome next_interview created updated changed deleted remote_id",
	"get_offers":             "id candidate job offer_status start_date | created updated application_id candidate_id job_id changed deleted remote_id",
	"get_users":              "id name email role | status",
	"get_roles":              "id name scope |",
	"get_tags":               "id name | candidates",
	"get_application_stages": "id name |",
	"get_rejection_reasons":  "id name | applications",
}

func TestEveryListHasItsColumns(t *testing.T) {
	rig := newListRig(t, sandbox.Options{Applications: 60})
	for tool, columns := range designed {
		first, rest, _ := strings.Cut(columns, "|")
		assert.Equal(t, strings.Fields(first), rig.ask(t, tool, args{}).Columns, tool)
		all := append(strings.Fields(first), strings.Fields(rest)...)
		named := columnsOf(tool)
		for _, c := range all {
			assert.Contains(t, named, c, tool)
			assert.Equal(t, []string{c}, rig.ask(t, tool, args{"fields": c, "limit": 1}).Columns, tool)
		}
	}
}
