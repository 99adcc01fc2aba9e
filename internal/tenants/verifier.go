package tenants

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

var (
	// ErrToken says that an access token is not to be trusted. The client needs another one: 401.
	ErrToken = errors.New("the access token is not valid")
	// ErrScope says that a valid access token does not allow enough: 403.
	ErrScope = errors.New("the access token lacks a scope")
	// ErrIssuer says that the issuer could not be asked, so that nothing is known about the token:
	// 503.
	ErrIssuer = errors.New("the issuer of access tokens cannot be asked")
)

// Algorithms are the signatures that are taken. All of them are made with a private key: one that
// is made with a shared secret could be forged with the public key in its place.
var Algorithms = []string{
	oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512,
	oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
}

// mostToken is how long an access token may be.
const mostToken = 16 << 10

// VerifierConfig says whose access tokens are taken, and for what.
type VerifierConfig struct {
	// Issuer is the address of the OAuth issuer, exactly as its tokens name it. Required; https,
	// unless it is on this machine.
	Issuer string
	// Audience is what tokens for this server are issued for, most often its address. Required.
	Audience string
	// Scopes are required of every token.
	Scopes []string
	// Algorithms narrows the signatures that are taken; all of Algorithms if empty.
	Algorithms []string
	// Transport reaches the issuer; http.DefaultTransport if nil.
	Transport http.RoundTripper
	// Timeout is for one request to the issuer; 10 s if zero.
	Timeout time.Duration
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

// Verifier checks access tokens against the keys that their issuer publishes. It is safe for
// concurrent use.
type Verifier struct {
	cfg  VerifierConfig
	keys *keys
}

// NewVerifier checks the configuration. It does not ask the issuer: that happens at the first
// token, or at Ready, and again later where it failed.
func NewVerifier(cfg VerifierConfig) (*Verifier, error) {
	if err := checkIssuer(cfg.Issuer); err != nil {
		return nil, err
	}
	if cfg.Audience == "" {
		return nil, errors.New("an audience is required: what the issuer's tokens for this server are meant for, most often its address")
	}
	for _, a := range cfg.Algorithms {
		if !slices.Contains(Algorithms, a) {
			return nil, fmt.Errorf("tokens cannot be signed with %q here; these can be taken: %s", a, strings.Join(Algorithms, ", "))
		}
	}
	for _, s := range cfg.Scopes {
		if !isScope(s) {
			return nil, fmt.Errorf("%q is no scope: that is a word without spaces and quotes", s)
		}
	}
	if len(cfg.Algorithms) == 0 {
		cfg.Algorithms = Algorithms
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 10 * time.Second
	}
	if cfg.Transport == nil {
		cfg.Transport = http.DefaultTransport
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Verifier{cfg: cfg, keys: newKeys(&cfg)}, nil
}

// checkIssuer refuses addresses over which anybody on the way could put keys of their own.
func checkIssuer(issuer string) error {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("the issuer has to be an address such as https://login.example.com/realm, without user, query and fragment")
	}
	if u.Scheme == "http" && !isLocal(u.Hostname()) {
		return fmt.Errorf("the issuer %s has to be reached by https: it says whom to trust", issuer)
	}
	return nil
}

func isLocal(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// isScope tells whether s is a scope as RFC 6749 spells it.
func isScope(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) < 0
}

// Issuer is the address of the issuer.
func (v *Verifier) Issuer() string { return v.cfg.Issuer }

// Scopes are those required of every token.
func (v *Verifier) Scopes() []string { return slices.Clone(v.cfg.Scopes) }

// Ready asks the issuer where its keys are, unless that is known. The error is an ErrIssuer that
// says what is wrong; tokens are refused with it until a later try succeeds.
func (v *Verifier) Ready(ctx context.Context) error {
	_, err := v.keys.get(ctx)
	return err
}

// Verify checks an access token and gives its claims, numbers as json.Number. The error is an
// ErrToken, ErrScope or ErrIssuer, or that of the context; it never contains the token.
func (v *Verifier) Verify(ctx context.Context, raw string) (claims map[string]any, err error) {
	if err := v.cfg.checkHeader(raw); err != nil {
		return nil, err
	}
	sig := &signature{keys: v.keys}
	// The claims are checked here and not by the library: it takes a second name for one issuer,
	// five minutes before nbf, none after exp, and claims in any case.
	verifier := oidc.NewVerifier(v.cfg.Issuer, sig, &oidc.Config{
		SupportedSigningAlgs: v.cfg.Algorithms, SkipClientIDCheck: true, SkipIssuerCheck: true, SkipExpiryCheck: true,
	})
	token, err := verifier.Verify(ctx, raw)
	switch {
	case sig.err != nil:
		return nil, sig.err
	case err != nil:
		// The library's words may repeat parts of the token.
		return nil, fmt.Errorf("%w: it is malformed", ErrToken)
	}
	var payload json.RawMessage
	if err := token.Claims(&payload); err != nil {
		return nil, fmt.Errorf("%w: it is malformed", ErrToken)
	}
	dec := json.NewDecoder(bytes.NewReader(payload))
	dec.UseNumber()
	if err := dec.Decode(&claims); err != nil {
		return nil, fmt.Errorf("%w: it is malformed", ErrToken)
	}
	if err := v.cfg.check(claims); err != nil {
		return nil, err
	}
	return claims, nil
}

// checkHeader refuses what need not be checked against a key, with words for it.
func (c *VerifierConfig) checkHeader(raw string) error {
	if len(raw) > mostToken {
		return fmt.Errorf("%w: it is longer than %d KiB", ErrToken, mostToken>>10)
	}
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return fmt.Errorf("%w: it is no JWT", ErrToken)
	}
	var header struct {
		Alg string `json:"alg"`
		Typ string `json:"typ"`
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil || json.Unmarshal(text, &header) != nil {
		return fmt.Errorf("%w: it is no JWT", ErrToken)
	}
	if !slices.Contains(c.Algorithms, header.Alg) {
		return fmt.Errorf("%w: it is not signed with one of %s", ErrToken, strings.Join(c.Algorithms, ", "))
	}
	// Other JWTs of the same issuer, such as a notice of a logout, are no access tokens.
	switch strings.TrimPrefix(strings.ToLower(header.Typ), "application/") {
	case "", "jwt", "at+jwt":
		return nil
	}
	return fmt.Errorf("%w: it is a JWT for another purpose", ErrToken)
}

// signature lets the library check one token and keeps why that failed, which the library turns
// into text.
type signature struct {
	keys *keys
	err  error
}

// VerifySignature implements oidc.KeySet.
func (s *signature) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := s.keys.verify(ctx, jwt)
	s.err = err
	return payload, err
}
