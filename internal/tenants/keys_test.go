package tenants

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (f *fakeIssuer) rotate() {
	f.set(func() { f.keys = []any{public("later", laterRSAKey().Public())} })
}

func (f *fakeIssuer) laterToken() string {
	return sign(jose.RS256, laterRSAKey(), "later", "at+jwt", f.claims())
}

func TestIssuerKeysAreFetchedOnceForManyTokens(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	v := f.verifier(t)
	assert.Zero(t, f.lookups.Load(), "NewVerifier sends no request")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			_, err := v.Verify(t.Context(), f.token())
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, f.lookups.Load())
	assert.EqualValues(t, 1, f.fetches.Load())
}

func TestNewIssuerKeyIsFetchedWhenPublished(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	v := f.verifier(t)
	_, err := v.Verify(t.Context(), f.token())
	require.NoError(t, err)

	f.Advance(keyFetchInterval)
	_, err = v.Verify(t.Context(), f.laterToken())
	require.ErrorIs(t, err, ErrToken)

	f.rotate()
	f.Advance(keyFetchInterval)
	_, err = v.Verify(t.Context(), f.laterToken())
	require.NoError(t, err)
	_, err = v.Verify(t.Context(), f.token())
	require.ErrorIs(t, err, ErrToken, "the old key is no longer published")
}

func TestTokensWithUnknownKeysDoNotFloodIssuer(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	v := f.verifier(t)
	for i := range 50 {
		_, err := v.Verify(t.Context(), sign(jose.RS256, laterRSAKey(), fmt.Sprint(i), "", f.claims()))
		require.ErrorIs(t, err, ErrToken)
		_, err = v.Verify(t.Context(), f.token())
		require.NoError(t, err)
	}
	assert.EqualValues(t, 1, f.fetches.Load())
	f.Advance(keyFetchInterval)
	_, err := v.Verify(t.Context(), f.laterToken())
	require.ErrorIs(t, err, ErrToken)
	assert.EqualValues(t, 2, f.fetches.Load())
}

func TestWithdrawnIssuerKeyIsDroppedAfterMaxAge(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	v := f.verifier(t)
	_, err := v.Verify(t.Context(), f.token())
	require.NoError(t, err)

	f.rotate()
	f.Advance(keySetMaxAge)
	_, err = v.Verify(t.Context(), f.token())
	require.NoError(t, err, "nobody waits for the new keys")
	require.Eventually(t, func() bool {
		_, err := v.Verify(t.Context(), f.token())
		return err != nil
	}, 5*time.Second, 5*time.Millisecond)
	_, err = v.Verify(t.Context(), f.laterToken())
	require.NoError(t, err)
	assert.EqualValues(t, 2, f.lookups.Load())
}

func TestCachedKeysAreUsedWhileIssuerIsDown(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	v := f.verifier(t)
	_, err := v.Verify(t.Context(), f.token())
	require.NoError(t, err)
	f.set(func() { f.onKeys = unavailable })
	for range 3 {
		f.Advance(keySetMaxAge)
		_, err = v.Verify(t.Context(), f.token())
		require.NoError(t, err)
	}
	_, err = v.Verify(t.Context(), f.laterToken())
	require.ErrorIs(t, err, ErrIssuer, "whether a new key is good cannot be told")
}

func unavailable(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "a secret of the issuer", http.StatusServiceUnavailable)
}

func TestDiscoveryIsRetriedAfterFailure(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	f.set(func() { f.onMetadata = unavailable })
	v := f.verifier(t)
	err := v.Ready(t.Context())
	require.ErrorIs(t, err, ErrIssuer)
	require.EqualError(t, err, "the issuer of access tokens is not available: "+f.issuer()+" answered 503 when asked for its metadata")
	_, again := v.Verify(t.Context(), f.token())
	require.Equal(t, err, again)
	assert.EqualValues(t, 1, f.lookups.Load(), "it is left alone for a while")

	f.set(func() { f.onMetadata = nil })
	f.Advance(retryInterval)
	_, err = v.Verify(t.Context(), f.token())
	require.NoError(t, err)
	require.NoError(t, v.Ready(t.Context()))
}

func TestKeyFetchIsRetriedAfterFailure(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	f.set(func() { f.onKeys = unavailable })
	v := f.verifier(t)
	for range 3 {
		_, err := v.Verify(t.Context(), f.token())
		require.ErrorIs(t, err, ErrIssuer)
		require.ErrorContains(t, err, "answered 503 when asked for its keys")
		require.NotContains(t, err.Error(), "secret")
	}
	assert.EqualValues(t, 1, f.fetches.Load())
	f.set(func() { f.onKeys = nil })
	f.Advance(retryInterval)
	_, err := v.Verify(t.Context(), f.token())
	require.NoError(t, err)
}

func TestUnreachableIssuerIsReported(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	token := f.token()
	v := f.verifier(t, func(c *VerifierConfig) { c.Transport = nil })
	f.Close()
	_, err := v.Verify(t.Context(), token)
	require.ErrorIs(t, err, ErrIssuer)
	assert.ErrorContains(t, err, "cannot be reached")
	assert.NotContains(t, err.Error(), token)
}

