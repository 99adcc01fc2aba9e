package approvals_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
)

// tokens is an authenticator of two tenants' approvers.
type tokens struct {
	asked     []*http.Request
	withdrawn bool
}

func (k *tokens) signIn(r *http.Request) (approvals.Approver, error) {
	k.asked = append(k.asked, r)
	for token, tenant := range map[string]string{"approver-of-acme": "acme", "approver-of-globex": "globex"} {
		if r.Header.Get("Authorization") == "Bearer "+token && !k.withdrawn {
			return approvals.Approver{Name: "carla", How: "approval page", Scope: approvals.OfTenant(tenant)}, nil
		}
	}
	return approvals.Approver{}, errors.New("unknown token")
}

func signedInSite(t *testing.T, secure bool) (*site, *tokens) {
	t.Helper()
	k := &tokens{}
	return newSite(t, func(o *approvals.PageOptions) {
		o.SignIn, o.Secure = k.signIn, secure
		if secure {
			o.Hosts = []string{"mcp.example.com"}
		}
	}), k
}

func (v *visitor) signIn(token string) (base string) {
	v.s.t.Helper()
	w := v.do(http.MethodPost, "/approve/sign-in", url.Values{"token": {token}})
	require.Equal(v.s.t, http.StatusSeeOther, w.Code)
	return w.Header().Get("Location")
}

func TestAnApproverSignsInWithATokenThatStaysWithTheServer(t *testing.T) {
	for _, secure := range []bool{false, true} {
		t.Run(fmt.Sprintf("secure %t", secure), func(t *testing.T) {
			s, k := signedInSite(t, secure)
			a, other := put(t, s.store, "acme", "h"), put(t, s.store, "globex", "h")
			v := s.visitor()
			if secure {
				v.origin = "https://mcp.example.com"
			}
			w := v.get("/approve")
			assert.Equal(t, http.StatusOK, w.Code)
			assert.Contains(t, w.Body.String(), "Sign in to approve")
			assert.NotContains(t, w.Body.String(), "Jane")
			w = v.do(http.MethodPost, "/approve/sign-in", url.Values{"token": {"  Bearer approver-of-acme\n"}})
			require.Equal(t, http.StatusSeeOther, w.Code)
			base := w.Header().Get("Location")
			require.Len(t, w.Result().Cookies(), 1)
			c := w.Result().Cookies()[0]
			assert.True(t, c.HttpOnly)
			assert.Equal(t, http.SameSiteStrictMode, c.SameSite)
			assert.Equal(t, secure, c.Secure)
			if secure {
				assert.Equal(t, "/approve", base)
				assert.Equal(t, "/", c.Path)
				assert.True(t, strings.HasPrefix(c.Name, "__Host-"))
			} else {
				assert.Regexp(t, `^/approve/[A-Z2-7]{26}$`, base)
				assert.Equal(t, base, c.Path)
			}
			assert.NotContains(t, c.Value, "approver-of-acme")
			page := v.get(base).Body.String()
			assert.NotContains(t, page, "approver-of-acme")
			assert.Contains(t, page, a.ID)
			assert.NotContains(t, page, other.ID)
			assert.Contains(t, v.decide(base, a, "approve").Body.String(), "Approved by carla (approval page)")
			for _, r := range k.asked {
				assert.Len(t, r.Header, 1, "the authenticator sees the token alone")
				assert.Empty(t, r.PostForm)
			}
			assert.NotContains(t, s.log.String(), "approver-of-acme")
		})
	}
}

func TestATokenThatIsNoApproversOpensNothing(t *testing.T) {
	s, _ := signedInSite(t, false)
	put(t, s.store, "acme", "h")
	v := s.visitor()
	for _, token := range []string{
		"", " ", "agents-token", "Bearer", "bearer ", "approver-of-acme x", "approver-of-acme\r\nX: y", "\x00", "ü", "Basic approver-of-acme",
	} {
		w := v.do(http.MethodPost, "/approve/sign-in", url.Values{"token": {token}})
		assert.Equal(t, http.StatusForbidden, w.Code, "%q", token)
		assert.Contains(t, w.Body.String(), "That token is not an approver")
		assert.NotContains(t, w.Body.String(), "Jane")
		assert.Empty(t, w.Result().Cookies())
		assert.NotContains(t, w.Body.String(), "agents-token")
	}
	assert.NotContains(t, s.log.String(), "agents-token")
	v.edit = func(r *http.Request) { r.Header.Set("Authorization", "Bearer approver-of-acme") }
	assert.NotContains(t, v.get("/approve").Body.String(), "Jane", "a header alone does not open the page")
	v.edit = func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }
	w := v.do(http.MethodPost, "/approve/sign-in", url.Values{"token": {"approver-of-acme"}})
	assert.Equal(t, http.StatusForbidden, w.Code, "nobody is signed in by another site")
}

