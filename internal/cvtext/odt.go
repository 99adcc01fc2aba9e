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
	// onPage says that nothing in the document lies behind its text, so that
	// white text would not show.
	onPage bool
	// margins says that headers and footers are read now, not the body.
	margins bool
	seen    map[string]bool
	marks   []int
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
	o.onPage = odtBareGround(common) && odtBareGround(content)
	for _, part := range [][]byte{common, content} {
		if err := walk(newSink(s.ctx, s.limits), part, &odtStyles{styles: o.styles}); err != nil {
			return err
		}
	}
	o.margins = true
	if err := walk(s, common, o); err != nil {
		return err
	}
	o.margins = false
	s.newline()
	return walk(s, content, o)
}

// odtBareGround tells that a part has no coloured ground and no drawing.
func odtBareGround(part []byte) bool {
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
		top.style = top.style.over(own)
	}
	switch el.Name.Local {
	case "tracked-changes", "annotation", "binary-data", "forms", "event-listeners", "ruby-text",
		"styles", "automatic-styles", "font-face-decls":
		return true
	case "title", "desc":
		// Of a picture, not the field of that name.
		return el.Name.Space == "svg"
	case "body":
		return o.margins
	case "header", "header-left", "header-first", "footer", "footer-left", "footer-first":
		o.newline()
		o.marks = append(o.marks, len(o.buf))
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
		top.prose = true
	case "list-item":
		o.write("- ")
	case "text-box", "note-body":
		o.newline()
	default:
		o.sign(top, el)
	}
	return false
}

// sign writes what OpenDocument has elements for instead of characters.
func (o *odtReader) sign(top *frame, el xml.StartElement) {
	if !top.prose {
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
	o.show(text, top.style.unseen(o.onPage))
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
		if n := len(o.marks); n > 0 {
			o.once(o.marks[n-1], o.seen)
			o.marks = o.marks[:n-1]
		}
	}
}

// chars writes text with its white space folded, as OpenDocument has it.
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
	o.show(folded, top.style.unseen(o.onPage))
}

func isXMLSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// odtStyles reads the named and automatic styles.
type odtStyles struct {
	styles map[string]style
}

func (r *odtStyles) start(stack []frame, el xml.StartElement) bool {
	switch el.Name.Local {
	case "body", "master-styles":
		return true
	case "style":
		// The frame carries the name down to the properties.
		stack[len(stack)-1].local = "style:" + attr(el, "name")
		r.styles[attr(el, "name")] = style{base: attr(el, "parent-style-name")}
	case "text-properties", "section-properties":
		name, isStyle := strings.CutPrefix(parent(stack).local, "style:")
		if !isStyle {
			return false
		}
		st := r.styles[name]
		st.look = st.look.over(odtLook(el))
		r.styles[name] = st
	}
	return false
}

func odtLook(el xml.StartElement) look {
	var l look
	switch attr(el, "display") {
	case "none":
		l.hidden = yes
	case "true":
		l.hidden = no
	}
	if colour := attr(el, "color"); colour != "" {
		l.white = said(whitish(colour) && attr(el, "use-window-font-color") != "true")
	}
	if size, isPoints := strings.CutSuffix(attr(el, "font-size"), "pt"); isPoints {
		if points, err := strconv.ParseFloat(size, 64); err == nil {
			l.tiny = said(points < leastPoints)
		}
	}
	return l
}

func (*odtStyles) end([]frame)          {}
func (*odtStyles) chars(*frame, string) {}
