package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// writeFlags are what every tool that changes the ATS takes beside its own
// parameters. None of them is part of what the write is.
type writeFlags struct {
	DryRun bool   `json:"dry_run,omitempty" alias:"preview"`
	Anyway bool   `json:"anyway,omitempty" alias:"force" jsonschema_description:"override doubts"`
	Again  bool   `json:"again,omitempty" jsonschema_description:"repeat on purpose"`
	Code   string `json:"code,omitempty" jsonschema_description:"of a preview"`
}

func (f *writeFlags) flags() writeFlags { return *f }

// writeArguments is what every argument struct of a write is, by embedding.
type writeArguments interface{ flags() writeFlags }

// maxResolved bounds in characters the arguments that a preview shows.
const maxResolved = 6000

// maxBatch is the most records that one call writes to.
const maxBatch = 25

// change is one write to one record: resolved, checked and ready to send.
type change struct {
	// record is the id of what is written to, "" for something new.
	record string
	// words say what the write does, for a person: who, what, where. They
	// begin with a verb, and are masked on their way to the agent only.
	words string
	// args are the resolved arguments, file contents as their length and hash:
	// what makes this write the same as another.
	args map[string]any
	// slot names what the write sets, so that one that sets it differently
	// undoes it; "" where nothing does.
	slot string
	// send does it, once. The map holds the ids of what was created.
	send func(context.Context) (kombo.Receipt, map[string]string, error)
	// shows reports whether the copy shows the write, made at or after an
	// instant; nil where no read can tell.
	shows func(context.Context, time.Time) (bool, error)
	// effect is what a list will show of the write, zero for what none shows;
	// done is what was done, as "moved to Interview".
	effect effect
	done   string
}

// plan is what a write tool makes of its arguments: the changes, or what
// speaks against all of them.
type plan struct {
	changes []change
	// problems are what Kombo would refuse.
	problems []string
	// doubts rest on copied data, hours old; they yield to anyway.
	doubts []doubt
	notes  []string
	// people are those whom the plan is about, for what must not show of them;
	// of strangers among them nothing is known.
	people    []privacy.Identity
	strangers bool
}

// doubt is what the copy says against a write.
type doubt struct {
	// record is the only one that it is about, "" where it is about all.
	record, words string
}

func (p *plan) fail(format string, a ...any) {
	p.problems = append(p.problems, fmt.Sprintf(format, a...))
}

func (p *plan) doubt(format string, a ...any) { p.doubtOf("", format, a...) }

func (p *plan) doubtOf(record, format string, a ...any) {
	d := doubt{record, fmt.Sprintf(format, a...)}
	if !slices.Contains(p.doubts, d) {
		p.doubts = append(p.doubts, d)
	}
}

func (p *plan) note(format string, a ...any) {
	p.notes = append(p.notes, fmt.Sprintf(format, a...))
}

// trouble notes an error of a look-up as a problem.
func (p *plan) trouble(err error) { p.problems = append(p.problems, wording.Sentence(err.Error())) }

// refusal is everything that speaks against the plan, at once. Doubts count only
// about records that are still to be written to, which open tells, "" for any.
func (p *plan) refusal(anyway bool, open func(record string) bool) error {
	var doubts []string
	for _, d := range p.doubts {
		if !anyway && open(d.record) {
			doubts = append(doubts, d.words)
		}
	}
	if len(p.problems)+len(doubts) == 0 {
		return nil
	}
	all := append(slices.Clip(p.problems), doubts...)
	if len(doubts) > 0 {
		hint := "What Kombo's copy says may be hours old: if you know better, send the same call with anyway: true."
		if len(p.problems) > 0 {
			hint = "The last " + wording.Plural(len(doubts), "point rests on Kombo's copy, which may be hours old, and yields", "points rest on Kombo's copy, which may be hours old, and yield") + " to anyway: true."
		}
		all = append(all, hint)
	}
	return &args.Error{Problems: all}
}

// The outcomes of a write. Mixed is a batch whose records fared differently;
// unsent ones were never tried.
const (
	outcomeDone    = string(once.Done)
	outcomeRefused = string(once.Refused)
	outcomeUnknown = string(once.Unknown)
	outcomeUnsent  = "not sent"
	outcomePreview = "preview"
	outcomeMixed   = "mixed"
)

// WriteAnswer tells what became of a write, or what it would do.
type WriteAnswer struct {
	Outcome string        `json:"outcome" jsonschema_description:"done, preview, unknown, refused, not sent or mixed"`
	Results []WriteResult `json:"results"`
	Code    string        `json:"code,omitempty" jsonschema_description:"send it with the same call to go on"`
	Notes   []string      `json:"notes,omitempty"`
}

// WriteResult tells what became of the write to one record.
type WriteResult struct {
	Record   string `json:"record,omitempty"`
	Outcome  string `json:"outcome"`
	Says     string `json:"says"`
	Resolved string `json:"resolved,omitempty" jsonschema_description:"the arguments as they would be sent, JSON"`
	// Created holds "application ID" and the like.
	Created []string `json:"created,omitempty"`
}

