//go:build browser

package approvals_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals/approvalstest"
)

var pictures = flag.String("pictures", "", "a folder that takes pictures of the page, to look at")

// window is a tab of a browser.
type window struct {
	t   *testing.T
	ctx context.Context
}

// browse starts a Chromium without a past.
func browse(t *testing.T) *window {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("disable-gpu", true))
	if os.Geteuid() == 0 {
		opts = append(opts, chromedp.NoSandbox)
	}
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancelTab := chromedp.NewContext(alloc)
	t.Cleanup(cancelTab)
	require.NoError(t, chromedp.Do(ctx), "these tests need a Chromium: apt-get install -y chromium")
	return &window{t, ctx}
}

// tab opens another tab of the same browser, with the same cookies.
func (w *window) tab() *window {
	w.t.Helper()
	ctx, cancel := chromedp.NewContext(w.ctx)
	w.t.Cleanup(cancel)
	ctx, cancelTime := context.WithTimeout(ctx, time.Minute)
	w.t.Cleanup(cancelTime)
	return &window{w.t, ctx}
}

func (w *window) run(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.ctx, steps...))
}

// get runs an action for its value.
func get[T any](w *window, a chromedp.Action[T]) T {
	w.t.Helper()
	value, err := chromedp.Run(w.ctx, a)
	require.NoError(w.t, err)
	return value
}

func evaluate[T any](w *window, script string) T {
	w.t.Helper()
	return get(w, chromedp.Evaluate[T](script))
}

// text is what a page shows; location where it is.
func (w *window) text() string {
	w.t.Helper()
	return evaluate[string](w, "document.body.innerText")
}

func (w *window) location() string {
	w.t.Helper()
	return get(w, chromedp.Location())
}

// arrives waits until the tab shows some text.
func (w *window) arrives(want string) {
	w.t.Helper()
	if !assert.Eventually(w.t, func() bool {
		shown, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](`document.body ? document.body.innerText : ""`))
		return err == nil && strings.Contains(shown, want)
	}, 10*time.Second, 20*time.Millisecond) {
		w.t.Fatalf("%s never shows %q but %q", w.location(), want, w.text())
	}
}

// complaints collects what a tab's console says of the page's own rules.
func (w *window) complaints() func() []string {
	w.t.Helper()
	var mu sync.Mutex
	var all []string
	require.NoError(w.t, chromedp.Listen(w.ctx, func(e any) {
		if entry, ok := e.(*cdplog.EventEntryAdded); ok && !strings.Contains(entry.Entry.URL, "favicon") {
			mu.Lock()
			defer mu.Unlock()
			all = append(all, entry.Entry.Text+" "+entry.Entry.URL)
		}
	}))
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}

// hosted is a site that listens, and remembers who asked for what and how that ended.
type hosted struct {
	*site
	address string
	mu      sync.Mutex
	asked   []asked
}

type asked struct {
	method, path, origin, cookie string
	status                       int
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func host(t *testing.T, change func(*approvals.PageOptions)) *hosted {
	t.Helper()
	h := &hosted{site: newSite(t, change)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := &statusWriter{ResponseWriter: w}
		h.page.ServeHTTP(s, r)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.asked = append(h.asked, asked{r.Method, r.URL.Path, r.Header.Get("Origin"), r.Header.Get("Cookie"), s.status})
	}))
	t.Cleanup(server.Close)
	h.address = server.URL
	return h
}

// posts lists the forms that arrived from an origin.
func (h *hosted) posts(origin string) (all []asked) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.asked {
		if a.method == http.MethodPost && a.origin == origin {
			all = append(all, a)
		}
	}
	return all
}

// open begins a session in a new tab, and returns the address of its pages.
func (h *hosted) open(browser *window) (ctx *window, base string) {
	h.t.Helper()
	ctx = browser.tab()
	ctx.run(chromedp.Navigate(h.address + h.page.Invite(anna)))
	base = ctx.location()
	require.Regexp(h.t, `/approve/[A-Z2-7]{26}$`, base)
	return ctx, base
}

