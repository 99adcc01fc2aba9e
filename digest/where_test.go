package digest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// cast returns five records to query, by id.
func cast(t *digest.Table) []digest.Row {
	day := func(s string) time.Time {
		d, err := time.Parse(time.RFC3339, s)
		if err != nil {
			panic(err)
		}
		return d
	}
	return []digest.Row{
		row(t, record{
			"id": digest.Text("a"), "candidate": digest.Text("Anna MÜLLER"), "outcome": digest.Text("PENDING"),
			"stage": digest.Text("Interview"), "created": digest.Instant(day("2026-11-20T09:00:00Z")),
			"tags": digest.List("Django", "Referral"), "interviews": digest.Number(2),
			"next_interview": digest.Instant(day("2026-11-25T14:30:00Z")), "start": digest.Date(day("2026-12-01T00:00:00Z")),
			"deleted": digest.Bool(false), "days": digest.Number(-1.5),
		}, digest.NewScreeningAnswer("Main programming language?", "Go"), digest.NewScreeningAnswer("Notice period (weeks)", "12")),
		row(t, record{
			"id": digest.Text("b"), "candidate": digest.Text("Jo Muller"), "outcome": digest.Text("DECLINED"),
			"stage": digest.Text("Phone Screen"), "created": digest.Instant(day("2026-10-01T00:00:00Z")),
			"rejected": digest.Instant(day("2026-11-01T12:00:00Z")), "tags": digest.List("Go", "Java"),
			"interviews": digest.Number(0), "deleted": digest.Bool(true),
		}, digest.NewScreeningAnswer("Which is your main programming language", "TypeScript", "Go")),
		row(t, record{
			"id": digest.Text("c"), "candidate": digest.Text("İpek Straße"), "outcome": digest.Text("HIRED"),
			"stage": digest.Text("offer"), "created": digest.Instant(day("2026-09-30T23:59:59Z")),
			"interviews": digest.Number(5), "start": digest.Date(day("2026-11-24T00:00:00Z")),
		}, digest.NewScreeningAnswer("Notice period (weeks)", "4")),
		row(t, record{"id": digest.Text("d"), "candidate": digest.Text("Łukasz Żółć"), "stage": digest.Text("Applied")}),
		row(t, record{
			"id": digest.Text("e"), "candidate": digest.Text("Frank | Doe"), "outcome": digest.Text("PENDING"),
			"stage": digest.Text("Phone Screen"), "created": digest.Instant(day("2026-11-24T08:00:00Z")),
		}),
	}
}

func matching(tb testing.TB, where string) string {
	tb.Helper()
	t := applications()
	a := ask(tb, t, digest.Query{Where: where, Fields: []string{"id"}, Sort: "id"}, cast(t))
	ids := ""
	for _, r := range a.Rows {
		ids += r[0]
	}
	return ids
}

func TestWhereMatches(t *testing.T) {
	for where, want := range map[string]string{
		``: "abcde",
		`outcome == "PENDING" && stage == "Interview"`:                       "a",
		`created > date("2026-10-01")`:                                       "ae",
		`created >= date("2026-10-01")`:                                      "abe",
		`created == date("2026-10-01")`:                                      "b",
		`created != date("2026-10-01")`:                                      "acde",
		`created < date("2026-10-01")`:                                       "c",
		`created <= date("2026-10-01")`:                                      "bc",
		`created > date("2026-11-20T08:59")`:                                 "ae",
		`created > date("2026-11-20T10:30:00+01:00")`:                        "e",
		`created in [date("2026-10-01"), today()]`:                           "be",
		`tags contains "Java"`:                                               "b",
		`tags contains "go"`:                                                 "b",
		`"GO" in tags`:                                                       "b",
		`tags == nil`:                                                        "cde",
		`tags != nil`:                                                        "ab",
		`candidate contains "müller"`:                                        "ab",
		`candidate == "jo müller"`:                                           "b",
		`candidate contains "MULLER"`:                                        "ab",
		`candidate contains "strasse"`:                                       "c",
		`candidate contains "ipek"`:                                          "c",
		`candidate contains "lukasz zolc"`:                                   "d",
		`name contains "doe"`:                                                "e",
		`days_since(created) > 30`:                                           "bc",
		`days_since(created) <= 7`:                                           "ae",
		`days_since(next_interview) < 0`:                                     "a",
		`days_since(start) == 0`:                                             "c",
		`rejected == nil`:                                                    "acde",
		`nil != rejected`:                                                    "b",
		`next_interview == nil && stage in ["Phone Screen", "Interview"]`:    "be",
		`answer("main programming language") == "Go"`:                        "ab",
		`answer("Which is your Main programming language?") == "typescript"`: "b",
		`answer("main programming language") != "Go"`:                        "cde",
		`answer("notice period") > 4`:                                        "a",
		`answer("notice period") >= "4"`:                                     "ac",
		`answer("notice period") in [4, 12]`:                                 "ac",
		`answer("programming language") contains "script"`:                   "b",
		`answer("notice period") == nil`:                                     "bde",
		`next_interview >= date("2026-11-23") && next_interview < date("2026-11-30")`: "a",
		`next_interview == today() + 1`:                                               "a",
		`created > today() - 30`:                                                      "ae",
		`start >= today()`:                                                            "ac",
		`start > next_interview`:                                                      "a",
		`rejected > created`:                                                          "b",
		`outcome == "pending"`:                                                        "ae",
		`outcome != "PENDING"`:                                                        "bcd",
		`outcome == nil`:                                                              "d",
		`outcome == ""`:                                                               "d",
		`outcome in ["HIRED", 'DECLINED']`:                                            "bc",
		`not (outcome in ["HIRED", "DECLINED"])`:                                      "ade",
		`outcome not in ["HIRED", "DECLINED"]`:                                        "ade",
		`not outcome == "PENDING"`:                                                    "bcd",
		`!(outcome == "PENDING")`:                                                     "bcd",
		`not tags contains "Go"`:                                                      "acde",
		`interviews > 1`:                                                              "ac",
		`1 < interviews`:                                                              "ac",
		`0 < interviews < 5`:                                                          "a",
		`interviews == 0`:                                                             "b",
		`days < -1`:                                                                   "a",
		`deleted`:                                                                     "b",
		`not deleted`:                                                                 "acde",
		`deleted == false`:                                                            "a",
		`deleted != true`:                                                             "acde",
		`outcome == "HIRED" or stage == "Applied"`:                                    "cd",
		`(outcome == "HIRED" || stage == "OFFER") and interviews >= 5`: "c",
		`stage < "J"`:              "ad",
		`candidate contains stage`: "",
		`true`:                     "abcde",
		`false || id == "a"`:       "a",
		`stage == "Phone Screen" && (tags contains "Java" || tags contains "Referral") || id=="d"`: "bd",
	} {
		t.Run(where, func(t *testing.T) { assert.Equal(t, want, matching(t, where)) })
	}
}

