package journal

import (
	"bytes"
	"context"
	"io"
)

// streamLog writes lines to a stream, from which they are never read back.
type streamLog struct {
	w     io.Writer
	last  string
	begun bool
	apply func(*Line)
}

func (s *streamLog) locked(_ context.Context, fn func() error) error { return fn() }

func (s *streamLog) changed() bool { return false }

func (s *streamLog) missing() string { return "" }

func (s *streamLog) append(lines []*Line) error {
	if !s.begun {
		lines = append([]*Line{{Kind: KindStart, Time: lines[0].Time}}, lines...)
	}
	buf, err := chain(lines, s.last)
	if err != nil {
		return err
	}
	if _, err := s.w.Write(buf); err != nil {
		return err
	}
	s.begun = true
	raw := bytes.TrimRight(buf, "\n")
	s.last = hashOf(raw[bytes.LastIndexByte(raw, '\n')+1:])
	for _, l := range lines {
		s.apply(l)
	}
	return nil
}
