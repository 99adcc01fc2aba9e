package main

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
)

func TestFlagsOfHTTPAreRefusedOnStdio(t *testing.T) {
	names := map[string]bool{}
	for _, f := range httpFlags(newSettings()) {
		names[f.Names()[0]] = true
		written, _ := another(t, f)
		for _, more := range [][]string{nil, {"--transport=stdio"}} {
			args := append([]string{"kombo-mcp", "--sandbox", "--" + f.Names()[0] + "=" + written}, more...)
			err := reportUsageErrors(root()).Run(t.Context(), args)
			require.ErrorContains(t, err, "--"+f.Names()[0]+" is for serving over HTTP: add --transport=http")
		}
	}
	// What stdio has a use for is not among them, and nothing else was left out.
	for _, f := range listenFlags(newSettings()) {
		name := f.Names()[0]
		assert.Equal(t, name != "transport" && name != "redis-url" && name != "secret-file", names[name], name)
	}
	err := reportUsageErrors(root()).Run(t.Context(), []string{"kombo-mcp", "--tenants=/does-not-exist", "--stateless"})
	require.ErrorContains(t, err, "--tenants, --stateless are for serving over HTTP")
	err = reportUsageErrors(root()).Run(t.Context(), []string{"kombo-mcp", "--listen=127.0.0.1:8787"})
	require.ErrorContains(t, err, "--listen is for serving over HTTP", "the default, written out, is meant as well")
}

// TestVariablesOfHTTPAreLoggedOnStdio: a shell may set them for another server.
func TestVariablesOfHTTPAreLoggedOnStdio(t *testing.T) {
	t.Parallel()
	var env, names []string
	for _, f := range httpFlags(newSettings()) {
		if v := f.(cli.DocGenerationFlag).GetEnvVars(); len(v) > 0 {
			env, names = append(env, v[0]+"=/nowhere"), append(names, v[0])
		}
	}
	require.Greater(t, len(names), 4)
	got := run(t, environment(t, env...), "", "--sandbox")
	assert.Equal(t, 0, got.code, got.stderr)
	assert.Equal(t, 1, strings.Count(got.stderr, "\n"), got.stderr)
	assert.Contains(t, got.stderr, "have no effect without --transport=http")
	for _, name := range names {
		assert.Contains(t, got.stderr, name)
	}
	got = run(t, environment(t, "KOMBO_TENANTS=/nowhere", "KOMBO_API_KEY=x"), "")
	assert.Equal(t, exitUsage, got.code)
	assert.Contains(t, got.stderr, "no integration", "a tenants file that is not read names none")
}

func TestTheStartOverHTTPSaysHowToConnect(t *testing.T) {
	t.Parallel()
	said := func(l app.Listening) string {
		var b bytes.Buffer
		announce(&b, l)
		return b.String()
	}
	address := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8787}
	assert.Equal(t, `kombo-mcp: serving http and sse on 127.0.0.1:8787
  address: http://127.0.0.1:8787/mcp and http://127.0.0.1:8787/sse
  callers: 2 tenants of tenants.yaml
  approve: http://127.0.0.1:8787/approve
  connect: kombo-mcp install --url http://127.0.0.1:8787/mcp HOST, with the caller's token in KOMBO_AUTH_TOKEN
`, said(app.Listening{
		Addr: address, Transports: []string{"http", "sse"}, URLs: []string{"http://127.0.0.1:8787/mcp", "http://127.0.0.1:8787/sse"},
		Callers: "2 tenants of tenants.yaml", WithToken: true, ApproveURL: "http://127.0.0.1:8787/approve",
	}))
	open := said(app.Listening{Addr: address, Transports: []string{"http"}, URLs: []string{"http://127.0.0.1:8787/mcp"}, Callers: "every program on this machine; no token is asked for"})
	assert.NotContains(t, open, "approve")
	assert.True(t, strings.HasSuffix(open, "install --url http://127.0.0.1:8787/mcp HOST\n"), open)
}
