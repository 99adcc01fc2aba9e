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
	// maxObjects limits the search of one page. A page of text has a few thousand
	// objects; one with more is a drawing.
	maxObjects = 50_000
	// maxBackgrounds limits the search for the background of a text. A page with more
	// is a drawing, and colors are not compared.
	maxBackgrounds = 4096
	// maxFormDepth limits forms within forms.
	maxFormDepth = 8
	// minAlpha is the least opacity that a person notices, of 255.
	minAlpha = 12
	// pageHeight is that of US Letter in points. On smaller pages, smaller type can be
	// read when enlarged.
	pageHeight = 792
)

type box struct{ left, bottom, right, top float64 }

func (b box) area() float64 { return max(b.right-b.left, 0) * max(b.top-b.bottom, 0) }

func (b box) intersect(o box) box {
	return box{max(b.left, o.left), max(b.bottom, o.bottom), min(b.right, o.right), min(b.top, o.top)}
}

func (b box) contains(x, y float64) bool {
	return x >= b.left && x <= b.right && y >= b.bottom && y <= b.top
}

// background is a painted area that text may be on. Its color is unknown for pictures
// and shadings, which have several.
type background struct {
	box
	unknown bool
	color   structs.FPDF_COLOR
}

// pageScan goes through the objects of a page, in the order of painting, to find text
// that a person could not see.
type pageScan struct {
	sink        *sink
	inst        pdfium.Pdfium
	bounds      box
	minHeight   float64
	backgrounds []background
	objects     int
	// hidden texts are left out; so are invisible ones, unless the page is a scan, of
	// which they may be the recognized text.
	hidden, invisible []references.FPDF_PAGEOBJECT
	imageArea         float64
}

// removeHiddenText deactivates text that is invisible, of the color of its background,
// transparent, tiny or off the page, before the text of the page is read.
func removeHiddenText(s *sink, inst pdfium.Pdfium, page requests.Page) error {
	rect, err := inst.FPDF_GetPageBoundingBox(&requests.FPDF_GetPageBoundingBox{Page: page})
	if err != nil {
		return fmt.Errorf("measuring page: %w", err)
	}
	p := &pageScan{sink: s, inst: inst, bounds: boxOf(rect.Rect)}
	p.minHeight = min(minPoints, minPoints*(p.bounds.top-p.bounds.bottom)/pageHeight)
	counted, err := inst.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: page})
	if err != nil {
		return fmt.Errorf("counting objects: %w", err)
	}
	for i := range min(counted.Count, maxObjects) {
		got, err := inst.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: page, Index: i})
		if err != nil {
			return fmt.Errorf("reading object: %w", err)
		}
		if err := p.scanObject(got.PageObject, identity, 0); err != nil {
			return err
		}
	}
	if counted.Count > maxObjects || p.objects > maxObjects {
		s.note("a page is too complex to be searched completely for hidden text")
	}
	if len(p.invisible) > 0 && p.imageArea > p.bounds.area()/2 {
		// OCR adds the recognized text to a scan as invisible text.
		s.note("a page is a scan with recognized text, which may differ from what a person sees")
		p.invisible = nil
	}
	return p.deactivateHidden()
}

func boxOf(r structs.FPDF_FS_RECTF) box {
	return box{
		float64(min(r.Left, r.Right)), float64(min(r.Bottom, r.Top)),
		float64(max(r.Left, r.Right)), float64(max(r.Bottom, r.Top)),
	}
}

func (p *pageScan) deactivateHidden() error {
	for _, object := range append(p.hidden, p.invisible...) {
		p.sink.droppedHidden = true
		if _, err := p.inst.FPDFPageObj_SetIsActive(&requests.FPDFPageObj_SetIsActive{PageObject: object}); err != nil {
			return fmt.Errorf("hiding text: %w", err)
		}
	}
	return nil
}

func (p *pageScan) scanObject(object references.FPDF_PAGEOBJECT, m matrix, depth int) error {
	p.objects++
	kind, err := p.inst.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: object})
	if err != nil {
		return fmt.Errorf("reading object: %w", err)
	}
	switch kind.Type {
	case enums.FPDF_PAGEOBJ_TEXT:
		return p.scanText(object, m)
	case enums.FPDF_PAGEOBJ_PATH:
		p.scanPath(object, m)
	case enums.FPDF_PAGEOBJ_IMAGE, enums.FPDF_PAGEOBJ_SHADING:
		if b, ok := p.boundsOf(object, m); ok {
			p.backgrounds = append(p.backgrounds, background{box: b, unknown: true})
			if kind.Type == enums.FPDF_PAGEOBJ_IMAGE {
				p.imageArea += b.intersect(p.bounds).area()
			}
		}
	case enums.FPDF_PAGEOBJ_FORM:
		return p.scanForm(object, m, depth)
	}
	return nil
}

