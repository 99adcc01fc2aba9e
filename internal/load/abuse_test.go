//go:build load

package load

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

var (
	abuse     = flag.Duration("abuse", 20*time.Second, "how long the abuse takes")
	abuseOnly = flag.String("abuse-only", "", "the only kind of abuse")
)

const (
	// maxAbuseKiB is how much more memory the abuse may take than a quiet server has that has
	// read PDFs.
	maxAbuseKiB = 300 << 10
	// maxAbuseDelay is how many times longer the other tenant's calls may take.
	maxAbuseDelay = 5
)

// abused is a server of two tenants: the caller of one is at their worst, that of the other is not.
type abused struct {
	*target
	up         *filesUpstream
	bad, usual string // tokens
	replies    tallies
}

// tallies counts the results of what abusers sent, by kind.
type tallies struct {
	mu sync.Mutex
	of map[string]int
}

func (c *tallies) add(kind string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string]int{}
	}
	c.of[kind]++
}

func (c *tallies) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(c.of)) {
		fmt.Fprintf(&b, "  %-40s %d\n", kind, c.of[kind])
	}
	return b.String()
}

func startAbused(t *testing.T) *abused {
	t.Helper()
	a := &abused{up: serveFiles(t), bad: tenants.NewToken(), usual: tenants.NewToken()}
	home := t.TempDir()
	file := filepath.Join(home, "tenants.yaml")
	var text strings.Builder
	text.WriteString("tenants:\n")
	for name, token := range map[string]string{"bad": a.bad, "usual": a.usual} {
		fmt.Fprintf(&text, "  - {name: %s, integration_id: %q, token_sha256: [%s]}\n", name, a.up.IntegrationID(), tenants.Hash(token))
	}
	require.NoError(t, os.WriteFile(file, []byte(text.String()), 0o600))
	a.target = &target{
		path: testbinary.Path(t), kind: "http",
		args: []string{"--transport=http,sse", "--listen=127.0.0.1:0", "--log-level=error", "--tenants=" + file, "--journal=" + filepath.Join(home, "journal")},
		env:  []string{"KOMBO_API_KEY=" + a.up.APIKey(), "KOMBO_BASE_URL=" + a.up.BaseURL(), "HOME=" + home},
	}
	a.listen(t)
	return a
}

