package cvtext

import (
	"context"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPlainTextIsDecoded(t *testing.T) {
	t.Parallel()
	utf16le := func(s string) []byte {
		var out []byte
		for _, u := range utf16.Encode([]rune(s)) {
			out = append(out, byte(u), byte(u>>8))
		}
		return out
	}
	tests := map[string]struct {
		data        []byte
		contentType string
		want        string
	}{
		"UTF-8":                            {[]byte("José 日本"), "", "José 日本"},
		"UTF-8 after a mark":               {[]byte("\xef\xbb\xbfJosé"), "", "José"},
		"UTF-8 that is called Latin-1":     {[]byte("José"), "text/plain; charset=iso-8859-1", "José"},
		"UTF-16 after a mark":              {append([]byte("\xff\xfe"), utf16le("José")...), "", "José"},
		"UTF-16 without a mark":            {utf16le("Ada Example, 日本"), "", "Ada Example, 日本"},
		"Windows-1252 by default":          {[]byte("Jos\xe9 \x96 \x80"), "", "José – €"},
		"the charset of the content type":  {[]byte("\xcf\xf0"), "text/plain; charset=windows-1251", "Пр"},
		"ISO-2022-JP looks like ASCII":     {[]byte("\x1b$BF|K\\\x1b(B"), "text/plain; charset=iso-2022-jp", "日本"},
		"a charset that nobody knows":      {[]byte("Jos\xe9"), "text/plain; charset=x-none", "José"},
		"a content type that is malformed": {[]byte("Jos\xe9"), ";;;", "José"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, err := shared().Text(context.Background(), tt.data, "cv.txt", tt.contentType)
			require.NoError(t, err)
			assert.Equal(t, Document{Text: tt.want, Kind: "text"}, doc)
		})
	}
}

