package main

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
)

// approvalsOf opens the approvals of processes with that environment.
func approvalsOf(t *testing.T, env []string) approvals.Store {
	t.Helper()
	s := app.Defaults()
	s.Journal = journalOf(t, env)
	store, closeStore, err := app.OpenApprovals(t.Context(), s, app.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, closeStore()) })
	return store
}

// wait asks for the approval of a write that is named by its hash.
func wait(t *testing.T, store approvals.Store, tenant, hash string) approvals.Approval {
	t.Helper()
	a, _, err := store.Put(t.Context(), approvals.Request{
		Tenant: tenant, Tool: "reject_application", Client: "claude 1", Hash: hash, Statement: "Reject " + hash + ".\n  note: \"" + strings.Repeat("Thank you ", 20) + "\"",
	})
	require.NoError(t, err)
	return a
}

func stateOf(t *testing.T, store approvals.Store, a approvals.Approval) approvals.Approval {
	t.Helper()
	now, err := store.Get(t.Context(), approvals.AllTenants(), a.ID)
	require.NoError(t, err)
	return now
}

// browser is a client with cookies that sends what browsers do.
type browser struct {
	t      *testing.T
	client *http.Client
	page   string
	at     *url.URL
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &browser{t: t, client: &http.Client{Jar: jar, Timeout: deadline}}
}

// get opens an address and returns the status.
func (b *browser) get(address string) int {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil)
	require.NoError(b.t, err)
	return b.do(r)
}

// opens opens an address that leads to a page of its own, and returns its address.
func (b *browser) opens(address string) string {
	b.t.Helper()
	require.Equal(b.t, http.StatusOK, b.get(address), b.page)
	return b.at.String()
}

// post sends a form as the page at an origin would.
func (b *browser) post(address, origin string, form url.Values) int {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	require.NoError(b.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", origin)
	return b.do(r)
}

var hidden = regexp.MustCompile(`name="(id|token)" value="([^"]*)"`)

// form is the first form of the page, with a decision.
func (b *browser) form(decision string) url.Values {
	b.t.Helper()
	form := url.Values{"decision": {decision}}
	_, first, found := strings.Cut(b.page, "/decide")
	require.True(b.t, found, b.page)
	for _, m := range hidden.FindAllStringSubmatch(first, 2) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	return form
}

// sends decides on the first write of the page.
func (b *browser) sends(base, decision string) {
	b.t.Helper()
	require.Equal(b.t, http.StatusOK, b.post(base+"/decide", b.at.Scheme+"://"+b.at.Host, b.form(decision)), b.page)
}

func (b *browser) do(r *http.Request) int {
	b.t.Helper()
	resp, err := b.client.Do(r)
	require.NoError(b.t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(b.t, err)
	b.page, b.at = string(raw), resp.Request.URL
	return resp.StatusCode
}
