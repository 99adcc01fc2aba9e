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

	"github.com/kombo-mcp/kombo-mcp/internal/loopback"
)

const (
	maxMetadataBytes = 256 << 10
	maxKeySetBytes   = 1 << 20
	maxKeys          = 100
	// keyFetchInterval is the least time between two requests for the keys: without it, anyone could
	// cause requests with made-up tokens of unknown keys.
	keyFetchInterval = 10 * time.Second
)

// errTooSoon is returned instead of fetching keys that were fetched a moment ago.
var errTooSoon = errors.New("the keys were fetched a moment ago")

// issuerError is an [ErrIssuer]. It is a type so that errors.As finds it in the errors of libraries.
type issuerError struct{ issuer, problem string }

func (e *issuerError) Error() string { return fmt.Sprintf("%v: %s %s", ErrIssuer, e.issuer, e.problem) }
func (e *issuerError) Unwrap() error { return ErrIssuer }

// issuer requests the metadata and the keys of an OAuth issuer.
type issuer struct {
	cfg       *VerifierConfig
	metadata  *http.Client
	keys      *http.Client
	transport *keyTransport // of keys
}

func newIssuer(cfg *VerifierConfig) *issuer {
	i := &issuer{cfg: cfg}
	// No redirect is followed, because the issuer's address is what is trusted.
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	i.metadata = &http.Client{Transport: cfg.Transport, CheckRedirect: noRedirect, Timeout: cfg.Timeout}
	// The timeout is in the transport: http.Client turns its own into an error without a type.
	i.transport = &keyTransport{issuer: i}
	i.keys = &http.Client{Transport: i.transport, CheckRedirect: noRedirect}
	return i
}

func (i *issuer) errorf(format string, args ...any) error {
	return &issuerError{i.cfg.Issuer, fmt.Sprintf(format, args...)}
}

// requestError turns the error of a request into an issuerError.
func (i *issuer) requestError(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		if u.Timeout() {
			return i.errorf("did not answer within %v", i.cfg.Timeout)
		}
		err = u.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return i.errorf("did not answer within %v", i.cfg.Timeout)
	}
	return i.errorf("cannot be reached: %v", err)
}

// keySet discovers where the issuer publishes its keys. They are fetched when first needed.
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

// metadataAddresses returns the URLs at which an issuer may publish its metadata: that of OpenID
// Connect Discovery, and that of RFC 8414 for plain OAuth servers.
func metadataAddresses(issuer string) []string {
	out := []string{strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration"}
	if u, err := url.Parse(issuer); err == nil {
		at := u.Scheme + "://" + u.Host + "/.well-known/oauth-authorization-server"
		out = append(out, at+strings.TrimSuffix(u.EscapedPath(), "/"))
	}
	return out
}

// discover reads the URL of the keys from the metadata at one address. The status is 0 if there was
// no response.
func (i *issuer) discover(ctx context.Context, address string) (keys string, status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", 0, i.requestError(err)
	}
	req.Header.Set("Accept", "application/json")
	resp, err := i.metadata.Do(req)
	if err != nil {
		return "", 0, i.requestError(err)
	}
	defer resp.Body.Close()
	body, err := i.body(resp, maxMetadataBytes, "metadata")
	if err != nil {
		return "", resp.StatusCode, err
	}
	var doc struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return "", resp.StatusCode, i.errorf("answered %s with invalid JSON", address)
	}
	if doc.Issuer != i.cfg.Issuer {
		return "", resp.StatusCode, i.errorf("calls itself %q; the two must be exactly the same", abbreviate(doc.Issuer))
	}
	u, err := url.Parse(doc.Keys)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback.Is(u.Hostname()) || !strings.HasPrefix(i.cfg.Issuer, "http:")) {
		return "", resp.StatusCode, i.errorf("gives no https address for its keys")
	}
	return doc.Keys, resp.StatusCode, nil
}

