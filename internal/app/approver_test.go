package app

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
)

func TestATokenIsForCallingOrForApproving(t *testing.T) {
	caller, approver := tenants.NewToken(), tenants.NewToken()
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte(approver+"\n"), 0o600))
	list := filepath.Join(t.TempDir(), "tenants.yaml")
	require.NoError(t, os.WriteFile(list, []byte("tenants: [{name: a, integration_id: x, token_sha256: "+tenants.Hash(caller)+"}]"), 0o600))
	for name, c := range map[string]struct {
		caller, approver, file, tenants, says string
	}{
		"one for both":         {caller: caller, approver: caller, says: "KOMBO_APPROVER_TOKEN must differ from KOMBO_AUTH_TOKEN"},
		"one easily guessed":   {caller: caller, approver: "sesame", says: "KOMBO_APPROVER_TOKEN: the token is shorter than 20 characters"},
		"a file that is not":   {caller: caller, file: file + "s", says: "KOMBO_APPROVER_TOKEN_FILE"},
		"beside tenants":       {approver: approver, tenants: list, says: "KOMBO_APPROVER_TOKEN is for one tenant"},
		"in a file beside too": {file: file, tenants: list, says: "KOMBO_APPROVER_TOKEN is for one tenant"},
		"two tokens":           {caller: caller, approver: approver},
		"one of them in file":  {caller: caller, file: file},
		"none of callers":      {approver: approver},
	} {
		t.Setenv(varToken, c.caller)
		t.Setenv(varApprover, c.approver)
		s := over(TransportHTTP)
		s.ApproverTokenFile, s.Tenants = c.file, c.tenants
		a, err := newAuth(s, true)
		if c.says != "" {
			require.ErrorContains(t, err, c.says, name)
			assert.NotContains(t, err.Error(), "sesame")
			continue
		}
		require.NoError(t, err, name)
		found, who, ok := a.store.Set().ByApprover(approver)
		require.True(t, ok, name)
		assert.Equal(t, []string{"default", "approver"}, []string{found.Name, who}, name)
		assert.Equal(t, c.caller == "", a.open, name)
	}
}

func TestAnApproverCallsNoTools(t *testing.T) {
	caller, approver := tenants.NewToken(), tenants.NewToken()
	t.Setenv(varToken, caller)
	t.Setenv(varApprover, approver)
	a, err := newAuth(over(TransportHTTP), true)
	require.NoError(t, err)
	a.state.Store(&tenantState{set: a.store.Set()})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/mcp", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+approver)
	_, err = a.Authenticate(r)
	require.ErrorIs(t, err, tenants.ErrToken)
	require.ErrorContains(t, err, "it is an approver's")
	status, _ := a.Refuse(err)
	assert.Equal(t, http.StatusUnauthorized, status)
	r.Header.Set("Authorization", "Bearer "+caller)
	_, err = a.Authenticate(r)
	require.NoError(t, err)
}
