package tenants

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/fake"
)

const audience = "https://mcp.example.com/mcp"

var (
	rsaKey      = sync.OnceValue(newRSA)
	laterRSAKey = sync.OnceValue(newRSA)
	ecKey       = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
)

func newRSA() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// fakeIssuer is an OAuth issuer with an RSA and an EC key.
type fakeIssuer struct {
	*httptest.Server
	*fake.Clock
	// metadataPath is the path of the metadata.
	metadataPath string
	lookups      atomic.Int32
	fetches      atomic.Int32

	mu sync.Mutex
	// metadata and keys are what it responds with, unless a handler replaces them.
	metadata   map[string]any
	keys       []any
	onMetadata http.HandlerFunc
	onKeys     http.HandlerFunc
}

func newIssuerServer(t testing.TB) *fakeIssuer {
	t.Helper()
	f := &fakeIssuer{Clock: fake.NewClock(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)), metadataPath: "/realm/.well-known/openid-configuration"}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	f.metadata = map[string]any{"issuer": f.issuer(), "jwks_uri": f.URL + "/keys"}
	f.keys = []any{public("rsa", rsaKey().Public()), public("ec", ecKey().Public())}
	return f
}

func public(kid string, key crypto.PublicKey) jose.JSONWebKey {
	return jose.JSONWebKey{Key: key, KeyID: kid, Use: "sig"}
}

func (f *fakeIssuer) issuer() string { return f.URL + "/realm" }

// set changes the issuer's responses while requests may be in flight.
func (f *fakeIssuer) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *fakeIssuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	metadata, keys, onMetadata, onKeys, path := f.metadata, f.keys, f.onMetadata, f.onKeys, f.metadataPath
	f.mu.Unlock()
	var answer any
	switch r.URL.Path {
	case path:
		f.lookups.Add(1)
		if onMetadata != nil {
			onMetadata(w, r)
			return
		}
		answer = metadata
	case "/keys":
		f.fetches.Add(1)
		if onKeys != nil {
			onKeys(w, r)
			return
		}
		answer = map[string]any{"keys": keys}
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func (f *fakeIssuer) config() VerifierConfig {
	return VerifierConfig{Issuer: f.issuer(), Audience: audience, Now: f.Now, Transport: f.Client().Transport}
}

func (f *fakeIssuer) verifier(t *testing.T, change ...func(*VerifierConfig)) *Verifier {
	t.Helper()
	cfg := f.config()
	for _, c := range change {
		c(&cfg)
	}
	v, err := NewVerifier(cfg)
	require.NoError(t, err)
	return v
}

// claims returns the claims of a valid token.
func (f *fakeIssuer) claims() map[string]any {
	return map[string]any{
		"iss": f.issuer(), "aud": audience, "sub": "person", "tenant": "acme",
		"exp": f.Now().Add(5 * time.Minute).Unix(), "nbf": f.Now().Unix(),
	}
}

// with returns the claims of a valid token with changes; nil removes a claim.
func (f *fakeIssuer) with(changes map[string]any) map[string]any {
	claims := f.claims()
	for name, value := range changes {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	return claims
}

// token returns a valid token.
func (f *fakeIssuer) token() string { return f.sign(f.claims()) }

// sign signs claims with the RSA key.
func (f *fakeIssuer) sign(claims any) string {
	return sign(jose.RS256, rsaKey(), "rsa", "at+jwt", claims)
}

func sign(alg jose.SignatureAlgorithm, key any, kid, typ string, claims any) string {
	opts := (&jose.SignerOptions{}).WithHeader("kid", kid)
	if typ != "" {
		opts = opts.WithType(jose.ContentType(typ))
	}
	signer := must(jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, opts))
	return must(must(signer.Sign(must(json.Marshal(claims)))).CompactSerialize())
}

// stall sends no response until the client gives up.
func stall(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
