package tools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// largeValues are values of about n bytes of JSON, of every form that a parameter may have.
func largeValues(n int) map[string]any {
	repeat := func(s string) string { return strings.Repeat(s, n/len(s)) }
	listOf := func(v any, bytes int) []any { return slices.Repeat([]any{v}, n/bytes) }
	keys, pairs := map[string]any{}, make([]string, 0, n/10)
	for i := range n / 10 {
		keys[fmt.Sprintf("k%05d", i)] = 1.0
		pairs = append(pairs, fmt.Sprintf(`"k%05d":1`, i))
	}
	return map[string]any{
		"a word": repeat("x"), "words": repeat("ab c "), "commas": repeat("a,"), "quotes": repeat(`"`), "brackets": repeat("("),
		"a condition": "id != nil" + repeat(` or id == "a"`), "a broken condition": repeat("id !="),
		"a list as text": "[" + repeat("1,") + "1]", "texts as text": "[" + repeat(`"OPEN",`) + `"a"]`, "objects as text": "[" + repeat("{},") + "{}]",
		"an object as text": "{" + strings.Join(pairs, ",") + "}", "a text as text": `"` + repeat("x") + `"`, "base64": repeat("QUJD"),
		"a list": listOf(1.0, 2), "texts": listOf("OPEN", 7), "words in a list": listOf("ab", 5), "objects": listOf(map[string]any{}, 3), "one long text": []any{repeat("ab c ")},
		"keys": keys, "a long key": map[string]any{repeat("x"): "x"}, "deep": repeat("["),
	}
}

// longLists gives every copy of v in which one list has its first element as often as fits into n
// bytes.
func longLists(v any, n int) map[string]any {
	out := map[string]any{}
	switch t := v.(type) {
	case map[string]any:
		for key := range t {
			for path, inner := range longLists(t[key], n) {
				out[key+"."+path] = merged(t, map[string]any{key: inner})
			}
		}
	case []any:
		if len(t) > 0 {
			raw, err := json.Marshal(t[0])
			if err == nil {
				out[""] = slices.Repeat(t[:1], n/(len(raw)+1))
			}
		}
	}
	return out
}

// cost is what a call took and gave.
type cost struct {
	took           time.Duration
	out, allocated uint64
}

func costOf(t testing.TB, box *tools.Toolbox, call largeCall) cost {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	raw, err := json.Marshal(box.Call(context.Background(), tools.Caller{}, call.tool, call.arguments))
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	return cost{took, uint64(len(raw)), after.TotalAlloc - before.TotalAlloc}
}

// largeCall is a call with a large value in the place of the parameter at path.
type largeCall struct {
	tool, path, form string
	arguments        any
}

func (c largeCall) String() string { return c.tool + " " + c.path + " = " + c.form }

// largeCalls are calls of every tool with one large value in the place of one parameter: of each
// parameter, of one inside it, and of one that does not exist.
func largeCalls(sane map[string]map[string]any, n int) iter.Seq[largeCall] {
	large := largeValues(n)
	forms := append(slices.Sorted(maps.Keys(large)), "a long list")
	return func(yield func(largeCall) bool) {
		for _, tool := range slices.Sorted(maps.Keys(sane)) {
			for _, form := range forms {
				all := longLists(sane[tool], n)
				if form != "a long list" {
					all = places(sane[tool], large[form])
					all["unknown"] = merged(sane[tool], map[string]any{"unknown": large[form]})
				}
				for _, path := range slices.Sorted(maps.Keys(all)) {
					arguments := all[path]
					if m, ok := arguments.(map[string]any); ok && !strings.HasPrefix(tool, "get_") {
						arguments = merged(m, map[string]any{"dry_run": true})
					}
					if !yield(largeCall{tool, path, form, arguments}) {
						return
					}
				}
			}
		}
	}
}

const kb = 1000

