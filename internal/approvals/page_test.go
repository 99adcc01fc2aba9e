package approvals_test

import (
	"context"
	"errors"
	"html"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals/approvalstest"
	"github.com/kombo-mcp/kombo-mcp/internal/fake"
)

const origin = "http://127.0.0.1:8000"

var anna = approvals.Approver{Name: "anna", Scope: approvals.AllTenants()}

// site is a page on a new folder.
type site struct {
	t     *testing.T
	page  *approvals.Page
	store *approvals.Folder
	clock *fake.Clock
	log   *fake.Log
}

func newSite(t *testing.T, change func(*approvals.PageOptions)) *site {
	t.Helper()
	s := &site{t: t, clock: fake.NewClock(time.Now().UTC()), log: &fake.Log{}}
	s.store = openFolder(t, t.TempDir(), s.clock.Now)
	o := approvals.PageOptions{
		Store: s.store, Now: s.clock.Now, Location: time.UTC, Logger: slog.New(slog.NewTextHandler(s.log, nil)),
	}
	if change != nil {
		change(&o)
	}
	var err error
	s.page, err = approvals.NewPage(o)
	require.NoError(t, err)
	return s
}

// visitor is a browser: it keeps cookies and says where its forms come from.
type visitor struct {
	s   *site
	jar *cookiejar.Jar
	// origin is where it is; edit changes a request before it is sent.
	origin string
	edit   func(*http.Request)
}

func (s *site) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	require.NoError(s.t, err)
	return &visitor{s: s, jar: jar, origin: origin}
}

// invited is a visitor with a session, and the path of its pages.
func (s *site) invited(who approvals.Approver) (*visitor, string) {
	v := s.visitor()
	r := v.get(s.page.Invite(who))
	require.Equal(s.t, http.StatusSeeOther, r.Code)
	return v, r.Header().Get("Location")
}

func (v *visitor) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	v.s.t.Helper()
	r := httptest.NewRequest(method, v.origin+path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", v.origin)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for _, c := range v.jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	if v.edit != nil {
		v.edit(r)
	}
	w := httptest.NewRecorder()
	v.s.page.ServeHTTP(w, r)
	v.jar.SetCookies(r.URL, w.Result().Cookies())
	for name, want := range map[string]string{
		"X-Frame-Options": "DENY", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		"Cross-Origin-Opener-Policy": "same-origin",
	} {
		assert.Equal(v.s.t, want, w.Header().Get(name))
	}
	policy := w.Header().Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"} {
		assert.Contains(v.s.t, policy, part)
	}
	assert.NotContains(v.s.t, policy, "script")
	assert.NotContains(v.s.t, policy, "unsafe")
	assert.Contains(v.s.t, []string{"no-referrer", "same-origin"}, w.Header().Get("Referrer-Policy"))
	assert.NotContains(v.s.t, w.Body.String(), "<script")
	return w
}

func (v *visitor) get(path string) *httptest.ResponseRecorder {
	v.s.t.Helper()
	return v.do(http.MethodGet, path, nil)
}

var tokenOf = regexp.MustCompile(`name="id" value="([A-Z2-7]+)">\s*<input type="hidden" name="token" value="([0-9a-f]+)"`)

// form is the form of an approval as the page shows it.
func (v *visitor) form(base string, a approvals.Approval, decision string) url.Values {
	v.s.t.Helper()
	for _, m := range tokenOf.FindAllStringSubmatch(v.get(base).Body.String(), -1) {
		if m[1] == a.ID {
			return url.Values{"id": {m[1]}, "token": {m[2]}, "decision": {decision}}
		}
	}
	require.Fail(v.s.t, "the page does not show it")
	return nil
}

// decide presses a button and follows.
func (v *visitor) decide(base string, a approvals.Approval, decision string) *httptest.ResponseRecorder {
	v.s.t.Helper()
	w := v.do(http.MethodPost, base+"/decide", v.form(base, a, decision))
	if w.Code == http.StatusSeeOther {
		return v.get(w.Header().Get("Location"))
	}
	return w
}

