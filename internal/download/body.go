package download

import (
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// errUnknownEncoding means that the host compressed the file in a way that was not
// requested.
var errUnknownEncoding = errors.New("unknown content encoding")

// readBody reads the body: at most maxBytes, compressed and decompressed.
func (g *Getter) readBody(resp *http.Response) (File, error) {
	if resp.ContentLength > g.maxBytes {
		return File{}, ErrTooLarge
	}
	var body io.Reader = &cappedReader{resp.Body, g.maxBytes}
	switch strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding"))) {
	case "gzip", "x-gzip":
		// Storage services send a file that was stored compressed as it is, even if
		// that was not requested.
		decompressed, err := gzip.NewReader(body)
		if err != nil {
			return File{}, err
		}
		body = &cappedReader{decompressed, g.maxBytes}
	case "br", "zstd", "deflate", "compress", "x-compress":
		return File{}, errUnknownEncoding
	}
	// Other values are mistakes, such as a charset: the body is the file.
	data, err := io.ReadAll(body)
	if err != nil {
		return File{}, err
	}
	return File{Data: data, ContentType: contentType(resp)}, nil
}

// contentType returns the content type, or "" if the header is malformed.
func contentType(resp *http.Response) string {
	const longest = 200
	text := resp.Header.Get("Content-Type")
	if _, _, err := mime.ParseMediaType(text); err != nil || len(text) > longest {
		return ""
	}
	return text
}

// cappedReader fails with ErrTooLarge if there are more than remaining bytes. It reads
// one byte more, to distinguish a file of exactly that size from a larger one.
type cappedReader struct {
	reader    io.Reader
	remaining int64
}

func (c *cappedReader) Read(p []byte) (int, error) {
	if c.remaining < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > c.remaining+1 {
		p = p[:c.remaining+1]
	}
	n, err := c.reader.Read(p)
	c.remaining -= int64(n)
	if c.remaining < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}
