//go:build !race

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// cost is the number of calls and tokens that an agent uses.
type cost struct{ calls, tokens int }

func (c *cost) add(o cost) {
	c.calls += o.calls
	c.tokens += o.tokens
}

// agent calls tools as a model does: it uses only the words of the question and the
// texts of answers.
type agent struct {
	t    testing.TB
	box  *tools.Toolbox
	cost cost
	// wrote is the part of the cost that went into writes without their previews: the
	// baselines have the same.
	wrote cost
}

// args are the arguments of a call.
type args map[string]any

// call calls a tool and returns the text of its answer. Hosts pass on the text or the
// structured content, so the larger of the two counts as the cost.
func (a *agent) call(tool string, with args) string {
	a.t.Helper()
	// As over the protocol: numbers and lists are decoded from JSON.
	raw, err := json.Marshal(with)
	require.NoError(a.t, err)
	var decoded any
	require.NoError(a.t, json.Unmarshal(raw, &decoded))
	result := a.box.Call(a.t.Context(), tools.Caller{Client: "bench"}, tool, decoded)
	require.Len(a.t, result.Content, 1)
	text, ok := result.Content[0].(mcp.TextContent)
	require.True(a.t, ok)
	require.False(a.t, result.IsError, "%s %s: %s", tool, raw, text.Text)
	structured, err := json.Marshal(result.StructuredContent)
	require.NoError(a.t, err)
	spent := cost{1, max(digest.CountTokens(text.Text), digest.CountTokens(string(structured)))}
	a.cost.add(spent)
	if _, preview := with["dry_run"]; !preview && !strings.HasPrefix(tool, "get_") {
		a.wrote.add(spent)
	}
	return text.Text
}

// write previews a write and then sends it, as the server's instructions ask.
func (a *agent) write(tool string, with args) {
	a.t.Helper()
	preview := args{"dry_run": true}
	maps.Copy(preview, with)
	require.Contains(a.t, a.call(tool, preview), "Nothing was sent")
	require.Contains(a.t, a.call(tool, with), "done")
}

// ask calls a list tool and reads all pages of its answer.
func (a *agent) ask(tool string, with args) *table {
	a.t.Helper()
	t := parse(a.t, a.call(tool, with))
	for next := t.next; next != ""; {
		with["cursor"] = next
		page := parse(a.t, a.call(tool, with))
		t.rows = append(t.rows, page.rows...)
		next = page.next
	}
	require.Contains(a.t, t.summary, "complete", "the answer covers only a part")
	require.NotContains(a.t, t.summary, "not complete")
	return t
}

// table is the answer of a list, parsed from its text.
type table struct {
	t       testing.TB
	summary string
	columns []string
	rows    [][]string
	legend  [][]string
	next    string
	notes   []string
}

// parse parses the text of a list's answer.
func parse(t testing.TB, text string) *table {
	t.Helper()
	out := &table{t: t}
	blocks := strings.Split(strings.TrimSuffix(text, "\n"), "\n\n")
	out.summary = blocks[0]
	for _, block := range blocks[1:] {
		for i, line := range strings.Split(block, "\n") {
			cells := strings.Split(line, "\t")
			switch {
			case out.columns == nil && i == 0 && !slices.Contains([]string{"legend", "next", "note"}, cells[0]):
				out.columns = cells
			case cells[0] == "legend" && len(cells) == 4:
				out.legend = append(out.legend, cells[1:])
			case cells[0] == "next" && len(cells) == 2:
				out.next = cells[1]
			case cells[0] == "note" && len(cells) == 2:
				out.notes = append(out.notes, cells[1])
			default:
				require.Len(t, cells, len(out.columns), "a row has a cell for each column: %q", line)
				out.rows = append(out.rows, cells)
			}
		}
	}
	return out
}

// column returns the cells of one column.
func (t *table) column(name string) []string {
	t.t.Helper()
	var out []string
	for _, r := range t.lines(name) {
		out = append(out, r[0])
	}
	return out
}

// lines returns the cells of the named columns by row, "" for a missing cell.
func (t *table) lines(names ...string) [][]string {
	t.t.Helper()
	out := make([][]string, len(t.rows))
	for i, r := range t.rows {
		for _, name := range names {
			at := slices.Index(t.columns, name)
			require.GreaterOrEqual(t.t, at, 0, "the answer has a column %s among %v", name, t.columns)
			cell := r[at]
			if cell == "''" {
				cell = ""
			}
			out[i] = append(out[i], cell)
		}
	}
	return out
}

// facts formats each row as one line, in the form of the truths.
func (t *table) facts(names ...string) []string {
	t.t.Helper()
	var out []string
	for _, r := range t.lines(names...) {
		out = append(out, fact(r...))
	}
	return out
}

// fact formats one line of an answer.
func fact(parts ...string) string { return strings.Join(parts, " | ") }

// newSandbox returns the ATS of the questions with that many applications.
func newSandbox(applications int) *sandbox.Sandbox {
	return sandbox.New(sandbox.Options{Seed: 7, Applications: applications, RateLimit: -1, Today: today})
}

// newBox returns the toolbox of a server on that ATS.
func newBox(t testing.TB, s *sandbox.Sandbox, limits digest.Limits) *tools.Toolbox {
	t.Helper()
	up, err := app.InSandbox(s)
	require.NoError(t, err)
	settings := app.Defaults()
	settings.Sandbox, settings.Transports, settings.Writes = true, nil, string(tools.PolicyAllow)
	a, err := app.Open(t.Context(), settings, app.Options{Upstream: &up})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	cfg := a.Config()
	cfg.Limits = limits
	box, err := tools.New(cfg)
	require.NoError(t, err)
	return box
}

// fetch downloads a file of the sandbox.
func fetch(ctx context.Context, s *sandbox.Sandbox, address string) ([]byte, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, "", err
	}
	resp, err := s.Transport().RoundTrip(r)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, "", fmt.Errorf("the file's address answers %s", resp.Status)
	}
	data, err := io.ReadAll(resp.Body)
	return data, resp.Header.Get("Content-Type"), err
}

// longWalks gives a slow machine time for a walk: the benchmark measures tokens, not
// time.
var longWalks = digest.Limits{Time: time.Minute}