func TestAnInvitationOpensThePageOnce(t *testing.T) {
	s := newSite(t, nil)
	a := put(t, s.store, "acme", "h")
	link := s.page.Invite(anna)
	require.Regexp(t, `^/approve\?secret=[A-Z2-7]{26}$`, link)
	v := s.visitor()
	w := v.get(link)
	require.Equal(t, http.StatusSeeOther, w.Code)
	base := w.Header().Get("Location")
	assert.Regexp(t, `^/approve/[A-Z2-7]{26}$`, base, "the secret leaves the address")
	require.Len(t, w.Result().Cookies(), 1)
	c := w.Result().Cookies()[0]
	assert.True(t, c.HttpOnly)
	assert.Equal(t, http.SameSiteStrictMode, c.SameSite)
	assert.Equal(t, base, c.Path, "no other server on this machine is sent it")
	assert.Zero(t, c.MaxAge)
	assert.NotContains(t, link, c.Value)
	assert.NotContains(t, base, c.Value)

	assert.Contains(t, v.get(base).Body.String(), "Jane Doe")
	for _, again := range []*visitor{v, s.visitor()} {
		w := again.get(link)
		assert.Equal(t, http.StatusForbidden, w.Code)
		assert.Contains(t, w.Body.String(), "This link no longer works")
		assert.Empty(t, w.Result().Cookies())
	}
	stranger := s.visitor()
	for _, path := range []string{"/approve", base, "/approve?secret=", "/approve?secret=x", base + "?secret=x"} {
		w := stranger.get(path)
		assert.Equal(t, http.StatusForbidden, w.Code, path)
		assert.NotContains(t, w.Body.String(), "Jane Doe")
	}
	assert.Equal(t, http.StatusForbidden, v.get("/approve").Code, "a session has its own address")
	other, otherBase := s.invited(anna)
	assert.NotEqual(t, base, otherBase)
	assert.Equal(t, http.StatusForbidden, other.get(base).Code, "and its own cookie")
	assert.Equal(t, approvals.Waiting, state(t, s.store, a))

	late := s.page.Invite(anna)
	s.clock.Advance(10 * time.Minute)
	assert.Equal(t, http.StatusForbidden, s.visitor().get(late).Code)
}

func TestALinkFromAnotherSiteLeadsOnByAPageOfOurs(t *testing.T) {
	s := newSite(t, nil)
	v := s.visitor()
	v.edit = func(r *http.Request) {
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Sec-Fetch-Dest", "document")
	}
	w := v.get(s.page.Invite(anna))
	require.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"))
	m := regexp.MustCompile(`http-equiv="refresh" content="0;url=(/approve/[A-Z2-7]{26})"`).FindStringSubmatch(w.Body.String())
	require.Len(t, m, 2)
	assert.Equal(t, http.StatusOK, v.get(m[1]).Code)
}

func TestWhatIsDecidedOnThePage(t *testing.T) {
	s := newSite(t, nil)
	yes, no := put(t, s.store, "acme", "yes"), put(t, s.store, "globex", "no")
	s.clock.Advance(3 * time.Minute)
	v, base := s.invited(anna)
	page := v.get(base).Body.String()
	for _, want := range []string{
		"2 changes are waiting for your approval", "Reject application", "calls itself &#34;claude-code 2.1&#34;", "signed in as &#34;recruiting-bot&#34;",
		"Requested 3 minutes ago", "integration greenhouse:1, tenant acme", "tenant globex", "Exactly this will be sent", "anna",
	} {
		assert.Contains(t, page, want)
	}
	w := v.decide(base, yes, "approve")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Body.String(), "Approved by anna (page)")
	assert.Contains(t, w.Body.String(), "It is sent as soon as the agent asks again")
	assert.Contains(t, w.Body.String(), "1 more is waiting")
	assert.NotContains(t, w.Body.String(), "<button", "nothing on it decides")
	w = v.decide(base, no, "decline")
	assert.Contains(t, w.Body.String(), "Declined by anna (page)")
	assert.Contains(t, w.Body.String(), "Nothing is sent. The agent is told")
	assert.Contains(t, w.Body.String(), "Nothing else is waiting")
	assert.Equal(t, approvals.Approved, state(t, s.store, yes))
	assert.Equal(t, approvals.Declined, state(t, s.store, no))
	got, err := s.store.Get(t.Context(), approvals.AllTenants(), yes.ID)
	require.NoError(t, err)
	assert.Equal(t, "anna", got.DecidedBy)
	assert.Equal(t, "page", got.DecidedHow)

	page = v.get(base).Body.String()
	assert.Contains(t, page, "Nothing is waiting for approval")
	assert.Contains(t, page, `http-equiv="refresh" content="10"`)
	assert.Contains(t, page, "Decided in the last hour")
	_, err = s.store.Spend(t.Context(), got)
	require.NoError(t, err)
	assert.Contains(t, v.get(base+"?decided="+yes.ID).Body.String(), "the approval was used")
	s.clock.Advance(57 * time.Minute)
	assert.Contains(t, v.get(base+"?decided="+yes.ID).Body.String(), "This has expired")
}

