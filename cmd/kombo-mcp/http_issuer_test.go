package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// selfSigned writes a certificate and its key.
func selfSigned(t *testing.T, name string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600))
	return cert, key
}

// issuer is an OAuth issuer with one key.
type issuer struct {
	*httptest.Server
	key *ecdsa.PrivateKey
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	i := &issuer{key: key}
	answer := func(v any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { assert.NoError(t, json.NewEncoder(w).Encode(v)) }
	}
	mux := http.NewServeMux()
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	mux.Handle("/.well-known/openid-configuration", answer(object{"issuer": i.URL, "jwks_uri": i.URL + "/keys"}))
	mux.Handle("/keys", answer(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "1", Algorithm: "ES256", Use: "sig"}}}))
	return i
}

// token signs claims; those given replace the good ones.
func (i *issuer) token(t *testing.T, audience string, claims object) string {
	t.Helper()
	all := object{"iss": i.URL, "aud": audience, "sub": "someone", "scope": "ats", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()}
	maps.Copy(all, claims)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: i.key, KeyID: "1"}}, nil)
	require.NoError(t, err)
	raw, err := json.Marshal(all)
	require.NoError(t, err)
	signed, err := signer.Sign(raw)
	require.NoError(t, err)
	compact, err := signed.CompactSerialize()
	require.NoError(t, err)
	return compact
}

// unsigned is a token that says of itself that it needs no signature.
func (i *issuer) unsigned(t *testing.T, audience string, claims object) string {
	t.Helper()
	parts := strings.Split(i.token(t, audience, claims), ".")
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + parts[1] + "."
}

func TestAccessTokensOfAnIssuerOpenTheirTenant(t *testing.T) {
	t.Parallel()
	const audience = "https://mcp.example.com/mcp"
	i, stranger := newIssuer(t), newIssuer(t)
	u := serveUpstream(t, nil)
	file := tenantsFile(t, "",
		[]string{"acme", "", "integration_id: " + u.IntegrationID(), "claims: {org: acme}"},
		[]string{"reader", tokenOfTwo, "integration_id: " + u.IntegrationID(), "claims: {org: reader}", "read_only: true"})
	s := serveProcess(t, u.environment(t), "--tenants="+file, "--oidc-issuer="+i.URL, "--oidc-audience="+audience, "--oidc-scopes=ats")
	good := i.token(t, audience, object{"org": "acme"})
	session := s.open(bearer(good)...)
	assert.Contains(t, s.tool(session, "get_tags", object{"limit": 1}).body, "structuredContent")
	assert.Contains(t, s.send(http.MethodPost, "/mcp", message(3, "tools/list", object{}), session...).body, "create_candidate")
	reader := s.open(bearer(i.token(t, audience, object{"org": "reader"}))...)
	assert.NotContains(t, s.send(http.MethodPost, "/mcp", message(3, "tools/list", object{}), reader...).body, "create_candidate")
	s.open(bearer(tokenOfTwo)...)
	const metadata = `resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"`
	for name, c := range map[string]struct {
		token     string
		status    int
		challenge string
	}{
		"none":                            {"", http.StatusUnauthorized, metadata},
		"of another audience":             {i.token(t, "https://other.example.com", object{"org": "acme"}), http.StatusUnauthorized, metadata},
		"that is over":                    {i.token(t, audience, object{"org": "acme", "exp": time.Now().Add(-time.Hour).Unix()}), http.StatusUnauthorized, `error="invalid_token"`},
		"of another issuer":               {stranger.token(t, audience, object{"org": "acme"}), http.StatusUnauthorized, metadata},
		"by another in the issuer's name": {stranger.token(t, audience, object{"org": "acme", "iss": i.URL}), http.StatusUnauthorized, metadata},
		"that was changed":                {good[:len(good)-8] + "AAAAAAAA", http.StatusUnauthorized, metadata},
		"that nobody signed":              {i.unsigned(t, audience, object{"org": "acme"}), http.StatusUnauthorized, metadata},
		"without the scope":               {i.token(t, audience, object{"org": "acme", "scope": "mail"}), http.StatusForbidden, `error="insufficient_scope"`},
		"for nobody here":                 {i.token(t, audience, object{"org": "globex"}), http.StatusForbidden, ""},
	} {
		var headers []string
		if c.token != "" {
			headers = bearer(c.token)
		}
		r := s.send(http.MethodPost, "/mcp", greeting, headers...)
		assert.Equal(t, c.status, r.status, name)
		got := r.header.Get("WWW-Authenticate")
		assert.Contains(t, got, c.challenge, name)
		assert.Equal(t, c.challenge == "", got == "", name)
	}
	for _, path := range []string{"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"} {
		r := s.send(http.MethodGet, path, "")
		assert.Equal(t, http.StatusOK, r.status)
		assert.JSONEq(t, `{"resource":"`+audience+`","authorization_servers":["`+i.URL+`"],"scopes_supported":["ats"],"bearer_methods_supported":["header"],"resource_name":"kombo-mcp"}`, r.body)
	}
	assert.NotContains(t, s.stderr.String(), good[:40])
}