// Text says the same in lines, one a record.
func (a *WriteAnswer) Text() string {
	var b strings.Builder
	if a.Outcome == outcomePreview {
		b.WriteString("Nothing was sent. This would be done:\n")
	}
	if len(a.Results) > 1 {
		fmt.Fprintf(&b, "%s\n", a.Size())
	}
	for i, r := range a.Results {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s: ", r.Outcome)
		if r.Record != "" && !strings.Contains(r.Says, r.Record) {
			fmt.Fprintf(&b, "%s: ", r.Record)
		}
		b.WriteString(r.Says)
		for _, c := range r.Created {
			fmt.Fprintf(&b, " New %s.", c)
		}
		if r.Resolved != "" {
			fmt.Fprintf(&b, " %s", r.Resolved)
		}
	}
	if a.Code != "" {
		fmt.Fprintf(&b, "\ncode: %s (to do it, send the same call with this code)", a.Code)
	}
	for _, n := range a.Notes {
		fmt.Fprintf(&b, "\nnote: %s", n)
	}
	return b.String()
}

// sum gives the whole the outcome that all records have.
func (a *WriteAnswer) sum() {
	a.Outcome = a.Results[0].Outcome
	if slices.ContainsFunc(a.Results, func(r WriteResult) bool { return r.Outcome != a.Outcome }) {
		a.Outcome = outcomeMixed
	}
}

// Size says how many records had which outcome.
func (a *WriteAnswer) Size() string {
	counts := map[string]int{}
	for _, r := range a.Results {
		counts[r.Outcome]++
	}
	var parts []string
	for _, o := range []string{outcomePreview, outcomeDone, outcomeRefused, outcomeUnknown, outcomeUnsent} {
		if counts[o] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[o], o))
		}
	}
	return strings.Join(parts, ", ")
}

// mask masks what a write says of people on its way to the agent, and removes
// invisible characters. The question to a person and the journal hold the truth.
func (a *WriteAnswer) mask(m *privacy.Mask, people []privacy.Identity) {
	if a == nil {
		return
	}
	for i := range a.Results {
		a.Results[i].Says = digest.Clean(m.Document(a.Results[i].Says, people...))
		a.Results[i].Resolved = m.JSON(a.Results[i].Resolved, people...)
	}
	for i := range a.Notes {
		a.Notes[i] = digest.Clean(m.Document(a.Notes[i], people...))
	}
}

// write makes a tool that changes the ATS of a function that turns arguments
// into a plan. The function only reads; the plan is made whole, checked,
// shown and confirmed before anything is sent.
func write[A any, P interface {
	*A
	writeArguments
}](s spec, fn func(context.Context, *call, A) (plan, error)) *Tool {
	return define(s, func(ctx context.Context, c *call, args A) (*WriteAnswer, error) {
		p, err := fn(ctx, c, args)
		if err != nil {
			return nil, c.mask.Error(err, p.people...)
		}
		answer, err := c.carryOut(ctx, s, P(&args).flags(), p)
		if _, asks := errors.AsType[*askError](err); asks {
			return nil, err // the person sees the truth
		}
		answer.mask(c.mask, p.people)
		return answer, c.mask.Error(err, p.people...)
	})
}

// carryOut takes a plan through refusal, preview, confirmation and haste to
// the sending.
func (c *call) carryOut(ctx context.Context, s spec, f writeFlags, p plan) (*WriteAnswer, error) {
	if f.DryRun || len(p.problems) > 0 {
		if err := p.refusal(f.Anyway, func(string) bool { return true }); err != nil {
			return nil, err
		}
		return p.preview(), nil
	}
	w := &writing{call: c, spec: s, flags: f, plan: p}
	if err := w.look(ctx); err != nil {
		return nil, err
	}
	// That the copy shows what was done already speaks against nothing.
	if err := p.refusal(f.Anyway, w.isOpen); err != nil {
		return nil, err
	}
	if answer, err := w.confirm(); answer != nil || err != nil {
		return answer, err
	}
	if err := c.haste.take(c.cfg.Now(), w.open()); err != nil {
		return nil, err
	}
	return w.send(ctx)
}

// preview shows what the plan would send.
func (p *plan) preview() *WriteAnswer {
	a := &WriteAnswer{Outcome: outcomePreview, Notes: p.notes}
	for i, ch := range p.changes {
		r := WriteResult{Record: ch.record, Outcome: outcomePreview, Says: wording.Sentence(ch.words)}
		if i == 0 {
			// The other records of a batch differ by their id alone.
			r.Resolved = wording.Clip(wording.JSON(ch.args), maxResolved)
		}
		a.Results = append(a.Results, r)
	}
	return a
}

// remoteFields reads the parameter of that name into the block T of the wire.
func remoteFields[T any](p *plan, raw args.JSON) *T {
	if strings.TrimSpace(string(raw)) == "" {
		return nil
	}
	var out T
	if err := raw.Unmarshal(&out); err != nil {
		p.fail(`remote_fields must be a JSON object keyed by the ATS's slug, such as {"greenhouse":{"post_headers":{"On-Behalf-Of":"123"}}} (%s).`, err)
		return nil
	}
	return &out
}

// required notes each empty value; decode has refused missing keys already, but
// not "".
func (p *plan) required(pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.TrimSpace(pairs[i+1]) == "" {
			p.fail("%s is required and empty.", pairs[i])
		}
	}
}
