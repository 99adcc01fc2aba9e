package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
)

func TestATenantThatIsAddedMayCall(t *testing.T) {
	t.Parallel()
	file, env := filepath.Join(t.TempDir(), "tenants.yaml"), environment(t)
	made := run(t, env, "", "tenants", "init", file)
	require.Equal(t, 0, made.code, made.stderr)
	assert.Contains(t, made.stdout, "wrote "+file)
	again := run(t, env, "", "tenants", "init", file)
	assert.Equal(t, exitUsage, again.code)
	assert.Contains(t, again.stderr, "exists already, and is not overwritten")

	added := run(t, env, "", "tenants", "add", file, "acme", "--integration-id", "greenhouse:acme", "--read-only", "--approver=anna")
	require.Equal(t, 0, added.code, added.stderr)
	m := regexp.MustCompile(`^token: (\S+)\ntoken of approver anna: (\S+)\n$`).FindStringSubmatch(added.stdout)
	require.NotNil(t, m, added.stdout)
	second := run(t, env, "", "tenants", "add", "--json", "--integration-id=x", "--tools=get_jobs,get_tags", "--writes=confirm-all", file, "globex")
	var printed map[string]string
	require.NoError(t, json.Unmarshal([]byte(second.stdout), &printed), second.stderr)

	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	set, err := tenants.Load(file, app.Vocabulary())
	require.NoError(t, err)
	assert.Len(t, set.Tenants(), 2)
	for _, token := range []string{m[1], m[2], printed["token"]} {
		assert.NotContains(t, string(raw), token, "the file has hashes alone")
	}
	acme, ok := set.ByToken(m[1])
	require.True(t, ok)
	assert.True(t, acme.ReadOnly)
	_, name, ok := set.ByApprover(m[2])
	assert.True(t, ok)
	assert.Equal(t, "anna", name)
	globex, ok := set.ByToken(printed["token"])
	require.True(t, ok)
	assert.Equal(t, []string{"get_jobs", "get_tags"}, globex.Tools)

	s := serveProcess(t, env, "--sandbox", "--tenants="+file)
	s.open("Authorization", "Bearer "+m[1])
	assert.Equal(t, http.StatusUnauthorized, s.send(http.MethodPost, "/mcp", greeting).status)
	assert.Contains(t, s.stderr.String(), "callers: 2 tenants of tenants.yaml\n")
}

func TestATenantIsNotAddedByHalf(t *testing.T) {
	t.Parallel()
	file, env := filepath.Join(t.TempDir(), "tenants.yaml"), environment(t)
	require.NoError(t, tenants.Create(file))
	for says, args := range map[string][]string{
		"needs --integration-id":    {file, "acme"},
		"takes the file and":        {file, "--integration-id=x"},
		`"a b" is not a valid name`: {file, "a b", "--integration-id=x"},
		`"get_job" is not valid`:    {file, "acme", "--integration-id=x", "--tools=get_job"},
		"cannot be read":            {file + ".none", "acme", "--integration-id=x"},
	} {
		r := run(t, append(env, "KOMBO_INTEGRATION_ID=x"), "", append([]string{"tenants", "add"}, args...)...)
		assert.Equal(t, exitUsage, r.code, args)
		assert.Contains(t, r.stderr, says)
		assert.Empty(t, r.stdout, "no token is printed that does not count")
	}
}

// checked runs tenants check and returns its lines, with the exit code.
func checked(t *testing.T, env []string, args ...string) (string, int) {
	t.Helper()
	r := run(t, env, "", append([]string{"tenants", "check"}, args...)...)
	return r.stdout + r.stderr, r.code
}

func TestCheckNamesEveryProblemAndWarns(t *testing.T) {
	t.Parallel()
	file, env := filepath.Join(t.TempDir(), "tenants.yaml"), environment(t)
	require.NoError(t, os.WriteFile(file, []byte("tenants:\n  - name: acme\n    api_key: x\n  - {}\n"), 0o600))
	out, code := checked(t, env, file)
	assert.Equal(t, exitRefused, code)
	assert.Equal(t, 6, strings.Count(out, "fail  line "), out)
	assert.Contains(t, out, "line 3       tenant \"acme\": api_key: the key itself does not belong in this file")
	out, code = checked(t, env, "--json", file)
	assert.Equal(t, exitRefused, code)
	var list []check
	require.NoError(t, json.Unmarshal([]byte(out), &list))
	assert.Len(t, list, 6)

	require.NoError(t, os.WriteFile(file, []byte("tenants:\n  - {name: acme, integration_id: \"greenhouse:1\", token_sha256: "+tenants.Hash("x")+", confirm_fallback: allow, writes: allow}\n"+
		"  - {name: globex, integration_id: \"greenhouse:2\", subjects: bot, approvers: [{name: anna, sha256: "+tenants.Hash("y")+"}]}\n"), 0o600))
	out, code = checked(t, env, file)
	assert.Equal(t, 0, code, out)
	assert.Contains(t, out, "ok    acme         greenhouse:1, 1 token.\n")
	assert.Contains(t, out, "ok    globex       greenhouse:2, access tokens by claims, 1 approver.\n")
	assert.Contains(t, out, "the server needs --oidc-issuer")
	assert.Contains(t, out, "warn  acme         confirm_fallback: allow protects less than the server's preview.\n")
	assert.Contains(t, out, "warn  acme         writes: allow protects less than the server's confirm.\n")
	out, _ = checked(t, append(env, "KOMBO_CONFIRM_FALLBACK=allow", "KOMBO_WRITES=allow"), file)
	assert.NotContains(t, out, "warn", "the server protects no more")
	out, _ = checked(t, env, "--confirm-fallback=person", file)
	assert.Contains(t, out, "allow protects less than the server's person")
	assert.NotContains(t, out, "nobody", "globex has an approver, and acme a fallback of its own")
	if out, code = checked(t, env, file+".none"); assert.Equal(t, exitUsage, code) {
		assert.Contains(t, out, "cannot be read")
	}
}

func TestCheckAsksKomboForEachIntegration(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, passing)
	file := filepath.Join(t.TempDir(), "tenants.yaml")
	key := file + ".key"
	require.NoError(t, os.WriteFile(key, []byte("of-nobody"), 0o600))
	require.NoError(t, os.WriteFile(file, []byte("tenants:\n  - {name: acme, integration_id: \""+u.IntegrationID()+"\", token_sha256: "+tenants.Hash("x")+"}\n"+
		"  - {name: globex, integration_id: \"greenhouse:none\", token_sha256: "+tenants.Hash("y")+", api_key_file: "+key+"}\n"), 0o600))
	out, code := checked(t, u.environment(t), "--live", file)
	assert.Equal(t, exitRefused, code, out)
	assert.Regexp(t, `(?m)^ok    acme .*, 1 token\. .*Talent Example GmbH, active\.$`, out)
	assert.Regexp(t, `(?m)^fail  globex .*key`, out)
	assert.NotContains(t, out, "of-nobody")
	out, code = checked(t, u.environment(t), file)
	assert.Equal(t, 0, code, out)
	assert.NotContains(t, out, "Talent Example")
}
