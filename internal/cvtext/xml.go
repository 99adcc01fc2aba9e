package cvtext

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding/htmlindex"
)

// frame is an open XML element, and what its content inherits.
type frame struct {
	local string
	// style is the appearance of the text in it.
	style appearance
	// shaded is set if the text has a background other than the page.
	shaded bool
	// isText is set if its character data is text of the document.
	isText bool
}

// xmlReader handles the elements of a format. It uses local names, since producers use
// different prefixes.
type xmlReader interface {
	// start is called for the start of an element, with its frame, a copy of its
	// parent's, on top of the stack. It reports whether to skip the content.
	start(stack []frame, el xml.StartElement) (skip bool)
	end(stack []frame)
	chars(top *frame, text string)
}

// walkXML reads XML without building a tree. It refuses what no office program writes:
// a document type (which can define entities of exponential size) and too deep nesting.
func walkXML(s *sink, content []byte, r xmlReader) error {
	dec := xml.NewDecoder(bytes.NewReader(content))
	dec.Strict = false
	dec.CharsetReader = xmlCharset
	stack := []frame{{}}
	skipped := 0
	for {
		if err := s.step(); err != nil {
			return err
		}
		token, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return brokenXML(s, err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return fmt.Errorf("%w (it has a document type, which is not allowed there)", ErrDamaged)
		case xml.StartElement:
			if len(stack)+skipped > s.limits.Depth {
				return fmt.Errorf("%w (its elements are nested deeper than %d)", ErrTooLarge, s.limits.Depth)
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
			if top := &stack[len(stack)-1]; skipped == 0 && top.isText {
				r.chars(top, string(t))
			}
		}
	}
}

// brokenXML keeps the text before malformed XML, if there is any.
func brokenXML(s *sink, err error) error {
	if s.isBlank() {
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	s.truncate("the document is damaged: the end is missing")
	return nil
}

func xmlCharset(name string, r io.Reader) (io.Reader, error) {
	enc, err := htmlindex.Get(name)
	if err != nil {
		return nil, fmt.Errorf("character set of XML: %w", err)
	}
	return enc.NewDecoder().Reader(r), nil
}

// attr returns an attribute by its local name, "" if there is none.
func attr(el xml.StartElement, local string) string {
	for _, a := range el.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// parent returns the frame of the element around the top one.
func parent(stack []frame) *frame { return &stack[len(stack)-2] }

// grandparent returns the frame two levels up: the owner of a property, around the
// element that groups the properties.
func grandparent(stack []frame) *frame { return &stack[max(len(stack)-3, 0)] }
