package digest_test

import (
	"context"
	"encoding/json"
	"iter"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// inPlace yields rows without copying them, since nothing changes them here.
func inPlace(rows []digest.Row) digest.Source {
	return func(context.Context, string) iter.Seq2[digest.Page, error] {
		return func(yield func(digest.Page, error) bool) {
			for at := 0; at < len(rows); at += 250 {
				end := min(at+250, len(rows))
				page := digest.Page{Rows: rows[at:end]}
				if end < len(rows) {
					page.Next = "more"
				}
				if !yield(page, nil) {
					return
				}
			}
		}
	}
}

func BenchmarkDigestOf100000Rows(b *testing.B) {
	tb := applications()
	rows := believable(tb, 100_000, 1)
	digest.CountTokens("load the vocabulary")
	for name, q := range map[string]digest.Query{
		"all":            {},
		"where":          {Where: `outcome == "PENDING" && tags contains "go" && candidate contains "müller" && created > date("2026-01-01")`},
		"group":          {GroupBy: "job,outcome", Measure: "days"},
		"sort by a name": {Sort: "candidate"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				askSource(b, tb, q, inPlace(rows), digest.Options{Limits: digest.Limits{Records: 1 << 30}})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/row")
		})
	}
}

func BenchmarkAnswer(b *testing.B) {
	tb := applications()
	rows := believable(tb, 5000, 1)
	digest.CountTokens("load the vocabulary")
	for name, tokens := range map[string]int{"default": 2500, "largest": 16_000} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				ask(b, tb, digest.Query{MaxTokens: tokens}, rows)
			}
		})
	}
}

func BenchmarkCountTokens(b *testing.B) {
	tb := applications()
	for name, s := range map[string]string{
		"an answer":     ask(b, tb, digest.Query{}, believable(tb, 500, 1)).Text(),
		"one letter":    strings.Repeat("a", 4000),
		"CJK":           strings.Repeat("漢字かな交じり文", 200),
		"no vocabulary": strings.Repeat("Zq9_", 1000),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				digest.CountTokens(s)
			}
		})
	}
}

func TestMemoryDoesNotGrowWithNumberOfRecords(t *testing.T) {
	tb := applications()
	base := believable(tb, 250, 1)
	digest.CountTokens("load the vocabulary")
	held := func(pages int) uint64 {
		var most uint64
		source := func(context.Context, string) iter.Seq2[digest.Page, error] {
			return func(yield func(digest.Page, error) bool) {
				for i := range pages {
					page := digest.Page{Next: "more"}
					for _, r := range base {
						r = copyRow(r)
						r.Values[0] = digest.Text(r.Values[0].Str() + string(rune('a'+i%26)) + string(rune('a'+i/26)))
						page.Rows = append(page.Rows, r)
					}
					if i == pages-1 {
						page.Next = ""
					}
					if !yield(page, nil) {
						return
					}
				}
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = m.HeapAlloc
			}
		}
		a := askSource(t, tb, digest.Query{}, source, digest.Options{Limits: digest.Limits{Records: 1 << 30}})
		assert.Equal(t, pages*250, a.Summary.Matched)
		return most
	}
	few, many := held(20), held(200)
	assert.Less(t, many, few+few/10+1<<20)
}

func FuzzCursor(f *testing.F) {
	tb := applications()
	rows := believable(tb, 30, 1)
	limit := 2
	f.Add(ask(f, tb, digest.Query{Limit: &limit}, rows).Next, "")
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "candidate")
	f.Fuzz(func(t *testing.T, cursor, sort string) {
		plan, err := digest.Compile(tb, withSecret(digest.Query{Cursor: cursor, Sort: sort, Limit: &limit}))
		if err != nil {
			return
		}
		a, err := plan.Run(t.Context(), (&upstream{rows: rows, size: 10}).source, digest.Options{})
		require.NoError(t, err)
		_, err = json.Marshal(a)
		require.NoError(t, err)
	})
}
