package download

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// packed compresses data by gzip.
func packed(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(data)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

// chunked sends a body without a Content-Length.
func chunked(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.(http.Flusher).Flush()
		_, _ = w.Write(body)
	}
}

// encoded sends a body with a Content-Encoding.
func encoded(encoding string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", encoding)
		next(w, r)
	}
}

func TestFilesUpToLimitAreFetched(t *testing.T) {
	t.Parallel()
	const most = 64 << 10
	full := strings.Repeat("a", most)
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		data    string
	}{
		"an empty file":                       {send(""), ""},
		"a file of just that size":            {send(full), full},
		"one whose size is not told":          {chunked([]byte(full)), full},
		"one that was packed":                 {encoded("gzip", send(string(packed(t, []byte(full))))), full},
		"one that was packed, in other words": {encoded(" X-GZIP", chunked(packed(t, []byte(full)))), full},
		"one that names its own form":         {encoded("identity", send(full)), full},
		"one that gives a charset instead":    {encoded("UTF-8", send(full)), full},
		"an archive, which stays one":         {send(string(packed(t, []byte("Ada")))), string(packed(t, []byte("Ada")))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serveTLS(t, tt.handler)
			assert.Equal(t, tt.data, dataOf(t, reaching(server, WithMaxBytes(most)), server.URL+signed))
		})
	}
}

func TestFilesBeyondLimitAreRefused(t *testing.T) {
	t.Parallel()
	const most = 64 << 10
	over := bytes.Repeat([]byte("a"), most+1)
	bomb := packed(t, make([]byte, 4<<20))
	require.Less(t, len(bomb), most)
	for name, handler := range map[string]http.HandlerFunc{
		"a byte too many":                send(string(over)),
		"a byte too many, size not told": chunked(over),
		"without end": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = w.Write(over)
			}
		},
		"a bomb":                      encoded("gzip", send(string(bomb))),
		"a bomb, size not told":       encoded("gzip", chunked(bomb)),
		"packed and itself too large": encoded("gzip", send(string(bytes.Repeat(bomb, 1+most/len(bomb))))),
		"packed nothing without end": encoded("gzip", func(w http.ResponseWriter, r *http.Request) {
			nothing := packed(t, nil)
			for r.Context().Err() == nil {
				_, _ = w.Write(nothing)
			}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serveTLS(t, handler)
			err := errorOf(t, reaching(server, WithMaxBytes(most)), server.URL+signed)
			require.ErrorIs(t, err, ErrTooLarge)
			assert.ErrorContains(t, err, "it is larger than 65536 bytes")
		})
	}
}

func TestTooLargeContentLengthIsRefusedUnread(t *testing.T) {
	t.Parallel()
	body := &watchedBody{}
	g := New(WithTrusted("http://sandbox.invalid", roundTripper(func(*http.Request) (*http.Response, error) {
		resp := answer(200, nil, body)
		resp.ContentLength = DefaultMaxBytes + 1
		return resp, nil
	})))
	err := errorOf(t, g, "http://sandbox.invalid"+signed)
	require.ErrorIs(t, err, ErrTooLarge)
	require.ErrorContains(t, err, "it is larger than 20.0 MiB")
	assert.False(t, body.read.Load())
	assert.True(t, body.closed.Load())
}

func TestDamagedFilesAreRefused(t *testing.T) {
	t.Parallel()
	short := packed(t, []byte("Ada"))
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		says    string
	}{
		"cut short": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, secret)
		}, "closed the connection"},
		"cut short, size not told": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, secret)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, "closed the connection"},
		"packed and cut short":          {encoded("gzip", send(string(short[:len(short)-6]))), "closed the connection or sent a damaged file"},
		"packed, but it is not":         {encoded("gzip", send("Ada")), "closed the connection or sent a damaged file"},
		"packed, and nothing":           {encoded("gzip", send("")), "closed the connection or sent a damaged file"},
		"packed in a way not asked for": {encoded("br", send("Ada")), "sent it with an unsupported compression"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serveTLS(t, tt.handler)
			err := errorOf(t, reaching(server), server.URL+signed)
			require.ErrorIs(t, err, ErrFailed)
			assert.ErrorContains(t, err, "127.0.0.1 "+tt.says)
		})
	}
}

func TestEndlessHeadersAreNotRead(t *testing.T) {
	t.Parallel()
	server := serveTLS(t, func(w http.ResponseWriter, _ *http.Request) {
		for i := range 100 {
			w.Header().Set("X-"+strconv.Itoa(i), strings.Repeat("a", 1<<10))
		}
	})
	require.ErrorIs(t, errorOf(t, reaching(server), server.URL+signed), ErrFailed)
}
