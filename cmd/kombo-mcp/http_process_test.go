package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
)

// served is a server over HTTP in a process of its own.
type served struct {
	*process
	base   string
	client *http.Client
}

var servingOn = regexp.MustCompile(`serving [a-z ]+ on (\S+)`)

// serveProcess starts a server on a free port and waits until it listens.
func serveProcess(t *testing.T, env []string, args ...string) *served {
	t.Helper()
	p := start(t, env, append([]string{"--transport=http,sse", "--listen=127.0.0.1:0"}, args...)...)
	var found []string
	require.Eventually(t, func() bool {
		found = servingOn.FindStringSubmatch(p.stderr.String())
		return found != nil
	}, deadline, 5*time.Millisecond, "it does not listen")
	return &served{process: p, base: "http://" + found[1], client: &http.Client{Timeout: deadline}}
}

// reply is what one request came to.
type reply struct {
	status int
	header http.Header
	body   string
}

// send makes one request; headers are names and values in turn.
func (s *served) send(method, path, body string, headers ...string) reply {
	s.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, s.base+path, strings.NewReader(body))
	require.NoError(s.t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	resp, err := s.client.Do(r)
	require.NoError(s.t, err, s.stderr.String())
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	return reply{resp.StatusCode, resp.Header, string(raw)}
}

func message(id int, method string, params object) string {
	return said(object{"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

var greeting = message(1, "initialize", object{"protocolVersion": "2025-06-18", "capabilities": object{}, "clientInfo": object{"name": "test", "version": "1"}})

// open begins a session and gives the headers that belong to it.
func (s *served) open(headers ...string) []string {
	s.t.Helper()
	r := s.send(http.MethodPost, "/mcp", greeting, headers...)
	require.Equal(s.t, http.StatusOK, r.status, r.body)
	return append(headers, "Mcp-Session-Id", r.header.Get("Mcp-Session-Id"))
}

func (s *served) tool(session []string, name string, arguments object) reply {
	s.t.Helper()
	return s.send(http.MethodPost, "/mcp", message(2, "tools/call", object{"name": name, "arguments": arguments}), session...)
}

func bearer(token string) []string { return []string{"Authorization", "Bearer " + token} }

const (
	tokenOfOne = "kmcp_the-token-of-the-first-tenant-0001"
	tokenOfTwo = "kmcp_the-token-of-the-second-tenant-002"
)

// tenantsFile writes tenants, each a name, a token and further lines.
func tenantsFile(t *testing.T, path string, list ...[]string) string {
	t.Helper()
	if path == "" {
		path = filepath.Join(t.TempDir(), "tenants.yaml")
	}
	var b strings.Builder
	b.WriteString("tenants:\n")
	for _, one := range list {
		b.WriteString("  - name: " + one[0] + "\n")
		if one[1] != "" {
			b.WriteString("    token_sha256: " + tenants.Hash(one[1]) + "\n")
		}
		for _, line := range one[2:] {
			b.WriteString("    " + line + "\n")
		}
	}
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	return path
}

func TestServingToOthersIsRefusedUntilItIsSafe(t *testing.T) {
	t.Parallel()
	cert, key := selfSigned(t, "one")
	everywhere := []string{"--sandbox", "--transport=http", "--listen=0.0.0.0:0"}
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte(tokenOfOne+"\n"), 0o600))
	for name, c := range map[string]struct {
		env, args, says []string
	}{
		"without authentication":          {nil, append(everywhere, "--behind-tls-proxy"), []string{"KOMBO_AUTH_TOKEN", "--tenants", "--oidc-issuer", "127.0.0.1"}},
		"without TLS":                     {nil, append(everywhere, "--auth-token-file="+token), []string{"--tls-cert", "--behind-tls-proxy", "127.0.0.1"}},
		"with half of TLS":                {nil, append(everywhere, "--auth-token-file="+token, "--tls-cert="+cert), []string{"--tls-key"}},
		"with a key of nothing":           {nil, append(everywhere, "--auth-token-file="+token, "--tls-cert="+key, "--tls-key="+cert), []string{"TLS certificate"}},
		"with a token easily guessed":     {[]string{"KOMBO_AUTH_TOKEN=short"}, append(everywhere, "--behind-tls-proxy"), []string{"KOMBO_AUTH_TOKEN", "guessed"}},
		"with files":                      {nil, []string{"--sandbox", "--transport=http", "--files=."}, []string{"--files", "stdio"}},
		"with stdio beside":               {nil, []string{"--sandbox", "--transport=http,stdio"}, []string{"--transport"}},
		"with an audience of no issuer":   {nil, []string{"--sandbox", "--transport=http", "--oidc-audience=x"}, []string{"--oidc-issuer"}},
		"with an issuer for nobody":       {nil, []string{"--sandbox", "--transport=http", "--oidc-issuer=https://login.example.com", "--oidc-audience=x"}, []string{"--tenants"}},
		"at an address that is none":      {nil, []string{"--sandbox", "--transport=http", "--listen=nowhere:-1"}, []string{"--listen"}},
		"with tenants that are not there": {nil, []string{"--sandbox", "--transport=http", "--tenants=missing.yaml"}, []string{"--tenants", "missing.yaml"}},
	} {
		o := run(t, environment(t, c.env...), "", c.args...)
		assert.Equal(t, exitUsage, o.code, name)
		assert.Empty(t, o.stdout, name)
		for _, words := range c.says {
			assert.Contains(t, o.stderr, words, name)
		}
		assert.NotContains(t, o.stderr, tokenOfOne, name)
	}
}

func TestAServerOverHTTPEndsWellOnSIGTERMWithItsCallsAnswered(t *testing.T) {
	t.Parallel()
	asked, goOn := make(chan struct{}, 10), make(chan struct{})
	u := serveUpstream(t, func(u *upstream) {
		u.spoil = func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/tags") {
				asked <- struct{}{}
				<-goOn
			}
		}
	})
	s := serveProcess(t, u.environment(t))
	session := s.open()
	answered := make(chan reply, 1)
	go func() { answered <- s.tool(session, "get_tags", object{"limit": 1}) }()
	<-asked
	// A stream of the older transport is told that it ends.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.base+"/sse", nil)
	require.NoError(t, err)
	resp, err := s.client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	events := bufio.NewReader(resp.Body)
	_, err = events.ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool { return s.send(http.MethodPost, "/mcp", greeting).status == http.StatusServiceUnavailable }, deadline, 10*time.Millisecond)
	close(goOn)
	got := <-answered
	assert.Equal(t, http.StatusOK, got.status)
	assert.Contains(t, got.body, "structuredContent")
	_, err = io.ReadAll(events)
	assert.NoError(t, err)
	assert.Empty(t, s.end(10*time.Second))
	assert.Equal(t, 0, s.cmd.ProcessState.ExitCode())
}

