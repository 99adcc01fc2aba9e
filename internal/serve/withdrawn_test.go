package serve

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// changingAuth is a tokenAuth that can change, as the tenants file does.
type changingAuth struct {
	mu   sync.Mutex
	auth tokenAuth
}

// set changes the tenant of callers without a token.
func (c *changingAuth) set(t *Tenant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.auth[""] = t
}

func (c *changingAuth) tenant(token string) *Tenant {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.auth[token]
}

func (c *changingAuth) Authenticate(r *http.Request) (Login, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	login, err := c.auth.Authenticate(r)
	login.Current = func() *Tenant { return c.tenant(login.Owner) }
	return login, err
}

func (*changingAuth) Refuse(error) (int, string) { return http.StatusUnauthorized, "Bearer" }

// changes are what becomes of a tenant while a call of create_candidate is on its way, and
// what the call ends in. The status is that of a call whose body was not read yet.
var changes = map[string]struct {
	next   func(t *testing.T) *Tenant
	status int
	want   string
}{
	"read only": {func(t *testing.T) *Tenant {
		return &Tenant{Name: "one", Box: newBox(t, func(c *tools.Config) { c.ReadOnly = true })}
	}, http.StatusOK, "create_candidate"},
	"removed": {func(*testing.T) *Tenant { return nil }, http.StatusForbidden, errWithdrawn.Error()},
	"another tenant's": {func(t *testing.T) *Tenant {
		return &Tenant{Name: "two", Box: newBox(t, nil)}
	}, http.StatusForbidden, errWithdrawn.Error()},
}

// creating returns a call that writes unless something refuses it.
func creating(t *testing.T, box *tools.Toolbox, id any) string {
	t.Helper()
	res := box.Call(context.Background(), tools.Caller{}, "get_jobs", map[string]any{"statuses": []any{"OPEN"}, "limit": 1, "fields": []any{"id"}})
	jobs, ok := res.StructuredContent.(*digest.Answer)
	require.True(t, ok, "%T %s", res.StructuredContent, textOf(res))
	return calling(id, "create_candidate", object{
		"candidate":   object{"first_name": "Zora", "last_name": "Zimmer", "email_address": "zora@example.com"},
		"application": object{"job_id": jobs.Rows[0][0]},
	})
}

// candidates returns how many there are with the e-mail address of creating.
func candidates(t *testing.T, box *tools.Toolbox) string {
	t.Helper()
	res := box.Call(context.Background(), tools.Caller{}, "get_candidates", map[string]any{"email": "zora@example.com"})
	return textOf(res)
}

func TestCallOfTheseTestsWritesIfNothingRefusesIt(t *testing.T) {
	t.Parallel()
	h, _, box := serveChanging(t, nil)
	before := candidates(t, box)
	assert.Contains(t, h.post(h.greet(), creating(t, box, 1)).body, `"outcome":"done"`)
	assert.NotEqual(t, before, candidates(t, box))
}

func serveChanging(t *testing.T, change func(*HTTPOptions)) (*testServer, *changingAuth, *tools.Toolbox) {
	t.Helper()
	box := newBox(t, nil)
	auth := &changingAuth{auth: tokenAuth{"": {Name: "one", Box: box, MaxCalls: 1}}}
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Auth, o.QuestionTimeout = auth, soon
		if change != nil {
			change(o)
		}
	})
	return h, auth, box
}

func TestWaitingCallRunsUnderNewSettings(t *testing.T) {
	t.Parallel()
	for name, c := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, auth, box := serveChanging(t, nil)
			before := candidates(t, box)
			id := h.greet()
			first := h.later(id, calling(1, "wait", object{"name": "first"}))
			heard(t, h.began)
			second := h.later(id, creating(t, box, 2))
			require.Eventually(t, func() bool { return h.http.queue.waitingNow() == 1 }, soon, time.Millisecond)
			auth.set(c.next(t))
			close(h.open)
			assert.Contains(t, (<-first).body, "waited first", "what ran already ends as it would have")
			a := <-second
			assert.Contains(t, a.body, c.want)
			assert.Contains(t, a.body, `"isError":true`)
			assert.Equal(t, before, candidates(t, box))
		})
	}
}

func TestTricklingBodyIsServedUnderNewSettings(t *testing.T) {
	t.Parallel()
	for name, c := range changes {
		for _, transport := range []string{transportHTTP, transportSSE} {
			t.Run(name+" "+transport, func(t *testing.T) {
				t.Parallel()
				h, auth, box := serveChanging(t, nil)
				before := candidates(t, box)
				path, id, stream := "/mcp", "", (*stream)(nil)
				if transport == transportSSE {
					stream = h.stream()
					path = stream.messages
				} else {
					id = h.greet()
				}
				body, rest := io.Pipe()
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+path, body)
				require.NoError(t, err)
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Accept", "application/json, text/event-stream")
				r.Header.Set("Mcp-Session-Id", id)
				answered := make(chan *http.Response, 1)
				go func() {
					resp, err := h.client.Do(r) //nolint:bodyclose // it is closed by whoever receives it
					if assert.NoError(t, err) {
						answered <- resp
					}
					close(answered)
				}()
				whole := creating(t, box, 2)
				_, err = io.WriteString(rest, whole[:20])
				require.NoError(t, err)
				time.Sleep(50 * time.Millisecond) // the server reads the body
				auth.set(c.next(t))
				_, err = io.WriteString(rest, whole[20:])
				require.NoError(t, err)
				require.NoError(t, rest.Close())
				resp := <-answered
				require.NotNil(t, resp)
				defer resp.Body.Close()
				raw, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				if c.status == http.StatusOK && stream != nil {
					assert.Equal(t, http.StatusAccepted, resp.StatusCode)
					assert.Contains(t, stream.nextButPings(), c.want)
				} else {
					assert.Equal(t, c.status, resp.StatusCode)
					assert.Contains(t, string(raw), c.want)
				}
				assert.Equal(t, before, candidates(t, box))
			})
		}
	}
}

