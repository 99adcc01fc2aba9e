package tenants

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVerifyReturnsClaimsOfValidToken(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	tests := map[string]string{
		"signed with RSA":          f.token(),
		"signed with RSA PSS":      sign(jose.PS256, rsaKey(), "rsa", "at+jwt", f.claims()),
		"signed with an EC key":    sign(jose.ES256, ecKey(), "ec", "at+jwt", f.claims()),
		"of a plain type":          sign(jose.RS256, rsaKey(), "rsa", "JWT", f.claims()),
		"of the whole media type":  sign(jose.RS256, rsaKey(), "rsa", "application/at+jwt", f.claims()),
		"of no type":               sign(jose.RS256, rsaKey(), "rsa", "", f.claims()),
		"that names no key":        sign(jose.RS256, rsaKey(), "", "", f.claims()),
		"for several audiences":    f.sign(f.with(map[string]any{"aud": []string{"other", audience}})),
		"that has no nbf":          f.sign(f.with(map[string]any{"nbf": nil})),
		"expired within the skew":  f.sign(f.with(map[string]any{"exp": f.Now().Add(-20 * time.Second).Unix()})),
		"begins within the skew":   f.sign(f.with(map[string]any{"nbf": f.Now().Add(20 * time.Second).Unix()})),
		"expires at half a second": f.sign(f.with(map[string]any{"exp": float64(f.Now().Unix()) + 0.5})),
	}
	v := f.verifier(t)
	for name, token := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			claims, err := v.Verify(t.Context(), token)
			require.NoError(t, err)
			assert.Equal(t, "acme", claims["tenant"])
			assert.IsType(t, json.Number(""), claims["exp"])
		})
	}
}

func TestKeyIsUsedForItsAlgorithmOnly(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	marked := func(kid string, key *rsa.PrivateKey, alg jose.SignatureAlgorithm) jose.JSONWebKey {
		k := public(kid, key.Public())
		k.Algorithm = string(alg)
		return k
	}
	f.set(func() {
		f.keys = []any{marked("rs", rsaKey(), jose.RS256), marked("ps", laterRSAKey(), jose.PS256), public("ec", ecKey().Public())}
	})
	v := f.verifier(t)
	for name, c := range map[string]struct {
		token string
		valid bool
	}{
		"of the key":                    {sign(jose.RS256, rsaKey(), "rs", "", f.claims()), true},
		"of the other key":              {sign(jose.PS256, laterRSAKey(), "ps", "", f.claims()), true},
		"of a key without an algorithm": {sign(jose.ES256, ecKey(), "ec", "", f.claims()), true},
		"of the key, which is unnamed":  {sign(jose.RS256, rsaKey(), "", "", f.claims()), true},
		"PSS":                           {sign(jose.PS256, rsaKey(), "rs", "", f.claims()), false},
		"longer":                        {sign(jose.RS512, rsaKey(), "rs", "", f.claims()), false},
		"without PSS":                   {sign(jose.RS256, laterRSAKey(), "ps", "", f.claims()), false},
		"PSS of an unnamed key":         {sign(jose.PS256, rsaKey(), "", "", f.claims()), false},
	} {
		_, err := v.Verify(t.Context(), c.token)
		if c.valid {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, ErrToken, name)
		assert.ErrorContains(t, err, "another algorithm", name)
	}
}

func TestCriticalHeadersAreRefused(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	v := f.verifier(t)
	enc := base64.RawURLEncoding
	for _, crit := range []string{`[]`, `["b64"]`, `["exp"]`, `""`, `{}`, `[` + strings.Repeat(`"x",`, 50) + `"x"]`} {
		head := enc.EncodeToString([]byte(`{"alg":"RS256","kid":"rsa","crit":`+crit+`}`)) + "." + enc.EncodeToString(must(json.Marshal(f.claims())))
		sum := sha256.Sum256([]byte(head))
		signature := must(rsa.SignPKCS1v15(rand.Reader, rsaKey(), crypto.SHA256, sum[:]))
		_, err := v.Verify(t.Context(), head+"."+enc.EncodeToString(signature))
		require.ErrorIs(t, err, ErrToken, crit)
		assert.ErrorContains(t, err, "requires extensions", crit)
	}
}

