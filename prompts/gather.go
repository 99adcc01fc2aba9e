package prompts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

const (
	// dataTokens are for the data of a prompt; the rest is for its words.
	dataTokens = 4600
	// leastTokens is what a list needs to say anything.
	leastTokens = digest.MinTokens
	// headTokens are for the line that says where a part comes from.
	headTokens = 90
)

// page is what the text of a prompt is filled with.
type page struct {
	// Today is a date with its weekday and zone, Coverage says what the data cover.
	Today, Coverage string
	// Data are the parts of the data by name, each line of them after "> ".
	Data map[string]string
	// Is are single values: names, ids and numbers, on one line each.
	Is map[string]string
}

// gathering reads the data of one prompt.
type gathering struct {
	ctx   context.Context
	box   *tools.Toolbox
	who   tools.Caller
	given map[string]string
	page  page
	// left is what of dataTokens nobody took.
	left int

	partial, cut, unread []string
}

// args are the arguments of a tool.
type args map[string]any

// list is one of texts, as decoded from JSON.
type list = []any

// with are the arguments and more; more wins.
func (a args) with(more args) args {
	out := maps.Clone(a)
	maps.Copy(out, more)
	return out
}

func (g *gathering) put(part, text string) {
	g.page.Data[part] = text
	g.left = max(0, g.left-digest.CountTokens(text))
}

// run calls a tool with a budget.
func (g *gathering) run(tool string, a args, tokens int) (tools.Answer, error) {
	return g.box.Run(g.ctx, g.who, tool, map[string]any(a.with(args{"max_tokens": max(tokens, leastTokens)})))
}

// rows reads a list for the prompt's own use, as texts by column.
func (g *gathering) rows(tool string, a args, tokens int) ([]map[string]string, error) {
	answer, err := g.run(tool, a, tokens)
	if err != nil {
		return nil, err
	}
	list, ok := answer.(*digest.Answer)
	if !ok {
		return nil, fmt.Errorf("prompts: %s is no list", tool)
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

// coverage says in one or a few sentences what the data cover.
func (g *gathering) coverage() string {
	var s []string
	if len(g.partial) == 0 && len(g.unread) == 0 {
		s = append(s, "Coverage: complete. Every list below was read to its end, so its counts are exact for Kombo's copy.")
	}
	if len(g.partial) > 0 {
		s = append(s, "Coverage: NOT complete. Of "+listed(g.partial)+" only a part could be read: their counts are lower bounds, and what you write must say so.")
	}
	if len(g.unread) > 0 {
		s = append(s, "Not read at all: "+listed(g.unread)+". Say that it is missing; do not fill it in.")
	}
	if len(g.cut) > 0 {
		s = append(s, "Rows shown in part: "+listed(g.cut)+"; counts are of all. For the rest send the call that stands above the rows, with its next as cursor.")
	}
	return strings.Join(s, " ")
}

func listed(parts []string) string { return strings.Join(slices.Compact(slices.Clone(parts)), ", ") }

// choose resolves an argument that names a job, a stage or a reason, and puts
// its name and id on the page.
func (g *gathering) choose(param string, kind tools.ChoiceKind, jobID string) (tools.Choice, error) {
	c, err := chooseOf(g.ctx, g.box, g.who, kind, jobID, param, g.given[param])
	if err != nil {
		return c, err
	}
	g.page.Is[param] = strconv.Quote(within(c.Name, 40))
	g.page.Is[param+"_id"] = within(c.ID, 40)
	return c, nil
}

// days is an argument that counts days.
func (g *gathering) days(param string, otherwise, most int) (int, error) {
	n := otherwise
	if v := g.given[param]; v != "" {
		var err error
		if n, err = strconv.Atoi(v); err != nil || n < 1 || n > most {
			return 0, argumentError("%s is %q; it must be a whole number of days from 1 to %d", param, within(v, 20), most)
		}
	}
	g.page.Is[param] = strconv.Itoa(n)
	return n, nil
}

func argumentError(format string, a ...any) error {
	return &tools.ArgumentError{Problems: []string{fmt.Sprintf(format, a...) + "."}}
}

// isArgument tells whether an error is about what the caller sent.
func isArgument(err error) bool {
	_, ok := errors.AsType[*tools.ArgumentError](err)
	return ok
}

func compact(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return ""
	}
	return strings.TrimSpace(b.String())
}

// within is a text on one line, cut to a number of tokens.
func within(s string, tokens int) string {
	s = digest.Clean(s)
	if head := digest.TokenPrefix(s, tokens); head != s {
		return head + "…"
	}
	return s
}

// apart begins every line with "> ", so that nothing in a text can pass for the
// prompt's own words, and keeps as many whole lines as fit.
func apart(text string, tokens int) (quoted string, whole bool) {
	const mark = "> (cut to fit)\n"
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	all := setApart(lines)
	if digest.CountTokens(all) <= tokens {
		return all, true
	}
	room, n := tokens-digest.CountTokens(mark), 0
	for used := 0; n < len(lines); n++ {
		if used += digest.CountTokens(setApart(lines[n:n+1])) + 1; used > room {
			break
		}
	}
	return setApart(lines[:n]) + mark, false
}

func setApart(lines []string) string {
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

// part is one part of a prompt's data: its name in the text, the call that reads
// it, what it may cost and whether the prompt is of no use without it.
type part struct {
	name, tool string
	args       args
	tokens     int
	must       bool
}

// reading is a part as it was read.
type reading struct {
	text     string
	whole    bool
	answer   tools.Answer
	err      error
	panicked *Panic
}

// partsAtOnce is how many parts are read side by side: a walk of a large ATS can
// take ten seconds, and hosts wait for a minute.
const partsAtOnce = 3

// parts reads them and puts them on the page. The first goes ahead, since its walk
// can serve the next, and the last may have the tokens that the others left. A
// part without must that fails leaves its words there: what an ATS does not
// deliver makes the rest no less useful.
func (g *gathering) parts(list []part) error {
	if len(list) == 0 {
		return nil
	}
	last := len(list) - 1
	read := make([]reading, len(list))
	if last > 0 {
		read[0] = g.read(list[0], list[0].tokens)
	}
	var all sync.WaitGroup
	free := make(chan struct{}, partsAtOnce)
	for i := 1; i < last; i++ {
		all.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			read[i] = g.read(list[i], list[i].tokens)
		})
	}
	all.Wait()
	for i, p := range list {
		if i == last {
			read[i] = g.read(p, min(p.tokens, g.left))
		}
		if err := g.place(p, read[i]); err != nil {
			return err
		}
	}
	return nil
}

