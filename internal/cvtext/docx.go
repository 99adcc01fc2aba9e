package cvtext

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// docxReader reads the parts of a Word document.
type docxReader struct {
	*sink
	styles map[string]style
	// onPage says that white text would stand on the bare white page: nothing
	// is drawn behind the text and the page has no colour.
	onPage bool
}

func readDOCX(s *sink, data []byte) error {
	a, err := openArchive(data, s.limits)
	if err != nil {
		return err
	}
	main := mainPart(s, a)
	body, err := a.read(main)
	if err != nil {
		return err
	}
	if body == nil {
		return fmt.Errorf("%w (its main part is missing)", ErrDamaged)
	}
	rels := readRels(s, a, main)
	d := &docxReader{sink: s, styles: map[string]style{}, onPage: bareGround(body)}
	if err := d.readStyles(a, main, rels); err != nil {
		return err
	}
	refs := &docxRefs{}
	// Whatever ends this walk early ends the one for the text at the same place.
	_ = walk(newSink(s.ctx, s.limits), body, refs)
	heads, err := d.marginParts(a, main, rels.targets, refs.heads)
	if err != nil {
		return err
	}
	feet, err := d.marginParts(a, main, rels.targets, refs.feet)
	if err != nil {
		return err
	}
	for _, name := range []string{"footnotes", "endnotes"} {
		part, err := a.read(path.Join(path.Dir(main), name+".xml"))
		if err != nil {
			return err
		}
		feet = slices.Insert(feet, 0, part)
	}
	return d.readParts(slices.Concat(heads, [][]byte{body}, feet))
}

// readParts reads parts in the order of the page, each text once.
func (d *docxReader) readParts(parts [][]byte) error {
	seen := map[string]bool{}
	for _, part := range parts {
		d.newline()
		mark := len(d.buf)
		if err := walk(d.sink, part, d); err != nil {
			return err
		}
		d.once(mark, seen)
	}
	return nil
}

// bareGround tells that nothing in a part can lie behind text: no picture or
// shape set behind it, no page colour.
func bareGround(part []byte) bool {
	for _, mark := range []string{`behindDoc="1"`, `behindDoc="true"`, ":background ", "z-index:-"} {
		if bytes.Contains(part, []byte(mark)) {
			return false
		}
	}
	return true
}

// marginParts reads the headers or footers that the body refers to.
func (d *docxReader) marginParts(a *archive, main string, rels map[string]string, refs []string) ([][]byte, error) {
	var out [][]byte
	for _, id := range refs {
		target := rels[id]
		if target == "" {
			continue
		}
		part, err := a.read(partPath(main, target))
		if err != nil {
			return nil, err
		}
		d.onPage = d.onPage && bareGround(part)
		out = append(out, part)
	}
	return out, nil
}

func (d *docxReader) start(stack []frame, el xml.StartElement) bool {
	top := &stack[len(stack)-1]
	// Only these elements' own character data is text.
	top.prose = false
	switch el.Name.Local {
	case "del", "moveFrom", "Fallback", "instrText", "delText", "rt":
		return true
	case "p":
		base, shaded := resolve(d.styles, "")
		top.style, top.shaded = inherit(top.style).over(base), top.shaded || shaded
	case "t":
		top.prose = true
	case "tab", "br", "cr", "noBreakHyphen", "sym":
		if parent(stack).local != "tabs" {
			d.show(docxSign(el), top.style.unseen(d.onPage && !top.shaded))
		}
	case "txbxContent":
		d.newline()
		top.shaded = true
	default:
		d.property(stack, el)
	}
	return false
}

// inherit keeps of an outer run's style what a text box in it takes over.
func inherit(outer look) look {
	if outer.hidden == yes {
		return look{hidden: yes}
	}
	return look{}
}

func docxSign(el xml.StartElement) string {
	switch el.Name.Local {
	case "tab":
		return "\t"
	case "noBreakHyphen":
		return "-"
	case "sym":
		code, err := strconv.ParseUint(attr(el, "char"), 16, 16)
		if err != nil {
			return ""
		}
		return string(rune(code))
	}
	return "\n"
}

// property handles what sets the look of a run, paragraph, cell or table.
func (d *docxReader) property(stack []frame, el xml.StartElement) {
	owner := above(stack)
	switch parent(stack).local {
	case "rPr":
		// A paragraph's own rPr speaks of its end mark, not of its text.
		if owner.local != "pPr" {
			d.runProperty(owner, el)
		}
	case "pPr":
		switch el.Name.Local {
		case "pStyle":
			look, shaded := resolve(d.styles, attr(el, "val"))
			owner.style, owner.shaded = inherit(owner.style).over(look), owner.shaded || shaded
		case "shd":
			owner.shaded = owner.shaded || dark(el)
		case "numPr":
			d.write("- ")
		}
	case "tcPr":
		if el.Name.Local == "shd" {
			owner.shaded = owner.shaded || dark(el)
		}
	case "tblPr":
		if el.Name.Local == "tblStyle" {
			_, shaded := resolve(d.styles, attr(el, "val"))
			owner.shaded = owner.shaded || shaded
		}
	}
}

func (d *docxReader) runProperty(run *frame, el xml.StartElement) {
	switch el.Name.Local {
	case "rStyle":
		look, shaded := resolve(d.styles, attr(el, "val"))
		run.style, run.shaded = run.style.over(look), run.shaded || shaded
	case "shd":
		run.shaded = run.shaded || dark(el)
	case "highlight":
		run.shaded = run.shaded || attr(el, "val") != "white" && attr(el, "val") != "none"
	default:
		run.style = run.style.over(docxLook(el))
	}
}

// docxLook reads one property of a run, in a run or in a style.
func docxLook(el xml.StartElement) look {
	val := attr(el, "val")
	switch el.Name.Local {
	case "vanish":
		return look{hidden: said(!slices.Contains([]string{"0", "false", "off"}, val))}
	case "color":
		return look{white: said(whitish(val))}
	case "sz":
		// Half points.
		if size, err := strconv.Atoi(val); err == nil {
			return look{tiny: said(size < 2*leastPoints)}
		}
	}
	return look{}
}

// dark tells a shading on which white text shows.
func dark(el xml.StartElement) bool {
	fill := attr(el, "fill")
	if attr(el, "themeFill") != "" && fill == "" {
		return true
	}
	return fill != "" && fill != "auto" && !whitish(fill)
}

func (d *docxReader) end(stack []frame) {
	switch stack[len(stack)-1].local {
	case "p":
		d.write("\n")
	case "tc":
		d.cell()
	case "tr":
		d.row()
	case "txbxContent":
		d.newline()
	}
}

func (d *docxReader) chars(top *frame, text string) {
	d.show(strings.ReplaceAll(text, "\n", " "), top.style.unseen(d.onPage && !top.shaded))
}
