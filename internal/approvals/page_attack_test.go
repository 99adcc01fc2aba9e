package approvals_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
)

func TestNothingButAFormOfThePageDecides(t *testing.T) {
	s := newSite(t, nil)
	a, b := put(t, s.store, "acme", "a"), put(t, s.store, "acme", "b")
	v, base := s.invited(anna)
	other, otherBase := s.invited(anna)
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	drop := func(names ...string) func(*http.Request) {
		return func(r *http.Request) {
			for _, name := range names {
				r.Header.Del(name)
			}
		}
	}
	for name, edit := range map[string]func(*http.Request){
		"of another port":                set("Origin", "http://127.0.0.1:9000"),
		"of another name of this host":   set("Origin", "http://localhost:8000"),
		"of another scheme":              set("Origin", "https://127.0.0.1:8000"),
		"of another site":                set("Origin", "https://evil.example"),
		"that looks like ours":           set("Origin", "http://127.0.0.1:8000.evil.example"),
		"with no origin and no word":     drop("Origin", "Sec-Fetch-Site"),
		"with origin null":               func(r *http.Request) { r.Header.Set("Origin", "null"); r.Header.Del("Sec-Fetch-Site") },
		"with two origins":               func(r *http.Request) { r.Header.Add("Origin", origin) },
		"that a browser calls same-site": set("Sec-Fetch-Site", "same-site"),
		"that comes from elsewhere":      set("Sec-Fetch-Site", "cross-site"),
		"that comes from nowhere":        set("Sec-Fetch-Site", "none"),
		"of another host":                func(r *http.Request) { r.Host = "evil.example"; r.Header.Set("Origin", "http://evil.example") },
		"without a cookie":               drop("Cookie"),
		"with another cookie":            set("Cookie", "kombo-approve=ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
		"as JSON":                        set("Content-Type", "application/json"),
		"as plain text":                  set("Content-Type", "text/plain"),
		"as parts":                       set("Content-Type", "multipart/form-data; boundary=x"),
	} {
		form := v.form(base, a, "approve")
		v.edit = edit
		w := v.do(http.MethodPost, base+"/decide", form)
		v.edit = nil
		assert.GreaterOrEqual(t, w.Code, 400, name)
		assert.Equal(t, approvals.Waiting, state(t, s.store, a), name)
	}
	for name, spoil := range map[string]func(url.Values){
		"without a token":        func(f url.Values) { f.Del("token") },
		"with another's token":   func(f url.Values) { f.Set("token", v.form(base, b, "").Get("token")) },
		"with another session's": func(f url.Values) { f.Set("token", other.form(otherBase, a, "").Get("token")) },
		"without a decision":     func(f url.Values) { f.Del("decision") },
		"with another decision":  func(f url.Values) { f.Set("decision", "Approve") },
		"without an ID":          func(f url.Values) { f.Del("id") },
		"too large":              func(f url.Values) { f.Set("more", strings.Repeat("x", 33<<10)) },
	} {
		form := v.form(base, a, "approve")
		spoil(form)
		assert.GreaterOrEqual(t, v.do(http.MethodPost, base+"/decide", form).Code, 400, name)
		assert.Equal(t, approvals.Waiting, state(t, s.store, a), name)
	}
	form := v.form(base, a, "approve")
	for name, path := range map[string]string{
		"at the page": base, "at another path": base + "/decide/", "at all pages": "/approve/decide", "at the other's": otherBase + "/decide",
		"elsewhere": "/other", "beside it": "/approved",
	} {
		assert.GreaterOrEqual(t, v.do(http.MethodPost, path, form).Code, 400, name)
		assert.Equal(t, approvals.Waiting, state(t, s.store, a), name)
	}
	w := v.do(http.MethodPost, base+"/decide?"+form.Encode(), url.Values{})
	assert.Equal(t, http.StatusForbidden, w.Code, "nothing of a form counts in an address")
	// Without one of the two words, the other is enough.
	v.edit = drop("Sec-Fetch-Site")
	assert.Equal(t, http.StatusSeeOther, v.do(http.MethodPost, base+"/decide", form).Code)
	v.edit = set("Origin", "null")
	assert.Equal(t, http.StatusSeeOther, v.do(http.MethodPost, base+"/decide", v.form(base, b, "decline")).Code)
}

func TestLookingChangesNothingAndOtherMethodsAreRefused(t *testing.T) {
	s := newSite(t, nil)
	a := put(t, s.store, "acme", "a")
	v, base := s.invited(anna)
	form := v.form(base, a, "approve").Encode()
	for _, path := range []string{base + "/decide?" + form, base + "?" + form, base + "/sign-out?" + form} {
		v.get(path)
		assert.Equal(t, approvals.Waiting, state(t, s.store, a))
	}
	link := s.page.Invite(anna)
	for _, method := range []string{http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions, http.MethodTrace, "PROPFIND"} {
		for _, path := range []string{base, base + "/decide", link} {
			w := v.do(method, path, nil)
			assert.Equal(t, http.StatusMethodNotAllowed, w.Code, method)
			assert.Equal(t, "GET, POST", w.Header().Get("Allow"))
		}
	}
	for _, dest := range []string{"iframe", "image", "script", "empty", "embed", "object"} {
		v.edit = func(r *http.Request) { r.Header.Set("Sec-Fetch-Dest", dest) }
		assert.Equal(t, http.StatusForbidden, v.get(base).Code, dest)
		assert.Equal(t, http.StatusForbidden, v.get(link).Code, dest)
	}
	v.edit = nil
	assert.Equal(t, http.StatusSeeOther, s.visitor().get(link).Code, "none of that has used it up")
	assert.Equal(t, approvals.Waiting, state(t, s.store, a))
}

func TestThePageIsCalledByItsOwnNames(t *testing.T) {
	for _, c := range []struct {
		hosts    []string
		yes, not []string
	}{
		{nil, []string{"127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:8000", "127.0.0.2"}, []string{"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", "", "10.0.0.1", "0.0.0.0:8000"}},
		{[]string{"mcp.example.com"}, []string{"mcp.example.com", "MCP.example.com:443"}, []string{"127.0.0.1:8000", "evil.example"}},
		{[]string{"*"}, []string{"anything"}, nil},
	} {
		s := newSite(t, func(o *approvals.PageOptions) { o.Hosts = c.hosts })
		link := s.page.Invite(anna)
		as := func(host string) int {
			v := s.visitor()
			v.edit = func(r *http.Request) { r.Host = host }
			return v.get(link).Code
		}
		for _, host := range c.not {
			assert.Equal(t, http.StatusForbidden, as(host), host)
		}
		for _, host := range c.yes {
			assert.Equal(t, http.StatusSeeOther, as(host), host)
			link = s.page.Invite(anna)
		}
	}
}

func TestATenantsApproverSeesAndDecidesNoOthers(t *testing.T) {
	s := newSite(t, nil)
	mine, other := put(t, s.store, "acme", "mine"), put(t, s.store, "globex", "other")
	v, base := s.invited(approvals.Approver{Name: "ben", Scope: approvals.OfTenant("acme")})
	owner, ownerBase := s.invited(anna)
	page := v.get(base).Body.String()
	assert.Contains(t, page, mine.ID)
	assert.NotContains(t, page, other.ID)
	assert.NotContains(t, page, "globex")
	w := v.get(base + "?decided=" + other.ID)
	assert.Equal(t, http.StatusNotFound, w.Code)
	assert.NotContains(t, w.Body.String(), "Jane")
	form := owner.form(ownerBase, other, "approve")
	assert.Equal(t, http.StatusForbidden, v.do(http.MethodPost, base+"/decide", form).Code)
	assert.Equal(t, approvals.Waiting, state(t, s.store, other))
}