func TestACertificateIsReadAgainWhenItChanges(t *testing.T) {
	t.Parallel()
	cert, key := selfSigned(t, "first")
	s := serveProcess(t, environment(t, "KOMBO_AUTH_TOKEN="+tokenOfOne), "--sandbox", "--tls-cert="+cert, "--tls-key="+key)
	name := func() string {
		d := &tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // the name is looked at, not trusted
		c, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(s.base, "http://"))
		require.NoError(t, err)
		defer func() { assert.NoError(t, c.Close()) }()
		state := c.(*tls.Conn).ConnectionState()
		assert.GreaterOrEqual(t, state.Version, uint16(tls.VersionTLS12))
		return state.PeerCertificates[0].Subject.CommonName
	}
	assert.Equal(t, "first", name())
	nextCert, nextKey := selfSigned(t, "second")
	require.NoError(t, os.WriteFile(cert, []byte("half"), 0o600))
	assert.Equal(t, "first", name(), "while the files are replaced")
	require.NoError(t, os.Rename(nextKey, key))
	require.NoError(t, os.Rename(nextCert, cert))
	assert.Eventually(t, func() bool { return name() == "second" }, deadline, 50*time.Millisecond)
	old := &tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}} //nolint:gosec // it has to be refused
	_, err := old.DialContext(t.Context(), "tcp", strings.TrimPrefix(s.base, "http://"))
	assert.Error(t, err)
}
