package cvtext

import (
	"encoding/xml"
	"path"
	"strings"
)

// docxRels reads a relationships part: the targets by id, and those of the main
// document and the styles.
type docxRels struct {
	targets map[string]string
	main    string
	styles  string
}

func (r *docxRels) start(_ []frame, el xml.StartElement) bool {
	if el.Name.Local != "Relationship" || strings.EqualFold(attr(el, "TargetMode"), "External") {
		return false
	}
	target := attr(el, "Target")
	r.targets[attr(el, "Id")] = target
	switch kind := attr(el, "Type"); {
	case strings.HasSuffix(kind, "/officeDocument"):
		r.main = target
	case strings.HasSuffix(kind, "/styles"):
		r.styles = target
	}
	return false
}

func (*docxRels) end([]frame)          {}
func (*docxRels) chars(*frame, string) {}

// readRels reads the relationships of a part, or of the package if part is "". If they
// cannot be read, it returns none, and the usual names are used.
func readRels(s *sink, a *archive, part string) docxRels {
	r := docxRels{targets: map[string]string{}}
	dir, base := path.Split(part)
	content, err := a.read(path.Join(dir, "_rels", base+".rels"))
	if err == nil {
		err = walkXML(newSink(s.ctx, s.limits), content, &r)
	}
	if err != nil {
		return docxRels{targets: map[string]string{}}
	}
	return r
}

// mainPart returns the name of the part with the body, which is not always
// word/document.xml.
func mainPart(s *sink, a *archive) string {
	main := partPath("", readRels(s, a, "").main)
	if a.files[main] == nil {
		return "word/document.xml"
	}
	return main
}

// partPath resolves the target of a relationship, which is relative to its part.
func partPath(part, target string) string {
	if strings.HasPrefix(target, "/") {
		return strings.TrimPrefix(path.Clean(target), "/")
	}
	return strings.TrimPrefix(path.Join("/", path.Dir(part), target), "/")
}

// docxRefs collects the ids of the headers and footers that the sections of a body use.
type docxRefs struct {
	headers, footers []string
}

func (r *docxRefs) start(_ []frame, el xml.StartElement) bool {
	switch el.Name.Local {
	case "headerReference":
		r.headers = append(r.headers, attr(el, "id"))
	case "footerReference":
		r.footers = append(r.footers, attr(el, "id"))
	}
	return false
}

func (*docxRefs) end([]frame)          {}
func (*docxRefs) chars(*frame, string) {}

// docxStyles reads the named styles; the default paragraph style has the name "".
type docxStyles struct {
	styles map[string]style
	id     string
	normal bool
}

func (r *docxStyles) start(stack []frame, el xml.StartElement) bool {
	st := r.styles[r.id]
	switch el.Name.Local {
	case "style":
		r.id = attr(el, "styleId")
		r.normal = attr(el, "type") == "paragraph" && (attr(el, "default") == "1" || attr(el, "default") == "true")
		return false
	case "basedOn":
		st.base = attr(el, "val")
	case "shd":
		st.shaded = st.shaded || isDarkShading(el)
	default:
		// The conditional parts of a table style have their own rPr; only that of
		// the style itself counts.
		if parent(stack).local != "rPr" || grandparent(stack).local != "style" {
			return false
		}
		st.appearance = st.appearance.with(docxAppearance(el))
	}
	if r.id != "" {
		r.styles[r.id] = st
	}
	return false
}

func (r *docxStyles) end(stack []frame) {
	if stack[len(stack)-1].local != "style" {
		return
	}
	if r.normal {
		r.styles[""] = r.styles[r.id]
	}
	r.id, r.normal = "", false
}

func (*docxStyles) chars(*frame, string) {}

func (d *docxReader) readStyles(a *archive, main string, rels docxRels) error {
	name := partPath(main, rels.styles)
	if rels.styles == "" {
		name = "word/styles.xml"
	}
	content, err := a.read(name)
	if err != nil {
		return err
	}
	return walkXML(newSink(d.ctx, d.limits), content, &docxStyles{styles: d.styles})
}
