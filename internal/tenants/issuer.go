package tenants

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

const (
	mostMetadata = 256 << 10
	mostKeySet   = 1 << 20
	mostKeys     = 100
	// keysEvery is the least time between two requests for the keys: anybody can make up a token
	// that is signed with a key not seen yet.
	keysEvery = 10 * time.Second
)

// errTooSoon says that the keys were fetched a moment ago and are not fetched again.
var errTooSoon = errors.New("the keys were fetched a moment ago")

// downError is an ErrIssuer. It has a type so that it is found within the errors of libraries.
type downError struct{ issuer, what string }

func (e *downError) Error() string { return fmt.Sprintf("%v: %s %s", ErrIssuer, e.issuer, e.what) }
func (e *downError) Unwrap() error { return ErrIssuer }

// issuer asks an OAuth issuer for its metadata and its keys.
type issuer struct {
	cfg      *VerifierConfig
	metadata *http.Client
	keys     *http.Client
}

func newIssuer(cfg *VerifierConfig) *issuer {
	i := &issuer{cfg: cfg}
	// No redirect is followed: the issuer's address says whom to trust.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	i.metadata = &http.Client{Transport: cfg.Transport, CheckRedirect: stay, Timeout: cfg.Timeout}
	// Its transport has the time-out: a client that times out makes a text of the error.
	i.keys = &http.Client{Transport: &keyTransport{issuer: i}, CheckRedirect: stay}
	return i
}

func (i *issuer) down(format string, args ...any) error {
	return &downError{i.cfg.Issuer, fmt.Sprintf(format, args...)}
}

// unreachable words the error of a request.
func (i *issuer) unreachable(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		if u.Timeout() {
			return i.down("did not answer within %v", i.cfg.Timeout)
		}
		err = u.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return i.down("did not answer within %v", i.cfg.Timeout)
	}
	return i.down("cannot be reached: %v", err)
}

// keySet finds out where the issuer publishes its keys. They are fetched when first needed.
func (i *issuer) keySet(ctx context.Context) (*oidc.RemoteKeySet, error) {
	var first error
	for _, address := range metadataAddresses(i.cfg.Issuer) {
		from, status, err := i.discover(ctx, address)
		if err == nil {
			return oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), i.keys), from), nil
		}
		if first == nil {
			first = err
		}
		if status < 400 || status > 499 {
			break
		}
	}
	return nil, first
}

// metadataAddresses are where an issuer may describe itself: by OpenID Connect Discovery, or by
// RFC 8414 where it is a plain OAuth server.
func metadataAddresses(issuer string) []string {
	out := []string{strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration"}
	if u, err := url.Parse(issuer); err == nil {
		at := u.Scheme + "://" + u.Host + "/.well-known/oauth-authorization-server"
		out = append(out, at+strings.TrimSuffix(u.EscapedPath(), "/"))
	}
	return out
}

// discover reads where the keys are from one address. The status is 0 where there was no answer.
func (i *issuer) discover(ctx context.Context, address string) (keys string, status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", 0, i.unreachable(err)
	}
	req.Header.Set("Accept", "application/json")
	resp, err := i.metadata.Do(req)
	if err != nil {
		return "", 0, i.unreachable(err)
	}
	defer resp.Body.Close()
	body, err := i.body(resp, mostMetadata, "metadata")
	if err != nil {
		return "", resp.StatusCode, err
	}
	var doc struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return "", resp.StatusCode, i.down("answered %s with what is no JSON", address)
	}
	if doc.Issuer != i.cfg.Issuer {
		return "", resp.StatusCode, i.down("calls itself %q; the two have to be the same to the last character", short(doc.Issuer))
	}
	u, err := url.Parse(doc.Keys)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !isLocal(u.Hostname()) || !strings.HasPrefix(i.cfg.Issuer, "http:")) {
		return "", resp.StatusCode, i.down("names no https address for its keys")
	}
	return doc.Keys, resp.StatusCode, nil
}

// body reads an answer within bounds.
func (i *issuer) body(resp *http.Response, most int64, what string) ([]byte, error) {
	if resp.StatusCode != http.StatusOK {
		return nil, i.down("answered %d when asked for its %s", resp.StatusCode, what)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err != nil {
		if t, ok := errors.AsType[net.Error](err); ok && t.Timeout() {
			return nil, i.down("did not send its %s within %v", what, i.cfg.Timeout)
		}
		return nil, i.down("broke off when asked for its %s: %v", what, err)
	}
	if int64(len(body)) > most {
		return nil, i.down("sent more than %d KiB when asked for its %s", most>>10, what)
	}
	return body, nil
}

// explain tells a signature that does not fit from an issuer that does not answer. It repeats
// nothing of what the library says, which holds whole bodies.
func (i *issuer) explain(ctx context.Context, err error) error {
	if down, ok := errors.AsType[*downError](err); ok {
		return down
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if u, ok := errors.AsType[*url.Error](err); ok && !errors.Is(err, errTooSoon) {
		return i.unreachable(u)
	}
	return fmt.Errorf("%w: its signature fits none of the issuer's keys", ErrToken)
}

// keyTransport fetches key sets for the library: not too often, within bounds, and without the
// keys that nothing can be done with, of which one would spoil the set.
type keyTransport struct {
	issuer *issuer

	mu   sync.Mutex
	last time.Time // of the last fetch; zero before the first
	err  error     // what it came to
}

// RoundTrip implements http.RoundTripper. Every error is a downError or errTooSoon. Of one key set
// there is one fetch at a time, so those who come meanwhile need not be kept off.
func (t *keyTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.allow(); err != nil {
		return nil, err
	}
	resp, err := t.fetch(req)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last, t.err = t.issuer.cfg.Now(), err
	return resp, err
}

func (t *keyTransport) allow() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	ago := t.issuer.cfg.Now().Sub(t.last)
	switch {
	case t.err != nil && ago < askAgain:
		return t.err
	case t.err == nil && !t.last.IsZero() && ago < keysEvery:
		return errTooSoon
	}
	return nil
}

func (t *keyTransport) fetch(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), t.issuer.cfg.Timeout)
	defer cancel()
	resp, err := t.issuer.cfg.Transport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, t.issuer.unreachable(err)
	}
	defer resp.Body.Close()
	body, err := t.issuer.body(resp, mostKeySet, "keys")
	if err != nil {
		return nil, err
	}
	usable, err := t.issuer.usable(body)
	if err != nil {
		return nil, err
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(usable)), int64(len(usable))
	return resp, nil
}

// usable leaves of a key set the public keys that signatures are checked with.
func (i *issuer) usable(body []byte) ([]byte, error) {
	var all struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, i.down("sent no key set when asked for its keys")
	}
	if len(all.Keys) > mostKeys {
		return nil, i.down("has more than %d keys", mostKeys)
	}
	kept := all.Keys[:0]
	for _, raw := range all.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(raw, &key) == nil && key.IsPublic() && (key.Use == "" || key.Use == "sig") {
			kept = append(kept, raw)
		}
	}
	if len(kept) == 0 {
		return nil, i.down("has no key that can be used")
	}
	all.Keys = kept
	return json.Marshal(all)
}
