package cvtext

import (
	"archive/zip"
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// shared is one Reader for all tests that read PDFs, so that PDFium is loaded once per
// run, from the user's cache if an earlier run filled it.
var shared = sync.OnceValue(func() *Reader { return New() })

func textOf(t *testing.T, data []byte) Document {
	t.Helper()
	doc, err := shared().Text(context.Background(), data, "", "")
	require.NoError(t, err)
	return doc
}

func errorOf(t *testing.T, data []byte) error {
	t.Helper()
	doc, err := shared().Text(context.Background(), data, "", "")
	require.Error(t, err, "text: %.80q", doc.Text)
	require.Empty(t, doc)
	return err
}

// zipped returns an archive of files, given as alternating names and contents.
func zipped(tb testing.TB, parts ...string) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		require.NoError(tb, err)
		_, err = w.Write([]byte(parts[i+1]))
		require.NoError(tb, err)
	}
	require.NoError(tb, z.Close())
	return b.Bytes()
}

const docxTypes = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`

// docx returns a Word document with a body; parts are further names and contents.
func docx(tb testing.TB, body string, parts ...string) []byte {
	tb.Helper()
	return zipped(tb, append([]string{
		"[Content_Types].xml", docxTypes,
		"word/document.xml", `<?xml version="1.0"?><w:document xmlns:w="w"><w:body>` + body + `</w:body></w:document>`,
	}, parts...)...)
}

// odt returns an OpenDocument text with automatic styles and a body.
func odt(tb testing.TB, styles, body string, parts ...string) []byte {
	tb.Helper()
	return zipped(tb, append([]string{
		"mimetype", "application/vnd.oasis.opendocument.text",
		"content.xml", `<office:document-content><office:automatic-styles>` + styles +
			`</office:automatic-styles><office:body><office:text>` + body + `</office:text></office:body></office:document-content>`,
	}, parts...)...)
}

func para(text string) string { return "<w:p><w:r><w:t>" + text + "</w:t></w:r></w:p>" }

func words(n int) string { return strings.TrimSpace(strings.Repeat("word ", n)) }
