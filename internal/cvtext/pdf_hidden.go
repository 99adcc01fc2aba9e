package cvtext

import (
	"fmt"
	"math"
	"slices"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"
)

const (
	// mostObjects bounds the search of one page. A page of text has some
	// thousand objects; one with more is a drawing.
	mostObjects = 50_000
	// mostGrounds bounds the search for what a text stands on; with more, the
	// page is a drawing and colours are not compared.
	mostGrounds = 4096
	// deepestForm bounds forms within forms.
	deepestForm = 8
	// leastAlpha is the weakest ink that a person notices, of 255.
	leastAlpha = 12
	// pageHeight is that of a letter in points; on pages that are smaller,
	// small type is readable when enlarged.
	pageHeight = 792
)

type box struct{ left, bottom, right, top float64 }

func (b box) area() float64 { return max(b.right-b.left, 0) * max(b.top-b.bottom, 0) }

func (b box) meet(o box) box {
	return box{max(b.left, o.left), max(b.bottom, o.bottom), min(b.right, o.right), min(b.top, o.top)}
}

func (b box) holds(x, y float64) bool {
	return x >= b.left && x <= b.right && y >= b.bottom && y <= b.top
}

// ground is something painted that text may stand on; unknown for pictures and
// shadings, whose colour is not one.
type ground struct {
	box
	unknown bool
	colour  structs.FPDF_COLOR
}

// pageScan goes through what a page paints, in the order of painting, to find
// the text that a person would not see.
type pageScan struct {
	sink    *sink
	inst    pdfium.Pdfium
	bounds  box
	tiny    float64
	grounds []ground
	objects int
	// unseen are to be left out; invisible ones only unless a picture of the
	// page holds the same words.
	unseen, invisible []references.FPDF_PAGEOBJECT
	pictured          float64
}

// hideUnseen takes text that is invisible, of its ground's colour, transparent,
// tiny or off the page out of the page, before its text is put together.
func hideUnseen(s *sink, inst pdfium.Pdfium, page requests.Page) error {
	rect, err := inst.FPDF_GetPageBoundingBox(&requests.FPDF_GetPageBoundingBox{Page: page})
	if err != nil {
		return fmt.Errorf("measuring page: %w", err)
	}
	p := &pageScan{sink: s, inst: inst, bounds: boxOf(rect.Rect)}
	p.tiny = min(leastPoints, leastPoints*(p.bounds.top-p.bounds.bottom)/pageHeight)
	counted, err := inst.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: page})
	if err != nil {
		return fmt.Errorf("counting objects: %w", err)
	}
	for i := range min(counted.Count, mostObjects) {
		got, err := inst.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: page, Index: i})
		if err != nil {
			return fmt.Errorf("reading object: %w", err)
		}
		if err := p.object(got.PageObject, identity, 0); err != nil {
			return err
		}
	}
	if counted.Count > mostObjects || p.objects > mostObjects {
		s.note("a page is too complex to be searched whole for hidden text")
	}
	if len(p.invisible) > 0 && p.pictured > p.bounds.area()/2 {
		// A recognised text layer over a scan is written in invisible ink.
		s.note("a page is a scan with recognised text, which may differ from what a person sees")
		p.invisible = nil
	}
	return p.hide()
}

func boxOf(r structs.FPDF_FS_RECTF) box {
	return box{
		float64(min(r.Left, r.Right)), float64(min(r.Bottom, r.Top)),
		float64(max(r.Left, r.Right)), float64(max(r.Bottom, r.Top)),
	}
}

func (p *pageScan) hide() error {
	for _, object := range append(p.unseen, p.invisible...) {
		p.sink.dropped = true
		if _, err := p.inst.FPDFPageObj_SetIsActive(&requests.FPDFPageObj_SetIsActive{PageObject: object}); err != nil {
			return fmt.Errorf("hiding text: %w", err)
		}
	}
	return nil
}

