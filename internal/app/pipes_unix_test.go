//go:build unix

package app

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// pipe is the path of a pipe that nobody writes to.
func pipe(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	return path
}

// within is the error of fn, which may take a second.
func within(t *testing.T, fn func() error) error {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- fn() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(time.Second):
		require.Fail(t, "it waits for the other end of the pipe")
		return nil
	}
}

// TestAPipeInThePlaceOfAFileStopsTheStartAtOnce: for each setting that names a file.
func TestAPipeInThePlaceOfAFileStopsTheStartAtOnce(t *testing.T) {
	written := func(text string) string {
		path := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	inKombo := func(s *Settings) { s.Sandbox, s.IntegrationID = false, "greenhouse:1" }
	for name, tt := range map[string]struct {
		variable string
		change   func(t *testing.T, s *Settings, pipe string)
	}{
		"--files":               {change: func(_ *testing.T, s *Settings, pipe string) { s.Files = pipe }},
		"--tenants":             {change: func(_ *testing.T, s *Settings, pipe string) { s.Tenants = pipe }},
		"--auth-token-file":     {change: func(_ *testing.T, s *Settings, pipe string) { s.AuthTokenFile = pipe }},
		"--approver-token-file": {change: func(_ *testing.T, s *Settings, pipe string) { s.ApproverTokenFile = pipe }},
		"--tls-cert":            {change: func(_ *testing.T, s *Settings, pipe string) { s.TLSCert, s.TLSKey = pipe, written("key") }},
		"--tls-key":             {change: func(_ *testing.T, s *Settings, pipe string) { s.TLSCert, s.TLSKey = written("certificate"), pipe }},
		"--journal":             {change: func(_ *testing.T, s *Settings, pipe string) { s.Journal = pipe }},
		"KOMBO_API_KEY_FILE":    {"KOMBO_API_KEY_FILE", func(_ *testing.T, s *Settings, _ string) { inKombo(s) }},
		"KOMBO_AUTH_TOKEN_FILE": {"KOMBO_AUTH_TOKEN_FILE", func(*testing.T, *Settings, string) {}},
		"--secret-file": {"", func(t *testing.T, s *Settings, pipe string) {
			inKombo(s)
			s.SecretFile = pipe
			t.Setenv("KOMBO_API_KEY", "key")
		}},
		"api_key_file of a tenant": {change: func(t *testing.T, s *Settings, pipe string) {
			inKombo(s)
			t.Setenv("KOMBO_API_KEY", "key")
			s.Tenants = written("tenants:\n  - {name: a, integration_id: \"greenhouse:1\", api_key_file: " + pipe + ", token_sha256: [" + tenants.Hash(tenants.NewToken()) + "]}\n")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			path := pipe(t)
			s := over(TransportHTTP)
			s.Sandbox, s.Applications, s.Listen = true, 10, "127.0.0.1:0"
			tt.change(t, &s, path)
			if tt.variable != "" {
				t.Setenv(tt.variable, path)
			}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			err := within(t, func() error { return ServeHTTP(ctx, s, Options{}, func(Listening) { stop() }) })
			require.Error(t, err)
			if name != "--files" {
				assert.ErrorContains(t, err, "regular file")
			}
		})
	}
}

func TestAPipeInTheFolderOfFilesIsRefusedAtOnce(t *testing.T) {
	path := pipe(t)
	box, err := opened(t, func(s *Settings) { s.Files = filepath.Dir(path) }).Toolbox()
	require.NoError(t, err)
	for name, file := range map[string]any{"the file": map[string]any{"path": "pipe", "type": "CV"}, "none like it": map[string]any{"path": "pipes", "type": "CV"}} {
		require.ErrorContains(t, within(t, func() error {
			_, err := box.Run(t.Context(), tools.Caller{}, "add_application_attachment", map[string]any{"application_id": "a", "attachment": file})
			return err
		}), "path", name)
	}
}
