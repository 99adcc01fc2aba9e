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
	// whitePage is set if nothing is drawn behind the text and the page has no color,
	// so that white text cannot be seen.
	whitePage bool
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
	d := &docxReader{sink: s, styles: map[string]style{}, whitePage: docxHasWhitePage(body)}
	if err := d.readStyles(a, main, rels); err != nil {
		return err
	}
	refs := &docxRefs{}
	// An error here occurs again when the body is read for its text.
	_ = walkXML(newSink(s.ctx, s.limits), body, refs)
	headers, err := d.headerFooterParts(a, main, rels.targets, refs.headers)
	if err != nil {
		return err
	}
	footers, err := d.headerFooterParts(a, main, rels.targets, refs.footers)
	if err != nil {
		return err
	}
	for _, name := range []string{"footnotes", "endnotes"} {
		part, err := a.read(path.Join(path.Dir(main), name+".xml"))
		if err != nil {
			return err
		}
		footers = slices.Insert(footers, 0, part)
	}
	return d.readParts(slices.Concat(headers, [][]byte{body}, footers))
}

// readParts reads parts in their order on the page, without repeated ones.
func (d *docxReader) readParts(parts [][]byte) error {
	seen := map[string]bool{}
	for _, part := range parts {
		d.newline()
		mark := len(d.buf)
		if err := walkXML(d.sink, part, d); err != nil {
			return err
		}
		d.dropRepeated(mark, seen)
	}
	return nil
}

// docxHasWhitePage reports whether nothing in a part can be behind text: no picture or
// shape placed there, and no page color.
func docxHasWhitePage(part []byte) bool {
	for _, mark := range []string{`behindDoc="1"`, `behindDoc="true"`, ":background ", "z-index:-"} {
		if bytes.Contains(part, []byte(mark)) {
			return false
		}
	}
	return true
}

// headerFooterParts returns the headers or footers that the body refers to.
func (d *docxReader) headerFooterParts(a *archive, main string, rels map[string]string, refs []string) ([][]byte, error) {
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
		d.whitePage = d.whitePage && docxHasWhitePage(part)
		out = append(out, part)
	}
	return out, nil
}

func (d *docxReader) start(stack []frame, el xml.StartElement) bool {
	top := &stack[len(stack)-1]
	// Only the character data directly in a t element is text.
	top.isText = false
	switch el.Name.Local {
	case "del", "moveFrom", "Fallback", "instrText", "delText", "rt":
		return true
	case "p":
		base, shaded := resolve(d.styles, "")
		top.style, top.shaded = inheritHidden(top.style).with(base), top.shaded || shaded
	case "t":
		top.isText = true
	case "tab", "br", "cr", "noBreakHyphen", "sym":
		if parent(stack).local != "tabs" {
			d.writeUnlessHidden(docxCharacter(el), top.style.isHidden(d.whitePage && !top.shaded))
		}
	case "txbxContent":
		d.newline()
		top.shaded = true
	default:
		d.property(stack, el)
	}
	return false
}

// inheritHidden returns the part of an outer run's appearance that a text box in it
// inherits.
func inheritHidden(outer appearance) appearance {
	if outer.hidden == yes {
		return appearance{hidden: yes}
	}
	return appearance{}
}

// docxCharacter returns the text of an element that stands for a character.
func docxCharacter(el xml.StartElement) string {
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

// property reads an element that sets the appearance of a run, paragraph, cell or
// table.
func (d *docxReader) property(stack []frame, el xml.StartElement) {
	owner := grandparent(stack)
	switch parent(stack).local {
	case "rPr":
		// The rPr of a paragraph is about its end mark, not its text.
		if owner.local != "pPr" {
			d.runProperty(owner, el)
		}
	case "pPr":
		switch el.Name.Local {
		case "pStyle":
			look, shaded := resolve(d.styles, attr(el, "val"))
			owner.style, owner.shaded = inheritHidden(owner.style).with(look), owner.shaded || shaded
		case "shd":
			owner.shaded = owner.shaded || isDarkShading(el)
		case "numPr":
			d.write("- ")
		}
	case "tcPr":
		if el.Name.Local == "shd" {
			owner.shaded = owner.shaded || isDarkShading(el)
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
		run.style, run.shaded = run.style.with(look), run.shaded || shaded
	case "shd":
		run.shaded = run.shaded || isDarkShading(el)
	case "highlight":
		run.shaded = run.shaded || attr(el, "val") != "white" && attr(el, "val") != "none"
	default:
		run.style = run.style.with(docxAppearance(el))
	}
}

// docxAppearance returns the appearance that one property of a run, or of a style,
// sets.
func docxAppearance(el xml.StartElement) appearance {
	val := attr(el, "val")
	switch el.Name.Local {
	case "vanish":
		return appearance{hidden: settingOf(!slices.Contains([]string{"0", "false", "off"}, val))}
	case "color":
		return appearance{white: settingOf(isNearWhiteHex(val))}
	case "sz":
		// In half points.
		if size, err := strconv.Atoi(val); err == nil {
			return appearance{tiny: settingOf(size < 2*minPoints)}
		}
	}
	return appearance{}
}

// isDarkShading reports whether white text can be seen on a shading.
func isDarkShading(el xml.StartElement) bool {
	fill := attr(el, "fill")
	if attr(el, "themeFill") != "" && fill == "" {
		return true
	}
	return fill != "" && fill != "auto" && !isNearWhiteHex(fill)
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
	d.writeUnlessHidden(strings.ReplaceAll(text, "\n", " "), top.style.isHidden(d.whitePage && !top.shaded))
}
