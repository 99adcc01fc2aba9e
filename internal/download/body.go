package download

import (
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// errPacked: the host packed the file in a way that was not asked for.
var errPacked = errors.New("unknown content encoding")

// read takes the body, at most maxBytes of it as it arrives and unpacked.
func (g *Getter) read(resp *http.Response) (File, error) {
	if resp.ContentLength > g.maxBytes {
		return File{}, ErrTooLarge
	}
	var body io.Reader = &capped{resp.Body, g.maxBytes}
	switch strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding"))) {
	case "gzip", "x-gzip":
		// Storage gives out what was stored packed as it is, asked for or not.
		unpacked, err := gzip.NewReader(body)
		if err != nil {
			return File{}, err
		}
		body = &capped{unpacked, g.maxBytes}
	case "br", "zstd", "deflate", "compress", "x-compress":
		return File{}, errPacked
	}
	// Other values are mistakes, such as a charset: the bytes are the file's.
	data, err := io.ReadAll(body)
	if err != nil {
		return File{}, err
	}
	return File{Data: data, ContentType: contentType(resp)}, nil
}

// contentType is empty where the header is not of its form.
func contentType(resp *http.Response) string {
	const longest = 200
	text := resp.Header.Get("Content-Type")
	if _, _, err := mime.ParseMediaType(text); err != nil || len(text) > longest {
		return ""
	}
	return text
}

// capped fails with ErrTooLarge once more than left bytes were there. It reads
// one byte beyond, to tell a file of just that size from a larger one.
type capped struct {
	from io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.from.Read(p)
	c.left -= int64(n)
	if c.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}