func TestWhereErrorsNameColumnsAndExample(t *testing.T) {
	for where, want := range map[string]string{
		`sate == "x"`:                                  `no column "sate", did you mean stage?`,
		`created > "2026-10-01"`:                       `write date("2026-10-01")`,
		`outcome == "REJECTED"`:                        "it is one of PENDING, HIRED, DECLINED",
		`outcome in ["PENDING", "GONE"]`:               "it is one of PENDING, HIRED, DECLINED",
		`interviews == "two"`:                          "interviews is count",
		`interviews contains "2"`:                      "contains is for text and lists",
		`tags == "Java"`:                               `write tags contains`,
		`tags in ["Java"]`:                             "tags is a list",
		`tags contains ["Java", "Go"]`:                 "contains takes one text",
		`stage in "Offer"`:                             "in needs a list",
		`stage == ["Offer"]`:                           "a list can only follow in",
		`stage in []`:                                  "at least one value",
		`stage contains ""`:                            "a text that is not empty",
		`created < nil`:                                "nothing is before or after nil",
		`stage`:                                        "stage is text, not true/false",
		`stage matches "a.*"`:                          "unknown operator matches",
		`len(tags) > 1`:                                "no function len()",
		`filter(tags, # == "x") == nil`:                "cannot be used",
		`outcome = "PENDING"`:                          "write == to compare",
		`outcome == "PENDING" AND deleted`:             "write && || not",
		`candidate LIKE "a"`:                           "write contains",
		`rejected IS NULL`:                             "write == nil",
		`1 == 1`:                                       "compares no column",
		`date("tomorrow") < created`:                   "not a date",
		`days_since(stage) > 1`:                        "takes a date column",
		`days_since("created") > 1`:                    "takes one date column",
		`today(1) < created`:                           "takes no argument",
		`answer(stage) == "x"`:                         "takes the question as text",
		`salary > 1`:                                   "salaries are redacted here",
		`created > today() - interviews`:               "only dates and whole days",
		`stage == interviews`:                          "cannot be compared",
		`"a" contains candidate`:                       "needs a column on its left",
		`stage ? true : false`:                         "is not a comparison",
		`let x = 1; x == 1`:                            "is not a comparison",
		`deleted > true`:                               "cannot be compared",
		`outcome == "PENDING" &&`:                      "unexpected token",
		`candidate.name == "x"`:                        "cannot be used",
		strings.Repeat("deleted || ", 300) + "deleted": "maximum allowed nodes",
		`stage == "` + strings.Repeat("x", 5000) + `"`: "at most 4000",
		strings.Repeat("(", 1900) + "deleted" + strings.Repeat(")", 1900) + " == ": "unexpected token",
	} {
		t.Run(shortName(where), func(t *testing.T) {
			_, err := digest.Compile(applications(), digest.Query{Where: where, Now: now})
			require.Error(t, err)
			assert.ErrorContains(t, err, want)
			assert.ErrorContains(t, err, "text: id, candidate", "it lists the columns by kind")
			assert.ErrorContains(t, err, `example: outcome == "PENDING"`)
			assert.Less(t, digest.CountTokens(err.Error()), 300)
		})
	}
}

func shortName(s string) string { return s[:min(len(s), 40)] }

