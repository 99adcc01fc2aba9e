package cvtext

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// HTML converts HTML, or a fragment of it, to plain text: block elements become lines,
// paragraphs are separated by a blank one, list items start with "- ", table cells are
// separated by tabs, entities are decoded, and hidden elements are left out. The text
// is normalized as in [Document] and cut at DefaultLimits.Runes. Text without a tag
// keeps its lines.
func HTML(s string) string {
	limits := DefaultLimits
	if !strings.Contains(s, "<") {
		s = html.UnescapeString(s)
		// Some systems return escaped HTML.
		if !strings.Contains(s, "</") {
			text, _ := clean(s, limits.Runes)
			return text
		}
	}
	out := newSink(context.Background(), limits)
	// It fails only if hidden elements are nested too deep; then the text before them
	// is used.
	_ = readHTML(out, s)
	text, _ := clean(out.String(), limits.Runes)
	return text
}

// htmlReader reads tokens and builds no tree, whose size a hostile file could choose.
type htmlReader struct {
	*sink
	z *html.Tokenizer
	// skip is the kind of the element that is being skipped, skipDepth how many of
	// that kind are open, and skipLists how many lists and tables are open in it.
	// With skipNoted, its text is noted as hidden.
	skip      atom.Atom
	skipDepth int
	skipLists int
	skipNoted bool
	pre       int
	// itemStart is where a list item or cell starts; no line break is written there.
	itemStart int
	// pendingSpace is set if there was white space before the next word.
	pendingSpace bool
}

func readHTML(s *sink, text string) error {
	h := &htmlReader{sink: s, z: html.NewTokenizer(strings.NewReader(text)), itemStart: -1}
	for {
		if err := s.step(); err != nil {
			return err
		}
		switch h.z.Next() {
		case html.ErrorToken:
			if err := h.z.Err(); !errors.Is(err, io.EOF) {
				return fmt.Errorf("%w (%w)", ErrDamaged, err)
			}
			return nil
		case html.TextToken:
			h.text(string(h.z.Text()))
		case html.StartTagToken:
			if err := h.start(false); err != nil {
				return err
			}
		case html.SelfClosingTagToken:
			if err := h.start(true); err != nil {
				return err
			}
		case html.EndTagToken:
			name, _ := h.z.TagName()
			h.end(atom.Lookup(name))
		}
	}
}

func (h *htmlReader) text(text string) {
	if h.skip != 0 {
		if h.skipNoted {
			h.writeUnlessHidden(text, true)
		}
		return
	}
	if h.pre > 0 {
		h.write(text)
		return
	}
	words := strings.Fields(text)
	if len(words) == 0 {
		h.pendingSpace = h.pendingSpace || text != ""
		return
	}
	if h.pendingSpace || strings.ContainsRune(" \t\r\n\f", rune(text[0])) {
		h.writeSpace()
	}
	h.write(strings.Join(words, " "))
	h.pendingSpace = strings.ContainsRune(" \t\r\n\f", rune(text[len(text)-1]))
}

func (h *htmlReader) writeSpace() {
	if n := len(h.buf); n > 0 && !strings.ContainsRune(" \t\n", rune(h.buf[n-1])) {
		h.write(" ")
	}
}

func (h *htmlReader) start(selfClosing bool) error {
	name, more := h.z.TagName()
	tag := atom.Lookup(name)
	if h.skip != 0 {
		h.startInSkipped(tag)
		if h.skip != 0 {
			if h.skipDepth > h.limits.Depth {
				return fmt.Errorf("%w (its elements are nested too deep)", ErrTooLarge)
			}
			return nil
		}
	}
	if _, void := voidElements[tag]; !void && !selfClosing {
		if _, silent := invisibleElements[tag]; silent {
			h.skipFrom(tag, false)
			return nil
		}
		// The end tag of an element with an unknown name cannot be matched, so
		// such an element is not skipped.
		if tag != 0 && tag != atom.Body && tag != atom.Html && more && h.hidesElement() {
			h.boundary(tag)
			h.skipFrom(tag, true)
			return nil
		}
	}
	h.open(tag)
	return nil
}