// post sends a message and returns the status and the whole answer.
func (a *abused) post(ctx context.Context, path, token, session string, body io.Reader) (status int, answer string, header http.Header, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+path, body)
	if err != nil {
		return 0, "", nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	if session != "" {
		r.Header.Set("Mcp-Session-Id", session)
	}
	resp, err := pooled.Do(r)
	if err != nil {
		return 0, "", nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(raw), resp.Header, err
}

const hello = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"abuse","version":"1"}}}`

func callOf(id int, tool string, arguments any) string {
	raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": map[string]any{"name": tool, "arguments": arguments}})
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// begin begins a session.
func (a *abused) begin(t *testing.T, token string) (session string) {
	t.Helper()
	status, answer, header, err := a.post(t.Context(), "/mcp", token, "", strings.NewReader(hello))
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status, answer)
	return header.Get("Mcp-Session-Id")
}

// ordinary makes the calls of a tenant that does no harm until the end, and returns how long each
// took. Every one must succeed.
func (a *abused) ordinary(t *testing.T, until time.Time) (took []time.Duration) {
	const callers = 4
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range callers {
		session := a.begin(t, a.usual)
		wg.Go(func() {
			for n := 0; time.Now().Before(until); n++ {
				call := callOf(n, "get_applications", map[string]any{"limit": 10, "where": fmt.Sprintf("days_since(created) > %d", rand.IntN(1000))})
				switch {
				case n%25 == 0:
					call = callOf(n, "get_candidate_attachments", map[string]any{"candidate_id": a.up.quick[n/25%len(a.up.quick)], "read": "CV"})
				case n%5 == 0:
					call = callOf(n, "get_jobs", map[string]any{})
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				began := time.Now()
				status, answer, _, err := a.post(ctx, "/mcp", a.usual, session, strings.NewReader(call))
				cancel()
				if !assert.NoError(t, err) || !assert.Equal(t, http.StatusOK, status, answer) || !assert.NotContains(t, answer, `"isError":true`) || !assert.Contains(t, answer, `"result"`) {
					return
				}
				mu.Lock()
				took = append(took, time.Since(began))
				mu.Unlock()
				time.Sleep(20 * time.Millisecond)
			}
		})
	}
	wg.Wait()
	slices.Sort(took)
	return took
}

// try posts once as the abuser and counts the result: an answer, a refusal, or a connection that was
// closed before all was sent. That nothing comes back at all is a failure.
func (a *abused) try(t *testing.T, kind, path, session string, body io.Reader) (status int) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	status, _, _, err := a.post(ctx, path, a.bad, session, body)
	switch {
	case ctx.Err() != nil:
		assert.Fail(t, "neither answered nor refused", kind)
	case err != nil:
		a.replies.add(kind + ": closed")
	default:
		a.replies.add(fmt.Sprintf("%s: %d", kind, status))
	}
	return status
}

// abuses are what the worst callers do, again and again; each returns soon after ctx ended.
func (a *abused) abuses(t *testing.T) map[string]func(ctx context.Context) {
	session := a.begin(t, a.bad)
	elements := callOf(1, "get_jobs", map[string]any{"statuses": "[" + strings.Repeat("1,", 13_400_000) + "1]"})
	file := callOf(1, "add_application_attachment", map[string]any{"application_id": "a", "dry_run": true, "attachment": map[string]any{"name": "a.pdf", "type": "CV", "data": strings.Repeat("QUJD", 6_700_000)}})
	deep := callOf(1, "get_jobs", map[string]any{"where": "x"})
	deep = strings.Replace(deep, `"x"`, strings.Repeat("[", 2_000_000)+strings.Repeat("]", 2_000_000), 1)
	walk := callOf(1, "get_applications", map[string]any{"where": `candidate != "nobody"`, "max_tokens": 16000})
	return map[string]func(context.Context){
		"streams that nobody reads": func(ctx context.Context) { a.unread(ctx, t) },
		"27 MB of elements":         func(context.Context) { a.try(t, "27 MB of elements", "/mcp", session, strings.NewReader(elements)) },
		"27 MB of file":             func(context.Context) { a.try(t, "27 MB of file", "/mcp", session, strings.NewReader(file)) },
		"deep JSON":                 func(context.Context) { a.try(t, "deep JSON", "/mcp", session, strings.NewReader(deep)) },
		"slow bodies":               func(ctx context.Context) { a.slowBodies(ctx, t) },
		"initialize": func(ctx context.Context) {
			for range 100 {
				a.try(t, "initialize", "/mcp", "", strings.NewReader(hello))
			}
			pause(ctx, 100*time.Millisecond)
		},
		"slow files": func(context.Context) {
			id := a.up.slow[rand.IntN(len(a.up.slow))]
			a.try(t, "slow file", "/mcp", session, strings.NewReader(callOf(1, "get_candidate_attachments", map[string]any{"candidate_id": id, "read": "CV"})))
		},
		"hanging up": func(ctx context.Context) {
			soon, cancel := context.WithTimeout(ctx, time.Duration(rand.IntN(20))*time.Millisecond)
			defer cancel()
			_, _, _, _ = a.post(soon, "/mcp", a.bad, session, strings.NewReader(walk))
			a.replies.add("hung up")
			pause(ctx, 10*time.Millisecond)
		},
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// unread opens a stream of the older transport, asks for large answers and reads none, until the
// server has refused many.
func (a *abused) unread(ctx context.Context, t *testing.T) {
	c := dialRaw(t, a.target, "GET /sse HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "+a.bad+"\r\n\r\n")
	defer func() { _ = c.Close() }()
	_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
	events := bufio.NewReaderSize(c, 16)
	for {
		line, err := events.ReadString('\n')
		if err != nil || strings.Contains(line, " 503 ") || strings.Contains(line, " 429 ") {
			a.replies.add("stream: refused")
			pause(ctx, time.Second)
			return
		}
		path, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		path = strings.TrimSpace(path)
		a.try(t, "stream", path, "", strings.NewReader(hello))
		refused := 0
		for n := 1; refused < 50 && ctx.Err() == nil; n++ {
			message := callOf(n, "get_applications", map[string]any{"max_tokens": 16000})
			if n%2 == 0 {
				message = fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/list"}`, n)
			}
			if a.try(t, "stream", path, "", strings.NewReader(message)) != http.StatusAccepted {
				refused++
				pause(ctx, 20*time.Millisecond)
			}
		}
		return
	}
}

