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

// HTML turns HTML, or a fragment of it, into plain text: block elements become
// lines, paragraphs are set apart, list items start with "- ", table cells are
// separated by tabs, entities are decoded. What the markup hides is left out.
// The text is normalised as in [Document] and cut at DefaultLimits.Runes. Text
// without a tag keeps its lines.
func HTML(s string) string {
	limits := DefaultLimits
	if !strings.Contains(s, "<") {
		s = html.UnescapeString(s)
		// Some systems escape the HTML that they hand out.
		if !strings.Contains(s, "</") {
			text, _ := clean(s, limits.Runes)
			return text
		}
	}
	out := newSink(context.Background(), limits)
	// It ends early only where hidden elements nest beyond reason; what came
	// before is the text then.
	_ = readHTML(out, s)
	text, _ := clean(out.String(), limits.Runes)
	return text
}

// htmlReader walks tokens, not a tree: a tree costs memory that a hostile file
// chooses.
type htmlReader struct {
	*sink
	z *html.Tokenizer
	// skip is the element whose content is left out, with how many of its kind
	// and how many lists and tables are open inside it.
	skip      atom.Atom
	skipDepth int
	skipLists int
	skipNoted bool
	pre       int
	// fresh is where a list item or a cell began: no line break goes there.
	fresh int
	// space says that white space was seen that the next word needs before it.
	space bool
}

func readHTML(s *sink, text string) error {
	h := &htmlReader{sink: s, z: html.NewTokenizer(strings.NewReader(text)), fresh: -1}
	for {
		if err := s.tick(); err != nil {
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
			h.show(text, true)
		}
		return
	}
	if h.pre > 0 {
		h.write(text)
		return
	}
	words := strings.Fields(text)
	if len(words) == 0 {
		h.space = h.space || text != ""
		return
	}
	if h.space || strings.ContainsRune(" \t\r\n\f", rune(text[0])) {
		h.gap()
	}
	h.write(strings.Join(words, " "))
	h.space = strings.ContainsRune(" \t\r\n\f", rune(text[len(text)-1]))
}

func (h *htmlReader) gap() {
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
				return fmt.Errorf("%w (its elements nest too deep)", ErrTooLarge)
			}
			return nil
		}
	}
	if _, void := voidElements[tag]; !void && !selfClosing {
		if _, silent := silentElements[tag]; silent {
			h.skipFrom(tag, false)
			return nil
		}
		// An element without a known name cannot be matched with its end, so
		// its hiding is not obeyed.
		if tag != 0 && tag != atom.Body && tag != atom.Html && more && h.hiding() {
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

// startInSkipped counts elements of the kind that is skipped. Those whose end
// tag may be missing end where the next of the kind begins, unless that is in a
// list or table of their own; a p ends at any block.
func (h *htmlReader) startInSkipped(tag atom.Atom) {
	_, block := blockElements[tag]
	_, implied := impliedEnd[h.skip]
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
	_, implied := impliedEnd[h.skip]
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

func (h *htmlReader) hiding() bool {
	for {
		key, value, more := h.z.TagAttr()
		switch string(key) {
		case "hidden":
			return true
		case "style":
			if hidingStyle(string(value)) {
				return true
			}
		}
		if !more {
			return false
		}
	}
}

func hidingStyle(style string) bool {
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
		h.space = false
	case atom.Li:
		h.lineBreak()
		h.write("- ")
		h.fresh = len(h.buf)
	case atom.Td, atom.Th:
		h.fresh, h.space = len(h.buf), false
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
		h.space = false
	case atom.Tr:
		h.row()
		h.space = false
	case atom.Li:
		h.lineBreak()
	case atom.Pre:
		h.pre = max(h.pre-1, 0)
		h.lineBreak()
	default:
		h.boundary(tag)
	}
}

// boundary starts a new line for a block element and sets paragraphs apart.
func (h *htmlReader) boundary(tag atom.Atom) {
	apart, block := blockElements[tag]
	if !block {
		return
	}
	h.space = false
	if len(h.buf) == h.fresh {
		return
	}
	if apart {
		h.paragraph()
		return
	}
	h.newline()
}

func (h *htmlReader) lineBreak() {
	h.newline()
	h.space = false
}
