package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// examine runs the doctor and gives its checks by name.
func examine(t *testing.T, env []string, args ...string) (map[string]check, output) {
	t.Helper()
	out := run(t, env, "", append([]string{"doctor", "--json"}, args...)...)
	var list []check
	require.NoError(t, json.Unmarshal([]byte(out.stdout), &list), out.stdout+out.stderr)
	checks := map[string]check{}
	failed := false
	for _, c := range list {
		checks[c.Name] = c
		assertSentence(t, c.Says)
		failed = failed || c.State == checkFail
	}
	require.Len(t, checks, 8)
	assert.Equal(t, map[bool]int{true: exitRefused}[failed], out.code)
	return checks, out
}

// passing has the upstream answer all as the sandbox does; that requests carry
// the integration is not looked at, since two of the doctor's need none.
func passing(u *upstream) {
	u.spoil = func(w http.ResponseWriter, r *http.Request) { u.Sandbox.ServeHTTP(w, r) }
}

func TestTheDoctorFindsNothingWhereAllIsWell(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, passing)
	checks, _ := examine(t, u.environment(t))
	for name, c := range checks {
		assert.Equal(t, checkOK, c.State, "%s: %s", name, c.Says)
	}
	assert.Contains(t, checks["key"].Says, "from KOMBO_API_KEY")
	assert.Contains(t, checks["integration"].Says, "Talent Example GmbH")
	assert.Regexp(t, `one record of jobs in \d+ ms`, checks["read"].Says)
	for _, e := range u.exchanges() {
		assert.Equal(t, http.MethodGet, e.method, "it only reads")
	}

	plain := run(t, u.environment(t), "", "doctor")
	assert.Equal(t, 0, plain.code, plain.stderr)
	assert.Equal(t, 8, strings.Count(plain.stdout, "\n"), "a line a check")
	assert.NotContains(t, plain.stdout+plain.stderr, "\x1b", "no colours and no progress where no terminal is")
	assert.NotContains(t, plain.stdout, u.APIKey())

	made, _ := examine(t, environment(t), "--sandbox")
	for name, c := range made {
		assert.Equal(t, checkOK, c.State, name)
	}
}

// answering spoils the answers at a path.
func answering(path string, status int, body any) func(*upstream) {
	return func(u *upstream) {
		u.spoil = func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(r.URL.Path, path) {
				u.Sandbox.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(body)
		}
	}
}

func kombosError(code kombo.Code) object {
	return object{"status": "error", "error": object{"code": code, "title": "t", "message": "Kombo's words.", "log_url": nil}}
}

func TestEveryCodeIsSaidInWordsWithTheNextStep(t *testing.T) {
	t.Parallel()
	for code, want := range map[kombo.Code]struct {
		status int
		says   string
	}{
		kombo.CodeAuthenticationInvalid:            {401, "correct KOMBO_API_KEY"},
		kombo.CodeIPNotWhitelisted:                 {403, "must add it"},
		kombo.CodeIntegrationNotFound:              {404, "check KOMBO_INTEGRATION_ID"},
		kombo.CodeIntegrationAuthenticationInvalid: {403, "must reconnect"},
		kombo.CodePermissionMissing:                {403, "administrator of the ATS must grant"},
		kombo.CodeQAFailed:                         {409, "staff must step in"},
		kombo.CodeSetupSyncPending:                 {409, "Try again later"},
		kombo.CodeSetupIncomplete:                  {409, "must finish it in Kombo"},
		kombo.CodeIntegrationInactive:              {409, "must switch it on"},
		kombo.CodeModelNotAvailable:                {400, "not available"},
		kombo.CodeModelDisabled:                    {403, "scope settings"},
		kombo.CodeRemoteServiceUnavailable:         {503, "Try again in a few minutes"},
		kombo.CodeUnknownError:                     {500, "Kombo's support"},
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			path, name := "/ats/", "read"
			switch code {
			case kombo.CodeAuthenticationInvalid, kombo.CodeIPNotWhitelisted:
				path, name = "/check-api-key", "key"
			case kombo.CodeIntegrationNotFound:
				path, name = "/integrations/", "integration"
			}
			u := serveUpstream(t, answering(path, want.status, kombosError(code)))
			checks, out := examine(t, u.environment(t))
			assert.Equal(t, checkFail, checks[name].State)
			assert.Contains(t, checks[name].Says, want.says)
			assert.Contains(t, checks[name].Says, string(code))
			assert.NotContains(t, out.stdout+out.stderr, u.APIKey())
			if name == "key" {
				assert.Equal(t, checkSkip, checks["read"].State)
			}
		})
	}
}

