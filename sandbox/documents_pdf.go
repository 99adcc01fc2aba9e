package sandbox

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

const (
	pdfLinesPerPage = 44
	pdfLineRunes    = 92
)

// fitsPDF reports whether a name can be printed in a built-in font, on one line with
// the sentence around it.
func fitsPDF(name string) bool {
	for _, r := range name {
		if _, ok := charmap.Windows1252.EncodeRune(r); !ok || r < ' ' {
			return false
		}
	}
	return utf8.RuneCountInString(name) <= 70
}

// writePDF returns a minimal PDF that every reader accepts: one font, and one text
// stream for each page.
func writePDF(_ string, lines []string) []byte {
	pages := paginate(lines)
	var buf bytes.Buffer
	var offsets []int
	object := func(format string, args ...any) {
		offsets = append(offsets, buf.Len())
		fmt.Fprintf(&buf, "%d 0 obj\n"+format+"\nendobj\n", append([]any{len(offsets)}, args...)...)
	}
	buf.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	var kids []string
	for i := range pages {
		kids = append(kids, fmt.Sprintf("%d 0 R", 4+2*i))
	}
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(pages))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	for i, page := range pages {
		stream := pdfText(page)
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", 5+2*i)
		object("<< /Length %d >>\nstream\n%s\nendstream", len(stream), stream)
	}
	start := buf.Len()
	fmt.Fprintf(&buf, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&buf, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&buf, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return buf.Bytes()
}

func paginate(lines []string) [][]string {
	var wrapped []string
	for _, line := range lines {
		wrapped = append(wrapped, wrap(line)...)
	}
	var pages [][]string
	for len(wrapped) > pdfLinesPerPage {
		pages = append(pages, wrapped[:pdfLinesPerPage])
		wrapped = wrapped[pdfLinesPerPage:]
	}
	return append(pages, wrapped)
}

func wrap(line string) []string {
	var out []string
	current := ""
	for word := range strings.FieldsSeq(line) {
		if current != "" && utf8.RuneCountInString(current)+1+utf8.RuneCountInString(word) > pdfLineRunes {
			out = append(out, current)
			current = ""
		}
		current = strings.TrimSpace(current + " " + word)
	}
	return append(out, current)
}

var pdfEscape = strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`)

func pdfText(lines []string) []byte {
	var buf bytes.Buffer
	buf.WriteString("BT\n/F1 11 Tf\n16 TL\n50 790 Td\n")
	for _, line := range lines {
		buf.WriteString("(")
		for _, r := range pdfEscape.Replace(line) {
			b, ok := charmap.Windows1252.EncodeRune(r)
			if !ok {
				b = '?'
			}
			buf.WriteByte(b)
		}
		buf.WriteString(") Tj T*\n")
	}
	buf.WriteString("ET")
	return buf.Bytes()
}
