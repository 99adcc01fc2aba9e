package kombo

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	testKey         = "ks_dev_0123456789abcdef"
	testIntegration = "greenhouse:HWUTwvyx2wLoSUHphiWVrp28"
	done            = `{"status":"success","data":{},"warnings":[]}`
)

// seen is a request as the server received it.
type seen struct {
	method, uri, body string
	header            http.Header
}

// upstream is a server that records its requests.
type upstream struct {
	*httptest.Server
	mu   sync.Mutex
	seen []seen
}

func (u *upstream) requests() []seen {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]seen(nil), u.seen...)
}

// serve starts a server with a handler that is passed the number of the request,
// counted from 1.
func serve(t *testing.T, handler func(w http.ResponseWriter, r *http.Request, number int)) *upstream {
	t.Helper()
	u := &upstream{}
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		u.mu.Lock()
		u.seen = append(u.seen, seen{r.Method, r.RequestURI, string(body), r.Header.Clone()})
		number := len(u.seen)
		u.mu.Unlock()
		handler(w, r, number)
	}))
	t.Cleanup(u.Close)
	return u
}

// answer is a canned response.
type answer struct {
	status int
	body   string
	header map[string]string
}

func (a answer) write(w http.ResponseWriter) {
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

// script starts a server that sends the answers in order, the last one repeatedly.
func script(t *testing.T, answers ...answer) *upstream {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, _ *http.Request, number int) {
		answers[min(number, len(answers))-1].write(w)
	})
}

// waits records the pauses that a client would have made.
type waits struct {
	mu   sync.Mutex
	list []time.Duration
}

func (w *waits) sleep(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	w.list = append(w.list, d)
	w.mu.Unlock()
	return ctx.Err()
}

// withSleep replaces how the client waits between attempts.
func withSleep(sleep func(ctx context.Context, d time.Duration) error) Option {
	return func(c *Client) error {
		c.sleep = sleep
		return nil
	}
}

// client returns a client of u that does not pause between attempts.
func (u *upstream) client(t *testing.T, opts ...Option) *Client {
	t.Helper()
	return newTestClient(t, u.URL+"/v1", opts...)
}

func newTestClient(t *testing.T, base string, opts ...Option) *Client {
	t.Helper()
	var unwatched waits
	all := append([]Option{WithBaseURL(base), WithIntegration(testIntegration), withSleep(unwatched.sleep)}, opts...)
	c, err := New(testKey, all...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func failed(code, message string) string {
	return `{"status":"error","error":{"code":"` + code + `","title":"T","message":"` + message + `","log_url":null}}`
}

func page(next string, ids ...string) string {
	rows := make([]string, len(ids))
	for i, id := range ids {
		rows[i] = `{"id":"` + id + `"}`
	}
	cursor := "null"
	if next != "" {
		cursor = `"` + next + `"`
	}
	return `{"status":"success","data":{"results":[` + strings.Join(rows, ",") + `],"next":` + cursor + `}}`
}

const (
	eventually = 5 * time.Second
	tick       = time.Millisecond
)