func TestALinkOpensThePageOnceInABrowser(t *testing.T) {
	browser, h := browse(t), host(t, nil)
	put(t, h.store, "acme", "h")
	link := h.address + h.page.Invite(anna)
	ctx := browser.tab()
	said := ctx.complaints()
	ctx.run(chromedp.Navigate("about:blank"), chromedp.Navigate(link))
	assert.Contains(t, ctx.text(), "Jane Doe")
	assert.NotContains(t, ctx.location(), "secret")
	assert.Equal(t, "", evaluate[string](ctx, "document.cookie"), "no script could read the cookie")
	assert.Equal(t, "", evaluate[string](ctx, "document.referrer"))
	assert.Equal(t, "rgb(26, 127, 55)", evaluate[string](ctx, `getComputedStyle(document.querySelector(".approve")).backgroundColor`), "the style is let through")
	ctx.run(chromedp.Reload())
	assert.Contains(t, ctx.text(), "Jane Doe")
	assert.Empty(t, said())

	for range 2 {
		again := browser.tab()
		again.run(chromedp.Navigate(link))
		assert.Contains(t, again.text(), "This link no longer works")
		assert.NotContains(t, again.text(), "Jane Doe")
	}
	ctx.run(chromedp.Reload())
	assert.Contains(t, ctx.text(), "Jane Doe", "the one who was first goes on")
	other := browse(t)
	other.run(chromedp.Navigate(ctx.location()))
	assert.Contains(t, other.text(), "This page is closed")
}

func TestALinkInAFileOrOnAnotherSiteOpensThePageInABrowser(t *testing.T) {
	browser, h := browse(t), host(t, nil)
	put(t, h.store, "acme", "h")
	page := func() string { return fmt.Sprintf(`<a id="a" href="%s">open</a>`, h.address+h.page.Invite(anna)) }
	file := filepath.Join(t.TempDir(), "open.html")
	require.NoError(t, os.WriteFile(file, []byte(page()), 0o600))
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, page()) }))
	t.Cleanup(elsewhere.Close)
	for _, from := range []string{"file://" + file, strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1), elsewhere.URL} {
		ctx := browser.tab()
		ctx.run(chromedp.Navigate(from), chromedp.Click(chromedp.CSS("#a")))
		ctx.arrives("Jane Doe")
		assert.NotContains(t, ctx.location(), "secret")
	}
}

func TestButtonsDecideAndSayWhatHappensNextInABrowser(t *testing.T) {
	browser, h := browse(t), host(t, nil)
	first := put(t, h.store, "acme", "first")
	h.clock.Advance(time.Second)
	second := put(t, h.store, "acme", "second")
	ctx, base := h.open(browser)
	said := ctx.complaints()
	// Twice, as fast as a hand can: the second must not land on what comes next.
	ctx.run(chromedp.EmulateViewport(1000, 2000))
	box := evaluate[[]float64](ctx, `(() => { const r = document.querySelector(".approve").getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })()`)
	ctx.run(chromedp.MouseClickXY(box[0], box[1]), chromedp.MouseClickXY(box[0], box[1], chromedp.ClickCount(2)))
	ctx.arrives("It is sent as soon as the agent asks again")
	ctx.run(chromedp.MouseClickXY(box[0], box[1]))
	assert.Equal(t, approvals.Approved, state(t, h.store, first))
	assert.Equal(t, approvals.Waiting, state(t, h.store, second))
	assert.Equal(t, base+"?decided="+first.ID, ctx.location())
	assert.Contains(t, ctx.text(), "1 more is waiting")
	assert.NotEmpty(t, h.posts(h.address), "the browser names the page's own origin")

	// The keyboard is enough.
	ctx.run(chromedp.Navigate(base))
	for range 10 {
		ctx.run(chromedp.KeyEvent(kb.Tab))
		if evaluate[string](ctx, `document.activeElement.value || ""`) == "decline" {
			break
		}
	}
	assert.NotEqual(t, "none", evaluate[string](ctx, `getComputedStyle(document.activeElement).outlineStyle`), "one sees where one is")
	ctx.run(chromedp.KeyEvent(kb.Enter))
	ctx.arrives("Nothing is sent. The agent is told")
	assert.Equal(t, approvals.Declined, state(t, h.store, second))
	assert.Empty(t, said())
}

