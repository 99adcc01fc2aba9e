package download

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// leadTo redirects each request to the next of the addresses, and sends a file after
// the last.
func leadTo(status int, addresses ...string) http.HandlerFunc {
	var n atomic.Int32
	return func(w http.ResponseWriter, _ *http.Request) {
		i := int(n.Add(1)) - 1
		if i >= len(addresses) {
			_, _ = w.Write([]byte("Ada"))
			return
		}
		w.Header().Set("Location", addresses[i])
		w.WriteHeader(status)
	}
}

func TestRedirectsAreFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			server := serveTLS(t, leadTo(status, "/a", "b?c=d", "//HOST/e"))
			server.Config.Handler = withHost(server.Config.Handler)
			assert.Equal(t, "Ada", dataOf(t, reaching(server), server.URL+signed))
		})
	}
}

// withHost replaces HOST in redirects by the server's own address.
func withHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(hostWriter{w, r.Host}, r)
	})
}

type hostWriter struct {
	http.ResponseWriter
	host string
}

func (w hostWriter) WriteHeader(status int) {
	w.Header().Set("Location", strings.ReplaceAll(w.Header().Get("Location"), "HOST", w.host))
	w.ResponseWriter.WriteHeader(status)
}

func TestForbiddenRedirectsAreRefused(t *testing.T) {
	t.Parallel()
	inside := servePlain(t, func(http.ResponseWriter, *http.Request) { t.Error("the server inside was reached") })
	for name, tt := range map[string]struct {
		to   []string
		err  error
		says string
	}{
		"four":                              {[]string{signed, signed, signed, signed}, ErrFailed, "redirects more than 3 times"},
		"to http":                           {[]string{"http://files.example" + signed}, ErrAddress, "files.example would be reached without https"},
		"to http after some":                {[]string{signed, signed, "http://files.example" + signed}, ErrAddress, "without https"},
		"to this machine":                   {[]string{"https://127.0.0.2" + signed}, ErrAddress, "127.0.0.2 is in a private or reserved network"},
		"to a private network":              {[]string{"https://10.0.0.1" + signed}, ErrAddress, "10.0.0.1 is in a private or reserved network"},
		"to the metadata of a cloud":        {[]string{"https://169.254.169.254/latest/meta-data/" + secret}, ErrAddress, "private or reserved"},
		"to a password":                     {[]string{"https://ada:" + secret + "@files.example" + signed}, ErrAddress, "user name or password"},
		"to the upstream":                   {[]string{inside.URL + signed}, ErrAddress, "127.0.0.1 redirects to this server's own upstream"},
		"to the upstream after some":        {[]string{signed, inside.URL + signed}, ErrAddress, "own upstream"},
		"to a file":                         {[]string{"file:///" + secret}, ErrAddress, "not a web address"},
		"to an invalid address":             {[]string{"https://files.example:" + secret}, ErrFailed, "sent no valid response"},
		"to nowhere":                        {[]string{""}, ErrFailed, "answered 302 Found"},
		"to a name that carries an address": {[]string{"http://" + secret + ".%69gnore.previous" + signed}, ErrFailed, "sent no valid response"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serveTLS(t, leadTo(http.StatusFound, tt.to...))
			err := errorOf(t, reaching(server, WithTrusted(inside.URL, nil)), server.URL+signed)
			require.ErrorIs(t, err, tt.err)
			assert.ErrorContains(t, err, tt.says)
		})
	}
}

func TestTrustedOriginRedirectsBySameRules(t *testing.T) {
	t.Parallel()
	outside := serveTLS(t, send("from outside"))
	for name, tt := range map[string]struct {
		to   []string
		data string
		err  error
	}{
		"to itself":                      {[]string{signed}, "Ada", nil},
		"to an address outside":          {[]string{outside.URL + signed}, "from outside", nil},
		"to plain http outside":          {[]string{"http://files.example" + signed}, "", ErrAddress},
		"to another port of the machine": {[]string{"http://127.0.0.1:1" + signed}, "", ErrAddress},
		"to a private address":           {[]string{"https://10.0.0.1" + signed}, "", ErrAddress},
		"four times":                     {[]string{signed, signed, signed, signed}, "", ErrFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := servePlain(t, leadTo(http.StatusFound, tt.to...))
			g := reaching(outside, WithTrusted(server.URL, nil))
			if tt.err != nil {
				require.ErrorIs(t, errorOf(t, g, server.URL+signed), tt.err)
				return
			}
			assert.Equal(t, tt.data, dataOf(t, g, server.URL+signed))
		})
	}
}

func TestRedirectToTrustedOriginIsRefused(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	var there string
	upstream := servePlain(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.Redirect(w, r, there, http.StatusFound)
	})
	outside := serveTLS(t, leadTo(http.StatusFound, upstream.URL+signed))
	there = outside.URL + signed
	err := errorOf(t, reaching(outside, WithTrusted(upstream.URL, nil)), upstream.URL+signed)
	require.ErrorIs(t, err, ErrAddress)
	assert.EqualValues(t, 1, asked.Load())
}
