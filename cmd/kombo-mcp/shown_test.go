package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

// hostile is a name that clears a terminal, writes to its clipboard, rings, moves up,
// reverses letters, hides some, and begins lines of its own, with ESC and without.
const hostile = "Evil\x1b[2J\x1b]52;c;aGk=\x07\u009b31m\x9b2J\u202eGmbH\u200b\u2028fail\r\nok    journal      forged\x7f\x08\U000e0041\ufeff"

// assertHarmless asserts that a terminal acts on nothing of an output.
func assertHarmless(t *testing.T, name string, out output) {
	t.Helper()
	for _, text := range []string{out.stdout, out.stderr} {
		for _, r := range text {
			if r != '\n' && actsOnTerminal(r) {
				assert.Fail(t, "a terminal acts on it", "%s: %U in %q", name, r, text)
				return
			}
		}
		assert.NotRegexp(t, `(?m)^(ok|fail) +journal +forged`, text, name)
		assert.NotContains(t, text, "\x9b", name)
	}
}

func TestShownTextIsReadBackFromJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{hostile, "plain", "ÅßŁ 漢字 عربي 👩\u200d🚀 क्\u200dष", "\U000e0041\U0010ffff\x00"} {
		text = strings.ToValidUTF8(text, "\ufffd")
		raw, err := json.Marshal(text)
		require.NoError(t, err)
		var back string
		require.NoError(t, json.Unmarshal([]byte(shown(string(raw))), &back))
		assert.Equal(t, text, back)
		assert.Equal(t, shown(text), shown(shown(text)))
	}
	assert.Equal(t, "a\n\tb 👩‍🚀", shown("a\n\tb 👩‍🚀"), "line breaks and joiners stay")
}

// TestNoCommandPrintsWhatATerminalActsOn has the name in the integration, in records, in
// errors of the ATS, in the journal and in arguments.
func TestNoCommandPrintsWhatATerminalActsOn(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, func(u *upstream) {
		u.spoil = func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			u.Sandbox.ServeHTTP(rec, r)
			var body any
			if json.Unmarshal(rec.Body.Bytes(), &body) != nil {
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(rec.Code)
			raw, err := json.Marshal(named(body))
			assert.NoError(t, err)
			_, _ = w.Write(raw)
		}
	})
	env := u.environment(t)
	path := noted(t, once.Intent{Tenant: "acme", Subject: hostile, Client: hostile})
	for _, args := range [][]string{
		{"doctor"}, {"doctor", "--json"},
		{"call", "get_jobs", `{"limit": 3}`}, {"call", "--json", "get_jobs", `{"limit": 3}`},
		{"call", "get_candidates", `{"limit": 2, "view": "record"}`}, {"call", "get_integration"},
		{"call", hostile}, {"call", "get_jobs", `{"` + "\x1b\u202e" + `": 1}`}, {"call", "get_jobs", hostile},
		{"call", "--log-level", "debug", "get_jobs", `{"limit": 1}`},
		{"journal", "show", "--journal", path}, {"journal", "show", "--json", "--journal", path},
		{"journal", "verify", "--journal", path}, {"journal", "show", "--since", hostile}, {"journal", hostile},
		{"journal", "accept", "--journal", filepath.Join(t.TempDir(), "\x1b[2Jx.jsonl")},
		{"tools", hostile}, {"install", hostile}, {"token", "--name", hostile}, {"approve", hostile},
		{"--" + hostile}, {hostile}, {"--integration-id", hostile, "doctor"}, {"--tenants", hostile, "--transport", "http"},
	} {
		args = cleanArguments(args)
		out := run(t, env, "", args...)
		assertHarmless(t, strings.Join(args, " "), out)
		assert.NotEmpty(t, out.stdout+out.stderr, "%q", args)
	}
	out := run(t, env, "", "doctor")
	assert.Equal(t, 8, strings.Count(out.stdout, "\n"), "a line a check")
	assert.Contains(t, out.stdout, "Evil")
	shown := run(t, env, "", "journal", "show", "--journal", path)
	assert.Equal(t, 3, strings.Count(shown.stdout, "\n"), shown.stdout)
}

// cleanArguments drops what no argument of a process can hold.
func cleanArguments(args []string) (out []string) {
	for _, a := range args {
		out = append(out, strings.ReplaceAll(a, "\x00", ""))
	}
	return out
}

// named returns JSON with every name in it replaced.
func named(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = named(v[i])
		}
	case map[string]any:
		for key, value := range v {
			switch _, text := value.(string); {
			case text && (strings.Contains(key, "name") || key == "label" || key == "description"):
				v[key] = hostile
			default:
				v[key] = named(value)
			}
		}
	}
	return v
}