func TestNoOtherSiteCanDecideOrReadTheSessionInABrowser(t *testing.T) {
	browser, h := browse(t), host(t, nil)
	a := put(t, h.store, "acme", "h")
	ctx, base := h.open(browser)
	// As if it had got hold of everything but the cookie.
	form := url.Values{"id": {a.ID}, "decision": {"approve"}, "token": {evaluate[string](ctx, `document.querySelector("article [name=token]").value`)}}
	var mu sync.Mutex
	var cookies []string
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		cookies = append(cookies, r.Header.Get("Cookie"))
		mu.Unlock()
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, attack(base, form, r.URL.Query().Get("how")))
	}))
	t.Cleanup(evil.Close)
	for _, from := range []string{evil.URL, strings.Replace(evil.URL, "127.0.0.1", "localhost", 1)} {
		for _, how := range []string{"form", "form in a frame", "fetch", "beacon", "link"} {
			attacker := browser.tab()
			attacker.run(chromedp.Navigate(from + "/?how=" + url.QueryEscape(how)))
			time.Sleep(300 * time.Millisecond)
			assert.Equal(t, approvals.Waiting, state(t, h.store, a), "%s from %s", how, from)
		}
		posts := append(h.posts(from), h.posts("null")...)
		assert.NotEmpty(t, posts, "the attacks of %s arrived", from)
		sent := false
		for _, post := range posts {
			assert.Equal(t, http.StatusForbidden, post.status)
			sent = sent || post.cookie != ""
		}
		assert.Equal(t, from == evil.URL, sent, "from another port the browser sends the cookie: it alone must not do")
		framed := browser.tab()
		framed.run(chromedp.Navigate(from + "/?how=frame"))
		time.Sleep(300 * time.Millisecond)
		assert.Equal(t, 0, evaluate[int](framed, `Array.from(frames).filter(f => { try { return f.document.body.innerText.includes("Jane") } catch { return false } }).length`))
	}
	// A page of ours leads the browser to the attacker's server, at all the paths that it may guess.
	for _, path := range []string{"/", "/approve", "/approve/", "/approve/ABCDEFGHIJKLMNOPQRSTUVWXYZ"} {
		lured := browser.tab()
		lured.run(chromedp.Navigate(evil.URL + path))
	}
	mu.Lock()
	defer mu.Unlock()
	for _, c := range cookies {
		assert.Empty(t, c, "another server on this machine was sent the session's cookie")
	}
	ctx.run(chromedp.Reload(), chromedp.Click(chromedp.CSS(".approve")))
	ctx.arrives("It is sent as soon as the agent asks again")
	assert.Equal(t, approvals.Approved, state(t, h.store, a), "while the approver can")
}

// attack is a page that decides what it should not, in one of several ways.
func attack(base string, form url.Values, how string) string {
	fields := ""
	for name := range form {
		fields += fmt.Sprintf(`<input name="%s" value="%s">`, name, form.Get(name))
	}
	submit := fmt.Sprintf(`<form id="f" method="post" action="%s/decide">%s</form><script>document.getElementById("f").submit()</script>`, base, fields)
	switch how {
	case "form":
		return submit
	case "form in a frame":
		return fmt.Sprintf(`<iframe sandbox="allow-forms allow-scripts" srcdoc='%s'></iframe>`, submit)
	case "fetch":
		return fmt.Sprintf(`<script>fetch("%s/decide", {method: "POST", mode: "no-cors", credentials: "include", headers: {"Content-Type": "application/x-www-form-urlencoded"}, body: "%s"})</script>`, base, form.Encode())
	case "beacon":
		return fmt.Sprintf(`<script>navigator.sendBeacon("%s/decide", new URLSearchParams("%s"))</script>`, base, form.Encode())
	case "link":
		return fmt.Sprintf(`<img src="%[1]s/decide?%[2]s"><script src="%[1]s"></script><script>location = "%[1]s/decide?%[2]s"</script>`, base, form.Encode())
	case "frame":
		return fmt.Sprintf(`<iframe src="%s"></iframe>`, base)
	}
	return "nothing"
}

func TestAnApproverSignsInAndOutInABrowser(t *testing.T) {
	k := &tokens{}
	browser, h := browse(t), host(t, func(o *approvals.PageOptions) { o.SignIn = k.signIn })
	put(t, h.store, "acme", "mine")
	put(t, h.store, "globex", "other")
	ctx := browser.tab()
	said := ctx.complaints()
	signIn := func(token string) {
		t.Helper()
		ctx.run(chromedp.SendKeys(chromedp.CSS("#token"), token), chromedp.Click(chromedp.CSS(".sign-in button")))
	}
	ctx.run(chromedp.Navigate(h.address + "/approve"))
	signIn("agents-token")
	ctx.arrives("That token is not an approver")
	signIn("approver-of-acme")
	ctx.arrives("1 change is waiting for your approval")
	assert.NotContains(t, ctx.location(), "approver-of-acme")
	assert.NotContains(t, evaluate[string](ctx, "document.documentElement.outerHTML"), "approver-of-acme")
	base := ctx.location()
	ctx.run(chromedp.Click(chromedp.CSS(".plain")))
	ctx.arrives("Sign in to approve")
	ctx.run(chromedp.Navigate(base))
	assert.NotContains(t, ctx.text(), "Jane Doe")
	for _, complaint := range said() {
		// It would like a user's name beside each password.
		if !strings.HasPrefix(complaint, "[DOM] Password forms") {
			assert.Contains(t, complaint, "403", "nothing but the token that was turned away")
		}
	}
}

