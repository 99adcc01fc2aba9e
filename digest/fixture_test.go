package digest_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// now is the current time in every test: a Tuesday.
var now = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// applications returns a table with a column of every kind.
func applications() *digest.Table {
	return &digest.Table{
		Name: "applications", ID: "id", DateColumn: "created", HasAnswers: true,
		Example: `outcome == "PENDING" && created > date("2026-10-01")`,
		Columns: []digest.Column{
			{Name: "id", Kind: digest.KindText, Default: true},
			{Name: "candidate", Kind: digest.KindText, Default: true, Aliases: []string{"name"}},
			{Name: "job", Kind: digest.KindText, Default: true, IDColumn: "job_id", DistinctByID: true, Summary: true},
			{Name: "stage", Kind: digest.KindText, Default: true, IDColumn: "stage_id", RankColumn: "stage_index", Summary: true},
			{Name: "outcome", Kind: digest.KindText, Default: true, Enum: []string{"PENDING", "HIRED", "DECLINED"}, Summary: true},
			{Name: "created", Kind: digest.KindInstant, Default: true},
			{Name: "job_id", Kind: digest.KindText},
			{Name: "stage_id", Kind: digest.KindText},
			{Name: "stage_index", Kind: digest.KindNumber},
			{Name: "rejected", Kind: digest.KindInstant},
			{Name: "next_interview", Kind: digest.KindInstant, ShowTime: true},
			{Name: "start", Kind: digest.KindDate},
			{Name: "tags", Kind: digest.KindList},
			{Name: "interviews", Kind: digest.KindCount},
			{Name: "days", Kind: digest.KindNumber},
			{Name: "deleted", Kind: digest.KindBool},
			{Name: "email", Kind: digest.KindText},
			{Name: "salary", Kind: digest.KindNumber, Unavailable: "salaries are redacted here"},
		},
	}
}

// record is the values of one row by column.
type record map[string]digest.Value

func row(t *digest.Table, r record, answers ...digest.ScreeningAnswer) digest.Row {
	out := digest.Row{Values: make([]digest.Value, len(t.Columns)), Answers: answers}
	for i, c := range t.Columns {
		out.Values[i] = r[c.Name]
	}
	return out
}

// copyRow returns a deep copy, as if the source had decoded the row again.
func copyRow(r digest.Row) digest.Row {
	return digest.Row{Values: append([]digest.Value(nil), r.Values...), Answers: r.Answers}
}

// upstream is a source of rows in pages of a fixed size. A cursor contains the id
// of the first row of its page, so that rows may be added during a walk.
type upstream struct {
	rows   []digest.Row
	size   int
	calls  int
	failAt int // the page, counted from 1, that fails
	onPage func(call int)
}

func (u *upstream) source(ctx context.Context, start string) iter.Seq2[digest.Page, error] {
	return func(yield func(digest.Page, error) bool) {
		at := 0
		for start != "" && at < len(u.rows) && u.rows[at].Values[0].Str() != start {
			at++
		}
		cursor := start
		for {
			u.calls++
			if u.onPage != nil {
				u.onPage(u.calls)
			}
			if err := ctx.Err(); err != nil {
				yield(digest.Page{}, err)
				return
			}
			if u.calls == u.failAt {
				yield(digest.Page{}, fmt.Errorf("upstream is away"))
				return
			}
			end := min(at+u.size, len(u.rows))
			page := digest.Page{Cursor: cursor}
			for _, r := range u.rows[at:end] {
				page.Rows = append(page.Rows, copyRow(r))
			}
			if end < len(u.rows) {
				page.Next = u.rows[end].Values[0].Str()
			}
			if !yield(page, nil) || page.Next == "" {
				return
			}
			at, cursor = end, page.Next
		}
	}
}

func newID(r *rand.Rand) string {
	const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	b := make([]byte, 24)
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b)
}

var (
	people   = []string{"Ann-Kathrin Müller", "John Doe", "Li Wei", "Oğuz Yılmaz", "Søren Ødegård", "María José Núñez", "Frank Doe", "Ngozi Okafor"}
	jobNames = []string{"Backend Engineer", "Data Analyst", "Account Manager (m/f/d)", "Werkstudent Marketing", "Data Analyst", "Head of People"}
	stages   = []string{"Applied", "Phone Screen", "Interview", "Offer"}
	tagNames = []string{"Java", "Go", "Django", "Referral", "Remote"}
)

// believable returns n rows that look like a company's applications.
func believable(t *digest.Table, n int, seed uint64) []digest.Row {
	r := rand.New(rand.NewPCG(seed, 1))
	rows := make([]digest.Row, n)
	for i := range rows {
		job, stage := r.IntN(len(jobNames)), r.IntN(len(stages))
		created := now.Add(-time.Duration(r.IntN(700*24*60)) * time.Minute)
		rec := record{
			"id":          digest.Text(newID(r)),
			"candidate":   digest.Text(people[r.IntN(len(people))]),
			"job":         digest.Text(jobNames[job]),
			"job_id":      digest.Text("job" + strconv.Itoa(job) + "H5daSm8e85Dmvmne"),
			"stage":       digest.Text(stages[stage]),
			"stage_id":    digest.Text("st" + strconv.Itoa(job*10+stage) + "L4b48wBfffYwek9Az9"),
			"stage_index": digest.Number(float64(stage)),
			"outcome":     digest.Text([]string{"PENDING", "PENDING", "DECLINED", "HIRED", ""}[r.IntN(5)]),
			"created":     digest.Instant(created),
			"interviews":  digest.Number(float64(r.IntN(4))),
			"deleted":     digest.Bool(r.IntN(10) == 0),
			"email":       digest.Text(fmt.Sprintf("p%d@example.com", i)),
		}
		if r.IntN(3) == 0 {
			days := r.IntN(90)
			rec["rejected"] = digest.Instant(created.AddDate(0, 0, days))
			rec["days"] = digest.Number(float64(days))
		}
		if r.IntN(4) == 0 {
			rec["next_interview"] = digest.Instant(now.Add(time.Duration(r.IntN(20*24*60)) * time.Minute))
		}
		if r.IntN(4) == 0 {
			rec["start"] = digest.Date(now.AddDate(0, 0, r.IntN(200)-100))
		}
		var tags []string
		for range r.IntN(3) {
			tags = append(tags, tagNames[r.IntN(len(tagNames))])
		}
		rec["tags"] = digest.List(tags...)
		rows[i] = row(t, rec, digest.NewScreeningAnswer("Main programming language?", tagNames[r.IntN(3)]),
			digest.NewScreeningAnswer("Years of experience", strconv.Itoa(r.IntN(20))))
	}
	return rows
}

// ask compiles and runs a query over rows.
func ask(tb testing.TB, t *digest.Table, q digest.Query, rows []digest.Row) *digest.Answer {
	tb.Helper()
	return askSource(tb, t, q, (&upstream{rows: rows, size: 250}).source, digest.Options{Limits: digest.Limits{Records: 1 << 30}})
}

func askSource(tb testing.TB, t *digest.Table, q digest.Query, source digest.Source, opts digest.Options) *digest.Answer {
	tb.Helper()
	if q.Now.IsZero() {
		q.Now = now
	}
	if q.Secret == nil {
		q.Secret = []byte("secret")
	}
	plan, err := digest.Compile(t, q)
	require.NoError(tb, err)
	a, err := plan.Run(context.Background(), source, opts)
	require.NoError(tb, err)
	return a
}