func TestEveryStateOfAnIntegrationIsSaidInWords(t *testing.T) {
	t.Parallel()
	off := object{"id": "ats_offers", "label": "Offers", "is_available": false, "coverage_status": "UNSUPPORTED"}
	on := object{"id": "ats_candidates", "label": "Candidates", "is_available": true}
	for name, c := range map[string]struct {
		in                object
		check, state, say string
	}{
		"credentials": {object{"status": "INVALID"}, "integration", checkFail, "must reconnect"},
		"off":         {object{"status": "INACTIVE"}, "integration", checkFail, "must switch it on"},
		"unfinished":  {object{"setup_status": "INCOMPLETE"}, "integration", checkFail, "must finish the steps"},
		"first copy":  {object{"setup_status": "FINAL_SYNC_PENDING"}, "integration", checkWarn, "Wait, and run this again"},
		"stale":       {object{"data_expired_at": "2026-11-01T00:00:00Z"}, "integration", checkWarn, "Wait for the next sync"},
		"another":     {object{"category": "HRIS"}, "integration", checkFail, "Use one of an applicant tracking system"},
		"in part":     {object{"read_models": []any{off, on}}, "permissions", checkWarn, "Offers (the ATS cannot)"},
		"nothing":     {object{"read_models": []any{off}}, "permissions", checkFail, "0 of 1 kinds"},
		"untold":      {object{}, "permissions", checkWarn, "does not say"},
		"disabled":    {object{"read_models": []any{on}, "write_actions": []any{object{"label": "Reject", "scope_config_setting": "DISABLED"}}}, "permissions", checkWarn, "Reject (switched off)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := object{"id": "x:y", "tool": object{"id": "x", "label": "X"}, "category": "ATS", "status": "ACTIVE", "setup_status": "COMPLETED"}
			maps.Copy(in, c.in)
			u := serveUpstream(t, answering("/integrations/", 200, object{"status": "success", "data": in}))
			checks, _ := examine(t, u.environment(t))
			got := checks[c.check]
			assert.Equal(t, c.state, got.State)
			assert.Contains(t, got.Says+" "+got.Next, c.say)
		})
	}
}

func TestTheDoctorLooksAtTheMachine(t *testing.T) {
	t.Parallel()
	t.Run("the clock", func(t *testing.T) {
		t.Parallel()
		for off, state := range map[time.Duration]string{time.Minute: checkWarn, time.Hour: checkFail} {
			u := serveUpstream(t, func(u *upstream) {
				u.spoil = func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Date", time.Now().Add(-off).UTC().Format(http.TimeFormat))
					u.Sandbox.ServeHTTP(w, r)
				}
			})
			checks, _ := examine(t, u.environment(t))
			assert.Equal(t, state, checks["clock"].State)
			assert.Contains(t, checks["clock"].Says, fmt.Sprint(off.Truncate(time.Minute))[:2])
		}
	})
	t.Run("the proxy", func(t *testing.T) {
		t.Parallel()
		u := serveUpstream(t, passing)
		proxy := httptest.NewServer(u)
		defer proxy.Close()
		through := strings.Replace(proxy.URL, "http://", "http://ada:sekret@", 1)
		env := append(u.environment(t), "HTTP_PROXY="+through, "KOMBO_BASE_URL=http://kombo.invalid/v1")
		checks, out := examine(t, env)
		assert.Equal(t, checkOK, checks["proxy"].State, checks["key"].Says)
		assert.Contains(t, checks["proxy"].Says, "requests go through "+proxy.URL)
		assert.NotContains(t, out.stdout, "sekret")
		proxy.Close()
		checks, _ = examine(t, env)
		assert.Equal(t, checkWarn, checks["proxy"].State)
		assert.Equal(t, checkFail, checks["key"].State)
		assert.Contains(t, checks["key"].Says, "could not be reached")
	})
	t.Run("a key that others can read", func(t *testing.T) {
		t.Parallel()
		u := serveUpstream(t, passing)
		file := filepath.Join(t.TempDir(), "key")
		require.NoError(t, os.WriteFile(file, []byte(u.APIKey()), 0o644))
		env := slices.DeleteFunc(u.environment(t), func(e string) bool { return strings.HasPrefix(e, "KOMBO_API_KEY=") })
		checks, _ := examine(t, append(env, "KOMBO_API_KEY_FILE="+file))
		assert.Equal(t, checkWarn, checks["key"].State)
		assert.Contains(t, checks["key"].Next, "chmod 600")
	})
	t.Run("the journal", func(t *testing.T) {
		t.Parallel()
		u := serveUpstream(t, passing)
		env := u.environment(t)
		s := connect(t, env)
		a, _ := u.undecided(t)
		s.ok("add_application_note", object{"application_id": a[0].ID, "content": "x"})
		checks, _ := examine(t, env)
		assert.Regexp(t, `\d+ lines, intact`, checks["journal"].Says)
		path := journalOf(t, env)
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, bytes.Replace(raw, []byte("add_application_note"), []byte("add_application_nose"), 1), 0o600))
		checks, _ = examine(t, env)
		assert.Equal(t, checkFail, checks["journal"].State)
		require.NoError(t, os.Chmod(path, 0o644))
		checks, _ = examine(t, env)
		assert.Equal(t, checkWarn, checks["journal"].State)
		checks, _ = examine(t, env, "--journal", filepath.Join(path, "below", "a", "file"))
		assert.Equal(t, checkFail, checks["journal"].State)
		assert.Contains(t, checks["journal"].Next, "--read-only")
		checks, _ = examine(t, env, "--journal", "-")
		assert.Equal(t, checkOK, checks["journal"].State)
	})
	t.Run("no key, no integration, no region", func(t *testing.T) {
		t.Parallel()
		checks, _ := examine(t, environment(t))
		assert.Contains(t, checks["key"].Says, "no API key")
		u := serveUpstream(t, passing)
		checks, _ = examine(t, append(u.environment(t), "KOMBO_INTEGRATION_ID="))
		assert.Contains(t, checks["integration"].Says, "Set KOMBO_INTEGRATION_ID")
		checks, _ = examine(t, environment(t), "--region", "mars")
		assert.Equal(t, checkFail, checks["region"].State)
	})
}