// unsigned returns a token with the algorithm none.
func unsigned(claims any) string {
	enc := base64.RawURLEncoding
	return enc.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + enc.EncodeToString(must(json.Marshal(claims))) + "."
}

// mixUp returns a token signed with a public key as the shared secret.
func mixUp(f *fakeIssuer) string {
	der := must(x509.MarshalPKIXPublicKey(rsaKey().Public()))
	secret := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	return sign(jose.HS256, secret, "rsa", "JWT", f.claims())
}

func TestVerifyRefusesInvalidTokensWithoutQuotingThem(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	good := f.token()
	parts := strings.Split(good, ".")
	otherBody := strings.Split(f.sign(f.with(map[string]any{"tenant": "globex"})), ".")[1]
	tests := map[string]struct{ token, says string }{
		"for another audience":           {f.sign(f.with(map[string]any{"aud": "other"})), "another audience"},
		"for a longer audience":          {f.sign(f.with(map[string]any{"aud": audience + "/"})), "another audience"},
		"for no audience":                {f.sign(f.with(map[string]any{"aud": nil})), "another audience"},
		"with the audience in capitals":  {f.sign(f.with(map[string]any{"aud": "other", "AUD": audience})), "another audience"},
		"of another issuer":              {f.sign(f.with(map[string]any{"iss": "https://other.example.com"})), "another issuer"},
		"of the issuer and a slash":      {f.sign(f.with(map[string]any{"iss": f.issuer() + "/"})), "another issuer"},
		"of no issuer":                   {f.sign(f.with(map[string]any{"iss": nil})), "another issuer"},
		"expired":                        {f.sign(f.with(map[string]any{"exp": f.Now().Add(-30 * time.Second).Unix()})), "has expired"},
		"without an end":                 {f.sign(f.with(map[string]any{"exp": nil})), "no expiry time"},
		"that ends in words":             {f.sign(f.with(map[string]any{"exp": "never"})), "malformed"},
		"that ends in a number in words": {f.sign(f.with(map[string]any{"exp": "99999999999"})), "its exp is not a valid time"},
		"not yet valid":                  {f.sign(f.with(map[string]any{"nbf": f.Now().Add(31 * time.Second).Unix()})), "has not begun"},
		"valid since a list":             {f.sign(f.with(map[string]any{"nbf": nil, "exp": []int{1}})), "malformed"},
		"signed with nothing":            {unsigned(f.claims()), "not signed with one of RS256"},
		"signed with the public key":     {mixUp(f), "not signed with one of RS256"},
		"signed with a stranger's key":   {sign(jose.RS256, laterRSAKey(), "rsa", "JWT", f.claims()), "matches none"},
		"with other claims put in":       {parts[0] + "." + otherBody + "." + parts[2], "matches none"},
		"without its signature":          {parts[0] + "." + parts[1] + ".", "matches none"},
		"for a logout":                   {sign(jose.RS256, rsaKey(), "rsa", "logout+jwt", f.claims()), "another purpose"},
		"in two parts":                   {parts[0] + "." + parts[1], "not a JWT"},
		"in four parts":                  {good + ".x", "not a JWT"},
		"of no base64":                   {"{}." + parts[1] + "." + parts[2], "not a JWT"},
		"with a body of no base64":       {parts[0] + ".!." + parts[2], "malformed"},
		"that is a word":                 {"kmcp_wordwordwordwordword", "not a JWT"},
		"that is nothing":                {"", "not a JWT"},
		"that is too long":               {good + strings.Repeat("x", maxTokenBytes), "longer than 16 KiB"},
		"that signs a list":              {f.sign([]string{"x"}), "malformed"},
		"that signs null":                {f.sign(nil), "another issuer"},
	}
	v := f.verifier(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			claims, err := v.Verify(t.Context(), tt.token)
			require.ErrorIs(t, err, ErrToken)
			assert.Nil(t, claims)
			assert.ErrorContains(t, err, tt.says)
			for part := range strings.SplitSeq(tt.token, ".") {
				if len(part) > 4 {
					assert.NotContains(t, err.Error(), part)
				}
			}
		})
	}
}