func (p *pageScan) object(object references.FPDF_PAGEOBJECT, m matrix, depth int) error {
	p.objects++
	kind, err := p.inst.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: object})
	if err != nil {
		return fmt.Errorf("reading object: %w", err)
	}
	switch kind.Type {
	case enums.FPDF_PAGEOBJ_TEXT:
		return p.text(object, m)
	case enums.FPDF_PAGEOBJ_PATH:
		p.path(object, m)
	case enums.FPDF_PAGEOBJ_IMAGE, enums.FPDF_PAGEOBJ_SHADING:
		if b, ok := p.boundsOf(object, m); ok {
			p.grounds = append(p.grounds, ground{box: b, unknown: true})
			if kind.Type == enums.FPDF_PAGEOBJ_IMAGE {
				p.pictured += b.meet(p.bounds).area()
			}
		}
	case enums.FPDF_PAGEOBJ_FORM:
		return p.form(object, m, depth)
	}
	return nil
}

func (p *pageScan) form(object references.FPDF_PAGEOBJECT, m matrix, depth int) error {
	if depth >= deepestForm {
		return nil
	}
	own, err := p.matrixOf(object)
	if err != nil {
		return err
	}
	count, err := p.inst.FPDFFormObj_CountObjects(&requests.FPDFFormObj_CountObjects{PageObject: object})
	if err != nil {
		return fmt.Errorf("counting objects: %w", err)
	}
	for i := range max(count.Count, 0) {
		if p.objects > mostObjects {
			return nil
		}
		got, err := p.inst.FPDFFormObj_GetObject(&requests.FPDFFormObj_GetObject{PageObject: object, Index: uint64(i)})
		if err != nil {
			return fmt.Errorf("reading object: %w", err)
		}
		if err := p.object(got.PageObject, own.then(m), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// path remembers a filled shape, or a line as wide as a bar, as ground. A shape
// that is no rectangle counts by its bounds: better to keep some hidden text
// than to lose a person's name.
func (p *pageScan) path(object references.FPDF_PAGEOBJECT, m matrix) {
	mode, err := p.inst.FPDFPath_GetDrawMode(&requests.FPDFPath_GetDrawMode{PageObject: object})
	if err != nil {
		return
	}
	b, ok := p.boundsOf(object, m)
	// Hairlines are no ground for a line of type.
	if !ok || min(b.top-b.bottom, b.right-b.left) < p.tiny {
		return
	}
	if mode.FillMode == enums.FPDF_FILLMODE_NONE {
		if mode.Stroke && p.isBar(object, m, b) {
			p.grounds = append(p.grounds, ground{box: b, unknown: true})
		}
		return
	}
	g := ground{box: b}
	fill, err := p.inst.FPDFPageObj_GetFillColor(&requests.FPDFPageObj_GetFillColor{PageObject: object})
	if err != nil {
		g.unknown = true
	} else {
		g.colour = fill.FillColor
	}
	if g.unknown || g.colour.A >= leastAlpha {
		p.grounds = append(p.grounds, g)
	}
}

// isBar tells a straight line, whose bounds are about as wide as its stroke,
// from a frame.
func (p *pageScan) isBar(object references.FPDF_PAGEOBJECT, m matrix, b box) bool {
	got, err := p.inst.FPDFPageObj_GetStrokeWidth(&requests.FPDFPageObj_GetStrokeWidth{PageObject: object})
	return err == nil && min(b.top-b.bottom, b.right-b.left) <= 2*float64(got.StrokeWidth)*m.height()
}

func (p *pageScan) text(object references.FPDF_PAGEOBJECT, m matrix) error {
	mode, err := p.inst.FPDFTextObj_GetTextRenderMode(&requests.FPDFTextObj_GetTextRenderMode{PageObject: object})
	if err != nil {
		return fmt.Errorf("reading object: %w", err)
	}
	if mode.TextRenderMode == enums.FPDF_TEXTRENDERMODE_INVISIBLE {
		p.invisible = append(p.invisible, object)
		return nil
	}
	size, err := p.inst.FPDFTextObj_GetFontSize(&requests.FPDFTextObj_GetFontSize{PageObject: object})
	if err != nil {
		return fmt.Errorf("reading object: %w", err)
	}
	own, err := p.matrixOf(object)
	if err != nil {
		return err
	}
	if math.Abs(float64(size.FontSize))*own.then(m).height() < p.tiny {
		p.unseen = append(p.unseen, object)
		return nil
	}
	b, ok := p.boundsOf(object, m)
	if !ok {
		return nil
	}
	seen := b.meet(p.bounds)
	if seen.right < seen.left || seen.top < seen.bottom || p.blends(object, mode.TextRenderMode, b) {
		p.unseen = append(p.unseen, object)
	}
	return nil
}

// blends tells that filled text has the colour of what it stands on, or none.
func (p *pageScan) blends(object references.FPDF_PAGEOBJECT, mode enums.FPDF_TEXT_RENDERMODE, b box) bool {
	if mode != enums.FPDF_TEXTRENDERMODE_FILL && mode != enums.FPDF_TEXTRENDERMODE_FILL_CLIP {
		return false
	}
	fill, err := p.inst.FPDFPageObj_GetFillColor(&requests.FPDFPageObj_GetFillColor{PageObject: object})
	if err != nil {
		return false
	}
	ink := fill.FillColor
	if ink.A < leastAlpha {
		return true
	}
	if len(p.grounds) > mostGrounds {
		return false
	}
	x, y := (b.left+b.right)/2, (b.bottom+b.top)/2
	for _, g := range slices.Backward(p.grounds) {
		if g.holds(x, y) {
			return !g.unknown && near(ink, g.colour)
		}
	}
	return near(ink, structs.FPDF_COLOR{R: 255, G: 255, B: 255})
}

// near tells colours apart as little as a person does.
func near(a, b structs.FPDF_COLOR) bool {
	const least = 256 - leastWhite
	apart := func(x, y uint) uint { return max(x, y) - min(x, y) }
	return max(apart(a.R, b.R), apart(a.G, b.G), apart(a.B, b.B)) < least
}

func (p *pageScan) boundsOf(object references.FPDF_PAGEOBJECT, m matrix) (box, bool) {
	b, err := p.inst.FPDFPageObj_GetBounds(&requests.FPDFPageObj_GetBounds{PageObject: object})
	if err != nil {
		return box{}, false
	}
	return m.box(box{float64(b.Left), float64(b.Bottom), float64(b.Right), float64(b.Top)}), true
}

func (p *pageScan) matrixOf(object references.FPDF_PAGEOBJECT) (matrix, error) {
	got, err := p.inst.FPDFPageObj_GetMatrix(&requests.FPDFPageObj_GetMatrix{PageObject: object})
	if err != nil {
		return matrix{}, fmt.Errorf("reading object: %w", err)
	}
	m := got.Matrix
	return matrix{float64(m.A), float64(m.B), float64(m.C), float64(m.D), float64(m.E), float64(m.F)}, nil
}

// matrix maps a form's space to the page's, as PDF writes it.
type matrix struct{ a, b, c, d, e, f float64 }

var identity = matrix{a: 1, d: 1}

// then is m followed by n.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m.a*n.a + m.b*n.c, m.a*n.b + m.b*n.d,
		m.c*n.a + m.d*n.c, m.c*n.b + m.d*n.d,
		m.e*n.a + m.f*n.c + n.e, m.e*n.b + m.f*n.d + n.f,
	}
}

// height is how tall a unit of height becomes.
func (m matrix) height() float64 { return math.Hypot(m.c, m.d) }

func (m matrix) box(b box) box {
	if m == identity {
		return b
	}
	out := box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, x := range []float64{b.left, b.right} {
		for _, y := range []float64{b.bottom, b.top} {
			px, py := x*m.a+y*m.c+m.e, x*m.b+y*m.d+m.f
			out = box{min(out.left, px), min(out.bottom, py), max(out.right, px), max(out.top, py)}
		}
	}
	return out
}
