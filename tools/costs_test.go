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

// BenchmarkLargeArguments prints what a large argument costs each tool, in the worst of its parameters.
func BenchmarkLargeArguments(b *testing.B) {
	box, s := inputSandbox(b)
	arguments := sane(b, s)
	for b.Loop() {
		small, large := worstOf(b, box, arguments, 100*kb), worstOf(b, box, arguments, 1000*kb)
		fmt.Printf("\n%-28s %10s %10s %6s %10s %10s %10s %10s  %s\n", "", "CPU", "CPU", "", "out", "out", "allocated", "allocated", "")
		fmt.Printf("%-28s %10s %10s %6s %10s %10s %10s %10s  %s\n", "tool", "100 KB", "1 MB", "ratio", "100 KB", "1 MB", "100 KB", "1 MB", "slowest with 1 MB")
		for _, tool := range slices.Sorted(maps.Keys(small)) {
			x, y := small[tool], large[tool]
			fmt.Printf("%-28s %10s %10s %6.1f %10d %10d %10d %10d  %s = %s\n", tool, x.took.Round(10*time.Microsecond), y.took.Round(10*time.Microsecond),
				float64(y.took)/float64(x.took), x.out, y.out, x.allocated, y.allocated, y.slowest.path, y.slowest.form)
		}
	}
}

type worstCost struct {
	cost
	slowest largeCall
}

// worstOf are the highest costs of the calls of each tool.
func worstOf(b *testing.B, box *tools.Toolbox, arguments map[string]map[string]any, n int) map[string]worstCost {
	b.Helper()
	out := map[string]worstCost{}
	for call := range largeCalls(arguments, n) {
		c := costOf(b, box, call)
		w := out[call.tool]
		if c.took > w.took {
			w.took, w.slowest = c.took, call
		}
		w.out, w.allocated = max(w.out, c.out), max(w.allocated, c.allocated)
		out[call.tool] = w
	}
	for tool, w := range out {
		// What else the machine did while the slowest call ran is not its cost.
		for range 5 {
			w.took = min(w.took, costOf(b, box, w.slowest).took)
		}
		out[tool] = w
	}
	return out
}
