package cvtext

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sink gathers the text of one document for its parser, with the limits that
// all parsers share: length, time and what was left out.
type sink struct {
	ctx    context.Context
	limits Limits
	buf    []byte
	steps  int
	full   bool

	dropped   bool
	truncated bool
	notes     []string
}

func newSink(ctx context.Context, limits Limits) *sink {
	return &sink{ctx: ctx, limits: limits}
}

// tick is called once a step of a parser; it tells when to stop.
func (s *sink) tick() error {
	if s.full {
		return errFull
	}
	s.steps++
	if s.steps&0x3ff == 0 && s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	return nil
}

// write appends text. The bound is in bytes here, the widest that the limit in
// runes allows; clean makes it exact.
func (s *sink) write(text string) {
	room := s.limits.Runes*utf8.UTFMax - len(s.buf)
	if len(text) > room {
		s.full = true
		text = strings.ToValidUTF8(text[:max(room, 0)], "")
	}
	s.buf = append(s.buf, text...)
}

// show writes text, or leaves it out where a person would not see it.
func (s *sink) show(text string, hidden bool) {
	if !hidden {
		s.write(text)
		return
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsSpace(r) }) {
		s.dropped = true
	}
}

// newline ends a line that was begun.
func (s *sink) newline() {
	if n := len(s.buf); n > 0 && s.buf[n-1] != '\n' {
		s.write("\n")
	}
}

// paragraph leaves one blank line, whatever stood there before.
func (s *sink) paragraph() {
	s.newline()
	if n := len(s.buf); n > 1 && s.buf[n-2] != '\n' {
		s.write("\n")
	}
}

// cell ends a table cell: what ended its last line becomes a tab.
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

// once takes back what was written since mark if seen holds it already: pages
// of different kinds often have the same header.
func (s *sink) once(mark int, seen map[string]bool) {
	if mark > len(s.buf) {
		return
	}
	text := strings.TrimSpace(string(s.buf[mark:]))
	if seen[text] {
		s.buf = s.buf[:mark]
	}
	seen[text] = true
}

func (s *sink) blank() bool { return strings.TrimSpace(string(s.buf)) == "" }

func (s *sink) note(text string) {
	if !slices.Contains(s.notes, text) {
		s.notes = append(s.notes, text)
	}
}

func (s *sink) cut(why string) {
	s.truncated = true
	s.note(why)
}

func (s *sink) String() string { return string(s.buf) }
