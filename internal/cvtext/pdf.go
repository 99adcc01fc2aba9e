package cvtext

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/klippa-app/go-pdfium"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// read writes the text of a PDF to s and returns its number of pages.
func (e *engine) read(ctx context.Context, s *sink, data []byte) (int, error) {
	e.mu.Lock()
	pool := e.pool
	e.mu.Unlock()
	if pool == nil {
		return 0, errClosed
	}
	inst, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return 0, pdfError(ctx, err)
	}
	killed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(killed)
		// It fails only if the instance has already ended.
		_ = inst.Kill()
	})
	defer func() {
		if !stop() {
			// A killed instance must not be closed as well.
			<-killed
			return
		}
		// It fails only after a trap, when the sandbox is discarded anyway.
		_ = inst.Close()
	}()
	doc, err := openPDF(ctx, s, inst, data)
	if err != nil {
		return 0, err
	}
	return readPages(ctx, s, inst, doc)
}

// openPDF opens a document; if its end is missing, after a repair.
func openPDF(ctx context.Context, s *sink, inst pdfium.Pdfium, data []byte) (references.FPDF_DOCUMENT, error) {
	doc, err := inst.OpenDocument(&requests.OpenDocument{File: &data})
	if err == nil {
		return doc.Document, nil
	}
	if errors.Is(err, pdfiumerrors.ErrFormat) && ctx.Err() == nil {
		if repaired := repairPDF(data); repaired != nil {
			if doc, err := inst.OpenDocument(&requests.OpenDocument{File: &repaired}); err == nil {
				s.truncate("the file is damaged; this is what could be recovered")
				return doc.Document, nil
			}
		}
	}
	return "", pdfError(ctx, err)
}

func readPages(ctx context.Context, s *sink, inst pdfium.Pdfium, doc references.FPDF_DOCUMENT) (int, error) {
	counted, err := inst.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc})
	if err != nil {
		return 0, pdfError(ctx, err)
	}
	pages := counted.PageCount
	for i := range min(pages, s.limits.Pages) {
		if ctx.Err() != nil {
			return pages, context.Cause(ctx)
		}
		if s.full {
			return pages, errFull
		}
		text, err := readPage(s, inst, doc, i)
		if err != nil {
			if ctx.Err() != nil {
				return pages, context.Cause(ctx)
			}
			s.truncate("a page that is damaged was left out")
			continue
		}
		s.paragraph()
		s.write(text)
	}
	if pages > s.limits.Pages {
		s.truncate(fmt.Sprintf("only the first %d of %d pages read", s.limits.Pages, pages))
	}
	return pages, nil
}

func readPage(s *sink, inst pdfium.Pdfium, doc references.FPDF_DOCUMENT, index int) (string, error) {
	loaded, err := inst.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		return "", fmt.Errorf("loading page: %w", err)
	}
	page := requests.Page{ByReference: &loaded.Page}
	if err := removeHiddenText(s, inst, page); err != nil {
		return "", err
	}
	text, err := inst.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: page})
	if err != nil {
		return "", fmt.Errorf("loading text: %w", err)
	}
	count, err := inst.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: text.TextPage})
	if err != nil {
		return "", fmt.Errorf("counting characters: %w", err)
	}
	out := ""
	if count.Count > 0 {
		got, err := inst.FPDFText_GetText(&requests.FPDFText_GetText{
			TextPage: text.TextPage,
			Count:    min(count.Count, s.limits.Runes+1),
		})
		if err != nil {
			return "", fmt.Errorf("reading text: %w", err)
		}
		out = got.Text
	}
	if _, err := inst.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: text.TextPage}); err != nil {
		return "", fmt.Errorf("closing text: %w", err)
	}
	if _, err := inst.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page}); err != nil {
		return "", fmt.Errorf("closing page: %w", err)
	}
	return out, nil
}

// pdfError turns an error of PDFium into one of this package. Unknown ones are traps in
// the sandbox or out of memory: no viewer would show such a file.
func pdfError(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, pdfiumerrors.ErrPassword), errors.Is(err, pdfiumerrors.ErrSecurity):
		return ErrProtected
	}
	return fmt.Errorf("%w (%w)", ErrDamaged, err)
}

// Compiled when first needed, since few documents need a repair.
var (
	objectStart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(\d{1,9}) 0 obj\b`) })
	catalogType = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`/Type\s*/Catalog\b`) })
)

// repairPDF appends a trailer with the last catalog to a file whose end is missing;
// PDFium then finds the objects by itself. It returns nil if there is no catalog.
func repairPDF(data []byte) []byte {
	catalogs := catalogType().FindAllIndex(data, -1)
	if catalogs == nil {
		return nil
	}
	before := data[:catalogs[len(catalogs)-1][0]]
	start := bytes.LastIndex(before, []byte(" 0 obj"))
	if start < 0 {
		return nil
	}
	number := objectStart().FindSubmatch(before[max(start-9, 0):])
	if number == nil {
		return nil
	}
	end := fmt.Appendf(nil, "\nendobj\ntrailer<</Root %s 0 R/Size 100000>>\nstartxref\n0\n%%%%EOF\n", number[1])
	return slices.Concat(data, end)
}