func TestALargeArgumentCostsInProportion(t *testing.T) {
	box, s := inputSandbox(t)
	calls := 0
	for call := range largeCalls(sane(t, s), 100*kb) {
		// The benchmark makes all of them, which takes too long here.
		if calls++; calls%3 != 0 {
			continue
		}
		c := costOf(t, box, call)
		assert.LessOrEqual(t, c.out, uint64(64<<10), "%s: bytes out", call)
		assert.LessOrEqual(t, c.allocated, uint64(32<<20), "%s: bytes allocated", call)
	}
	assert.Greater(t, calls, 5000)
	assert.Empty(t, s.Effects())
}

// FuzzArguments calls tools with any arguments.
func FuzzArguments(f *testing.F) {
	box, s := inputSandbox(f)
	for tool, arguments := range sane(f, s) {
		raw, err := json.Marshal(arguments)
		require.NoError(f, err)
		f.Add(tool, string(raw))
	}
	f.Add("get_jobs", `{"ids":"[[[1,1,1]]]","statuses":"[\"OPEN\",","where":"((("}`)
	f.Fuzz(func(t *testing.T, tool, raw string) {
		var arguments any
		if json.Unmarshal([]byte(raw), &arguments) != nil {
			return
		}
		if m, ok := arguments.(map[string]any); ok {
			m["dry_run"] = true
			if strings.HasPrefix(tool, "get_") {
				delete(m, "dry_run")
			}
		}
		c := costOf(t, box, largeCall{tool: tool, arguments: arguments})
		assert.LessOrEqual(t, c.out, uint64(64<<10))
		assert.LessOrEqual(t, c.allocated, uint64(32<<20+300*len(raw)))
	})
}

// BenchmarkLargeArguments prints what a large argument costs each tool: the call that takes longest
// with 1 MB, and the same with 100 KB.
func BenchmarkLargeArguments(b *testing.B) {
	box, s := inputSandbox(b)
	arguments := sane(b, s)
	for b.Loop() {
		worst := slowestCalls(b, box, arguments, 1000*kb)
		smaller := map[string]largeCall{}
		for call := range largeCalls(arguments, 100*kb) {
			if w := worst[call.tool]; call.path == w.path && call.form == w.form {
				smaller[call.tool] = call
			}
		}
		fmt.Printf("\n| tool | CPU, 100 KB | CPU, 1 MB | ratio | bytes out, 100 KB | bytes out, 1 MB | memory, 100 KB | memory, 1 MB | slowest with 1 MB |\n|---|---|---|---|---|---|---|---|---|\n")
		for _, tool := range slices.Sorted(maps.Keys(worst)) {
			x, y := leastOf(b, box, smaller[tool]), leastOf(b, box, worst[tool])
			fmt.Printf("| %s | %.2f ms | %.1f ms | %.1f | %d | %d | %.1f MiB | %.1f MiB | %s = %s |\n", tool, x.took.Seconds()*1000, y.took.Seconds()*1000,
				float64(y.took)/float64(x.took), x.out, y.out, float64(x.allocated)/(1<<20), float64(y.allocated)/(1<<20), worst[tool].path, worst[tool].form)
		}
	}
}

// slowestCalls are those of each tool that take longest, and are so again.
func slowestCalls(b *testing.B, box *tools.Toolbox, arguments map[string]map[string]any, n int) map[string]largeCall {
	b.Helper()
	out, took := map[string]largeCall{}, map[string]time.Duration{}
	for call := range largeCalls(arguments, n) {
		c := costOf(b, box, call)
		if c.took <= took[call.tool] {
			continue
		}
		// It may have been slow because of what else the machine did.
		if again := min(c.took, costOf(b, box, call).took); again > took[call.tool] {
			out[call.tool], took[call.tool] = call, again
		}
	}
	return out
}

// leastOf is what a call costs on a quiet machine: the least of several runs.
func leastOf(b *testing.B, box *tools.Toolbox, call largeCall) cost {
	b.Helper()
	out := costOf(b, box, call)
	for range 15 {
		runtime.GC()
		c := costOf(b, box, call)
		out = cost{min(out.took, c.took), max(out.out, c.out), min(out.allocated, c.allocated)}
	}
	return out
}
