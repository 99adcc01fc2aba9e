package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// today is what the data of every sandbox here are relative to.
var today = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// exchange is one request as it reached the upstream, with its answer.
type exchange struct {
	op, method, path string
	// ids are the path parameters by name, unescaped.
	ids    map[string]string
	query  map[string]string
	header http.Header
	body   []byte
	status int
	answer []byte
	done   bool
}

// upstream is a sandbox behind a socket that remembers every exchange.
type upstream struct {
	*sandbox.Sandbox
	t      *testing.T
	server *httptest.Server
	// spoil, if set, may answer in the sandbox's place.
	spoil http.HandlerFunc
	// pages, if set, is how many records a page has at most.
	pages string

	mu   sync.Mutex
	seen []exchange
}

// serveUpstream starts a sandbox over HTTP. When the test ends, everything that
// was exchanged is compared with the contract.
func serveUpstream(t *testing.T, change func(*upstream)) *upstream {
	t.Helper()
	u := &upstream{t: t}
	u.server = httptest.NewUnstartedServer(u)
	u.Sandbox = sandbox.New(sandbox.Options{
		Seed: 7, Applications: 600, Today: today, RateLimit: -1,
		BaseURL: "http://" + u.server.Listener.Addr().String() + "/v1",
	})
	if change != nil {
		change(u)
	}
	u.server.Start()
	t.Cleanup(func() {
		u.server.Close()
		if u.spoil == nil {
			u.checkContract()
		}
	})
	return u
}

// environment is that of a server that works in this upstream.
func (u *upstream) environment(t *testing.T) []string {
	t.Helper()
	return environment(t, "KOMBO_API_KEY="+u.APIKey(), "KOMBO_INTEGRATION_ID="+u.IntegrationID(), "KOMBO_BASE_URL="+u.BaseURL())
}

func (u *upstream) connect(t *testing.T, args ...string) *session {
	t.Helper()
	return connect(t, u.environment(t), args...)
}

// ServeHTTP passes a request on to the sandbox and takes note of it.
func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller went away
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	x := exchange{method: r.Method, path: r.URL.EscapedPath(), header: r.Header.Clone(), body: body, query: map[string]string{}}
	x.op, x.ids = theContract().match(r.Method, strings.TrimPrefix(x.path, "/v1"))
	for name, values := range r.URL.Query() {
		x.query[name] = strings.Join(values, " AND ")
	}
	if q := r.URL.Query(); u.pages != "" && q.Has("page_size") {
		q.Set("page_size", u.pages)
		r.URL.RawQuery = q.Encode()
	}
	// Noted as it arrives: the caller may have its answer before this returns.
	u.mu.Lock()
	at := len(u.seen)
	u.seen = append(u.seen, x)
	u.mu.Unlock()
	tee := &teeWriter{ResponseWriter: w, status: http.StatusOK}
	defer func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.seen[at].status, u.seen[at].answer, u.seen[at].done = tee.status, tee.body.Bytes(), true
	}()
	if u.spoil != nil {
		if u.spoil(tee, r); tee.wrote {
			return
		}
	}
	u.Sandbox.ServeHTTP(tee, r)
}

// teeWriter keeps what goes out.
type teeWriter struct {
	http.ResponseWriter
	wrote  bool
	status int
	body   bytes.Buffer
}

func (w *teeWriter) WriteHeader(status int) {
	w.status, w.wrote = status, true
	w.ResponseWriter.WriteHeader(status)
}

func (w *teeWriter) Write(p []byte) (int, error) {
	w.wrote = true
	w.body.Write(p)
	return w.ResponseWriter.Write(p)
}

// Unwrap lets the sandbox drop the connection.
func (w *teeWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// exchanges are all so far.
func (u *upstream) exchanges() []exchange {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.seen)
}