func TestKindIsDetectedByContent(t *testing.T) {
	t.Parallel()
	ole := func(stream string) []byte {
		return append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00"), utf16LE(stream)...)
	}
	tests := map[string]struct {
		data              []byte
		name, contentType string
		kind              string
		err               error
		says              string
	}{
		"HTML by its doctype":         {data: []byte("\n<!-- x --> <!DOCTYPE HTML><p>a"), name: "cv.pdf", contentType: "application/pdf", kind: "html"},
		"XHTML":                       {data: []byte(`<?xml version="1.0"?><html>a</html>`), kind: "html"},
		"a fragment by content type":  {data: []byte("<p>a"), contentType: "text/html; charset=utf-8", kind: "html"},
		"a fragment by name":          {data: []byte("<p>a"), name: "CV.HTM", kind: "html"},
		"text although named HTML":    {data: []byte("a"), name: "cv.html", contentType: "text/plain", kind: "text"},
		"text whatever it is called":  {data: []byte("Ada"), name: "cv.pdf", contentType: "application/pdf", kind: "text"},
		"nothing":                     {err: ErrDamaged, says: "empty"},
		"PNG":                         {data: []byte("\x89PNG\r\n\x1a\n"), err: ErrImage},
		"JPEG named PDF":              {data: []byte("\xff\xd8\xff\xe0"), name: "cv.pdf", err: ErrImage},
		"HEIC":                        {data: []byte("\x00\x00\x00\x18ftypheic"), err: ErrImage},
		"WebP":                        {data: []byte("RIFF\x00\x00\x00\x00WEBP"), err: ErrImage},
		"bitmap":                      {data: []byte("BM\x00\x00"), err: ErrImage},
		"SVG":                         {data: []byte("<svg xmlns='x'>"), err: ErrImage},
		"old Word":                    {data: ole("WordDocument"), err: ErrUnsupported, says: "old Word"},
		"old Excel":                   {data: ole("Workbook"), err: ErrUnsupported, says: "Excel"},
		"Word under a password":       {data: ole("EncryptedPackage"), err: ErrProtected},
		"other old Office":            {data: ole("x"), err: ErrUnsupported, says: "Office"},
		"Excel":                       {data: zipped(t, "[Content_Types].xml", "", "xl/workbook.xml", ""), err: ErrUnsupported, says: "Excel"},
		"PowerPoint":                  {data: zipped(t, "ppt/presentation.xml", ""), err: ErrUnsupported, says: "PowerPoint"},
		"Pages":                       {data: zipped(t, "Index/Document.iwa", ""), err: ErrUnsupported, says: "Pages"},
		"OpenDocument sheet":          {data: zipped(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", ""), err: ErrUnsupported, says: "OpenDocument"},
		"zip":                         {data: zipped(t, "cv.pdf", ""), err: ErrUnsupported, says: "zip"},
		"empty zip":                   {data: zipped(t), err: ErrUnsupported, says: "zip"},
		"zip that is cut short":       {data: zipped(t, "word/document.xml", words(50))[:60], err: ErrDamaged},
		"XML":                         {data: []byte(`<?xml version="1.0"?><x/>`), err: ErrUnsupported, says: "XML"},
		"PostScript":                  {data: []byte("%!PS-Adobe"), err: ErrUnsupported, says: "PostScript"},
		"video":                       {data: []byte("\x00\x00\x00\x18ftypmp42"), err: ErrUnsupported, says: "video"},
		"bytes of nothing known":      {data: []byte("\x01\x02\x03\x04\x05\x06\x07"), contentType: "text/plain", err: ErrUnsupported, says: "binary"},
		"blank text":                  {data: []byte(" \n\t\n"), err: ErrScan},
		"Word without its main part":  {data: zipped(t, "[Content_Types].xml", ""), err: ErrDamaged, says: "main part"},
		"Word with a picture alone":   {data: docx(t, "<w:p><w:r><w:drawing/></w:r></w:p>"), err: ErrScan},
		"OpenDocument without a text": {data: zipped(t, "mimetype", "application/vnd.oasis.opendocument.text"), err: ErrDamaged},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, err := shared().Text(context.Background(), tt.data, tt.name, tt.contentType)
			if tt.err == nil {
				require.NoError(t, err)
				assert.Equal(t, tt.kind, doc.Kind)
				return
			}
			require.ErrorIs(t, err, tt.err)
			assert.ErrorContains(t, err, tt.says)
		})
	}
}

func TestTextIsNormalized(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want string }{
		"line ends":                   {"a\r\nb\rc\vd\fe\u2028f\u0085g", "a\nb\nc\nd\ne\nf\ng"},
		"composed letters":            {"Jose\u0301", "José"},
		"letters that a joiner parts": {"Jose\u200d\u0301", "José"},
		"control characters":          {"a\x00b\x07c\x1b\x7f\u009bd\te", "abcd\te"},
		"zero width characters":       {"a\u200bb\u200cc\u2060d\ufeffe\u00adf\u180eg", "abcdefg"},
		"bidi controls":               {"a\u202eb\u2066c\u200fd\u061ce", "abcde"},
		"tags and variation marks":    {"a\U000E0041\U000E0042b\U000E0101\ufe0fc", "abc"},
		"invisible fillers":           {"a\u3164\u115f\uffa0b", "ab"},
		"spaces that do not break":    {"a\u00a0b\u202fc", "a b c"},
		"hyphens at a line's end":     {"develop\uFFFE\r\nment, soft\uFFFEware", "development, software"},
		"bullets of a symbol font":    {"\uf0b7 Go", "• Go"},
		"blank lines":                 {"\n\na  \n \n\t\n\n\nb\n\nc\n", "a\n\n\nb\n\nc"},
		"endless accents":             {"a" + strings.Repeat("\u0301", 40), "á" + strings.Repeat("\u0301", 39)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, whole := clean(tt.in, 1000)
			assert.Equal(t, tt.want, got)
			assert.True(t, whole)
			again, _ := clean(got, 1000)
			assert.Equal(t, got, again, "a second time changes nothing")
		})
	}
}
