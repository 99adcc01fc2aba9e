package journal

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// Report is what Verify found. The journal holds all that was written if Bad is nil.
type Report struct {
	// Files are the names of the files read, in their order, and Lines counts their lines.
	Files []string `json:"files"`
	Lines int      `json:"lines"`
	// First and Last are the times of the first and the last line.
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
	// Removed is the name of the file before the first one, if it is missing; "" if the chain is
	// here from its beginning.
	Removed string `json:"removed,omitempty"`
	// Healed counts torn lines that were cut off, Open intents without an outcome.
	Healed int `json:"healed"`
	Open   int `json:"open"`
	// Torn is the length in bytes of an unfinished last line, cut off at the next start.
	Torn int `json:"torn"`
	// Unsealed counts lines after the one last noted as written: a process that is killed at that
	// moment leaves a few; if there are more, something else appended them.
	Unsealed int `json:"unsealed"`
	// Gap is what is missing and not accepted, Accepted says when and by whom other gaps were.
	Gap      Gap      `json:"gap,omitzero"`
	Accepted []string `json:"accepted,omitempty"`
	// Bad is the first line that is not what was written; nil if all are.
	Bad *Bad `json:"bad,omitempty"`
}

// Bad is a line that is not what was written.
type Bad struct {
	File string `json:"file"`
	// Line counts from 1.
	Line int    `json:"line"`
	What string `json:"what"`
}

// String returns position and problem.
func (b Bad) String() string { return fmt.Sprintf("%s, line %d: %s", b.File, b.Line, b.What) }

// Verify reads the files of the journal at path (as in Options.Path) in their order and checks that
// every line follows from the one before. Other processes may be writing meanwhile. The error says
// that the files could not be read; what is wrong in them is in the report.
func Verify(ctx context.Context, path string) (Report, error) {
	v := verifier{sent: map[string]bool{}}
	err := scan(ctx, path, v.begin, v.line)
	if err != nil {
		return Report{}, err
	}
	v.end()
	return v.Report, nil
}

type verifier struct {
	Report
	name     string // of the file that is written
	head     string
	headSeen bool
	last     string
	at       position
	sent     map[string]bool // intents without an outcome so far
}

func (v *verifier) begin(s *snapshot) {
	v.head, v.name = s.head, s.name
	for _, o := range s.old {
		v.Files = append(v.Files, filepath.Base(o.path))
	}
	if s.file != nil {
		v.Files = append(v.Files, s.name)
	}
}

func (v *verifier) bad(what string) {
	if v.Bad == nil {
		v.Bad = &Bad{File: v.at.file, Line: v.at.number, What: what}
	}
}

func (v *verifier) line(at position, raw []byte, torn bool) error {
	v.at = at
	if torn {
		if at.file != v.Files[len(v.Files)-1] {
			v.bad("the file ends within a line though another follows it")
		}
		v.Torn = len(raw)
		return nil
	}
	v.Lines++
	l, err := parseLine(raw)
	if err != nil {
		v.bad("it cannot be read: it was changed")
	} else {
		v.checkChain(l)
		v.addGap(l)
		v.count(l)
	}
	v.last = hashOf(raw)
	v.Unsealed++
	if v.last == v.head {
		v.headSeen, v.Unsealed = true, 0
	}
	return nil
}

func (v *verifier) checkChain(l Line) {
	switch {
	case (l.Kind == KindStart) != (v.at.number == 1):
		v.bad("a file begins with one line of kind start, and has no other")
	case v.Lines > 1 && l.Prev != v.last:
		v.bad("it does not follow from the line before: that one was changed, or lines or files between them were removed, added or swapped")
	case v.Lines == 1 && l.Prev != genesis:
		v.Removed = cmp.Or(l.From, "an earlier file")
	case l.Kind == KindGap:
		v.bad("lines that stood before it were removed or changed; this was noticed when it was written")
	}
}

func (v *verifier) count(l Line) {
	if v.First.IsZero() {
		v.First = l.Time
	}
	v.Last = l.Time
	switch l.Kind {
	case KindHealed:
		v.Healed++
	case KindIntent:
		v.sent[l.ID] = true
	case KindOutcome:
		delete(v.sent, l.ID)
	}
}

func (v *verifier) end() {
	v.Open = len(v.sent)
	if !v.headSeen {
		v.Unsealed = 0
	}
	if v.head != "" && !v.headSeen {
		v.at.file, v.at.number = cmp.Or(v.at.file, v.name), v.at.number+1
		v.bad("the line that was written last is not there: it was changed, or lines at the end were removed")
		v.Gap = Gap{Missing: v.head, Since: v.Last}
	}
}
