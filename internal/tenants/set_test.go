package tenants

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestByTokenFindsTenant(t *testing.T) {
	t.Parallel()
	s := load(t, `
tenants:
  - {name: acme, integration_id: x, token_sha256: [`+Hash("acme old")+`, `+Hash("acme new")+`]}
  - {name: globex, integration_id: y, token_sha256: `+Hash("globex")+`}
  - {name: initech, integration_id: z, subjects: robot}
`)
	for token, want := range map[string]string{"acme old": "acme", "acme new": "acme", "globex": "globex"} {
		got, ok := s.ByToken(token)
		require.True(t, ok, token)
		assert.Equal(t, want, got.Name)
	}
	for _, token := range []string{"", "globe", "globex ", Hash("globex"), "robot", "initech"} {
		got, ok := s.ByToken(token)
		assert.False(t, ok, token)
		assert.Nil(t, got)
	}
	got, ok := s.ByName("initech")
	require.True(t, ok)
	assert.Same(t, s.Tenants()[2], got)
	_, ok = s.ByName("nobody")
	assert.False(t, ok)
	assert.True(t, s.UsesTokens())
	assert.True(t, s.UsesClaims())
}

func TestSingleTenantHasOneToken(t *testing.T) {
	t.Parallel()
	s := Single("secret", Tenant{Integration: "x", TokenSHA256: []string{Hash("another")}})
	got, ok := s.ByToken("secret")
	require.True(t, ok)
	assert.Equal(t, &Tenant{Name: "default", Integration: "x", TokenSHA256: []string{Hash("secret")}}, got)
	_, ok = s.ByToken("another")
	assert.False(t, ok)
	assert.False(t, s.UsesClaims())
	assert.Empty(t, s.Warnings())

	nobody := Single("", Tenant{Name: "acme"})
	_, ok = nobody.ByToken("")
	assert.False(t, ok, "no token is not a token")
	assert.False(t, nobody.UsesTokens())
	_, ok = nobody.ByName("acme")
	assert.True(t, ok)
}

func TestByClaimsFindsTenant(t *testing.T) {
	t.Parallel()
	s := load(t, `
tenants:
  - {name: acme, integration_id: x, claims: {tenant: acme}}
  - {name: globex, integration_id: x, claims: {tenant: globex, role: [admin, lead]}}
  - {name: robots, integration_id: x, subjects: [r2, c3]}
  - {name: one, integration_id: x, subjects: [boss], claims: {org: 42, staff: true}}
  - {name: tokens, integration_id: x, token_sha256: `+Hash("x")+`}
`)
	type claims = map[string]any
	tests := map[string]struct {
		claims claims
		want   string
	}{
		"one claim":                        {claims{"tenant": "acme"}, "acme"},
		"one claim and others":             {claims{"tenant": "acme", "role": "lead", "sub": "x"}, "acme"},
		"two claims":                       {claims{"tenant": "globex", "role": "lead"}, "globex"},
		"a claim that is a list":           {claims{"tenant": "globex", "role": []any{"user", "admin"}}, "globex"},
		"a subject":                        {claims{"sub": "c3"}, "robots"},
		"a number and a switch":            {claims{"sub": "boss", "org": json.Number("42"), "staff": true}, "one"},
		"a number of the standard library": {claims{"sub": "boss", "org": 42.0, "staff": true}, "one"},
		"a number in words":                {claims{"sub": "boss", "org": "42", "staff": "true"}, "one"},
		"only one claim of two":            {claims{"tenant": "globex"}, ""},
		"claims without the subject":       {claims{"org": json.Number("42"), "staff": true}, ""},
		"the subject without claims":       {claims{"sub": "boss"}, ""},
		"a claim in capitals":              {claims{"TENANT": "acme"}, ""},
		"a value in capitals":              {claims{"tenant": "ACME"}, ""},
		"a value with a space":             {claims{"tenant": "acme globex"}, ""},
		"a nested list":                    {claims{"tenant": []any{[]any{"acme"}}}, ""},
		"a nested mapping":                 {claims{"tenant": claims{"acme": true}}, ""},
		"null":                             {claims{"tenant": nil, "sub": nil}, ""},
		"no claims":                        {nil, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := s.ByClaims(tt.claims)
			if tt.want == "" {
				require.ErrorIs(t, err, ErrNoTenant)
				assert.Nil(t, got)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, got.Name)
		})
	}
	got, err := s.ByClaims(claims{"tenant": "acme", "sub": "r2"})
	require.ErrorIs(t, err, ErrSeveralTenants)
	require.EqualError(t, err, "the access token matches more than one tenant of this server: acme, robots")
	assert.Nil(t, got)
}

// applied applies every set.
func applied(*Set, Changes) error { return nil }

func TestSetThatCannotBeAppliedIsNotKept(t *testing.T) {
	t.Parallel()
	path := written(t, tenant())
	st := NewStore(Single("old", Tenant{}), words)
	old, failure := st.Set(), errors.New("no key")
	_, err := st.Reload(path, func(*Set, Changes) error { return failure })
	require.ErrorIs(t, err, failure)
	assert.Same(t, old, st.Set())
	changes, err := st.Reload(path, func(next *Set, c Changes) error {
		assert.NotSame(t, old, next)
		assert.Equal(t, []string{"acme"}, c.Added, "still to be applied")
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"acme"}, changes.Added)
}

