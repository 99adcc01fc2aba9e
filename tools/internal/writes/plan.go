package writes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// MaxBatch is the most records that one call writes to.
const MaxBatch = 25

// Flags are the parameters that every write takes beside its own; argument structs
// embed them. None of them is part of what the write is.
type Flags struct {
	DryRun bool   `json:"dry_run,omitempty" alias:"preview"`
	Anyway bool   `json:"anyway,omitempty" alias:"force" jsonschema_description:"override warnings"`
	Again  bool   `json:"again,omitempty" jsonschema_description:"repeat on purpose"`
	Code   string `json:"code,omitempty" jsonschema_description:"of a preview"`
}

// WriteFlags gives the flags of any argument struct that embeds them.
func (f *Flags) WriteFlags() Flags { return *f }

// Plan is what a write tool makes of its arguments: the changes, or what speaks
// against all of them. The zero Plan is empty.
type Plan struct {
	Changes []Change
	// Problems are why the plan cannot be sent at all.
	Problems []string
	// Warnings rest on Kombo's copy, which may be hours old; Flags.Anyway overrides
	// them.
	Warnings []Warning
	// Notes are for the agent and the person, and stop nothing.
	Notes []string
	// People are those whom the plan is about: words of the ATS that mention them are
	// withheld from an agent under a mask.
	People []privacy.Identity
	// SomeoneUnknown says that it is also about somebody who cannot be masked, because
	// nothing is known of them.
	SomeoneUnknown bool
	// ForPerson are notes for the person who is asked alone, and Withheld are warnings
	// for them alone: they hold what is masked for an agent.
	ForPerson []string
	Withheld  []WithheldWarning

	names []naming
}

// WithheldWarning is an objection that an agent may not read before a write, because it
// would answer a guess.
type WithheldWarning struct {
	// Text is a sentence for the person. Refusal is one for the agent, without whom it is
	// about; it is said where no person saw the other, instead of sending.
	Text, Refusal string
}

// naming is words of a plan that name a person, and what an agent reads in their place.
type naming struct{ words, masked string }

// Name declares that an agent is to read masked where the plan says words. The words
// begin with a name in quotes: whatever a caller typed stands inside quotes, with its own
// ones escaped, and so is never taken for them.
func (p *Plan) Name(words, masked string) {
	if n := (naming{words, masked}); words != masked && !slices.Contains(p.names, n) {
		p.names = append(p.names, n)
	}
}

// forAgent is a text of the plan as an agent may read it.
func (p *Plan) forAgent(s string) string {
	for _, n := range p.names {
		s = strings.ReplaceAll(s, n.words, n.masked)
	}
	return s
}

// overrideHint ends a refusal for warnings.
const overrideHint = "What Kombo's copy says may be hours old: if you know better, send the same call with anyway: true."

// refuseUnseen refuses a plan of which a warning is withheld that no person has seen.
func (p *Plan) refuseUnseen(anyway bool) error {
	if anyway || len(p.Withheld) == 0 {
		return nil
	}
	e := &args.Error{}
	for _, w := range p.Withheld {
		e.Problems = append(e.Problems, w.Refusal)
	}
	e.Problems = append(e.Problems, overrideHint)
	return e
}

// Warning is an objection that rests on Kombo's copy.
type Warning struct {
	// Record is the id of the record that it is about, "" if it is about the plan.
	Record string
	// Text is a sentence.
	Text string
}

// Change is one write to one record: resolved, checked and ready to send.
type Change struct {
	// Record is the id of the record that is written to, "" for something new.
	Record string
	// Summary says for a person what the write does: who, what, where. It begins with
	// a verb in the imperative.
	Summary string
	// Said are the labels of the values that Summary holds, so that they need no line of
	// their own where it holds them whole; see [Change.Fields].
	Said []string
	// Arguments are the resolved arguments; see [ResolvedArguments]. They make the
	// write the same as another, and hold all that is sent; see [Change.Fields].
	Arguments map[string]any
	// Slot names what the write sets, such as "stage:" and an application's id, so that
	// a later write that sets the same slot to another value undoes it; "" if nothing
	// does. SlotValue is what it is set to.
	Slot, SlotValue string
	// Send sends it, once.
	Send Send
	// Shows reports whether Kombo's copy shows the write, made at or after an instant;
	// nil if no read can tell.
	Shows func(context.Context, time.Time) (bool, error)
	// Effect is what lists will show of the write; zero if none does. Done says what
	// was done to the record, such as "moved to Interview".
	Effect Effect
	Done   string
}

// Send sends a change and gives the ids of what was created, by kind: application,
// candidate, import.
type Send func(context.Context) (kombo.Receipt, map[string]string, error)

// Field is one value that a change sends.
type Field struct {
	// Label is the parameter's path, such as "candidate.phone_number".
	Label string
	// Value is the whole value as text.
	Value string
	// Literal says that it is a number or true or false, and needs no quotes.
	Literal bool
}

