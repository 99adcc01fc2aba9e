package app

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
)

// serving serves over HTTP until the test ends, and gives the address.
func serving(t *testing.T, change func(*Settings)) string {
	t.Helper()
	s := over(TransportHTTP)
	s.Sandbox, s.Applications, s.Listen, s.Stateless = true, 10, "127.0.0.1:0", true
	change(&s)
	ctx, stop := context.WithCancel(context.Background())
	address, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() { ended <- ServeHTTP(ctx, s, Options{Version: "test"}, func(l Listening) { address <- l.Addr }) }()
	select {
	case err := <-ended:
		require.NoError(t, err)
		require.Fail(t, "it ended at once")
	case a := <-address:
		t.Cleanup(func() {
			stop()
			assert.NoError(t, <-ended)
		})
		return "http://" + a.String()
	}
	stop()
	return ""
}

// listTools is the body of the answer to a request for the tools.
func listTools(t *testing.T, address, token string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/mcp", bytes.NewBufferString(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, "%s", body)
	return string(body)
}

func TestATenantWithoutAToolStopsNobody(t *testing.T) {
	none, some := tenants.NewToken(), tenants.NewToken()
	file := filepath.Join(t.TempDir(), "tenants.yaml")
	require.NoError(t, os.WriteFile(file, []byte("tenants:\n"+
		"  - {name: none, integration_id: \"greenhouse:1\", token_sha256: ["+tenants.Hash(none)+"], tools: [get_tags]}\n"+
		"  - {name: some, integration_id: \"greenhouse:1\", token_sha256: ["+tenants.Hash(some)+"], tools: [get_jobs, get_tags]}\n"), 0o600))
	address := serving(t, func(s *Settings) { s.Tenants, s.Tools = file, []string{"get_jobs"} })
	assert.Contains(t, listTools(t, address, none), `"tools":[]`)
	assert.Contains(t, listTools(t, address, some), `"name":"get_jobs"`)
}
