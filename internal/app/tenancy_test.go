package app

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

func TestLoginFollowsTheSettingsInForce(t *testing.T) {
	token := tenants.NewToken()
	a := &tenancy{build: func(*tenants.Tenant) (*tools.Toolbox, error) { return &tools.Toolbox{}, nil }}
	install := func(token, name string, sessions int) {
		t.Helper()
		require.NoError(t, a.install(tenants.Single(token, tenants.Tenant{Name: name, MaxSessions: sessions}), func(string) bool { return true }))
	}
	install(token, "acme", 5)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/mcp", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	login, err := a.Authenticate(r)
	require.NoError(t, err)
	assert.Same(t, login.Tenant, login.Current())
	assert.NotContains(t, login.Owner, token)

	install(token, "acme", 7)
	assert.Equal(t, 7, login.Current().MaxSessions)
	assert.NotSame(t, login.Tenant.Box, login.Current().Box)
	install(token, "other", 7)
	assert.Equal(t, "other", login.Current().Name, "which serve takes for no access")
	install(tenants.NewToken(), "acme", 7)
	assert.Nil(t, login.Current())
}
