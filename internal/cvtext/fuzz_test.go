package cvtext

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

// FuzzText fuzzes the parsers of this package, without PDFium, which is in a sandbox.
func FuzzText(f *testing.F) {
	for _, body := range []string{
		para("Ada"), `<w:tbl><w:tr><w:tc>` + para("a") + `</w:tc></w:tr></w:tbl>`,
		`<w:p><w:pPr><w:pStyle w:val="x"/><w:numPr/></w:pPr><w:r><w:rPr><w:vanish/><w:sz w:val="1"/></w:rPr><w:t>a</w:t><w:sym w:char="F0B7"/></w:r></w:p>`,
	} {
		f.Add([]byte(body), uint8(0))
	}
	f.Add([]byte(`<text:p text:style-name="T1">Ada<text:s text:c="9"/><text:tab/></text:p><text:section text:display="none"><text:p>x</text:p></text:section>`), uint8(1))
	f.Add([]byte(`\ansicpg1252{\fonttbl{\f0\fcharset128 A;}}{\colortbl;\red255;}\f0\'93\'fa\u-10179?\u-8704?{\v x}\bin3 abc\cell\row{\header a}`), uint8(2))
	f.Add([]byte(`<ul><li hidden>a<li>b</ul><table><tr><td>c<td style="display:none">d</table><pre>e`), uint8(3))
	f.Add([]byte("Jos\xe9 \xff\xfe\x00"), uint8(4))
	f.Fuzz(func(t *testing.T, data []byte, kind uint8) {
		// Fuzz the content of the archive, not the archive itself.
		switch kind % 5 {
		case 0:
			data = docx(t, string(data), "word/styles.xml", string(data))
		case 1:
			data = odt(t, string(data), string(data), "styles.xml", "<x>"+string(data)+"</x>")
		case 2:
			data = append([]byte(`{\rtf1`), data...)
		case 3:
			data = append([]byte("<html>"), data...)
		}
		if bytes.Contains(data[:min(len(data), headSize)], []byte("%PDF-")) {
			return
		}
		doc, err := New().Text(context.Background(), data, "", "")
		if err != nil {
			for _, known := range []error{ErrScan, ErrProtected, ErrImage, ErrUnsupported, ErrTooLarge, ErrTimeout, ErrDamaged} {
				if errors.Is(err, known) {
					return
				}
			}
			t.Fatalf("an error of no kind: %v", err)
		}
		assert.True(t, utf8.ValidString(doc.Text))
		again, whole := clean(doc.Text, DefaultLimits.Runes)
		assert.Equal(t, doc.Text, again)
		assert.True(t, whole)
		assert.NotEmpty(t, doc.Text)
	})
}