func TestAnswerToQuestionCountsUnderNewSettings(t *testing.T) {
	t.Parallel()
	for name, c := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, auth, _ := serveChanging(t, nil)
			asking := newBox(t, func(c *tools.Config) { c.Writes, c.Fallback = tools.PolicyConfirmAll, tools.FallbackPreview })
			auth.set(&Tenant{Name: "one", Box: asking})
			before := candidates(t, asking)
			session := greetWith(t, h, "{}")
			result, asked := askingClientWith(t, h, session, creating(t, asking, 2), func(any) string {
				auth.set(c.next(t))
				h.http.EndWithdrawn()
				return `"result":{"action":"accept","content":{"confirm":true}}`
			})
			assert.True(t, asked)
			assert.Contains(t, result, c.want)
			assert.Contains(t, result, `"isError":true`)
			assert.Equal(t, before, candidates(t, asking))
		})
	}
}

func TestSlowCheckOfCredentialsDoesNotBringBackOldSettings(t *testing.T) {
	t.Parallel()
	h, auth, box := serveChanging(t, nil)
	old := auth.tenant("")
	before := candidates(t, box)
	id := h.greet()
	auth.set(&Tenant{Name: "one", Box: newBox(t, func(c *tools.Config) { c.ReadOnly = true })})
	// What a request would do that was let in by the settings of before.
	stale := &changingAuth{auth: tokenAuth{"": old}}
	h.http.opts.Auth = authFunc(func(r *http.Request) (Login, error) {
		login, err := stale.Authenticate(r)
		login.Current = func() *Tenant { return auth.tenant("") }
		return login, err
	})
	assert.Contains(t, h.post(id, creating(t, box, 2)).body, `"error"`)
	h.http.opts.Auth = auth
	assert.Contains(t, h.post(id, creating(t, box, 3)).body, `"error"`)
	assert.Equal(t, before, candidates(t, box))
}

type authFunc func(*http.Request) (Login, error)

func (f authFunc) Authenticate(r *http.Request) (Login, error) { return f(r) }
func (authFunc) Refuse(error) (int, string)                    { return http.StatusUnauthorized, "" }

func TestStreamsOfRemovedTenantEnd(t *testing.T) {
	t.Parallel()
	h, auth, box := serveChanging(t, func(o *HTTPOptions) {
		o.Auth.(*changingAuth).auth["stays"] = &Tenant{Name: "one", Box: newBox(t, nil)}
	})
	stays := []string{"Authorization", "Bearer stays"}
	id, other := h.greet(), h.greet(stays...)
	status, events := h.getStream(t.Context(), id)
	require.Equal(t, http.StatusOK, status)
	_, others := h.getStream(t.Context(), other, stays...)
	sse, othersSSE := h.stream(), h.stream(stays...)
	sse.say(calling(1, "wait", object{"name": "in its stream"}))
	heard(t, h.began)
	auth.set(&Tenant{Name: "one", Box: box, MaxCalls: 1})
	h.http.EndWithdrawn()
	assert.Equal(t, 4, h.http.Sessions(), "changed settings end nothing")

	auth.set(nil)
	h.http.EndWithdrawn()
	_, err := io.Copy(io.Discard, events)
	require.NoError(t, err)
	for event := sse.next(); event != ""; event = sse.next() {
		assert.NotContains(t, event, "waited")
	}
	assert.Equal(t, "in its stream", heard(t, h.gone))
	assert.Equal(t, 2, h.http.Sessions())
	require.Equal(t, http.StatusAccepted, h.send(http.MethodPost, othersSSE.messages, rpc(7, "ping", nil), stays...).status)
	assert.Contains(t, othersSSE.nextButPings(), `"id":7`)
	ended := make(chan struct{})
	go func() { _, _ = io.Copy(io.Discard, others); close(ended) }()
	select {
	case <-ended:
		assert.Fail(t, "the stream of another caller ended")
	case <-time.After(50 * time.Millisecond):
	}
	auth.set(&Tenant{Name: "one", Box: box})
	assert.Equal(t, http.StatusNotFound, h.post(id, rpc(1, "ping", nil)).status, "it stays ended")
}

func TestNewLimitsApplyAtOnce(t *testing.T) {
	t.Parallel()
	h, auth, box := serveChanging(t, nil)
	auth.set(&Tenant{Name: "one", Box: box, MaxCalls: 100, MaxSessions: 50})
	for range 20 {
		h.greet()
	}
	assert.Equal(t, 20, h.http.Sessions())
	auth.set(&Tenant{Name: "one", Box: box, MaxCalls: 1, MaxSessions: 2})
	id := h.greet()
	assert.Equal(t, 2, h.http.Sessions())
	first := h.later(id, calling(1, "wait", object{"name": "first"}))
	heard(t, h.began)
	second := h.later(id, calling(2, "wait", object{"name": "second"}))
	require.Eventually(t, func() bool { return h.http.queue.waitingNow() == 1 }, soon, time.Millisecond)
	close(h.open)
	assert.True(t, strings.Contains((<-first).body, "waited first") && strings.Contains((<-second).body, "waited second"))
}
