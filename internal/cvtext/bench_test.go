package cvtext

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func BenchmarkText(b *testing.B) {
	var body, odf, rtf, page strings.Builder
	for i := range 100 {
		text := fmt.Sprintf("Line %d: built and ran services for people in many places", i)
		body.WriteString(para(text))
		odf.WriteString("<text:p>" + text + "</text:p>")
		rtf.WriteString(text + `\par `)
		page.WriteString("<p>" + text + "</p>")
	}
	// Like a producer that positions each word separately.
	var placed strings.Builder
	for i := range 600 {
		fmt.Fprintf(&placed, "BT /F 12 Tf %d %d Td (word) Tj ET\n", 50+i%10*50, 800-i/10*13)
	}
	for _, bench := range []struct {
		name string
		data []byte
	}{
		{"PDF of 1 page", cvPDF(1)},
		{"PDF of 1 page word by word", newPDF().page(placed.String(), "").bytes()},
		{"PDF of 50 pages", cvPDF(50)},
		{"DOCX", docx(b, body.String())},
		{"ODT", odt(b, "", odf.String())},
		{"RTF", []byte(`{\rtf1 ` + rtf.String() + `}`)},
		{"HTML", []byte("<html>" + page.String())},
	} {
		b.Run(bench.name, func(b *testing.B) {
			_, err := shared().Text(context.Background(), bench.data, "", "")
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := shared().Text(context.Background(), bench.data, "", ""); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLoad measures the first PDF of a process if the compiled code is in the
// cache.
func BenchmarkLoad(b *testing.B) {
	load := func() {
		r := New()
		if err := r.engine.load(context.Background(), false); err != nil {
			b.Fatal(err)
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
	load()
	for b.Loop() {
		load()
	}
}
