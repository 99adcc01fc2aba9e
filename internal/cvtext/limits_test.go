package cvtext

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestFilesBeyondLimitsAreRefused(t *testing.T) {
	t.Parallel()
	bomb := strings.Repeat(" ", 17<<20)
	many := make([]string, 0, 4200)
	for i := range 2100 {
		many = append(many, fmt.Sprintf("word/%d", i), "")
	}
	deep := strings.Repeat("<w:x>", 300)
	tests := map[string]struct {
		data []byte
		err  error
	}{
		"a file of 20 MiB and a byte":     {make([]byte, 20<<20+1), ErrTooLarge},
		"a zip bomb":                      {docx(t, bomb+para("a")), ErrTooLarge},
		"a bomb beside the main part":     {docx(t, para("a"), "word/styles.xml", bomb), ErrTooLarge},
		"a bomb in OpenDocument":          {odt(t, "", bomb), ErrTooLarge},
		"an archive of many files":        {zipped(t, many...), ErrTooLarge},
		"deep XML":                        {docx(t, deep), ErrTooLarge},
		"deep XML that is passed over":    {docx(t, "<w:del>"+deep), ErrTooLarge},
		"a document type":                 {zipped(t, "word/document.xml", `<!DOCTYPE x [<!ENTITY a "b">]><w:document>`+para("&a;")+`</w:document>`), ErrDamaged},
		"a document type in a style part": {docx(t, para("a"), "word/styles.xml", `<!DOCTYPE x>`), ErrDamaged},
		"deep RTF":                        {[]byte(`{\rtf1 ` + strings.Repeat("{", 300)), ErrTooLarge},
		"deep hidden HTML":                {[]byte("<html>" + strings.Repeat("<div hidden>", 300)), ErrTooLarge},
		"invalid XML from the start":      {zipped(t, "word/document.xml", "<<<"), ErrDamaged},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorIs(t, errorOf(t, tt.data), tt.err)
		})
	}
}

func TestTextBeyondLimitIsTruncated(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("日本 ", 200_000)
	for kind, data := range map[string][]byte{
		"text": []byte(long),
		"html": []byte("<html>" + long),
		"docx": docx(t, para(long)),
		"odt":  odt(t, "", "<text:p>"+long+"</text:p>"),
		"rtf":  []byte(`{\rtf1\ansi ` + strings.Repeat(`\u26085?x `, 200_000) + `}`),
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			doc := textOf(t, data)
			assert.Equal(t, kind, doc.Kind)
			assert.True(t, doc.Truncated)
			assert.Equal(t, []string{"only the first 200000 characters read"}, doc.Notes)
			assert.InDelta(t, 200_000, utf8.RuneCountInString(doc.Text), 10)
			assert.True(t, utf8.ValidString(doc.Text))
		})
	}
}

func TestIncompleteXMLGivesTextBefore(t *testing.T) {
	t.Parallel()
	doc := textOf(t, docx(t, para("Ada")+"<w:p <"))
	assert.Equal(t, "Ada", doc.Text)
	assert.True(t, doc.Truncated)
}

func TestEncryptedArchiveIsProtected(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "word/document.xml", Flags: 1, CompressedSize64: 3, UncompressedSize64: 3})
	require.NoError(t, err)
	_, err = w.Write([]byte("abc"))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.ErrorIs(t, errorOf(t, b.Bytes()), ErrProtected)
}

// slowPDF returns a PDF with a form that draws another form twenty times, and so on: a
// small file that takes forever to read. The innermost form paints nothing, or memory
// would run out before time.
func slowPDF() []byte {
	f := newPDF()
	inner := f.stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]", strings.Repeat("1 w ", 5000))
	for range 7 {
		inner = f.stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</X "+inner+">>>>", strings.Repeat("/X Do ", 20))
	}
	return f.page("/X Do", "/XObject<</X "+inner+">>").bytes()
}