// since are the exchanges that f brings about. The server may have an answer
// before the handler that wrote it has returned.
func (u *upstream) since(f func()) []exchange {
	before := len(u.exchanges())
	f()
	if u.spoil == nil {
		open := func(x exchange) bool { return !x.done }
		require.Eventually(u.t, func() bool { return !slices.ContainsFunc(u.exchanges(), open) }, 10*time.Second, time.Millisecond)
	}
	return u.exchanges()[before:]
}

// of picks the exchanges of an operation.
func of(op string, all []exchange) []exchange {
	return slices.DeleteFunc(slices.Clone(all), func(x exchange) bool { return x.op != op })
}

// only picks the one exchange of an operation.
func only(t *testing.T, op string, all []exchange) exchange {
	t.Helper()
	found := of(op, all)
	require.Len(t, found, 1, "%s; there were %v", op, opsOf(all))
	return found[0]
}

func opsOf(all []exchange) []string {
	out := []string{}
	for _, x := range all {
		out = append(out, x.op)
	}
	return out
}

// writes are the exchanges that change something.
func writes(all []exchange) []exchange {
	return slices.DeleteFunc(slices.Clone(all), func(x exchange) bool { return x.method == http.MethodGet })
}

// json decodes the body as it was sent.
func (x exchange) json(t *testing.T) object {
	t.Helper()
	var v object
	require.NoError(t, json.Unmarshal(x.body, &v), "%s", x.body)
	return v
}

// checkContract compares every exchange with the contract: the query by name
// and value, the body, the answer, and the two headers.
func (u *upstream) checkContract() {
	c := theContract()
	checked := map[string]bool{}
	for _, x := range u.exchanges() {
		if isFile(x) {
			continue
		}
		assert.Equal(u.t, "Bearer "+u.APIKey(), x.header.Get("Authorization"), x.path)
		if x.op != "get_integration_details" {
			assert.Equal(u.t, u.IntegrationID(), x.header.Get("X-Integration-Id"), x.path)
		}
		if strings.HasPrefix(x.path, "/v1/ats/actions/") {
			continue // the vendor documents it in words only
		}
		o, known := c.operations[x.op]
		if !assert.True(u.t, known, "%s %s is not an operation of the contract", x.method, x.path) {
			continue
		}
		o.checkRequest(u.t, x)
		// The same page was compared before, and comparing is dear.
		if key := x.op + string(x.answer); !checked[key] {
			checked[key] = true
			c.checkAnswer(u.t, x)
		}
	}
}

// isFile tells that an exchange was for a file, which is not part of the API.
func isFile(x exchange) bool { return strings.HasPrefix(x.path, "/files/") }

// first gives the first record that fits; there has to be one.
func first[T any](t *testing.T, list []T, fits func(T) bool) T {
	t.Helper()
	i := slices.IndexFunc(list, fits)
	require.GreaterOrEqual(t, i, 0, "the sandbox has no such record")
	return list[i]
}

// byID indexes records.
func byID[T any](list []T, id func(T) string) map[string]T {
	out := map[string]T{}
	for _, r := range list {
		out[id(r)] = r
	}
	return out
}

// undecided gives the living applications that stand undecided at the first
// stage of an open job, with the job.
func (u *upstream) undecided(t *testing.T) ([]sandbox.Application, map[string]sandbox.Job) {
	t.Helper()
	d := u.Snapshot()
	jobs := byID(d.Jobs, func(j sandbox.Job) string { return j.ID })
	people := byID(d.Candidates, func(c sandbox.Candidate) string { return c.ID })
	var out []sandbox.Application
	for _, a := range d.Applications {
		j := jobs[a.JobID]
		c := people[a.CandidateID]
		if a.Deleted.IsZero() && a.Outcome == "PENDING" && j.Status == "OPEN" && len(j.StageIDs) > 1 && a.StageID == j.StageIDs[0] && c.ID != "" && c.Deleted.IsZero() && c.First != "" && c.Last != "" {
			out = append(out, a)
		}
	}
	require.NotEmpty(t, out)
	return out, jobs
}