func TestReloadReturnsChanges(t *testing.T) {
	t.Parallel()
	one := func(name, rest string) string {
		return "  - {name: " + name + ", integration_id: x, token_sha256: " + Hash(name) + rest + "}\n"
	}
	key := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(key, []byte("first"), 0o600))
	path := written(t, "tenants:\n"+one("same", "")+one("gone", "")+one("other", "")+one("keyed", ", api_key_file: "+key))
	first, err := Load(path, words)
	require.NoError(t, err)
	st := NewStore(first, words)

	changes, err := st.Reload(path, applied)
	require.NoError(t, err)
	assert.True(t, changes.Empty())

	require.NoError(t, os.WriteFile(key, []byte("second"), 0o600))
	require.NoError(t, os.WriteFile(path, []byte("# moved\ntenants:\n"+one("z-new", "")+one("other", ", read_only: true")+
		one("same", "")+one("keyed", ", api_key_file: "+key)+one("a-new", "")), 0o600))
	changes, err = st.Reload(path, applied)
	require.NoError(t, err)
	assert.Equal(t, Changes{Added: []string{"a-new", "z-new"}, Removed: []string{"gone"}, Changed: []string{"keyed", "other"}}, changes)
	assert.False(t, changes.Empty())
	_, ok := st.Set().ByToken("gone")
	assert.False(t, ok)
	_, ok = first.ByToken("gone")
	assert.True(t, ok, "a request under way stays with its set")
}

func TestReloadKeepsOldSetOnError(t *testing.T) {
	t.Parallel()
	path := written(t, tenant())
	st := NewStore(Single("old", Tenant{}), words)
	old := st.Set()
	for _, content := range []string{"", "tenants: [", tenant("tools: [nothing]"), tenant() + tenant()} {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		changes, err := st.Reload(path, applied)
		require.Error(t, err)
		assert.True(t, changes.Empty())
		assert.Same(t, old, st.Set())
	}
	require.NoError(t, os.Remove(path))
	_, err := st.Reload(path, applied)
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.Same(t, old, st.Set())
}

func TestStoreIsReadDuringReload(t *testing.T) {
	t.Parallel()
	path := written(t, tenant())
	st := NewStore(load(t, tenant()), words)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				_, ok := st.Set().ByToken("acme's token")
				assert.True(t, ok)
			}
		})
		wg.Go(func() {
			_, err := st.Reload(path, applied)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
}

func TestNewTokenHasPrefixAnd256Bits(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 100 {
		token := NewToken()
		assert.Regexp(t, `^kmcp_[A-Za-z0-9_-]{43}$`, token)
		require.NoError(t, CheckToken(token))
		seen[token] = true
	}
	assert.Len(t, seen, 100)
	assert.Equal(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Hash("abc"))
}

func TestCheckTokenRefusesWeakTokens(t *testing.T) {
	t.Parallel()
	for token, says := range map[string]string{
		"":                                "shorter than 20",
		"letmein":                         "shorter than 20",
		"a token that holds a few spaces": "letters, digits",
		"tokenwithanumläutinitsmiddle":    "letters, digits",
		"====================":            "letters, digits",
		"tokenwithan=initsmiddle":         "letters, digits",
	} {
		err := CheckToken(token)
		require.ErrorContains(t, err, says, token)
		if token != "" {
			assert.NotContains(t, err.Error(), token)
		}
	}
	require.NoError(t, CheckToken("abcDEF012345-._~+/=="))
}

func TestAPIKeyFromEnvironmentIsOneWord(t *testing.T) {
	t.Setenv("TENANTS_TEST_KEY", "two words")
	_, err := (&Tenant{APIKeyEnv: "TENANTS_TEST_KEY"}).APIKey()
	require.EqualError(t, err, "api_key_env: the environment variable has more than one word of printable ASCII")
}

func TestSecretFileIsReadAndChecked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	tenant := &Tenant{APIKeyFile: path}
	secret := NewToken()
	require.NoError(t, os.WriteFile(path, []byte(secret+"\r\n"), 0o600))
	got, err := tenant.APIKey()
	require.NoError(t, err)
	assert.Equal(t, secret, got)

	for content, says := range map[string]string{
		"":                                      "is empty",
		" \n":                                   "is empty",
		secret + "\n" + secret:                  "more than one word",
		strings.Repeat("x", maxSecretBytes+1):   "is larger than 16 KiB",
		"\xff\xfe" + strings.Repeat("x\x00", 9): "more than one word",
	} {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		_, err := tenant.APIKey()
		require.ErrorContains(t, err, says)
		require.ErrorContains(t, err, "api_key_file: the file ")
		assert.NotContains(t, err.Error(), path, "the path may be the key itself")
		assert.NotContains(t, err.Error(), secret)
	}
	_, err = (&Tenant{APIKeyFile: dir}).APIKey()
	require.ErrorContains(t, err, "cannot be read")
	_, err = (&Tenant{APIKeyFile: filepath.Join(dir, "none")}).APIKey()
	require.ErrorIs(t, err, os.ErrNotExist)

	key, err := (&Tenant{}).APIKey()
	require.NoError(t, err)
	assert.Empty(t, key, "the server's own is used")
}