// maxReasons is how many problems a plan holds, and how many warnings.
const maxReasons = 100

// tooManyWarnings is the problem of a plan with more warnings than it holds.
const tooManyWarnings = "More speaks against this call than can be listed; send less in one call."

// AddProblem adds a reason why the plan cannot be sent; a full stop is added where
// there is none. Beyond many, another one is not added.
func (p *Plan) AddProblem(format string, a ...any) {
	if len(p.Problems) > maxReasons {
		return
	}
	p.Problems = append(p.Problems, wording.Sentence(fmt.Sprintf(format, a...)))
}

// AddWarning adds a warning about the whole plan, likewise.
func (p *Plan) AddWarning(format string, a ...any) { p.AddWarningFor("", format, a...) }

// AddWarningFor adds a warning about one record, likewise. Nothing warns of a record
// that was written to before. The same warning is added once. A plan with very many is
// refused: nobody could weigh them.
func (p *Plan) AddWarningFor(record, format string, a ...any) {
	if len(p.Warnings) >= maxReasons {
		if !slices.Contains(p.Problems, tooManyWarnings) {
			p.AddProblem(tooManyWarnings)
		}
		return
	}
	w := Warning{record, wording.Sentence(fmt.Sprintf(format, a...))}
	if !slices.Contains(p.Warnings, w) {
		p.Warnings = append(p.Warnings, w)
	}
}

// AddNote adds a note.
func (p *Plan) AddNote(format string, a ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, a...))
}

// Require adds a problem for each empty value. The pairs are a parameter and its
// value; missing parameters were refused when the arguments were decoded.
func (p *Plan) Require(pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.TrimSpace(pairs[i+1]) == "" {
			p.AddProblem("%s is required and empty.", pairs[i])
		}
	}
}

// refusal is everything that speaks against the plan, nil if nothing does. Warnings
// count about records that are still to be written to, as open reports; "" stands for
// any of them.
func (p *Plan) refusal(anyway bool, open func(record string) bool) error {
	var warnings []string
	for _, w := range p.Warnings {
		if !anyway && open(w.Record) {
			warnings = append(warnings, w.Text)
		}
	}
	p.checkSummaries()
	if len(p.Problems)+len(warnings) == 0 {
		return nil
	}
	all := append(slices.Clip(p.Problems), warnings...)
	if len(warnings) > 0 {
		hint := overrideHint
		if len(p.Problems) > 0 {
			hint = "The last " + wording.Plural(len(warnings), "point rests on Kombo's copy, which may be hours old; anyway: true overrides it.", "points rest on Kombo's copy, which may be hours old; anyway: true overrides them.")
		}
		all = append(all, hint)
	}
	return &args.Error{Problems: all}
}

// checkSummaries adds a problem if a change says too much of itself: its values are as
// long.
func (p *Plan) checkSummaries() {
	for _, ch := range p.Changes {
		if n := utf8.RuneCountInString(ch.Summary); n > 2*maxShown {
			p.AddProblem("What would be sent has a value of about %d characters, and the longest of this kind has %d: %s", n, maxShown, wording.Clip(p.forAgent(ch.Summary), 200))
			return
		}
	}
}

// preview shows what the plan would send of its open changes, and what speaks
// against that and was overridden.
func (p *Plan) preview(open func(i int) bool) *Answer {
	s := p.statement(false, open)
	a := &Answer{Outcome: outcomePreview, Notes: slices.Clip(p.Notes)}
	for _, w := range s.Warnings {
		a.Notes = append(a.Notes, "Against it: "+w)
	}
	at, room := 0, maxResolved
	for i, ch := range p.Changes {
		if !open(i) {
			continue
		}
		item := s.Items[at]
		r := Result{Record: ch.Record, Outcome: outcomePreview, Says: item.Summary}
		for _, w := range item.Warnings {
			r.Says += " Against it: " + w
		}
		if at == 0 {
			r.Resolved = clipEncoded(wording.JSON(ch.Arguments), &room)
		} else if own := ownFields(item.Fields, ch.Record); len(own) > 0 {
			// The other records of a batch differ by little beside their ids.
			r.Resolved = clipEncoded(wording.JSON(own), &room)
		}
		a.Results = append(a.Results, r)
		at++
	}
	return a
}

// clipEncoded cuts s so that it takes at most room bytes as a JSON string, which it
// takes away, and marks the cut with "…".
func clipEncoded(s string, room *int) string {
	for i, r := range s {
		size := utf8.RuneLen(r)
		if r == '"' || r == '\\' || r < ' ' {
			size = 2
		}
		if *room < size {
			return s[:i] + "…"
		}
		*room -= size
	}
	return s
}

// ownFields are the fields by label, without the record's id, which stands beside them.
func ownFields(fields []Field, record string) map[string]string {
	out := map[string]string{}
	for _, f := range fields {
		if !f.isRecord(record) {
			out[f.Label] = f.Value
		}
	}
	return out
}
