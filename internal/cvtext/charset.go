package cvtext

import (
	"bytes"
	"mime"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// decode converts text to UTF-8. The encoding is that of a byte order mark; else UTF-8
// if all bytes are valid, which text in another encoding hardly ever is; else what the
// content type or an HTML meta element states; else Windows-1252.
func decode(data []byte, contentType string, isHTML bool) string {
	enc := bomEncoding(data)
	if enc == nil {
		enc = guessUTF16(data)
	}
	// ISO-2022-JP is valid UTF-8 as well, so an escape character is not conclusive.
	if enc == nil && utf8.Valid(data) && bytes.IndexByte(data, 0x1b) < 0 {
		return string(data)
	}
	if enc == nil {
		enc = declaredEncoding(data, contentType, isHTML)
	}
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		return string(bytes.ToValidUTF8(data, []byte("\uFFFD")))
	}
	return string(out)
}

func declaredEncoding(data []byte, contentType string, isHTML bool) encoding.Encoding {
	if isHTML {
		enc, _, _ := charset.DetermineEncoding(data[:min(len(data), headSize)], contentType)
		return enc
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		if enc, err := htmlindex.Get(params["charset"]); err == nil && enc != unicode.UTF8 {
			return enc
		}
	}
	return charmap.Windows1252
}

func bomEncoding(data []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return unicode.UTF8BOM
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	}
	return nil
}

// guessUTF16 detects UTF-16 without a byte order mark by the zero bytes of Latin
// letters, which are all at even or all at odd positions.
func guessUTF16(data []byte) encoding.Encoding {
	head := data[:min(len(data), headSize)]
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i&1]++
		}
	}
	switch few, many := len(head)/50, len(head)/4; {
	case len(head) < 8:
		return nil
	case zeros[1] > many && zeros[0] <= few:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case zeros[0] > many && zeros[1] <= few:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	return nil
}