func TestColoursAndProgressAreForTerminals(t *testing.T) {
	var b bytes.Buffer
	checks := []check{{"a", checkOK, "fine.", ""}, {"b", checkFail, "bad.", "Mend it."}, {"c", checkSkip, "not.", ""}}
	require.NoError(t, printChecks(&b, checks, true))
	assert.Equal(t, "\x1b[32mok  \x1b[0m  a            fine.\n\x1b[31mfail\x1b[0m  b            bad. Mend it.\nskip  c            not.\n", b.String())
	assert.False(t, colourful(&b, func(string) string { return "" }))
	p := newProgress(&b)
	b.Reset()
	p.say("x")
	p.done()
	assert.Empty(t, b.String())
	shown := &progressLine{w: &b}
	shown.say("1 read")
	shown.say("2 read")
	shown.done()
	shown.say("3 read")
	assert.Equal(t, "\r\x1b[K1 read\r\x1b[K", b.String(), "not every step, and nothing is left")
	b.Reset()
	ended := (&progressLine{w: &b}).waiting("reading")
	time.Sleep(2 * progressDelay)
	ended()
	assert.Regexp(t, `^\r\x1b\[Kreading … 0 s.*\r\x1b\[K$`, b.String())
}

func TestWhatPrintsPrintsJSON(t *testing.T) {
	t.Parallel()
	out := run(t, environment(t), "", "demo", "--json", "--today", "2026-11-24")
	require.Equal(t, 0, out.code, out.stderr)
	lines := strings.Split(strings.TrimSpace(out.stdout), "\n")
	require.Len(t, lines, len(demoSteps))
	for _, l := range lines {
		var step struct{ Ask, Tool, Answer string }
		require.NoError(t, json.Unmarshal([]byte(l), &step))
		assert.NotEmpty(t, step.Answer)
	}
	p := start(t, environment(t), "sandbox", "--json", "--listen", "127.0.0.1:0")
	var settings map[string]string
	require.NoError(t, json.NewDecoder(p.stdout).Decode(&settings))
	assert.Contains(t, settings["KOMBO_BASE_URL"], "http://127.0.0.1:")
}

func TestTheDoctorEndsWithWhereToReadOn(t *testing.T) {
	t.Parallel()
	r := run(t, environment(t), "", "doctor")
	assert.Equal(t, exitRefused, r.code)
	assert.True(t, strings.HasSuffix(r.stdout, "\nBy symptom: "+troubleshooting+"\n"), r.stdout)
	_, err := os.Stat(filepath.Join("..", "..", strings.TrimPrefix(troubleshooting, "https://github.com/kombo-mcp/kombo-mcp/blob/main/")))
	require.NoError(t, err)
	assert.NotContains(t, run(t, environment(t), "", "doctor", "--json").stdout, troubleshooting)
}