func TestVerifyAcceptsOnlyConfiguredAlgorithms(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	v := f.verifier(t, func(c *VerifierConfig) { c.Algorithms = []string{"ES256"} })
	_, err := v.Verify(t.Context(), f.token())
	require.EqualError(t, err, "the access token is not valid: it is not signed with one of ES256")
	_, err = v.Verify(t.Context(), sign(jose.ES256, ecKey(), "ec", "", f.claims()))
	require.NoError(t, err)
}

func TestVerifyRequiresScopesFromEitherClaim(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	v := f.verifier(t, func(c *VerifierConfig) { c.Scopes = []string{"kombo.read", "kombo.write"} })
	tests := map[string]struct {
		claims map[string]any
		lacks  string
	}{
		"as a text":               {map[string]any{"scope": "openid kombo.write kombo.read"}, ""},
		"as a list":               {map[string]any{"scope": []string{"kombo.read", "kombo.write"}}, ""},
		"under scp":               {map[string]any{"scp": "kombo.read kombo.write"}, ""},
		"as a list under scp":     {map[string]any{"scp": []string{"kombo.read", "kombo.write"}}, ""},
		"not at all":              {map[string]any{}, "kombo.read"},
		"in part":                 {map[string]any{"scope": "kombo.read"}, "kombo.write"},
		"with a longer name":      {map[string]any{"scope": "kombo.read kombo.writes"}, "kombo.write"},
		"in the shape of numbers": {map[string]any{"scope": 7}, "kombo.read"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := v.Verify(t.Context(), f.sign(f.with(tt.claims)))
			if tt.lacks == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrScope)
			assert.EqualError(t, err, "the access token lacks a scope: "+tt.lacks)
		})
	}
	assert.Equal(t, []string{"kombo.read", "kombo.write"}, v.Scopes())
	assert.Equal(t, f.issuer(), v.Issuer())
}

func TestNewVerifierRefusesUnsafeConfiguration(t *testing.T) {
	t.Parallel()
	good := VerifierConfig{Issuer: "https://login.example.com", Audience: audience}
	tests := map[string]struct {
		change func(*VerifierConfig)
		says   string
	}{
		"without an issuer":           {func(c *VerifierConfig) { c.Issuer = "" }, "must be an address"},
		"with an issuer of no scheme": {func(c *VerifierConfig) { c.Issuer = "login.example.com" }, "must be an address"},
		"with a user in the issuer":   {func(c *VerifierConfig) { c.Issuer = "https://me:pw@login.example.com" }, "must be an address"},
		"with a query in the issuer":  {func(c *VerifierConfig) { c.Issuer += "?a=b" }, "must be an address"},
		"with an issuer over http":    {func(c *VerifierConfig) { c.Issuer = "http://login.example.com" }, "by https"},
		"without an audience":         {func(c *VerifierConfig) { c.Audience = "" }, "audience is required"},
		"with no signature":           {func(c *VerifierConfig) { c.Algorithms = []string{"none"} }, "RS256, RS384"},
		"with a shared secret":        {func(c *VerifierConfig) { c.Algorithms = []string{"RS256", "HS256"} }, `"HS256"`},
		"with two scopes in one":      {func(c *VerifierConfig) { c.Scopes = []string{"a b"} }, "not a valid scope"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := good
			tt.change(&cfg)
			_, err := NewVerifier(cfg)
			require.ErrorContains(t, err, tt.says)
			assert.NotContains(t, err.Error(), "pw")
		})
	}
	for _, issuer := range []string{"http://localhost:8080/realms/x", "http://127.0.0.1", "http://[::1]:9"} {
		cfg := good
		cfg.Issuer = issuer
		_, err := NewVerifier(cfg)
		require.NoError(t, err, issuer)
	}
}

func FuzzVerify(f *testing.F) {
	is := newIssuerServer(f)
	v, err := NewVerifier(is.config())
	require.NoError(f, err)
	require.NoError(f, v.Ready(f.Context()))
	good := is.token()
	for _, s := range []string{good, unsigned(is.claims()), "a.b.c", mixUp(is)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		claims, err := v.Verify(t.Context(), raw)
		if err == nil {
			assert.True(t, maps.EqualFunc(claims, is.claims(), func(_, _ any) bool { return true }))
			return
		}
		require.ErrorIs(t, err, ErrToken)
		if len(raw) > 200 {
			assert.NotContains(t, err.Error(), raw)
		}
	})
}
