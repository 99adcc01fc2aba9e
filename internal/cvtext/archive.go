package cvtext

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"
)

// archive is a zip file whose unpacked bytes are counted: what it claims about
// its own size is not believed.
type archive struct {
	files map[string]*zip.File
	left  int64
}

// detectZip names the kind of a zip file by what is in it.
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
	// The directory is parsed whole before its length is known, so count its
	// entries first.
	if n := bytes.Count(data, []byte("PK\x01\x02")); n > limits.ZipEntries {
		return nil, fmt.Errorf("%w (its archive has %d entries, at most %d are read)", ErrTooLarge, n, limits.ZipEntries)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	a := &archive{files: make(map[string]*zip.File, len(z.File)), left: limits.XMLBytes}
	for _, f := range z.File {
		name := strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(f.Name, `\`, "/")), "/")
		// Readers take the first of two entries with one name; so do we.
		if a.files[name] == nil {
			a.files[name] = f
		}
	}
	return a, nil
}

// read unpacks one file, within what is left of the limit for all of them.
// A file that is not there is empty.
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
	content, err = io.ReadAll(io.LimitReader(r, a.left+1))
	if int64(len(content)) > a.left {
		return nil, fmt.Errorf("%w (it unpacks to more than the limit)", ErrTooLarge)
	}
	a.left -= int64(len(content))
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	return content, nil
}
