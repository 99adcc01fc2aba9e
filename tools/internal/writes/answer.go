package writes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

// maxResolved bounds the arguments that a dry run shows, in bytes as JSON in JSON: an
// answer holds them twice. What a person is asked to confirm is shorter; see
// maxStatement.
const maxResolved = maxStatement + 6000

// The outcomes of a write as answers show them. Mixed is a batch whose records fared
// differently; unsent ones were never tried, waiting ones need an approval.
const (
	outcomeDone    = string(once.Done)
	outcomeRefused = string(once.Refused)
	outcomeUnknown = string(once.Unknown)
	outcomeUnsent  = "not sent"
	outcomePreview = "preview"
	outcomeWaiting = "waiting"
	outcomeMixed   = "mixed"
)

// Answer says what became of a write, or what it would do.
type Answer struct {
	Outcome string   `json:"outcome" jsonschema_description:"done, preview, waiting, unknown, refused, not sent or mixed"`
	Results []Result `json:"results"`
	Code    string   `json:"code,omitempty" jsonschema_description:"send it with the same call to go on"`
	Notes   []string `json:"notes,omitempty"`
}

// Result says what became of the write to one record.
type Result struct {
	Record   string `json:"record,omitempty"`
	Outcome  string `json:"outcome"`
	Says     string `json:"says"`
	Resolved string `json:"resolved,omitempty" jsonschema_description:"the arguments as they would be sent, JSON"`
	// Created holds "application ID" and the like.
	Created []string `json:"created,omitempty"`
}

// Waits reports whether the write waits for a person's approval.
func (a *Answer) Waits() bool { return a.Outcome == outcomeWaiting }

// Text says the same in lines, one a record.
func (a *Answer) Text() string {
	var b strings.Builder
	switch a.Outcome {
	case outcomePreview:
		b.WriteString("Nothing was sent. This would be done:\n")
	case outcomeWaiting:
		b.WriteString("Nothing was sent yet. This would be done once a person approves it:\n")
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

// Size says how many records had which outcome.
func (a *Answer) Size() string {
	counts := map[string]int{}
	for _, r := range a.Results {
		counts[r.Outcome]++
	}
	var parts []string
	for _, o := range []string{outcomePreview, outcomeWaiting, outcomeDone, outcomeRefused, outcomeUnknown, outcomeUnsent} {
		if counts[o] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[o], o))
		}
	}
	return strings.Join(parts, ", ")
}

// setOutcome gives the whole the outcome that all records have.
func (a *Answer) setOutcome() {
	a.Outcome = a.Results[0].Outcome
	if slices.ContainsFunc(a.Results, func(r Result) bool { return r.Outcome != a.Outcome }) {
		a.Outcome = outcomeMixed
	}
}

// mask gives the answer the words that an agent may read and removes invisible characters.
// The resolved arguments stay: they are what the caller typed, and ids.
func (a *Answer) mask(p *Plan) {
	for i := range a.Results {
		a.Results[i].Says = digest.Clean(p.forAgent(a.Results[i].Says))
	}
	for i := range a.Notes {
		a.Notes[i] = digest.Clean(p.forAgent(a.Notes[i]))
	}
}
