package tenants

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMetadataNamesIssuers(t *testing.T) {
	t.Parallel()
	raw, err := Metadata(audience, []string{"https://login.example.com/realm"}, []string{"kombo.read"})
	require.NoError(t, err)
	assert.Equal(t, `{"resource":"https://mcp.example.com/mcp","authorization_servers":["https://login.example.com/realm"],`+
		`"scopes_supported":["kombo.read"],"bearer_methods_supported":["header"],"resource_name":"kombo-mcp"}`, string(raw))
	raw, err = Metadata("https://mcp.example.com", []string{"https://login.example.com"}, nil)
	require.NoError(t, err)
	assert.NotContains(t, string(raw), "scopes_supported")

	for name, tt := range map[string]struct {
		resource string
		issuers  []string
		says     string
	}{
		"of no resource":                {"", []string{"https://a"}, "not a valid address of this server"},
		"of a path":                     {"/mcp", []string{"https://a"}, "not a valid address"},
		"of a resource with a fragment": {"https://a/mcp#x", []string{"https://a"}, "not a valid address"},
		"of no issuer":                  {audience, nil, "must name an issuer"},
		"of an issuer over http":        {audience, []string{"http://login.example.com"}, "by https"},
	} {
		_, err := Metadata(tt.resource, tt.issuers, nil)
		assert.ErrorContains(t, err, tt.says, name)
	}
}

func TestMetadataURLInsertsWellKnownPath(t *testing.T) {
	t.Parallel()
	for resource, want := range map[string]string{
		"https://mcp.example.com":           "https://mcp.example.com/.well-known/oauth-protected-resource",
		"https://mcp.example.com/":          "https://mcp.example.com/.well-known/oauth-protected-resource",
		"https://mcp.example.com:8443/mcp":  "https://mcp.example.com:8443/.well-known/oauth-protected-resource/mcp",
		"http://localhost:8080/a%2Fb/mcp?c": "http://localhost:8080/.well-known/oauth-protected-resource/a%2Fb/mcp?c",
	} {
		got, err := MetadataURL(resource)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := MetadataURL("mcp.example.com")
	require.Error(t, err)
}

func TestChallengeTellsClientHowToAuthenticate(t *testing.T) {
	t.Parallel()
	base := Challenge{Realm: "kombo-mcp", Scopes: []string{"a", "b"}, Metadata: "https://x/.well-known/oauth-protected-resource"}
	tests := map[string]struct {
		err    error
		status int
		header string
	}{
		"without credentials":   {nil, 401, `Bearer realm="kombo-mcp", scope="a b", resource_metadata="https://x/.well-known/oauth-protected-resource"`},
		"with a bad token":      {fmt.Errorf("%w: it has expired", ErrToken), 401, `Bearer realm="kombo-mcp", error="invalid_token", error_description="the access token is not valid: it has expired", scope="a b", resource_metadata="https://x/.well-known/oauth-protected-resource"`},
		"with too little scope": {fmt.Errorf("%w: b", ErrScope), 403, `Bearer realm="kombo-mcp", error="insufficient_scope", error_description="the access token lacks a scope: b", scope="a b", resource_metadata="https://x/.well-known/oauth-protected-resource"`},
		"as nobody":             {ErrNoTenant, 403, ""},
		"as two":                {fmt.Errorf("%w: x, y", ErrSeveralTenants), 403, ""},
		"while nobody can tell": {&issuerError{"https://x", "is down"}, 503, ""},
		"while giving up":       {context.Canceled, 503, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, header := base.Refuse(tt.err)
			assert.Equal(t, tt.status, status)
			assert.Equal(t, tt.header, header)
		})
	}
	assert.Equal(t, "Bearer", Challenge{}.String())
	assert.Equal(t, `Bearer error_description="a 'b' ?c????"`, Challenge{Description: "a \"b\" \\c\r\n\x00é"}.String(), "nothing ends the quotes or the line")
}

func TestBearerReturnsSingleToken(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		lines []string
		want  string
		bad   bool
	}{
		"none":                  {nil, "", false},
		"one":                   {[]string{"Bearer abc.DEF-_~+/12=="}, "abc.DEF-_~+/12==", false},
		"one in another case":   {[]string{"bearer abc"}, "abc", false},
		"one after many spaces": {[]string{"BEARER   abc "}, "abc", false},
		"two headers":           {[]string{"Bearer abc", "Bearer def"}, "", true},
		"two in one header":     {[]string{"Bearer abc, Bearer def"}, "", true},
		"another scheme":        {[]string{"Basic abc"}, "", true},
		"only the scheme":       {[]string{"Bearer"}, "", true},
		"only the token":        {[]string{"abc"}, "", true},
		"an empty header":       {[]string{""}, "", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			for _, l := range tt.lines {
				h.Add("Authorization", l)
			}
			got, err := Bearer(h)
			assert.Equal(t, tt.want, got)
			if tt.bad {
				require.ErrorIs(t, err, ErrToken)
				return
			}
			require.NoError(t, err)
		})
	}
}