func TestASessionEndsWithItsTokenItsTimeOrByItself(t *testing.T) {
	over := func(t *testing.T, v *visitor, base string, form url.Values) {
		t.Helper()
		w := v.get(base)
		assert.NotContains(t, w.Body.String(), "Jane")
		w = v.do(http.MethodPost, base+"/decide", form)
		assert.Equal(t, http.StatusForbidden, w.Code)
		assert.Contains(t, w.Body.String(), "Your session has ended")
	}
	start := func(t *testing.T) (*site, *tokens, *visitor, string, approvals.Approval, url.Values) {
		t.Helper()
		s, k := signedInSite(t, false)
		a := put(t, s.store, "acme", "h")
		v := s.visitor()
		base := v.signIn("approver-of-acme")
		return s, k, v, base, a, v.form(base, a, "approve")
	}
	t.Run("a token that was withdrawn", func(t *testing.T) {
		s, k, v, base, a, form := start(t)
		k.withdrawn = true
		over(t, v, base, form)
		k.withdrawn = false
		over(t, v, base, form)
		assert.Equal(t, approvals.Waiting, state(t, s.store, a))
	})
	t.Run("an hour without use", func(t *testing.T) {
		s, _, v, base, _, form := start(t)
		s.clock.Advance(59 * time.Minute)
		assert.Equal(t, http.StatusOK, v.get(base).Code)
		s.clock.Advance(time.Hour)
		over(t, v, base, form)
	})
	t.Run("twelve hours in all", func(t *testing.T) {
		s, _, v, base, _, form := start(t)
		for range 23 {
			s.clock.Advance(31 * time.Minute)
			v.get(base)
		}
		assert.Contains(t, v.get(base).Body.String(), "Nothing is waiting")
		s.clock.Advance(10 * time.Minute)
		over(t, v, base, form)
	})
	t.Run("signing out", func(t *testing.T) {
		s, _, v, base, a, form := start(t)
		page := v.get(base).Body.String()
		_, out, _ := strings.Cut(page, `/sign-out"><input type="hidden" name="token" value="`)
		token, _, _ := strings.Cut(out, `"`)
		w := v.do(http.MethodPost, base+"/sign-out", url.Values{"token": {form.Get("token")}})
		assert.Equal(t, http.StatusForbidden, w.Code, "another form's token")
		w = v.do(http.MethodPost, base+"/sign-out", url.Values{"token": {token}})
		require.Equal(t, http.StatusSeeOther, w.Code)
		assert.Equal(t, "/approve", w.Header().Get("Location"))
		over(t, v, base, form)
		assert.Equal(t, approvals.Waiting, state(t, s.store, a))
	})
	t.Run("a thousand others", func(t *testing.T) {
		s, _, v, base, _, form := start(t)
		s.clock.Advance(time.Second)
		second := s.visitor()
		secondBase := second.signIn("approver-of-acme")
		for range 999 {
			s.clock.Advance(time.Millisecond)
			s.visitor().signIn("approver-of-globex")
		}
		over(t, v, base, form)
		assert.Contains(t, second.get(secondBase).Body.String(), "Jane")
	})
}

func TestAProxyThatChangesTheHostNamesItsOrigin(t *testing.T) {
	k := &tokens{}
	s := newSite(t, func(o *approvals.PageOptions) {
		o.SignIn, o.Secure, o.Hosts, o.Origins = k.signIn, true, []string{"internal"}, []string{"https://mcp.example.com"}
	})
	v := s.visitor()
	v.origin = "https://mcp.example.com"
	v.edit = func(r *http.Request) { r.Host = "internal:8080" }
	base := v.signIn("approver-of-acme")
	assert.Equal(t, http.StatusOK, v.get(base).Code)
}
