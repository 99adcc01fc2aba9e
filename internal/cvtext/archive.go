package cvtext

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"
)

// archive is a zip file of which only a limited number of bytes is decompressed,
// whatever sizes its directory states.
type archive struct {
	files     map[string]*zip.File
	remaining int64
}

// detectZip returns the kind of a zip file by the files in it.
func detectZip(data []byte, limits Limits) (string, error) {
	a, err := openArchive(data, limits)
	if err != nil {
		return "", err
	}
	if mimetype, err := a.read("mimetype"); err == nil && bytes.HasPrefix(mimetype, []byte("application/vnd.oasis.opendocument.text")) {
		return kindODT, nil
	}
	for name, what := range map[string]string{
		"xl/workbook.xml":             "an Excel workbook",
		"ppt/presentation.xml":        "a PowerPoint presentation",
		"Index/Document.iwa":          "an Apple Pages document",
		"Index.zip":                   "an Apple Pages document",
		"META-INF/container.xml":      "an e-book",
		"FixedDocumentSequence.fdseq": "an XPS document",
	} {
		if a.files[name] != nil {
			return "", fmt.Errorf("%w (it is %s)", ErrUnsupported, what)
		}
	}
	for name := range a.files {
		if strings.HasPrefix(name, "word/") || name == "[Content_Types].xml" {
			return kindDOCX, nil
		}
	}
	if a.files["content.xml"] != nil {
		return "", fmt.Errorf("%w (it is an OpenDocument file, but not a text)", ErrUnsupported)
	}
	return "", fmt.Errorf("%w (it is a zip archive)", ErrUnsupported)
}

func openArchive(data []byte, limits Limits) (*archive, error) {
	// zip.NewReader parses the whole directory, so count its entries first.
	if n := bytes.Count(data, []byte("PK\x01\x02")); n > limits.ZipEntries {
		return nil, fmt.Errorf("%w (its archive has %d entries, at most %d are read)", ErrTooLarge, n, limits.ZipEntries)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	a := &archive{files: make(map[string]*zip.File, len(z.File)), remaining: limits.XMLBytes}
	for _, f := range z.File {
		name := strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(f.Name, `\`, "/")), "/")
		// Of two entries of the same name use the first, as other readers do.
		if a.files[name] == nil {
			a.files[name] = f
		}
	}
	return a, nil
}

// read decompresses one file, within what remains of the limit for all of them. If
// there is no such file, content is nil.
func (a *archive) read(name string) (content []byte, err error) {
	f := a.files[name]
	if f == nil {
		return nil, nil
	}
	if f.Flags&1 != 0 {
		return nil, ErrProtected
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	defer func() {
		if closeErr := r.Close(); closeErr != nil && err == nil {
			err = fmt.Errorf("%w (%w)", ErrDamaged, closeErr)
		}
	}()
	content, err = io.ReadAll(io.LimitReader(r, a.remaining+1))
	if int64(len(content)) > a.remaining {
		return nil, fmt.Errorf("%w (it is larger than the limit when decompressed)", ErrTooLarge)
	}
	a.remaining -= int64(len(content))
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	return content, nil
}