// Panic is what a read of a prompt's data panicked with. The reads run in
// goroutines of their own; it carries the stack of the one to whoever recovers it
// in another.
type Panic struct {
	Value any
	Stack []byte
}

// read asks for one part, which may cost tokens.
func (g *gathering) read(p part, tokens int) (r reading) {
	// A panic belongs to whoever waits for the parts, not to a goroutine.
	defer func() {
		if v := recover(); v != nil {
			r.panicked = &Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	head := "From " + p.tool + " " + compact(p.args) + ":\n"
	if n := digest.CountTokens(head); n > headTokens {
		head = "From " + p.tool + ":\n"
	}
	// Setting the lines apart costs about a token each.
	room := tokens - digest.CountTokens(head)
	if r.answer, r.err = g.run(p.tool, p.args, room*9/10); r.err != nil {
		return r
	}
	quoted, whole := apart(r.answer.Text(), room)
	r.text, r.whole = head+quoted, whole
	return r
}

// place puts a part on the page and notes what it does not cover.
func (g *gathering) place(p part, r reading) error {
	switch {
	case r.panicked != nil:
		panic(r.panicked)
	case r.err != nil && (p.must || g.ctx.Err() != nil):
		return r.err
	case r.err != nil:
		g.unread = append(g.unread, p.name)
		g.put(p.name, within("This part could not be read. "+tools.Explain(r.err), 120))
		return nil
	}
	cut := !r.whole
	if l, ok := r.answer.(*digest.Answer); ok {
		if !l.Summary.Complete {
			g.partial = append(g.partial, p.name)
		}
		cut = cut || l.Next != ""
	}
	if cut {
		g.cut = append(g.cut, p.name)
	}
	g.put(p.name, r.text)
	return nil
}