func TestNotesCountRecordsLeftOutForMissingValues(t *testing.T) {
	tb := applications()
	note := func(where string, upstream ...string) string {
		a := askSource(t, tb, digest.Query{Where: where}, (&upstreamSource{tb}).source(cast(tb)), digest.Options{PushedDown: upstream})
		return strings.Join(a.Notes, "\n")
	}
	assert.Contains(t, note(`interviews > 3`), "without a value for interviews (2)")
	assert.Contains(t, note(`tags contains "Go"`), "without a value for tags (3)")
	assert.Empty(t, note(`outcome == "HIRED"`), "equality can tell a missing value")
	assert.Empty(t, note(`interviews > 3 && id == "a"`), "records that another part leaves out are not counted")
	assert.Empty(t, note(`id == "a" && interviews > 3`), "in either order")
	assert.Empty(t, note(`interviews > 3 || interviews == nil`))
	assert.Contains(t, note(`created > date("2026-11-01") && rejected > date("2026-01-01")`), "rejected (3), created (1)")
	assert.Contains(t, note(`interviews > 3`, "interviews"), "left out and not counted")
	assert.Contains(t, note(`days_since(rejected) > 1`), "rejected (4)")
	assert.Contains(t, note(`answer("shoe size") > 40`), "no record read answers \"shoe size\"; questions are, for example: Main programming language?")
	assert.Contains(t, note(`created <= date("2026-10-01")`), "start of its day")
}

type upstreamSource struct{ t *digest.Table }

func (*upstreamSource) source(rows []digest.Row) digest.Source {
	return (&upstream{rows: rows, size: 2}).source
}

func TestConditionsHoldForEveryMatch(t *testing.T) {
	plan, err := digest.Compile(applications(), digest.Query{Now: now, Where: `"PENDING" == outcome && (stage in ["Offer"] && date("2026-10-01") < created) && (deleted || id == "x") && not (id == "y") && tags contains "Go" && deleted && rejected == nil && days_since(created) <= 7 && 3.5 < days_since(rejected) && days_since(start) < 1`})
	require.NoError(t, err)
	var got []string
	for _, c := range plan.Conditions() {
		s := c.Column + " " + c.Op
		for _, v := range c.Values {
			switch {
			case v.IsMissing():
				s += " nil"
			case v.Kind() == digest.KindText:
				s += " " + v.Str()
			case v.Kind() == digest.KindBool:
				s += " true"
			default:
				s += " " + v.Time(time.UTC).Format(time.DateOnly)
			}
		}
		got = append(got, s)
	}
	assert.Equal(t, []string{
		"outcome == PENDING", "stage in Offer", "created > 2026-10-01",
		"tags contains Go", "deleted == true", "rejected == nil",
		"created >= 2026-11-17", "rejected < 2026-11-20", "start > 2026-11-23",
	}, got)
	assert.True(t, plan.Uses("rejected"))
	assert.False(t, plan.Uses("email"))
	assert.False(t, plan.UsesAnswers())
}

func TestDaysBeginInLocation(t *testing.T) {
	tb := applications()
	berlin := time.FixedZone("Berlin", 3600)
	rows := []digest.Row{row(tb, record{"id": digest.Text("a"), "created": digest.Instant(time.Date(2026, 10, 31, 23, 30, 0, 0, time.UTC))})}
	for where, want := range map[string]int{
		`created >= date("2026-11-01")`: 1,
		`created == date("2026-11-01")`: 1,
		`created == date("2026-10-31")`: 0,
	} {
		a := ask(t, tb, digest.Query{Where: where, Location: berlin}, rows)
		assert.Equal(t, want, a.Summary.Matched, where)
	}
	a := ask(t, tb, digest.Query{Location: berlin, Fields: []string{"created"}}, rows)
	assert.Equal(t, [][]string{{"2026-11-01"}}, a.Rows)
	a = ask(t, tb, digest.Query{Location: berlin, GroupBy: "created.month"}, rows)
	assert.Equal(t, [][]string{{"2026-11", "1"}}, a.Rows)
}

func FuzzWhere(f *testing.F) {
	f.Add(`outcome == "PENDING" && stage in ["a", nil] || not answer("x") > 3`)
	f.Add(`created > date("2026-10-01") - 3 && days_since(created) < -1.5e3`)
	f.Add(`count(tags, {let x = #; x}) ?? [1:2]?.a | b()`)
	f.Add(`"x" in tags && -1 < interviews <= 0x10`)
	tb := applications()
	rows := cast(tb)
	f.Fuzz(func(t *testing.T, where string) {
		plan, err := digest.Compile(tb, digest.Query{Where: where, Now: now})
		if err != nil {
			return
		}
		a := ask(t, tb, digest.Query{Where: where, Limit: new(int)}, rows)
		assert.LessOrEqual(t, a.Summary.Matched, len(rows))
		_ = plan.Conditions()
	})
}

func TestNestedChainedComparisonsAreRefusedQuickly(t *testing.T) {
	_, err := digest.Compile(applications(), digest.Query{
		Where: strings.Repeat("1 < (", 60) + "deleted" + strings.Repeat(") < 2", 60),
	})
	assert.ErrorContains(t, err, "cannot be used in a comparison")
}