func (h *htmlReader) skipFrom(tag atom.Atom, noted bool) {
	h.skip, h.skipDepth, h.skipLists, h.skipNoted = tag, 1, 0, noted
}

// startInSkipped counts elements of the skipped kind. An element with an optional end
// tag ends where the next of its kind starts, unless that is in a nested list or table;
// a p ends at any block element.
func (h *htmlReader) startInSkipped(tag atom.Atom) {
	_, block := blockElements[tag]
	_, implied := optionalEndElements[h.skip]
	switch {
	case h.skip == atom.P && block,
		implied && tag == h.skip && h.skipLists == 0:
		h.skip = 0
	case tag == h.skip:
		h.skipDepth++
	case isList(tag):
		h.skipLists++
	}
}

func (h *htmlReader) endInSkipped(tag atom.Atom) {
	_, implied := optionalEndElements[h.skip]
	switch {
	case tag == h.skip:
		if h.skipDepth--; h.skipDepth == 0 {
			h.skip = 0
		}
	case isList(tag):
		if h.skipLists--; h.skipLists < 0 && implied {
			h.skip = 0
		}
	}
}

func (h *htmlReader) hidesElement() bool {
	for {
		key, value, more := h.z.TagAttr()
		switch string(key) {
		case "hidden":
			return true
		case "style":
			if styleHides(string(value)) {
				return true
			}
		}
		if !more {
			return false
		}
	}
}

func styleHides(style string) bool {
	for decl := range strings.SplitSeq(strings.ToLower(style), ";") {
		property, value, _ := strings.Cut(decl, ":")
		value, _, _ = strings.Cut(strings.TrimSpace(value), "!")
		switch property, value = strings.TrimSpace(property), strings.TrimSpace(value); property {
		case "display":
			if value == "none" {
				return true
			}
		case "visibility":
			if value == "hidden" || value == "collapse" {
				return true
			}
		case "opacity", "font-size":
			if number := strings.TrimRight(value, "pxtremc%"); strings.Trim(number, "0.") == "" && number != "" {
				return true
			}
			if property == "font-size" && (value == "1px" || value == "1pt") {
				return true
			}
		case "left", "top", "text-indent", "margin-left":
			if strings.HasPrefix(value, "-") && len(strings.TrimRight(value, "pxtremc%")) > len("-99") {
				return true
			}
		}
	}
	return false
}

func (h *htmlReader) open(tag atom.Atom) {
	switch tag {
	case atom.Br, atom.Hr:
		h.write("\n")
		h.pendingSpace = false
	case atom.Li:
		h.lineBreak()
		h.write("- ")
		h.itemStart = len(h.buf)
	case atom.Td, atom.Th:
		h.itemStart, h.pendingSpace = len(h.buf), false
	case atom.Pre:
		h.pre++
		h.lineBreak()
	default:
		h.boundary(tag)
	}
}

func (h *htmlReader) end(tag atom.Atom) {
	if h.skip != 0 {
		h.endInSkipped(tag)
		if h.skip != 0 || !isList(tag) {
			return
		}
	}
	switch tag {
	case atom.Td, atom.Th:
		h.cell()
		h.pendingSpace = false
	case atom.Tr:
		h.row()
		h.pendingSpace = false
	case atom.Li:
		h.lineBreak()
	case atom.Pre:
		h.pre = max(h.pre-1, 0)
		h.lineBreak()
	default:
		h.boundary(tag)
	}
}

// boundary starts a new line for a block element, after a blank one for a paragraph.
func (h *htmlReader) boundary(tag atom.Atom) {
	isParagraph, block := blockElements[tag]
	if !block {
		return
	}
	h.pendingSpace = false
	if len(h.buf) == h.itemStart {
		return
	}
	if isParagraph {
		h.paragraph()
		return
	}
	h.newline()
}

func (h *htmlReader) lineBreak() {
	h.newline()
	h.pendingSpace = false
}
