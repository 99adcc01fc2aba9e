//go:build load

package load

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

var (
	soak    = flag.Duration("soak", 20*time.Second, "how long the soak takes")
	clients = flag.Int("clients", 12, "clients at one time")
)

// shaky is an ATS that fails some requests.
type shaky struct {
	*sandbox.Sandbox
	injected atomic.Int64
}

func (s *shaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/v1/ats/") {
		switch rand.IntN(60) {
		case 0: // refused before any work; the client tries again
			s.injected.Add(1)
			http.Error(w, "<html>busy</html>", http.StatusServiceUnavailable)
			return
		case 1: // an error that is told
			s.injected.Add(1)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"status":"error","error":{"code":"PLATFORM.INPUT_INVALID","title":"injected","message":"injected by the soak"}}`))
			return
		case 2:
			time.Sleep(time.Duration(rand.IntN(50)) * time.Millisecond)
		}
	}
	s.Sandbox.ServeHTTP(w, r)
}

// allowed matches the texts of injected failures.
var allowed = regexp.MustCompile(`injected by the soak|HTTP 503`)

// tally counts the results of a soak.
type tally struct{ calls, failed, sessions, notes, hungUp atomic.Int64 }

func TestASoakLosesNoAnswerAndLeaksNothing(t *testing.T) {
	up := &shaky{}
	srv := httptest.NewUnstartedServer(up)
	up.Sandbox = sandbox.New(sandbox.Options{Seed: 7, Applications: 600, RateLimit: -1, BaseURL: "http://" + srv.Listener.Addr().String() + "/v1"})
	srv.Start()
	t.Cleanup(srv.Close)
	var applications []string
	for _, a := range up.Snapshot().Applications {
		if a.Deleted.IsZero() {
			applications = append(applications, a.ID)
		}
	}
	home := t.TempDir()
	g := &target{
		path: testbinary.Path(t),
		args: []string{
			"--transport=http,sse", "--listen=127.0.0.1:0", "--writes=allow", "--max-writes-per-minute=1000000", "--log-level=error",
			"--journal=" + filepath.Join(home, "journal"),
		},
		env:  []string{"KOMBO_API_KEY=" + up.APIKey(), "KOMBO_INTEGRATION_ID=" + up.IntegrationID(), "KOMBO_BASE_URL=" + up.BaseURL(), "HOME=" + home},
		kind: "http",
	}
	g.listen(t)
	var count tally
	var wg sync.WaitGroup
	end := time.Now().Add(*soak)
	for i := range *clients {
		one := *g
		one.kind = []string{"http", "sse"}[i%2]
		wg.Go(func() {
			for n := 0; time.Now().Before(end) && !t.Failed(); n++ {
				visit(t, &one, &count, applications, fmt.Sprintf("%d %d", i, n))
			}
		})
	}
	early := make(chan int, 1)
	time.AfterFunc(*soak/3, func() { early <- resident(t, g.pid) })
	wg.Wait()
	before, after := <-early, resident(t, g.pid)
	fmt.Printf("soak of %s: %d calls in %d sessions, %d calls hung up on, %d failed of %d injected faults, %d notes written; resident %.1f MiB after a third and %.1f MiB at the end\n",
		*soak, count.calls.Load(), count.sessions.Load(), count.hungUp.Load(), count.failed.Load(), up.injected.Load(), count.notes.Load(), float64(before)/1024, float64(after)/1024)
	effects := map[string]int{}
	for _, e := range up.Effects() {
		effects[e.Operation+e.RecordID+e.Detail]++
	}
	for what, times := range effects {
		require.Equal(t, 1, times, "%s was done more than once", what)
	}
	assert.GreaterOrEqual(t, int64(len(effects)), count.notes.Load(), "each note that was answered as done is there")
	assert.Less(t, after-before, 64<<10, "KiB")
	assertIdle(t, g)
}

// visit is one client's session: it makes calls, and sometimes hangs up during the last.
func visit(t *testing.T, g *target, count *tally, applications []string, unique string) {
	c, err := g.dial(t.Context())
	if !assert.NoError(t, err) {
		return
	}
	count.sessions.Add(1)
	for n := range 1 + rand.IntN(20) {
		tool, arguments := draw(applications, fmt.Sprint(unique, " ", n))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		_, err := ask(ctx, c, tool, arguments)
		cancel()
		count.calls.Add(1)
		var no refused
		switch {
		case errors.As(err, &no):
			count.failed.Add(1)
			assert.Regexp(t, allowed, no.text, tool)
		case err != nil:
			assert.NoError(t, err, "%s: an answer was lost", tool)
			return
		case tool == "add_application_note":
			count.notes.Add(1)
		}
	}
	if rand.IntN(5) == 0 {
		// Not by a deadline: the client panics if one has just passed.
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Duration(rand.IntN(5))*time.Millisecond, cancel)
		// Its result does not matter any more.
		_, _ = ask(ctx, c, "get_applications", map[string]any{"where": fmt.Sprintf(`candidate != %q`, unique)})
		cancel()
		count.hungUp.Add(1)
	}
	assert.NoError(t, c.Close())
}

// draw returns a random call. A unique text makes each write a different one.
func draw(applications []string, unique string) (tool string, arguments map[string]any) {
	switch rand.IntN(6) {
	case 0:
		return "get_jobs", map[string]any{}
	case 1:
		return "get_applications", map[string]any{"limit": 10, "where": fmt.Sprintf(`days_since(created) > %d`, rand.IntN(100))}
	case 2:
		return "get_candidates", map[string]any{"limit": 5, "max_tokens": 500}
	case 3:
		return "get_applications", map[string]any{"group_by": "stage"}
	case 4:
		return "get_interviews", map[string]any{"limit": 1 + rand.IntN(20)}
	}
	return "add_application_note", map[string]any{"application_id": applications[rand.IntN(len(applications))], "content": "note " + unique}
}

// assertIdle asserts that nothing is left of disconnected clients.
func assertIdle(t *testing.T, g *target) {
	t.Helper()
	gauge := func(name string) float64 {
		resp, err := http.Get(g.url + "/metrics")
		require.NoError(t, err)
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		found := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(string(raw))
		require.NotNil(t, found, name)
		var v float64
		_, err = fmt.Sscan(found[1], &v)
		require.NoError(t, err)
		return v
	}
	pooled.CloseIdleConnections()
	assert.Eventually(t, func() bool { return gauge("kombo_mcp_calls_in_flight") == 0 && gauge("kombo_mcp_sessions") == 0 }, 20*time.Second, 100*time.Millisecond, "calls or sessions are left")
	assert.Eventually(t, func() bool { return gauge("go_goroutines") < 60 }, 20*time.Second, 100*time.Millisecond, "leaked goroutines")
}