// body reads a response of at most maxBytes.
func (i *issuer) body(resp *http.Response, maxBytes int64, what string) ([]byte, error) {
	if resp.StatusCode != http.StatusOK {
		return nil, i.errorf("answered %d when asked for its %s", resp.StatusCode, what)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBytes+1))
	if err != nil {
		if t, ok := errors.AsType[net.Error](err); ok && t.Timeout() {
			return nil, i.errorf("did not send its %s within %v", what, i.cfg.Timeout)
		}
		return nil, i.errorf("closed the connection while sending its %s: %v", what, err)
	}
	if int64(len(body)) > maxBytes {
		return nil, i.errorf("sent more than %d KiB when asked for its %s", maxBytes>>10, what)
	}
	return body, nil
}

// verifyError distinguishes an invalid signature from an issuer that does not respond. It quotes
// nothing from the library's error, which contains whole bodies.
func (i *issuer) verifyError(ctx context.Context, err error) error {
	if down, ok := errors.AsType[*issuerError](err); ok {
		return down
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if u, ok := errors.AsType[*url.Error](err); ok && !errors.Is(err, errTooSoon) {
		return i.requestError(u)
	}
	return fmt.Errorf("%w: its signature matches none of the issuer's keys", ErrToken)
}

// keyTransport fetches key sets for the library: not too often, of bounded size, and without unusable
// keys, since the library rejects a set that has one.
type keyTransport struct {
	issuer *issuer

	mu        sync.Mutex
	lastFetch time.Time // zero before the first fetch
	lastErr   error     // of the last fetch
	keys      []jose.JSONWebKey
}

// permits reports whether a token whose signature is valid is signed with an algorithm that
// its key is for. The library looks only at the type of the key, so that any algorithm for
// RSA passes with any RSA key.
func (t *keyTransport) permits(jwt string) bool {
	jws, err := jose.ParseSignedCompact(jwt, signatureAlgorithms)
	if err != nil {
		return false
	}
	header := jws.Signatures[0].Header
	t.mu.Lock()
	defer t.mu.Unlock()
	restricted := false
	for _, key := range t.keys {
		switch {
		case header.KeyID != "" && key.KeyID != header.KeyID:
		case key.Algorithm != "" && key.Algorithm != header.Algorithm:
			restricted = true
		default:
			if _, err := jws.Verify(&key); err == nil {
				return true
			}
		}
	}
	return !restricted
}

// RoundTrip implements [http.RoundTripper]. Every error is an issuerError or errTooSoon. The library
// fetches a key set only once at a time, so that checkInterval need not hold off concurrent calls.
func (t *keyTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.checkInterval(); err != nil {
		return nil, err
	}
	resp, err := t.fetch(req)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lastFetch, t.lastErr = t.issuer.cfg.Now(), err
	return resp, err
}

func (t *keyTransport) checkInterval() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	ago := t.issuer.cfg.Now().Sub(t.lastFetch)
	switch {
	case t.lastErr != nil && ago < retryInterval:
		return t.lastErr
	case t.lastErr == nil && !t.lastFetch.IsZero() && ago < keyFetchInterval:
		return errTooSoon
	}
	return nil
}

func (t *keyTransport) fetch(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), t.issuer.cfg.Timeout)
	defer cancel()
	resp, err := t.issuer.cfg.Transport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, t.issuer.requestError(err)
	}
	defer resp.Body.Close()
	body, err := t.issuer.body(resp, maxKeySetBytes, "keys")
	if err != nil {
		return nil, err
	}
	usable, keys, err := t.issuer.signingKeys(body)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	t.keys = keys
	t.mu.Unlock()
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(usable)), int64(len(usable))
	return resp, nil
}

// signingKeys reduces a key set to the public keys for checking signatures, and returns them also one
// by one.
func (i *issuer) signingKeys(body []byte) (set []byte, keys []jose.JSONWebKey, err error) {
	var all struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, nil, i.errorf("sent no valid key set when asked for its keys")
	}
	if len(all.Keys) > maxKeys {
		return nil, nil, i.errorf("has more than %d keys", maxKeys)
	}
	usable := all.Keys[:0]
	for _, raw := range all.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(raw, &key) == nil && key.IsPublic() && (key.Use == "" || key.Use == "sig") {
			usable, keys = append(usable, raw), append(keys, key)
		}
	}
	if len(usable) == 0 {
		return nil, nil, i.errorf("has no usable key")
	}
	all.Keys = usable
	set, err = json.Marshal(all)
	return set, keys, err
}
