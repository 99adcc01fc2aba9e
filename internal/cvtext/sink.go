package cvtext

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sink collects the text of one document. It enforces the limits of length and time for
// all parsers, and records what was left out.
type sink struct {
	ctx    context.Context
	limits Limits
	buf    []byte
	steps  int
	full   bool

	droppedHidden bool
	truncated     bool
	notes         []string
}

func newSink(ctx context.Context, limits Limits) *sink {
	return &sink{ctx: ctx, limits: limits}
}

// step must be called in each step of a parser. An error means that it must stop.
func (s *sink) step() error {
	if s.full {
		return errFull
	}
	s.steps++
	if s.steps&0x3ff == 0 && s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	return nil
}

// write appends text. Here the limit is in bytes, as many as the runes can take; clean
// applies it exactly.
func (s *sink) write(text string) {
	room := s.limits.Runes*utf8.UTFMax - len(s.buf)
	if len(text) > room {
		s.full = true
		text = strings.ToValidUTF8(text[:max(room, 0)], "")
	}
	s.buf = append(s.buf, text...)
}

// writeUnlessHidden writes text unless it is hidden, and records hidden text.
func (s *sink) writeUnlessHidden(text string, hidden bool) {
	if !hidden {
		s.write(text)
		return
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsSpace(r) }) {
		s.droppedHidden = true
	}
}

// newline ends the current line, unless it is empty.
func (s *sink) newline() {
	if n := len(s.buf); n > 0 && s.buf[n-1] != '\n' {
		s.write("\n")
	}
}

// paragraph starts a new line after one blank line.
func (s *sink) paragraph() {
	s.newline()
	if n := len(s.buf); n > 1 && s.buf[n-2] != '\n' {
		s.write("\n")
	}
}

// cell ends a table cell: line breaks at its end become a tab.
func (s *sink) cell() {
	s.trim("\n")
	s.write("\t")
}

// row ends a table row.
func (s *sink) row() {
	s.trim("\t")
	s.newline()
}

func (s *sink) trim(cutset string) {
	for len(s.buf) > 0 && strings.IndexByte(cutset, s.buf[len(s.buf)-1]) >= 0 {
		s.buf = s.buf[:len(s.buf)-1]
	}
}

// dropRepeated removes the text from start on if it was seen before: first and other
// pages often have the same header.
func (s *sink) dropRepeated(start int, seen map[string]bool) {
	if start > len(s.buf) {
		return
	}
	text := strings.TrimSpace(string(s.buf[start:]))
	if seen[text] {
		s.buf = s.buf[:start]
	}
	seen[text] = true
}

func (s *sink) isBlank() bool { return strings.TrimSpace(string(s.buf)) == "" }

func (s *sink) note(text string) {
	if !slices.Contains(s.notes, text) {
		s.notes = append(s.notes, text)
	}
}

func (s *sink) truncate(why string) {
	s.truncated = true
	s.note(why)
}

func (s *sink) String() string { return string(s.buf) }
