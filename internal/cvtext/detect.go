package cvtext

import (
	"bytes"
	"fmt"
	"mime"
	"path"
	"strings"
)

const (
	kindPDF  = "pdf"
	kindDOCX = "docx"
	kindODT  = "odt"
	kindRTF  = "rtf"
	kindHTML = "html"
	kindText = "text"
)

// headSize is how many bytes detection looks at. A PDF's header may start anywhere in
// them, as viewers accept it.
const headSize = 1024

type magic struct {
	offset int
	bytes  string
}

var imageMagic = []magic{
	{0, "\x89PNG\r\n"}, {0, "\xff\xd8\xff"}, {0, "GIF8"}, {0, "II*\x00"}, {0, "MM\x00*"},
	{8, "WEBP"}, {4, "ftyphei"}, {4, "ftypmif1"}, {4, "ftypavif"}, {0, "8BPS"},
}

var foreignMagic = []struct {
	magic
	name string
}{
	{magic{0, "%!PS"}, "PostScript"},
	{magic{0, "Rar!"}, "a RAR archive"},
	{magic{0, "7z\xbc\xaf"}, "a 7-Zip archive"},
	{magic{0, "\x1f\x8b"}, "a gzip archive"},
	{magic{0, "MZ"}, "a Windows program"},
	{magic{0, "\x7fELF"}, "a program"},
	{magic{4, "ftyp"}, "a video or sound file"},
	{magic{0, "ID3"}, "a sound file"},
	{magic{0, "\xdb\xa5"}, "an old Word document"},
	{magic{0, "\xffWPC"}, "a WordPerfect document"},
}

func (m magic) matches(data []byte) bool {
	return len(data) >= m.offset && bytes.HasPrefix(data[m.offset:], []byte(m.bytes))
}

// detect returns the kind of a file by its first bytes, or by content type and name if
// these are not conclusive.
func detect(data []byte, name, contentType string, limits Limits) (string, error) {
	head := data[:min(len(data), headSize)]
	switch {
	case len(data) == 0:
		return "", fmt.Errorf("%w (the file is empty)", ErrDamaged)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return detectZip(data, limits)
	case bytes.HasPrefix(data, []byte("PK")) && len(data) > 3 && data[2] < 9 && data[3] < 9:
		return "", fmt.Errorf("%w (it is an empty or split zip archive)", ErrUnsupported)
	case bytes.HasPrefix(data, []byte(`{\rt`)):
		return kindRTF, nil
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return "", oleError(data)
	case bytes.Contains(head, []byte("%PDF-")):
		return kindPDF, nil
	}
	for _, m := range imageMagic {
		if m.matches(data) {
			return "", ErrImage
		}
	}
	if bytes.HasPrefix(data, []byte("BM")) && bytes.IndexByte(head, 0) >= 0 {
		return "", ErrImage
	}
	for _, m := range foreignMagic {
		if m.matches(data) {
			return "", fmt.Errorf("%w (it is %s)", ErrUnsupported, m.name)
		}
	}
	return detectText(data, name, contentType)
}

// detectText distinguishes plain text, HTML and unsupported files.
func detectText(data []byte, name, contentType string) (string, error) {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		media = ""
	}
	if bomEncoding(data) == nil && guessUTF16(data) == nil && isBinary(data) {
		return "", fmt.Errorf("%w (it is a binary file of an unknown kind)", ErrUnsupported)
	}
	head := strings.ToLower(decode(data[:min(len(data), headSize)], contentType, false))
	head = strings.TrimLeft(head, " \t\r\n\ufeff")
	for strings.HasPrefix(head, "<!--") {
		_, rest, _ := strings.Cut(head, "-->")
		head = strings.TrimSpace(rest)
	}
	switch {
	case strings.HasPrefix(head, "<svg"):
		return "", ErrImage
	case strings.HasPrefix(head, "<!doctype html"), strings.HasPrefix(head, "<html"),
		strings.HasPrefix(head, "<?xml") && strings.Contains(head, "<html"):
		return kindHTML, nil
	case strings.HasPrefix(head, "<?xml"):
		return "", fmt.Errorf("%w (it is an XML file)", ErrUnsupported)
	case media == "text/html", media == "application/xhtml+xml":
		return kindHTML, nil
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".htm", ".xhtml":
		if media != "text/plain" {
			return kindHTML, nil
		}
	}
	return kindText, nil
}

// isBinary reports whether the data has more than a few control characters, other than
// those of old printers and of ISO-2022, and thus cannot be text.
func isBinary(data []byte) bool {
	bad := 0
	head := data[:min(len(data), 8*headSize)]
	for _, c := range head {
		if c < 0x20 && !strings.ContainsRune("\t\n\v\f\r\x0e\x0f\x1a\x1b", rune(c)) {
			bad++
		}
	}
	return bad > len(head)/100
}

// oleError returns the error for a file in Microsoft's old container format, by what is
// in it.
func oleError(data []byte) error {
	for _, stream := range []struct{ name, what string }{
		{"EncryptedPackage", ""},
		{"WordDocument", "an old Word .doc document"},
		{"Workbook", "an Excel workbook"},
		{"PowerPoint Document", "a PowerPoint presentation"},
		{"__properties_version1.0", "an Outlook message"},
	} {
		if !bytes.Contains(data, utf16LE(stream.name)) {
			continue
		}
		if stream.what == "" {
			return ErrProtected
		}
		return fmt.Errorf("%w (it is %s)", ErrUnsupported, stream.what)
	}
	return fmt.Errorf("%w (it is an old Microsoft Office file)", ErrUnsupported)
}

func utf16LE(ascii string) []byte {
	out := make([]byte, 0, 2*len(ascii))
	for _, c := range []byte(ascii) {
		out = append(out, c, 0)
	}
	return out
}
