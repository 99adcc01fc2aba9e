package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// spoiled is an answer that no API should give, and what a read and a write
// have to say of it.
type spoiled struct {
	answer http.HandlerFunc
	// read and write are what the refusals say.
	read, write []string
}

// plain answers with a body and a status.
func plain(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		// The waits before a repetition are not what is tested here.
		w.Header().Set("Retry-After-Ms", "1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the caller may have heard enough
	}
}

// spoiledAnswers all hold the key that they were asked with, as proxies that
// echo a request do.
func spoiledAnswers(key, elsewhere string) map[string]spoiled {
	page := "<html><head><title>Hello</title></head><body>Authorization: Bearer " + key + "</body></html>"
	megabytes := strings.Repeat("All work and no play. ", 3<<20/22)
	const (
		unknown = "It is not known whether this write was done"
		unread  = "No usable answer came back: "
		address = "the person who runs this server must check KOMBO_BASE_URL"
	)
	cut := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"status":"success","data":{"results":[{"id":"`+key)
		_ = http.NewResponseController(w).Flush() // what does not arrive is cut as well
		panic(http.ErrAbortHandler)
	}
	large := `{"status":"error","error":{"code":"PLATFORM.INPUT_INVALID","title":"x","message":"` + key + " " + megabytes + `","log_url":null}}`
	return map[string]spoiled{
		"html200":      {plain(200, "text/html", page), []string{unread, "HTML", address}, []string{unknown, "HTML"}},
		"html503":      {plain(503, "text/html", page), []string{unread, "HTML", "HTTP 503"}, []string{unread, "HTML", "HTTP 503"}},
		"html404":      {plain(404, "text/html", page), []string{unread, address, "HTTP 404"}, []string{unread, address, "HTTP 404"}},
		"empty200":     {plain(200, "application/json", ""), []string{unread, "empty", address}, []string{unknown, "empty"}},
		"empty500":     {plain(500, "application/json", ""), []string{"empty", "HTTP 500", "Try again"}, []string{unknown, "empty"}},
		"cut200":       {cut, []string{"Try again in a minute"}, []string{unknown}},
		"short200":     {plain(200, "application/json", `{"status":"success","data":{"resu`), []string{unread, "cut short", address}, []string{unknown, "cut short"}},
		"number200":    {plain(200, "application/json", `42`), []string{unread, address}, []string{unknown}},
		"large400":     {plain(400, "application/json", large), []string{unread, "HTTP 400"}, []string{unread, "HTTP 400"}},
		"large400html": {plain(400, "text/html", page+megabytes), []string{unread, "HTML", "HTTP 400"}, []string{unread, "HTML", "HTTP 400"}},
		"large500":     {plain(500, "text/plain", key+megabytes), []string{unread, "HTTP 500"}, []string{unknown}},
		"redirect302":  {redirect(302, elsewhere), []string{"redirects", address}, []string{"redirects", address}},
		"redirect307":  {redirect(307, elsewhere), []string{"redirects", address}, []string{"redirects", address}},
		"redirect308":  {redirect(308, elsewhere), []string{"redirects", address}, []string{"redirects", address}},
	}
}

func redirect(status int, elsewhere string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere+"/v1/ats/offers", status) }
}

func TestWhateverTheUpstreamAnswersIsToldClearlyAndTheKeyNever(t *testing.T) {
	t.Parallel()
	var strayed atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strayed.Add(1) }))
	t.Cleanup(elsewhere.Close)
	var answers map[string]spoiled
	u := serveUpstream(t, func(u *upstream) {
		answers = spoiledAnswers(u.APIKey(), elsewhere.URL)
		u.spoil = func(w http.ResponseWriter, r *http.Request) {
			// A call says itself by which answer it wants to be met.
			name := strings.TrimPrefix(r.URL.Query().Get("ids"), "fault-")
			if strings.HasSuffix(r.URL.Path, "/notes") {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return
				}
				_, name, _ = strings.Cut(string(body), "fault-")
				name, _, _ = strings.Cut(name, `"`)
			}
			if s, ok := answers[name]; ok {
				s.answer(w, r)
			}
		}
	})
	a := castOf(t, u).applications[0]
	s := u.connect(t, "--log-level", "debug")
	calls := map[string]misuse{}
	for name, want := range answers {
		calls["read "+name] = misuse{"get_offers", object{"ids": "fault-" + name}, want.read}
		calls["write "+name] = misuse{"add_application_note", object{"application_id": a.ID, "content": "fault-" + name}, want.write}
	}
	texts := s.together(calls)
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			text := texts[name]
			assertSentence(t, text)
			for _, part := range call.says {
				assert.Contains(t, text, part)
			}
			assert.NotContains(t, text, u.APIKey())
			assert.NotContains(t, text, "<html", "a page is not a message")
			assert.Less(t, len(text), 2000, "an error is short")
			if strings.Contains(text, "It is not known") {
				assert.NotContains(t, strings.ToLower(text), "try again in", "not before someone has looked")
			}
		})
	}
	require.NotEmpty(t, s.stderr.String(), "debug logs say something")
	assert.NotContains(t, s.stderr.String(), u.APIKey())
	assert.Zero(t, strayed.Load(), "a redirect was followed")
	for name := range answers {
		notes := 0
		for _, x := range of("add_application_note", u.exchanges()) {
			if strings.Contains(string(x.body), "fault-"+name+`"`) {
				notes++
			}
		}
		if name != "html503" {
			assert.Equal(t, 1, notes, "%s: a write that may have been done is not sent again", name)
		}
	}
	assert.Empty(t, u.Effects())
}

// together makes calls at the same time, since some wait, and gives the words of
// their refusals.
func (s *session) together(calls map[string]misuse) map[string]string {
	s.t.Helper()
	var mu sync.Mutex
	var group sync.WaitGroup
	texts := map[string]string{}
	for name, call := range calls {
		group.Go(func() {
			r := mcp.CallToolRequest{}
			r.Params.Name, r.Params.Arguments = call.tool, call.arguments
			answer, err := s.client.CallTool(s.t.Context(), r)
			text := ""
			if assert.NoError(s.t, err, name) && assert.True(s.t, answer.IsError, name) {
				text = textOf(answer)
			}
			mu.Lock()
			defer mu.Unlock()
			texts[name] = text
		})
	}
	group.Wait()
	return texts
}
