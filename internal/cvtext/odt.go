package cvtext

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// odtReader reads the parts of an OpenDocument text.
type odtReader struct {
	*sink
	styles map[string]style
	// whitePage is set if nothing in the document is behind its text, so that white
	// text cannot be seen.
	whitePage bool
	// inHeaders is set while headers and footers are read, and not the body.
	inHeaders    bool
	seen         map[string]bool
	headerStarts []int
}

func readODT(s *sink, data []byte) error {
	a, err := openArchive(data, s.limits)
	if err != nil {
		return err
	}
	manifest, err := a.read("META-INF/manifest.xml")
	if err != nil {
		return err
	}
	if bytes.Contains(manifest, []byte("encryption-data")) {
		return ErrProtected
	}
	content, err := a.read("content.xml")
	if err != nil {
		return err
	}
	if content == nil {
		return fmt.Errorf("%w (its content part is missing)", ErrDamaged)
	}
	common, err := a.read("styles.xml")
	if err != nil {
		return err
	}
	o := &odtReader{sink: s, styles: map[string]style{}, seen: map[string]bool{}}
	o.whitePage = odtHasWhitePage(common) && odtHasWhitePage(content)
	for _, part := range [][]byte{common, content} {
		if err := walkXML(newSink(s.ctx, s.limits), part, &odtStyles{styles: o.styles}); err != nil {
			return err
		}
	}
	o.inHeaders = true
	if err := walkXML(s, common, o); err != nil {
		return err
	}
	o.inHeaders = false
	s.newline()
	return walkXML(s, content, o)
}

// odtHasWhitePage reports whether a part has no background color and no drawing.
func odtHasWhitePage(part []byte) bool {
	for _, mark := range []string{`background-color="#`, `fill-color="#`, "<draw:custom-shape", "<draw:rect", "<draw:frame"} {
		if bytes.Contains(part, []byte(mark)) {
			return false
		}
	}
	return true
}

func (o *odtReader) start(stack []frame, el xml.StartElement) bool {
	top := &stack[len(stack)-1]
	if name := attr(el, "style-name"); name != "" {
		own, _ := resolve(o.styles, name)
		top.style = top.style.with(own)
	}
	switch el.Name.Local {
	case "tracked-changes", "annotation", "binary-data", "forms", "event-listeners", "ruby-text",
		"styles", "automatic-styles", "font-face-decls":
		return true
	case "title", "desc":
		// Those of a picture, not the field of that name.
		return el.Name.Space == "svg"
	case "body":
		return o.inHeaders
	case "header", "header-left", "header-first", "footer", "footer-left", "footer-first":
		o.newline()
		o.headerStarts = append(o.headerStarts, len(o.buf))
	case "section":
		if attr(el, "display") == "none" {
			top.style.hidden = yes
		}
	case "hidden-text":
		if attr(el, "is-hidden") == "true" {
			top.style.hidden = yes
		}
	case "hidden-paragraph":
		if attr(el, "is-hidden") == "true" {
			parent(stack).style.hidden = yes
		}
	case "p", "h":
		top.isText = true
	case "list-item":
		o.write("- ")
	case "text-box", "note-body":
		o.newline()
	default:
		o.character(top, el)
	}
	return false
}

// character writes a character for which OpenDocument has an element.
func (o *odtReader) character(top *frame, el xml.StartElement) {
	if !top.isText {
		return
	}
	text := ""
	switch el.Name.Local {
	case "s":
		count, err := strconv.Atoi(attr(el, "c"))
		if err != nil {
			count = 1
		}
		text = strings.Repeat(" ", min(max(count, 1), 100))
	case "tab":
		text = "\t"
	case "line-break":
		text = "\n"
	}
	o.writeUnlessHidden(text, top.style.isHidden(o.whitePage))
}

func (o *odtReader) end(stack []frame) {
	switch stack[len(stack)-1].local {
	case "p", "h":
		o.write("\n")
	case "table-cell":
		o.cell()
	case "table-row":
		o.row()
	case "text-box":
		o.newline()
	case "header", "header-left", "header-first", "footer", "footer-left", "footer-first":
		if n := len(o.headerStarts); n > 0 {
			o.dropRepeated(o.headerStarts[n-1], o.seen)
			o.headerStarts = o.headerStarts[:n-1]
		}
	}
}

// chars writes text with its white space collapsed, as OpenDocument requires.
func (o *odtReader) chars(top *frame, text string) {
	words := strings.Fields(text)
	folded := strings.Join(words, " ")
	if len(words) == 0 {
		folded = " "
	} else {
		if isXMLSpace(text[0]) {
			folded = " " + folded
		}
		if isXMLSpace(text[len(text)-1]) {
			folded += " "
		}
	}
	o.writeUnlessHidden(folded, top.style.isHidden(o.whitePage))
}

func isXMLSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// odtStyles reads the named and the automatic styles.
type odtStyles struct {
	styles map[string]style
}

func (r *odtStyles) start(stack []frame, el xml.StartElement) bool {
	switch el.Name.Local {
	case "body", "master-styles":
		return true
	case "style":
		// The frame passes the name to the properties.
		stack[len(stack)-1].local = "style:" + attr(el, "name")
		r.styles[attr(el, "name")] = style{base: attr(el, "parent-style-name")}
	case "text-properties", "section-properties":
		name, isStyle := strings.CutPrefix(parent(stack).local, "style:")
		if !isStyle {
			return false
		}
		st := r.styles[name]
		st.appearance = st.appearance.with(odtAppearance(el))
		r.styles[name] = st
	}
	return false
}

func odtAppearance(el xml.StartElement) appearance {
	var l appearance
	switch attr(el, "display") {
	case "none":
		l.hidden = yes
	case "true":
		l.hidden = no
	}
	if color := attr(el, "color"); color != "" {
		l.white = settingOf(isNearWhiteHex(color) && attr(el, "use-window-font-color") != "true")
	}
	if size, isPoints := strings.CutSuffix(attr(el, "font-size"), "pt"); isPoints {
		if points, err := strconv.ParseFloat(size, 64); err == nil {
			l.tiny = settingOf(points < minPoints)
		}
	}
	return l
}

func (*odtStyles) end([]frame)          {}
func (*odtStyles) chars(*frame, string) {}
