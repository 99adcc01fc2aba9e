package prompts

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/plainjson"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

const (
	// dataTokens is the budget for the data of a prompt; the rest is for its text.
	dataTokens = 4600
	// minListTokens is the least budget of a list.
	minListTokens = digest.MinTokens
	// headerTokens is the budget for the line that says where a part comes from.
	headerTokens = 90
)

// page is the data for the template of a prompt.
type page struct {
	// Today is a date with its weekday and time zone, Coverage says what the data
	// cover.
	Today, Coverage string
	// Data are the parts of the data by name, with each line quoted by "> ".
	Data map[string]string
	// Is are single values, each on one line: names, ids and numbers.
	Is map[string]string
}

// gatherer reads the data of one prompt and fills its page.
type gatherer struct {
	ctx    context.Context
	box    *tools.Toolbox
	caller tools.Caller
	values map[string]string
	page   page
	// tokensLeft is the unused part of dataTokens.
	tokensLeft int

	missing                             []missing
	partial, truncated, unread, waiting []string
}

// args are the arguments of a tool.
type args map[string]any

// list is a list argument, as decoded from JSON.
type list = []any

// with returns the arguments with those of more added or replaced.
func (a args) with(more args) args {
	out := maps.Clone(a)
	maps.Copy(out, more)
	return out
}

func (g *gatherer) put(part, text string) {
	g.page.Data[part] = text
	g.tokensLeft = max(0, g.tokensLeft-digest.CountTokens(text))
}

// run calls a tool with a token budget.
func (g *gatherer) run(tool string, a args, tokens int) (tools.Answer, error) {
	return g.box.Run(g.ctx, g.caller, tool, map[string]any(a.with(args{"max_tokens": max(tokens, minListTokens)})))
}

// rows returns the rows of a list as texts by column.
func (g *gatherer) rows(tool string, a args, tokens int) ([]map[string]string, error) {
	answer, err := g.run(tool, a, tokens)
	if err != nil {
		return nil, err
	}
	list, ok := answer.(*digest.Answer)
	if !ok {
		return nil, fmt.Errorf("prompts: %s does not return a list", tool)
	}
	out := make([]map[string]string, 0, len(list.Rows))
	for _, r := range list.Rows {
		row := map[string]string{}
		for i, c := range list.Columns {
			if i < len(r) {
				row[c] = r[i]
			}
		}
		out = append(out, row)
	}
	return out, nil
}

// coverage returns sentences about what the data cover.
func (g *gatherer) coverage() string {
	var s []string
	if len(g.partial) == 0 && len(g.unread) == 0 && len(g.waiting) == 0 {
		s = append(s, "Coverage: complete. Every list below was read to its end, so its counts are exact for Kombo's copy.")
	}
	if len(g.partial) > 0 {
		s = append(s, "Coverage: NOT complete. Of "+joinNames(g.partial)+" only a part could be read: their counts are lower bounds, and what you write must say so.")
	}
	if len(g.unread) > 0 {
		s = append(s, "Not read at all: "+joinNames(g.unread)+". Say that it is missing; do not fill it in.")
	}
	if len(g.waiting) > 0 {
		s = append(s, "Not read yet: "+joinNames(g.waiting)+". Read it once the user has answered.")
	}
	if len(g.truncated) > 0 {
		s = append(s, "Rows shown in part: "+joinNames(g.truncated)+"; counts are of all. For the rest send the call that stands above the rows, with its next as cursor.")
	}
	return strings.Join(s, " ")
}

func joinNames(parts []string) string { return strings.Join(slices.Compact(slices.Clone(parts)), ", ") }

// choose resolves an argument that refers to a job, a stage or a reason, and adds name
// and id to the page.
func (g *gatherer) choose(param string, kind tools.ChoiceKind, jobID string) (tools.Choice, error) {
	c, err := chooseFrom(g.ctx, g.box, g.caller, kind, jobID, param, g.values[param])
	if err != nil {
		return c, err
	}
	g.page.Is[param] = strconv.Quote(oneLine(c.Name, 40))
	g.page.Is[param+"_id"] = oneLine(c.ID, 40)
	return c, nil
}

// days returns the value of an argument that is a number of days.
func (g *gatherer) days(param string, fallback, maxDays int) (int, error) {
	n := fallback
	if v := g.values[param]; v != "" {
		var err error
		if n, err = strconv.Atoi(v); err != nil || n < 1 || n > maxDays {
			return 0, argumentError("%s is %q; it must be a whole number of days from 1 to %d", param, oneLine(v, 20), maxDays)
		}
	}
	g.page.Is[param] = strconv.Itoa(n)
	return n, nil
}

func argumentError(format string, a ...any) error {
	return &tools.ArgumentError{Problems: []string{fmt.Sprintf(format, a...) + "."}}
}