// sizes are those of a phone, a small and a large window.
var sizes = []int64{320, 360, 1000, 1600}

func TestThePageFitsAnyWindowAndShowsAllOfAStatementInABrowser(t *testing.T) {
	k := &tokens{}
	browser, h := browse(t), host(t, func(o *approvals.PageOptions) { o.SignIn = k.signIn })
	fill(t, h)
	ctx, base := h.open(browser)
	signIn := browser.tab()
	signIn.run(chromedp.Navigate(h.address + "/approve"))
	decided := browser.tab()
	done := decide(t, h.store, put(t, h.store, "acme", "decided"), approvalstest.Yes)
	decided.run(chromedp.Navigate(base + "?decided=" + done.ID))
	empty, _ := func() (*window, string) {
		e := host(t, nil)
		return e.open(browser)
	}()
	for name, ctx := range map[string]*window{"list": ctx, "sign-in": signIn, "decided": decided, "empty": empty} {
		for _, dark := range []bool{false, true} {
			for _, width := range sizes {
				scheme := map[bool]string{false: "light", true: "dark"}[dark]
				ctx.run(chromedp.EmulateViewport(width, 800), prefers(scheme))
				assert.LessOrEqual(t, evaluate[int64](ctx, "document.documentElement.scrollWidth"), width, "%s at %d", name, width)
				assert.Empty(t, evaluate[[]string](ctx, `[...document.querySelectorAll("pre")].filter(p => p.scrollHeight > p.clientHeight + 1 || p.scrollWidth > p.clientWidth + 1).map(p => p.innerText)`), "nothing of a statement is cut off")
				assert.Empty(t, evaluate[[]string](ctx, `[...document.querySelectorAll("button:not(.plain), input:not([type=hidden])")].filter(b => b.getBoundingClientRect().height < 44).map(b => b.outerHTML)`), "a finger can press it")
				if *pictures != "" {
					png := get(ctx, chromedp.FullScreenshot(100))
					require.NoError(t, os.WriteFile(filepath.Join(*pictures, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)), png, 0o600))
				}
			}
		}
	}
}

// prefers makes a tab ask for light or dark pages.
func prefers(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}

// fill lets what a recruiter could meet wait.
func fill(t *testing.T, h *hosted) {
	t.Helper()
	for hash, r := range map[string]approvals.Request{
		"1": {Tenant: "acme", Subject: "recruiting-bot", Client: "claude-code 2.1.332", Integration: "greenhouse:HWUTwvyx2wLoSUHphiWVrp28", Tool: "reject_application",
			Statement: "Reject \"Anna Łuczak\"'s application for \"Senior Accountant (f/m/d)\", now at \"Offer\".\n  reason: \"Position was filled\"\n  note: \"Thank you for your time. We decided to go on with somebody else, whose experience with consolidated statements was closer to what the team needs.\"\n  remote_fields, greenhouse, rejection_email, send_email_at: \"2026-12-01T09:00:00Z\"\nAgainst it: is HIRED already."},
		"2": {Tenant: "globex", Client: "codex", Integration: "workable:1", Tool: "create_application",
			Statement: "Create an application of \"محمد الأمين\" (\"田中 太郎\") for \"Backend Engineer\" 25.\n  file: \"cv.pdf\", 182,044 bytes, application/pdf, from https://" + strings.Repeat("very-long-", 12) + "host.example/cv.pdf\n  salary: 75000\n  gender: \"FEMALE\"\n  hidden: \"a\u202eb\u200b\""},
		"3": {Tool: "add_application_note", Statement: "Add a note.\n  note: \"" + strings.Repeat("x", 500) + "\""},
	} {
		r.Hash = hash
		_, _, err := h.store.Put(t.Context(), r)
		require.NoError(t, err)
		h.clock.Advance(2 * time.Minute)
	}
	old, _, err := h.store.Put(t.Context(), approvalstest.Request("acme", "old"))
	require.NoError(t, err)
	decide(t, h.store, old, approvalstest.No)
}