func TestAStatementIsShownWholeAndAsText(t *testing.T) {
	s := newSite(t, nil)
	v, base := s.invited(anna)
	r := approvalstest.Request(`"><img src=x>`, "h")
	r.Client, r.Subject, r.Integration, r.Tool = "<script>alert(1)</script>", "\u202ex", "a\nb", "<b>tool"
	r.Statement = "</pre><form action=//evil><button>Approve</button>\n\x1b[2J\u202e \u200b\n\"שלום\" 25\n" + strings.Repeat("a & b\n", 9000) + "the last"
	_, _, err := s.store.Put(t.Context(), r)
	require.NoError(t, err)
	page := v.get(base).Body.String()
	assert.Equal(t, 1, strings.Count(page, "<pre"))
	assert.Equal(t, 1, strings.Count(page, "<form"))
	assert.NotContains(t, page, "<img")
	assert.NotContains(t, page, "<b>")
	_, pre, _ := strings.Cut(page, "<pre")
	_, pre, _ = strings.Cut(pre, ">")
	pre, _, _ = strings.Cut(pre, "</pre>")
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSuffix(pre, "</span>"), "</span>") {
		text, ok := strings.CutPrefix(line, `<span class="line">`)
		require.True(t, ok)
		lines = append(lines, html.UnescapeString(text))
		assert.NotContains(t, strings.ReplaceAll(strings.ReplaceAll(text, `<bdi dir="rtl">`, ""), "</bdi>", ""), "<")
	}
	assert.Equal(t, []string{
		"</pre><form action=//evil><button>Approve</button>", "‹U+001B›[2J‹U+202E› ‹U+200B›", "\"<bdi dir=\"rtl\">שלום</bdi>\" 25",
	}, lines[:3])
	assert.True(t, strings.Join(lines[3:], "\n") == strings.Repeat("a & b\n", 9000)+"the last", "all of it")
	assert.NotContains(t, page, "\u202e")
}

func TestWhatStandsInTheWayOfADecisionIsSaid(t *testing.T) {
	s := newSite(t, nil)
	v, base := s.invited(anna)
	press := func(form url.Values) *httptest.ResponseRecorder {
		t.Helper()
		w := v.do(http.MethodPost, base+"/decide", form)
		if w.Code == http.StatusSeeOther {
			return v.get(w.Header().Get("Location"))
		}
		return w
	}
	a := put(t, s.store, "acme", "pressed twice")
	form := v.form(base, a, "approve")
	for range 2 {
		w := press(form)
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Contains(t, w.Body.String(), "Approved by anna")
	}
	form.Set("decision", "decline")
	w := press(form)
	assert.Equal(t, http.StatusConflict, w.Code)
	assert.Contains(t, w.Body.String(), "Approved by anna")

	b := put(t, s.store, "acme", "another was faster")
	form = v.form(base, b, "approve")
	decide(t, s.store, b, approvalstest.No)
	w = press(form)
	assert.Equal(t, http.StatusConflict, w.Code)
	assert.Contains(t, w.Body.String(), "Declined by ben")

	c := put(t, s.store, "acme", "too late")
	form = v.form(base, c, "approve")
	s.clock.Advance(time.Hour - time.Second)
	v.get(base)
	s.clock.Advance(time.Second)
	w = press(form)
	assert.Equal(t, http.StatusNotFound, w.Code)
	assert.Contains(t, w.Body.String(), "It has expired")
}

func TestAPageWhoseStoreFailsSaysSo(t *testing.T) {
	s := newSite(t, func(o *approvals.PageOptions) { o.Store = &breaking{Store: o.Store} })
	a := put(t, s.store, "acme", "h")
	v, base := s.invited(anna)
	w := v.decide(base, a, "approve")
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.Contains(t, w.Body.String(), "Your decision counts, but was not recorded")
	assert.NotContains(t, w.Body.String(), "disk full")
	assert.Contains(t, s.log.String(), "disk full")
	for _, path := range []string{base, base + "?decided=" + a.ID} {
		w = v.get(path)
		assert.Equal(t, http.StatusInternalServerError, w.Code)
		assert.Contains(t, w.Body.String(), "The list is not available")
	}
}

func TestAPageIsMadeOfWhatItNeeds(t *testing.T) {
	_, err := approvals.NewPage(approvals.PageOptions{})
	require.Error(t, err)
	for _, path := range []string{"approve", "/", "/approve/", "/a b", "/a?b", "/ä"} {
		_, err := approvals.NewPage(approvals.PageOptions{Store: openFolder(t, t.TempDir(), nil), Path: path})
		require.Error(t, err, path)
	}
	s := newSite(t, func(o *approvals.PageOptions) { o.Path, o.NewLink = "/kombo/approvals", "Start it again." })
	assert.Contains(t, s.visitor().get("/kombo/approvals").Body.String(), "Start it again.")
	assert.Contains(t, s.visitor().get("/kombo/approvals?secret=x").Body.String(), "Start it again.")
	_, base := s.invited(anna)
	assert.True(t, strings.HasPrefix(base, "/kombo/approvals/"))
}

// breaking is a store that decides, and then does not answer any more.
type breaking struct {
	approvals.Store
	broken bool
}

var errDiskFull = errors.New("disk full")

func (b *breaking) Decide(ctx context.Context, s approvals.Scope, id string, d approvals.Decision) (approvals.Approval, error) {
	a, err := b.Store.Decide(ctx, s, id, d)
	b.broken = true
	return a, errors.Join(err, approvals.ErrNotRecorded, errDiskFull)
}

func (b *breaking) List(ctx context.Context, s approvals.Scope) ([]approvals.Approval, error) {
	if b.broken {
		return nil, errDiskFull
	}
	return b.Store.List(ctx, s)
}