// isArgumentError reports whether an error is about the arguments of a call.
func isArgumentError(err error) bool {
	_, ok := errors.AsType[*tools.ArgumentError](err)
	return ok
}

// encodeJSON returns v as JSON without HTML escapes, "" if that fails.
func encodeJSON(v any) string {
	raw, err := plainjson.Marshal(v)
	if err != nil {
		return ""
	}
	return string(raw)
}

// oneLine returns a text on one line, cut to a number of tokens.
func oneLine(s string, tokens int) string {
	s = digest.Clean(s)
	if head := digest.TokenPrefix(s, tokens); head != s {
		return head + "…"
	}
	return s
}

// quote prefixes every line with "> ", so that nothing in the data looks like text of
// the prompt. It keeps as many lines as fit and reports whether that is all of them.
func quote(text string, tokens int) (quoted string, whole bool) {
	const mark = "> (cut to fit)\n"
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	all := quoteLines(lines)
	if digest.CountTokens(all) <= tokens {
		return all, true
	}
	budget, n := tokens-digest.CountTokens(mark), 0
	for used := 0; n < len(lines); n++ {
		if used += digest.CountTokens(quoteLines(lines[n:n+1])) + 1; used > budget {
			break
		}
	}
	return quoteLines(lines[:n]) + mark, false
}

func quoteLines(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteByte('>')
		if l != "" {
			b.WriteString(" " + l)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// part is one part of a prompt's data: its name in the template, the call that reads it,
// its token budget, and whether the prompt is useless without it.
type part struct {
	name, tool string
	args       args
	tokens     int
	required   bool
}

// partResult is the result of reading a part.
type partResult struct {
	text     string
	whole    bool
	waits    bool // for an argument that is missing; nothing was read
	answer   tools.Answer
	err      error
	panicked *Panic
}

// maxParallelReads is how many parts are read concurrently: a walk of a large ATS can
// take ten seconds, and hosts wait for a minute.
const maxParallelReads = 3

// parts reads the parts and adds them to the page. The first is read before the others,
// since its walk can serve them, and the last gets the tokens that they left. If a part
// that is not required fails, the page has its error instead: the others are useful
// without it.
func (g *gatherer) parts(list []part) error {
	if len(list) == 0 {
		return nil
	}
	last := len(list) - 1
	read := make([]partResult, len(list))
	if last > 0 {
		read[0] = g.read(list[0], list[0].tokens)
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, maxParallelReads)
	for i := 1; i < last; i++ {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			read[i] = g.read(list[i], list[i].tokens)
		})
	}
	wg.Wait()
	for i, p := range list {
		if i == last {
			read[i] = g.read(p, min(p.tokens, g.tokensLeft))
		}
		if err := g.add(p, read[i]); err != nil {
			return err
		}
	}
	return nil
}

// Panic is the panic value if reading a prompt's data panicked. Since that happens in
// another goroutine, it has the stack of that one.
type Panic struct {
	Value any
	Stack []byte
}

// read reads one part within a token budget.
func (g *gatherer) read(p part, tokens int) (r partResult) {
	// A panic must reach the caller of parts, not end the process.
	defer func() {
		if v := recover(); v != nil {
			r.panicked = &Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	if r.waits = g.waitsFor(p); r.waits {
		return r
	}
	head := "From " + p.tool + " " + encodeJSON(p.args) + ":\n"
	if n := digest.CountTokens(head); n > headerTokens {
		head = "From " + p.tool + ":\n"
	}
	// Quoting costs about one token per line.
	budget := tokens - digest.CountTokens(head)
	if r.answer, r.err = g.run(p.tool, p.args, budget*9/10); r.err != nil {
		return r
	}
	quoted, whole := quote(r.answer.Text(), budget)
	r.text, r.whole = head+quoted, whole
	return r
}

// add adds a part to the page and records what it does not cover.
func (g *gatherer) add(p part, r partResult) error {
	switch {
	case r.panicked != nil:
		panic(r.panicked)
	case r.waits:
		g.waiting = append(g.waiting, p.name)
		g.put(p.name, "> "+notReadYet+" Then: "+p.tool+" "+encodeJSON(p.args)+"\n")
		return nil
	case r.err != nil && (p.required || g.ctx.Err() != nil):
		return r.err
	case r.err != nil:
		g.unread = append(g.unread, p.name)
		g.put(p.name, oneLine("This part could not be read. "+tools.Explain(r.err), 120))
		return nil
	}
	truncated := !r.whole
	if l, ok := r.answer.(*digest.Answer); ok {
		if !l.Summary.Complete {
			g.partial = append(g.partial, p.name)
		}
		truncated = truncated || l.Next != ""
	}
	if truncated {
		g.truncated = append(g.truncated, p.name)
	}
	g.put(p.name, r.text)
	return nil
}