// slowBodies sends some bodies at a byte in a while, until the server closes the connections.
func (a *abused) slowBodies(ctx context.Context, t *testing.T) {
	const bodies = 20
	var wg sync.WaitGroup
	for range bodies {
		wg.Go(func() {
			c := dialRaw(t, a.target, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "+a.bad+"\r\nContent-Type: application/json\r\nContent-Length: 20000000\r\n\r\n")
			defer func() { _ = c.Close() }()
			// Large enough to take one of the places for large messages.
			_, err := c.Write(bytes.Repeat([]byte(" "), 1<<20))
			for err == nil && ctx.Err() == nil {
				pause(ctx, 500*time.Millisecond)
				_, err = c.Write([]byte(" "))
			}
			a.replies.add("slow body: closed")
		})
	}
	wg.Wait()
}

// TestAbuseOfOneTenantHarmsNobodyElse has let-in callers of one tenant at their worst, and measures
// what the server makes of it: memory, and the other tenant's calls.
func TestAbuseOfOneTenantHarmsNobodyElse(t *testing.T) {
	a := startAbused(t)
	a.ordinary(t, time.Now().Add(3*time.Second)) // warms up
	quiet := *abuse / 5
	alone := a.ordinary(t, time.Now().Add(quiet))
	before, most := resident(t, a.pid), 0

	ctx, stop := context.WithTimeout(t.Context(), *abuse-quiet)
	defer stop()
	var wg sync.WaitGroup
	for kind, act := range a.abuses(t) {
		if *abuseOnly != "" && kind != *abuseOnly {
			continue
		}
		times := map[string]int{"slow files": 12, "streams that nobody reads": 6, "hanging up": 2, "27 MB of file": 2}[kind]
		for range max(times, 1) {
			wg.Go(func() {
				for ctx.Err() == nil && !t.Failed() {
					act(ctx)
				}
			})
		}
	}
	wg.Go(func() {
		for ctx.Err() == nil {
			most = max(most, resident(t, a.pid))
			pause(ctx, 100*time.Millisecond)
		}
	})
	end, _ := ctx.Deadline()
	beside := a.ordinary(t, end)
	wg.Wait()
	p99 := func(took []time.Duration) time.Duration { return took[len(took)*99/100] }
	require.NotEmpty(t, alone)
	require.NotEmpty(t, beside)
	fmt.Printf("abuse of %s: resident %.1f MiB when quiet, at most %.1f MiB; the other tenant: %d calls alone, p50 %s, p99 %s; %d beside it, p50 %s, p99 %s, %.1f times\n%s",
		*abuse, float64(before)/1024, float64(most)/1024, len(alone), ms(alone[len(alone)/2]), ms(p99(alone)),
		len(beside), ms(beside[len(beside)/2]), ms(p99(beside)), float64(p99(beside))/float64(p99(alone)), &a.replies)
	assert.LessOrEqual(t, most-before, maxAbuseKiB, "KiB")
	assert.LessOrEqual(t, p99(beside), maxAbuseDelay*p99(alone))
	a.begin(t, a.usual)
}
