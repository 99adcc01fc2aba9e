package approvals

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"
)

// Terminal shows an approver the waiting writes in a terminal, one after the other, and asks about each.
// The caller must make sure that In and Out are a person's terminal: an agent can write to a pipe.
type Terminal struct {
	In  io.Reader
	Out io.Writer
	// Store has the approvals, Approver decides. Both are required.
	Store    Store
	Approver Approver
	// Drain discards what was typed before a question was shown, which would otherwise answer a question
	// that nobody has read. Nil if In does not buffer input, as a terminal does.
	Drain func()
	// Width is in columns; 80 when zero.
	Width int
	// Now is the clock, time.Now when nil; Location the time zone of what is shown, time.Local when
	// nil.
	Now      func() time.Time
	Location *time.Location
}

// Tally counts decisions. Left counts what was listed and still waits.
type Tally struct {
	Approved, Declined, Left int
}

// Run asks about every waiting write, including those that arrive meanwhile, once each. An empty line
// declines; an answer that is not understood is asked for again; the end of the input decides nothing.
// A decision that comes too late, or after another approver's, is reported to the person and is not an
// error.
func (t Terminal) Run(ctx context.Context) (Tally, error) {
	s := &terminalSession{Terminal: t, in: bufio.NewReader(t.In), out: &checkedWriter{w: t.Out}, seen: map[string]bool{}}
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Location == nil {
		s.Location = time.Local
	}
	if s.Width < 20 {
		s.Width = 80
	}
	err := s.run(ctx)
	return s.tally, err
}

type terminalSession struct {
	Terminal
	in    *bufio.Reader
	out   *checkedWriter
	seen  map[string]bool
	tally Tally
}

// answer is a person's answer to a question.
type answer int

const (
	answerYes answer = iota
	answerNo
	answerLater
	answerEnd
)

func (s *terminalSession) run(ctx context.Context) error {
	for {
		waiting, err := s.unseen(ctx)
		if err != nil {
			return err
		}
		if len(waiting) == 0 {
			if len(s.seen) == 0 {
				s.say("No writes are waiting for approval.\n")
			}
			return s.out.err
		}
		s.say("%s approval.\n", plural(len(waiting), "write is waiting for your", "writes are waiting for your"))
		for i, a := range waiting {
			s.seen[a.ID] = true
			s.show(a, i+1, len(waiting))
			reply, err := s.ask(ctx)
			if err != nil {
				return err
			}
			switch reply {
			case answerEnd:
				s.tally.Left += len(waiting) - i
				s.say("\nNo decision. What was not decided is still waiting.\n")
				return s.out.err
			case answerLater:
				s.tally.Left++
				s.say("It is still waiting.\n")
			default:
				if err := s.decide(ctx, a, reply == answerYes); err != nil {
					return err
				}
			}
		}
	}
}

// unseen lists the waiting approvals that were not asked about yet.
func (s *terminalSession) unseen(ctx context.Context) ([]Approval, error) {
	all, err := s.Store.List(ctx, s.Approver.Scope)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(a Approval) bool { return a.State != Waiting || s.seen[a.ID] }), nil
}

// show prints a write in full. A bar marks each line of the statement, so that none can be mistaken for
// a question or a message of this program.
func (s *terminalSession) show(a Approval, i, n int) {
	s.say("\n%d of %d: %s\n", i, n, title(a.Tool))
	for _, line := range a.origin(s.Approver.Scope, s.Now(), s.Location) {
		s.say("%s\n", line)
	}
	s.say("\nExactly this will be sent:\n")
	for line := range strings.SplitSeq(visible(a.Statement), "\n") {
		bar := "│"
		for _, part := range wrap(line, s.Width-4) {
			s.say("  %s %s\n", bar, part)
			bar = "⋮"
		}
	}
}

func (s *terminalSession) ask(ctx context.Context) (answer, error) {
	for {
		if s.Drain != nil {
			s.Drain()
			_, _ = s.in.Discard(s.in.Buffered()) // cannot fail: so much is buffered
		}
		s.say("\nApprove? y/N, or s to leave it waiting: ")
		// A person cannot have read what could not be printed.
		if err := errors.Join(s.out.err, ctx.Err()); err != nil {
			return answerEnd, err
		}
		line, err := s.in.ReadString('\n')
		switch {
		case errors.Is(err, io.EOF):
			return answerEnd, nil
		case err != nil:
			return answerEnd, fmt.Errorf("read the answer: %w", err)
		}
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "y", "yes":
			return answerYes, nil
		case "", "n", "no":
			return answerNo, nil
		case "s", "skip":
			return answerLater, nil
		}
		s.say("Type y to approve, n to decline, or s to leave it waiting.\n")
	}
}

func (s *terminalSession) decide(ctx context.Context, a Approval, approve bool) error {
	now, err := s.Store.Decide(ctx, s.Approver.Scope, a.ID, s.Approver.decides(approve, "terminal"))
	switch {
	case errors.Is(err, ErrDecided):
		s.say("Too late: %s\n", now.outcome(s.Location))
		return nil
	case errors.Is(err, ErrNotFound):
		s.say("Too late: it has expired. Nothing is sent.\n")
		return nil
	case err != nil && !errors.Is(err, ErrNotRecorded):
		return err
	case approve:
		s.tally.Approved++
	default:
		s.tally.Declined++
	}
	s.say("%s\n", now.outcome(s.Location))
	if err != nil {
		return fmt.Errorf("the decision stands, but %w", err)
	}
	return nil
}

func (s *terminalSession) say(format string, args ...any) {
	_, _ = fmt.Fprintf(s.out, format, args...) // out keeps the error
}

// checkedWriter keeps the first error and writes nothing after it.
type checkedWriter struct {
	w   io.Writer
	err error
}

func (c *checkedWriter) Write(p []byte) (int, error) {
	if c.err == nil {
		_, c.err = c.w.Write(p)
	}
	return len(p), nil
}

// wrap splits a line into parts of at most so many columns. If the terminal wrapped it, the parts would
// have no bar.
func wrap(line string, columns int) []string {
	var parts []string
	from, used := 0, 0
	for i, r := range line {
		w := columnsOf(r)
		if used+w > columns {
			parts = append(parts, line[from:i])
			from, used = i, 0
		}
		used += w
	}
	return append(parts, line[from:])
}

func columnsOf(r rune) int {
	if unicode.Is(unicode.M, r) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