func (p *pageScan) scanForm(object references.FPDF_PAGEOBJECT, m matrix, depth int) error {
	if depth >= maxFormDepth {
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
		if p.objects > maxObjects {
			return nil
		}
		got, err := p.inst.FPDFFormObj_GetObject(&requests.FPDFFormObj_GetObject{PageObject: object, Index: uint64(i)})
		if err != nil {
			return fmt.Errorf("reading object: %w", err)
		}
		if err := p.scanObject(got.PageObject, own.then(m), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// scanPath adds a filled shape, or a line as wide as a bar, to the backgrounds. A shape
// other than a rectangle counts with its bounding box: it is better to keep some hidden
// text than to lose a person's name.
func (p *pageScan) scanPath(object references.FPDF_PAGEOBJECT, m matrix) {
	mode, err := p.inst.FPDFPath_GetDrawMode(&requests.FPDFPath_GetDrawMode{PageObject: object})
	if err != nil {
		return
	}
	b, ok := p.boundsOf(object, m)
	// Hairlines cannot be the background of text.
	if !ok || min(b.top-b.bottom, b.right-b.left) < p.minHeight {
		return
	}
	if mode.FillMode == enums.FPDF_FILLMODE_NONE {
		if mode.Stroke && p.isBar(object, m, b) {
			p.backgrounds = append(p.backgrounds, background{box: b, unknown: true})
		}
		return
	}
	g := background{box: b}
	fill, err := p.inst.FPDFPageObj_GetFillColor(&requests.FPDFPageObj_GetFillColor{PageObject: object})
	if err != nil {
		g.unknown = true
	} else {
		g.color = fill.FillColor
	}
	if g.unknown || g.color.A >= minAlpha {
		p.backgrounds = append(p.backgrounds, g)
	}
}

// isBar reports whether a path is a straight line, whose bounds are about as wide as its
// stroke, and not a frame.
func (p *pageScan) isBar(object references.FPDF_PAGEOBJECT, m matrix, b box) bool {
	got, err := p.inst.FPDFPageObj_GetStrokeWidth(&requests.FPDFPageObj_GetStrokeWidth{PageObject: object})
	return err == nil && min(b.top-b.bottom, b.right-b.left) <= 2*float64(got.StrokeWidth)*m.height()
}

func (p *pageScan) scanText(object references.FPDF_PAGEOBJECT, m matrix) error {
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
	if math.Abs(float64(size.FontSize))*own.then(m).height() < p.minHeight {
		p.hidden = append(p.hidden, object)
		return nil
	}
	b, ok := p.boundsOf(object, m)
	if !ok {
		return nil
	}
	seen := b.intersect(p.bounds)
	if seen.right < seen.left || seen.top < seen.bottom || p.blendsIn(object, mode.TextRenderMode, b) {
		p.hidden = append(p.hidden, object)
	}
	return nil
}

// blendsIn reports whether filled text is transparent or has the color of its
// background.
func (p *pageScan) blendsIn(object references.FPDF_PAGEOBJECT, mode enums.FPDF_TEXT_RENDERMODE, b box) bool {
	if mode != enums.FPDF_TEXTRENDERMODE_FILL && mode != enums.FPDF_TEXTRENDERMODE_FILL_CLIP {
		return false
	}
	fill, err := p.inst.FPDFPageObj_GetFillColor(&requests.FPDFPageObj_GetFillColor{PageObject: object})
	if err != nil {
		return false
	}
	ink := fill.FillColor
	if ink.A < minAlpha {
		return true
	}
	if len(p.backgrounds) > maxBackgrounds {
		return false
	}
	x, y := (b.left+b.right)/2, (b.bottom+b.top)/2
	for _, g := range slices.Backward(p.backgrounds) {
		if g.contains(x, y) {
			return !g.unknown && similarColors(ink, g.color)
		}
	}
	return similarColors(ink, structs.FPDF_COLOR{R: 255, G: 255, B: 255})
}

// similarColors reports whether a person could not distinguish two colors.
func similarColors(a, b structs.FPDF_COLOR) bool {
	const limit = 256 - minWhiteChannel
	distance := func(x, y uint) uint { return max(x, y) - min(x, y) }
	return max(distance(a.R, b.R), distance(a.G, b.G), distance(a.B, b.B)) < limit
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

// matrix is a transformation in PDF's notation, such as from a form to its page.
type matrix struct{ a, b, c, d, e, f float64 }

var identity = matrix{a: 1, d: 1}

// then returns m followed by n.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m.a*n.a + m.b*n.c, m.a*n.b + m.b*n.d,
		m.c*n.a + m.d*n.c, m.c*n.b + m.d*n.d,
		m.e*n.a + m.f*n.c + n.e, m.e*n.b + m.f*n.d + n.f,
	}
}

// height returns the height of a transformed unit.
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
