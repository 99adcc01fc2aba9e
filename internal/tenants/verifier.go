package tenants

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"github.com/kombo-mcp/kombo-mcp/internal/loopback"
)

var (
	// ErrToken means that an access token is not valid. The client needs another one: 401.
	ErrToken = errors.New("the access token is not valid")
	// ErrScope means that a valid access token lacks a required scope: 403.
	ErrScope = errors.New("the access token lacks a scope")
	// ErrIssuer means that the issuer does not respond, so that the token cannot be verified: 503.
	ErrIssuer = errors.New("the issuer of access tokens is not available")
)

// Algorithms are the accepted signature algorithms. All of them are asymmetric: a signature with a
// shared secret could be forged by using the public key as that secret.
var Algorithms = []string{
	oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512,
	oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
}

// signatureAlgorithms are Algorithms as the library takes them.
var signatureAlgorithms = func() (out []jose.SignatureAlgorithm) {
	for _, a := range Algorithms {
		out = append(out, jose.SignatureAlgorithm(a))
	}
	return out
}()

// maxTokenBytes is the largest size of an access token.
const maxTokenBytes = 16 << 10

// VerifierConfig says which access tokens are accepted.
type VerifierConfig struct {
	// Issuer is the URL of the OAuth issuer, exactly as in its tokens. Required; it must be https,
	// except on localhost.
	Issuer string
	// Audience is the audience of tokens for this server, usually its address. Required.
	Audience string
	// Scopes are required of every token.
	Scopes []string
	// Algorithms are the accepted ones of [Algorithms]; all of them if empty.
	Algorithms []string
	// Transport sends the requests to the issuer; [http.DefaultTransport] if nil.
	Transport http.RoundTripper
	// Timeout is that of one request to the issuer; 10 s if zero.
	Timeout time.Duration
	// Now is the clock; [time.Now] if nil.
	Now func() time.Time
}

// Verifier checks access tokens against the keys that their issuer publishes. It is safe for
// concurrent use.
type Verifier struct {
	cfg  VerifierConfig
	keys *keys
}

// NewVerifier checks the configuration. It sends nothing to the issuer: that happens at the first token
// or at [Verifier.Ready], and again later if it fails.
func NewVerifier(cfg VerifierConfig) (*Verifier, error) {
	if err := checkIssuer(cfg.Issuer); err != nil {
		return nil, err
	}
	if cfg.Audience == "" {
		return nil, errors.New("an audience is required: the aud claim of the issuer's tokens for this server, usually its address")
	}
	for _, a := range cfg.Algorithms {
		if !slices.Contains(Algorithms, a) {
			return nil, fmt.Errorf("the signature algorithm %q is not accepted; it must be one of %s", a, strings.Join(Algorithms, ", "))
		}
	}
	for _, s := range cfg.Scopes {
		if !isScope(s) {
			return nil, fmt.Errorf("%q is not a valid scope, which is a word without spaces and quotes", s)
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

// checkIssuer refuses addresses at which a man in the middle could substitute keys.
func checkIssuer(issuer string) error {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("the issuer must be an address such as https://login.example.com/realm, without user, query and fragment")
	}
	if u.Scheme == "http" && !loopback.Is(u.Hostname()) {
		return fmt.Errorf("the issuer %s must be reached by https, because its keys decide which tokens are valid", issuer)
	}
	return nil
}

// isScope reports whether s is a scope of RFC 6749.
func isScope(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) < 0
}

// Issuer returns the address of the issuer.
func (v *Verifier) Issuer() string { return v.cfg.Issuer }

// Scopes returns the scopes required of every token.
func (v *Verifier) Scopes() []string { return slices.Clone(v.cfg.Scopes) }

// Ready asks the issuer where its keys are, unless that is already known. The error is an [ErrIssuer]
// that says what is wrong; until a later attempt succeeds, tokens are refused with it.
func (v *Verifier) Ready(ctx context.Context) error {
	_, err := v.keys.get(ctx)
	return err
}

// Verify checks an access token and returns its claims, with numbers as [json.Number]. The error is an
// [ErrToken], [ErrScope] or [ErrIssuer], or that of the context; it never contains the token.
func (v *Verifier) Verify(ctx context.Context, raw string) (claims map[string]any, err error) {
	if err := v.cfg.checkHeader(raw); err != nil {
		return nil, err
	}
	sig := &signatureVerifier{keys: v.keys}
	// The claims are not checked by the library, which accepts an alias for one issuer, allows five
	// minutes before nbf but none after exp, and ignores the case of claim names.
	verifier := oidc.NewVerifier(v.cfg.Issuer, sig, &oidc.Config{
		SupportedSigningAlgs: v.cfg.Algorithms, SkipClientIDCheck: true, SkipIssuerCheck: true, SkipExpiryCheck: true,
	})
	token, err := verifier.Verify(ctx, raw)
	switch {
	case sig.err != nil:
		return nil, sig.err
	case err != nil:
		// The library's error may quote parts of the token.
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
	if err := v.cfg.checkClaims(claims); err != nil {
		return nil, err
	}
	return claims, nil
}

// checkHeader refuses, with a specific error, what needs no key to refuse.
func (c *VerifierConfig) checkHeader(raw string) error {
	if len(raw) > maxTokenBytes {
		return fmt.Errorf("%w: it is longer than %d KiB", ErrToken, maxTokenBytes>>10)
	}
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return fmt.Errorf("%w: it is not a JWT", ErrToken)
	}
	var header struct {
		Alg  string          `json:"alg"`
		Typ  string          `json:"typ"`
		Crit json.RawMessage `json:"crit"`
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil || json.Unmarshal(text, &header) != nil {
		return fmt.Errorf("%w: it is not a JWT", ErrToken)
	}
	if !slices.Contains(c.Algorithms, header.Alg) {
		return fmt.Errorf("%w: it is not signed with one of %s", ErrToken, strings.Join(c.Algorithms, ", "))
	}
	// RFC 7515 allows no empty list either, which the library accepts.
	if header.Crit != nil {
		return fmt.Errorf("%w: it requires extensions, of which this server supports none", ErrToken)
	}
	// Other JWTs of the same issuer, such as logout tokens, are not access tokens.
	switch strings.TrimPrefix(strings.ToLower(header.Typ), "application/") {
	case "", "jwt", "at+jwt":
		return nil
	}
	return fmt.Errorf("%w: it is a JWT for another purpose", ErrToken)
}

// signatureVerifier checks the signature of one token for the library, and keeps the error, which the
// library would turn into text.
type signatureVerifier struct {
	keys *keys
	err  error
}

// VerifySignature implements [oidc.KeySet].
func (s *signatureVerifier) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := s.keys.verify(ctx, jwt)
	s.err = err
	return payload, err
}