func TestTimeLimitStopsEachParser(t *testing.T) {
	t.Parallel()
	r := New(WithLimits(Limits{Time: time.Second}))
	t.Cleanup(func() { assert.NoError(t, r.Close()) })
	require.NoError(t, r.engine.load(t.Context(), false))
	start := time.Now()
	_, err := r.Text(t.Context(), slowPDF(), "", "")
	require.ErrorIs(t, err, ErrTimeout)
	assert.Less(t, time.Since(start), 4*time.Second)

	within, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = r.Text(within, slowPDF(), "", "")
	require.ErrorIs(t, err, context.DeadlineExceeded, "the caller's own deadline is not ours")

	doc, err := r.Text(t.Context(), newPDF().page(line(800, "", "Ada"), "").bytes(), "", "")
	require.NoError(t, err)
	assert.Equal(t, "Ada", doc.Text, "the next document is read as if nothing had been")
}

func TestTimeLimitKeepsTextReadBefore(t *testing.T) {
	t.Parallel()
	r := New(WithLimits(Limits{Time: time.Nanosecond}))
	doc, err := r.Text(t.Context(), []byte("<html>Ada"+strings.Repeat("<b>", 5000)+"Example"), "", "")
	require.NoError(t, err)
	assert.Equal(t, "Ada", doc.Text)
	assert.True(t, doc.Truncated)
	assert.Len(t, doc.Notes, 1)

	_, err = r.Text(t.Context(), []byte("<html>"+strings.Repeat("<b>", 5000)+"Example"), "", "")
	require.ErrorIs(t, err, ErrTimeout, "without a word there is nothing to keep")
}

func TestCanceledContextIsReturned(t *testing.T) {
	t.Parallel()
	r := New(WithLimits(Limits{Parallel: 1}))
	r.slots <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := r.Text(ctx, []byte("Ada"), "", "")
	require.ErrorIs(t, err, context.Canceled)
}

func TestReaderIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	good, bad := newPDF().page(line(800, "", "Ada"), "").bytes(), []byte("%PDF-1.7\nnothing")
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			if i%4 == 3 {
				_, err := shared().Text(context.Background(), bad, "", "")
				assert.ErrorIs(t, err, ErrDamaged)
				return
			}
			doc, err := shared().Text(context.Background(), good, "", "")
			assert.NoError(t, err)
			assert.Equal(t, "Ada", doc.Text)
		})
	}
	wg.Wait()
}

// It is not parallel, because it checks the goroutines of the process.
func TestCloseFreesPDFium(t *testing.T) {
	before := goleak.IgnoreCurrent()
	r := New(WithLimits(Limits{Time: time.Second}))
	require.NoError(t, r.engine.load(t.Context(), false))
	for range 3 {
		_, err := r.Text(t.Context(), slowPDF(), "", "")
		require.ErrorIs(t, err, ErrTimeout)
		_, err = r.Text(t.Context(), newPDF().page(line(800, "", "Ada"), "").bytes(), "", "")
		require.NoError(t, err)
	}
	require.NoError(t, r.Close())
	require.NoError(t, r.Close(), "closing twice is not an error")
	goleak.VerifyNone(t, before)

	_, err := r.Text(t.Context(), cvPDF(1), "", "")
	require.ErrorIs(t, err, errClosed)
	doc, err := r.Text(t.Context(), []byte("Ada"), "", "")
	require.NoError(t, err)
	assert.Equal(t, "Ada", doc.Text)
}

func TestNewDoesNotLoadPDFium(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	r := New(WithCacheDir(dir))
	_, err := r.Text(t.Context(), []byte("Ada"), "", "")
	require.NoError(t, err)
	assert.NoDirExists(t, dir)
	assert.Nil(t, r.engine.pool)
	require.NoError(t, r.Close())
}

func TestCacheDirectoryIsPrivate(t *testing.T) {
	t.Parallel()
	open := filepath.Join(t.TempDir(), "a", "b")
	require.NoError(t, os.MkdirAll(open, 0o755))
	assert.Equal(t, open, privateDir(open))
	info, err := os.Stat(open)
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	}
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	assert.Empty(t, privateDir(file))
	assert.Empty(t, privateDir(filepath.Join(file, "below")))
	assert.Empty(t, privateDir(""))
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(open, link))
	assert.Empty(t, privateDir(link))
}