func TestSlowIssuerTimesOut(t *testing.T) {
	t.Parallel()
	drip := func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"keys":[`))
		_ = http.NewResponseController(w).Flush()
		stall(w, r)
	}
	tests := map[string]struct {
		slow func(*fakeIssuer)
		says string
	}{
		"with its metadata":                {func(f *fakeIssuer) { f.onMetadata = stall }, "did not answer within 500ms"},
		"in the midst of its metadata":     {func(f *fakeIssuer) { f.onMetadata = drip }, "did not send its metadata within 500ms"},
		"with its keys":                    {func(f *fakeIssuer) { f.onKeys = stall }, "did not answer within 500ms"},
		"in the midst of sending its keys": {func(f *fakeIssuer) { f.onKeys = drip }, "did not send its keys within 500ms"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newIssuerServer(t)
			f.set(func() { tt.slow(f) })
			v := f.verifier(t, func(c *VerifierConfig) { c.Timeout = 500 * time.Millisecond })
			_, err := v.Verify(t.Context(), f.token())
			require.ErrorIs(t, err, ErrIssuer)
			require.ErrorContains(t, err, tt.says)
		})
	}
}

func TestCanceledRequestDoesNotCancelSharedLookup(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	asked, answer := make(chan struct{}), make(chan struct{})
	f.set(func() {
		f.onMetadata = func(w http.ResponseWriter, _ *http.Request) {
			close(asked)
			<-answer
			_, _ = fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, f.issuer(), f.URL+"/keys")
		}
	})
	v := f.verifier(t)
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() { _, err := v.Verify(ctx, f.token()); first <- err }()
	<-asked
	cancel()
	require.ErrorIs(t, <-first, context.Canceled)
	close(answer)
	_, err := v.Verify(t.Context(), f.token())
	require.NoError(t, err)
	assert.EqualValues(t, 1, f.lookups.Load())
}

func TestInvalidIssuerResponsesAreRefused(t *testing.T) {
	t.Parallel()
	big := `{"keys":["` + strings.Repeat("x", maxKeySetBytes) + `"]}`
	many := `{"keys":[` + strings.Repeat(`{},`, maxKeys) + `{}]}`
	text := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(s)) }
	}
	away := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://other.example.com", http.StatusFound)
	}
	tests := map[string]struct {
		change func(*fakeIssuer)
		says   string
	}{
		"it sends a huge key set":          {func(f *fakeIssuer) { f.onKeys = text(big) }, "more than 1024 KiB"},
		"it sends very many keys":          {func(f *fakeIssuer) { f.onKeys = text(many) }, "more than 100 keys"},
		"it sends huge metadata":           {func(f *fakeIssuer) { f.onMetadata = text(big) }, "more than 256 KiB"},
		"its key set is a page":            {func(f *fakeIssuer) { f.onKeys = text("<html>") }, "no valid key set"},
		"its metadata is a page":           {func(f *fakeIssuer) { f.onMetadata = text("<html>") }, "invalid JSON"},
		"it has no keys":                   {func(f *fakeIssuer) { f.keys = nil }, "no usable key"},
		"its key is a shared secret":       {func(f *fakeIssuer) { f.keys = []any{jose.JSONWebKey{Key: []byte("secret"), KeyID: "rsa"}} }, "no usable key"},
		"its key is private":               {func(f *fakeIssuer) { f.keys = []any{jose.JSONWebKey{Key: rsaKey(), KeyID: "rsa"}} }, "no usable key"},
		"its key is for encryption":        {func(f *fakeIssuer) { f.keys = []any{jose.JSONWebKey{Key: rsaKey().Public(), KeyID: "rsa", Use: "enc"}} }, "no usable key"},
		"it sends elsewhere for keys":      {func(f *fakeIssuer) { f.onKeys = away }, "answered 302"},
		"it sends elsewhere for metadata":  {func(f *fakeIssuer) { f.onMetadata = away }, "answered 302"},
		"it calls itself something else":   {func(f *fakeIssuer) { f.metadata["issuer"] = f.issuer() + "/" }, "calls itself"},
		"it calls itself nothing":          {func(f *fakeIssuer) { delete(f.metadata, "issuer") }, "calls itself"},
		"its keys are nowhere":             {func(f *fakeIssuer) { delete(f.metadata, "jwks_uri") }, "no https address"},
		"its keys are reached without TLS": {func(f *fakeIssuer) { f.metadata["jwks_uri"] = "http://keys.example.com" }, "no https address"},
		"its keys are in a file":           {func(f *fakeIssuer) { f.metadata["jwks_uri"] = "file:///etc/passwd" }, "no https address"},
		"it does not describe itself":      {func(f *fakeIssuer) { f.metadataPath = "/nowhere" }, "answered 404 when asked for its metadata"},
		"it hangs up in the midst of keys": {func(f *fakeIssuer) { f.onKeys = hangUp }, "closed the connection"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newIssuerServer(t)
			f.set(func() { tt.change(f) })
			_, err := f.verifier(t).Verify(t.Context(), f.token())
			require.ErrorIs(t, err, ErrIssuer)
			assert.ErrorContains(t, err, tt.says)
			assert.Less(t, len(err.Error()), 500)
		})
	}
}

func hangUp(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = w.Write([]byte("{"))
}

func TestInvalidKeysInKeySetAreIgnored(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	f.set(func() {
		f.keys = append([]any{"no key", map[string]any{"kty": "OKP", "crv": "X448", "x": "AA"}, map[string]any{"kty": "RSA"}}, f.keys...)
	})
	_, err := f.verifier(t).Verify(t.Context(), f.token())
	require.NoError(t, err)
}

func TestOAuthServerMetadataIsDiscovered(t *testing.T) {
	t.Parallel()
	f := newIssuerServer(t)
	f.metadataPath = "/.well-known/oauth-authorization-server/realm"
	_, err := f.verifier(t).Verify(t.Context(), f.token())
	require.NoError(t, err)
}
