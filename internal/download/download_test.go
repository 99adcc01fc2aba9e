package download

import (
	"io"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGetFetchesFile(t *testing.T) {
	t.Parallel()
	server := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, signed, r.URL.RequestURI())
		w.Header().Set("Content-Type", "text/plain; charset=iso-8859-1")
		_, _ = io.WriteString(w, "Ada")
	})
	file, err := reaching(server).Get(t.Context(), server.URL+signed)
	require.NoError(t, err)
	assert.Equal(t, File{Data: []byte("Ada"), ContentType: "text/plain; charset=iso-8859-1"}, file)
}

func TestInvalidContentTypesAreEmpty(t *testing.T) {
	t.Parallel()
	for name, header := range map[string][]string{
		"none":        nil,
		"empty":       {""},
		"malformed":   {"a PDF / really; ="},
		"without end": {"text/" + string(make([]byte, 300))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := New(WithTrusted("http://sandbox.invalid", roundTripper(func(*http.Request) (*http.Response, error) {
				return answer(200, http.Header{"Content-Type": header}, nil), nil
			})))
			file, err := g.Get(t.Context(), "http://sandbox.invalid"+signed)
			require.NoError(t, err)
			assert.Empty(t, file.ContentType)
		})
	}
}

func TestRequestHasNoCookiesOrCredentials(t *testing.T) {
	t.Parallel()
	var seen atomic.Int32
	server := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, http.Header{"Accept": {"*/*"}, "Accept-Encoding": {"identity"}, "User-Agent": {"kombo-mcp"}, "Connection": {"close"}}, r.Header)
		assert.Equal(t, http.MethodGet, r.Method)
		assert.Equal(t, "HTTP/1.1", r.Proto)
		if seen.Add(1) < 3 {
			w.Header().Set("Set-Cookie", "session=a")
			w.Header().Set("WWW-Authenticate", "Basic")
			http.Redirect(w, r, "/next", http.StatusFound)
		}
	})
	assert.Empty(t, dataOf(t, reaching(server), server.URL+signed))
	assert.EqualValues(t, 3, seen.Load())
}

func TestTrustedOriginMayBeHTTPAndPrivate(t *testing.T) {
	t.Parallel()
	server := servePlain(t, send("Ada"))
	assert.Equal(t, "Ada", dataOf(t, New(WithTrusted(server.URL, nil)), server.URL+signed))
	assert.Equal(t, "Ada", dataOf(t, New(WithTrusted(server.URL+"/v1", http.DefaultTransport)), server.URL+signed))
	require.ErrorIs(t, errorOf(t, New(), server.URL+signed), ErrAddress)
	require.ErrorIs(t, errorOf(t, New(WithTrusted("http://127.0.0.1:1", nil)), server.URL+signed), ErrAddress)
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

func TestTrustedTransportIsUsedOnlyForItsOrigin(t *testing.T) {
	t.Parallel()
	server := serveTLS(t, send("from outside"))
	inside := roundTripper(func(r *http.Request) (*http.Response, error) {
		assert.Equal(t, "sandbox.invalid", r.URL.Host)
		return answer(200, nil, reader("from inside")), nil
	})
	g := reaching(server, WithTrusted("http://sandbox.invalid", inside))
	assert.Equal(t, "from inside", dataOf(t, g, "http://sandbox.invalid"+signed))
	assert.Equal(t, "from outside", dataOf(t, g, server.URL+signed))
}

func TestProxiesAreUsedOnlyForTrustedOrigin(t *testing.T) {
	t.Parallel()
	g := New(WithTrusted("http://sandbox.invalid", nil))
	assert.Nil(t, g.untrustedClient.Transport.(*http.Transport).Proxy)
	assert.NotNil(t, g.trustedClient.Transport.(*http.Transport).Proxy)
}

func TestNonPositiveOptionsKeepDefaults(t *testing.T) {
	t.Parallel()
	g := New(WithMaxBytes(0), WithMaxBytes(-1), WithTimeout(0), WithTimeout(-1))
	assert.EqualValues(t, DefaultMaxBytes, g.maxBytes)
	assert.Equal(t, DefaultTimeout, g.timeout)
}

func TestGetIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	server := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			w.WriteHeader(http.StatusGone)
		}
		_, _ = io.WriteString(w, "Ada")
	})
	g := reaching(server, withResolver(lookup(func(string) netip.Addr { return netip.MustParseAddr("127.0.0.1") })))
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			if i%3 == 0 {
				_, err := g.Get(t.Context(), server.URL+"/gone")
				assert.ErrorIs(t, err, ErrGone)
				return
			}
			file, err := g.Get(t.Context(), server.URL+"/here")
			assert.NoError(t, err)
			assert.Equal(t, "Ada", string(file.Data))
		})
	}
	wg.Wait()
}
