package app

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
)

func over(transports ...string) Settings {
	s := Defaults()
	s.Transports = transports
	return s
}

func TestTheDefaultsAreValidForEveryTransport(t *testing.T) {
	for _, transports := range [][]string{nil, {"stdio"}, {"http"}, {"sse"}, {"http", "sse"}} {
		s := over(transports...)
		require.NoError(t, s.Validate(), transports)
		s.Sandbox, s.Region = true, "nowhere"
		require.NoError(t, s.Validate(), "the sandbox has no region")
	}
}

func TestAWrongSettingIsRefusedByTheNameOfItsFlag(t *testing.T) {
	for flag, set := range map[string][]func(*Settings){
		"--transport":             {func(s *Settings) { s.Transports = []string{"smoke"} }, func(s *Settings) { s.Transports = []string{"stdio", "http"} }},
		"--region":                {func(s *Settings) { s.Region = "mars" }, func(s *Settings) { s.Region = "" }},
		"--applications":          {func(s *Settings) { s.Sandbox, s.Applications = true, 9 }, func(s *Settings) { s.Sandbox, s.Applications = true, 200_001 }},
		"--lag":                   {func(s *Settings) { s.Sandbox, s.Lag = true, -1 }},
		"--today":                 {func(s *Settings) { s.Sandbox, s.Today = true, "24.11.2026" }},
		"--timezone":              {func(s *Settings) { s.Timezone = "Mars" }},
		"--writes":                {func(s *Settings) { s.Writes = "perhaps" }},
		"--structured":            {func(s *Settings) { s.Structured = "perhaps" }},
		"--confirm-fallback":      {func(s *Settings) { s.ConfirmFallback = "perhaps" }},
		"--tools":                 {func(s *Settings) { s.Tools = []string{"get_job"} }},
		"--exclude-tools":         {func(s *Settings) { s.ExcludeTools = []string{"get_job"} }},
		"--redact":                {func(s *Settings) { s.Redact = []string{"contact", "shoe size"} }},
		"--walk-records":          {func(s *Settings) { s.WalkRecords = 0 }},
		"--walk-time":             {func(s *Settings) { s.WalkTime = 0 }},
		"--keep-mb":               {func(s *Settings) { s.KeepMB = -1 }},
		"--log-level":             {func(s *Settings) { s.LogLevel = "loud" }},
		"--max-writes-per-minute": {func(s *Settings) { s.MaxWritesPerMinute = 0 }},

		"--files":         {func(s *Settings) { *s = over("http"); s.Files = "." }},
		"--tls-cert":      {func(s *Settings) { *s = over("http"); s.TLSCert = "x" }, func(s *Settings) { *s = over("sse"); s.TLSKey = "x" }},
		"--oidc-audience": {func(s *Settings) { *s = over("http"); s.OIDCAudience = "x" }, func(s *Settings) { *s = over("http"); s.OIDCScopes = []string{"x"} }},
		"--oidc-issuer":   {func(s *Settings) { *s = over("http"); s.OIDCIssuer = "x" }},
		"--max-calls":     {func(s *Settings) { *s = over("http"); s.MaxCalls = 0 }},
	} {
		for i, wrong := range set {
			s := Defaults()
			wrong(&s)
			err := s.Validate()
			require.Error(t, err, "%s %d", flag, i)
			rest, named := strings.CutPrefix(err.Error(), flag)
			assert.True(t, named && strings.IndexAny(rest, " :") == 0, "%s %d: %v", flag, i, err)
			_, err = Open(t.Context(), s, Options{})
			require.Error(t, err, "%s %d", flag, i)
		}
	}
}

func TestTheFallbackIsAPreviewOnEveryTransport(t *testing.T) {
	for _, s := range []Settings{over(), over("stdio"), over("http", "sse")} {
		cfg, err := s.toolsConfig()
		require.NoError(t, err)
		assert.Equal(t, "preview", string(cfg.Fallback))
		s.ConfirmFallback = "deny"
		cfg, err = s.toolsConfig()
		require.NoError(t, err)
		assert.Equal(t, "deny", string(cfg.Fallback))
	}
}

// opened is an app on made-up data.
func opened(t *testing.T, change func(*Settings)) *App {
	t.Helper()
	s := Defaults()
	s.Sandbox, s.Applications = true, 10
	if change != nil {
		change(&s)
	}
	a, err := Open(t.Context(), s, Options{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, a.Close()) })
	return a
}

func TestATenantCanOnlyNarrowWhatTheServerOffers(t *testing.T) {
	const jobs, tags = "get_jobs", "get_tags"
	for name, tt := range map[string]struct{ server, tenant, want []string }{
		"the server's":              {[]string{jobs}, nil, []string{jobs}},
		"the tenant's":              {nil, []string{tags}, []string{tags}},
		"what both name":            {[]string{jobs, tags}, []string{tags}, []string{tags}},
		"nothing where they differ": {[]string{jobs}, []string{tags}, nil},
	} {
		a := opened(t, func(s *Settings) { s.Tools = tt.server })
		box, err := a.toolboxOf(t.Context(), &tenants.Tenant{Tools: tt.tenant})
		require.NoError(t, err, name)
		var got []string
		for _, tool := range box.Tools() {
			got = append(got, tool.Name())
		}
		assert.Equal(t, tt.want, got, name)
	}
	box, err := opened(t, func(s *Settings) { s.Tools = []string{} }).Toolbox()
	require.NoError(t, err)
	assert.NotEmpty(t, box.Tools(), "a flag that was not given chooses nothing")
}
