package cvtext

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding/htmlindex"
)

// frame is an open XML element with what its content inherits.
type frame struct {
	local string
	// style is how the text inside looks.
	style look
	// shaded says that the text stands on a ground that is not the page's.
	shaded bool
	// prose says that character data here is text of the document.
	prose bool
}

// xmlReader is what a format knows of its elements. Names are local ones:
// producers differ in prefixes, not in meaning.
type xmlReader interface {
	// start sees an element whose frame, a copy of its parent's, is on top of
	// the stack, and says whether to pass over its content.
	start(stack []frame, el xml.StartElement) (skip bool)
	end(stack []frame)
	chars(top *frame, text string)
}

// walk reads XML without building a tree, and refuses what no office program
// writes: a document type (it can define entities that explode) and endless
// depth.
func walk(s *sink, content []byte, r xmlReader) error {
	dec := xml.NewDecoder(bytes.NewReader(content))
	dec.Strict = false
	dec.CharsetReader = xmlCharset
	stack := []frame{{}}
	skipped := 0
	for {
		if err := s.tick(); err != nil {
			return err
		}
		token, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return broken(s, err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return fmt.Errorf("%w (it has a document type, which is not allowed there)", ErrDamaged)
		case xml.StartElement:
			if len(stack)+skipped > s.limits.Depth {
				return fmt.Errorf("%w (its elements nest deeper than %d)", ErrTooLarge, s.limits.Depth)
			}
			if skipped > 0 {
				skipped++
				continue
			}
			top := stack[len(stack)-1]
			top.local = t.Name.Local
			stack = append(stack, top)
			if r.start(stack, t) {
				stack = stack[:len(stack)-1]
				skipped = 1
			}
		case xml.EndElement:
			switch {
			case skipped > 0:
				skipped--
			case len(stack) > 1:
				r.end(stack)
				stack = stack[:len(stack)-1]
			}
		case xml.CharData:
			if top := &stack[len(stack)-1]; skipped == 0 && top.prose {
				r.chars(top, string(t))
			}
		}
	}
}

// broken keeps what was read before malformed XML.
func broken(s *sink, err error) error {
	if s.blank() {
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	s.cut("the document is damaged: the end is missing")
	return nil
}

func xmlCharset(name string, r io.Reader) (io.Reader, error) {
	enc, err := htmlindex.Get(name)
	if err != nil {
		return nil, fmt.Errorf("character set of XML: %w", err)
	}
	return enc.NewDecoder().Reader(r), nil
}

// attr finds an attribute by its local name.
func attr(el xml.StartElement, local string) string {
	for _, a := range el.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// parent is the frame of the element around the top one.
func parent(stack []frame) *frame { return &stack[len(stack)-2] }

// above is the frame two levels up: a property's owner, past the element that
// groups the properties.
func above(stack []frame) *frame { return &stack[max(len(stack)-3, 0)] }
