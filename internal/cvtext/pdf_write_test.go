package cvtext

import (
	"bytes"
	"fmt"
	"strings"
)

// pdfFile builds small PDFs object by object; numbers start at 1. Objects 1 and
// 2 are the catalog and the page tree.
type pdfFile struct {
	objects []string
	pages   []string
	trailer string
	media   string
}

func newPDF() *pdfFile {
	return &pdfFile{objects: make([]string, 2), media: "0 0 595 842"}
}

// add appends an object and returns its reference.
func (f *pdfFile) add(object string) string {
	f.objects = append(f.objects, object)
	return fmt.Sprintf("%d 0 R", len(f.objects))
}

func (f *pdfFile) stream(dict, data string) string {
	return f.add(fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", dict, len(data), data))
}

// page adds a page with a content stream and further resources such as
// "/XObject<</I 3 0 R>>".
func (f *pdfFile) page(content, resources string) *pdfFile {
	contents := f.stream("", content)
	f.pages = append(f.pages, f.add(fmt.Sprintf(
		"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents %s/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>%s>>>>",
		f.media, contents, resources)))
	return f
}

func (f *pdfFile) bytes() []byte {
	if f.objects[0] == "" {
		f.objects[0] = "<</Type/Catalog/Pages 2 0 R>>"
	}
	if f.objects[1] == "" {
		f.objects[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", strings.Join(f.pages, " "), len(f.pages))
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, 0, len(f.objects))
	for i, object := range f.objects {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(f.objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer<</Root 1 0 R/Size %d%s>>\nstartxref\n%d\n%%%%EOF\n", len(f.objects)+1, f.trailer, xref)
	return b.Bytes()
}

// line shows text of 12 points at a height; before are operators, such as for a color.
func line(y int, before, text string) string {
	return fmt.Sprintf("q %s BT /F 12 Tf 50 %d Td (%s) Tj ET Q\n", before, y, text)
}

// cvPDF returns a PDF with about fifty lines of words per page.
func cvPDF(pages int) []byte {
	f := newPDF()
	for n := range pages {
		var b strings.Builder
		fmt.Fprintf(&b, "%s", line(800, "", fmt.Sprintf("Page %d of Ada Example", n+1)))
		for i := range 50 {
			b.WriteString(line(780-14*i, "", fmt.Sprintf("Line %d: built and ran services for people in many places", i)))
		}
		f.page(b.String(), "")
	}
	return f.bytes()
}
