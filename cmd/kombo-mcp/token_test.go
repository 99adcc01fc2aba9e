package main

import (
	"bytes"
	"encoding/json"
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

func TestATokenOpensWhatItsHashIsWrittenInto(t *testing.T) {
	made := run(t, environment(t), "", "token")
	require.Equal(t, 0, made.code, made.stderr)
	m := regexp.MustCompile(`^token: (\S+)\n(token_sha256: \["[0-9a-f]{64}"\])\n$`).FindStringSubmatch(made.stdout)
	require.NotNil(t, m, made.stdout)
	assert.NotEqual(t, made.stdout, run(t, environment(t), "", "token").stdout, "each is another")

	file := filepath.Join(t.TempDir(), "tenants.yaml")
	require.NoError(t, os.WriteFile(file, []byte("tenants:\n  - name: acme\n    integration_id: greenhouse:1\n    "+m[2]+"\n"), 0o600))
	set, err := tenants.Load(file, app.Vocabulary())
	require.NoError(t, err)
	found, ok := set.ByToken(m[1])
	require.True(t, ok)
	assert.Equal(t, "acme", found.Name)

	for _, given := range []string{m[1], m[1] + "\n"} {
		hashed := run(t, environment(t), given, "token", "--hash")
		require.Equal(t, 0, hashed.code, hashed.stderr)
		assert.Equal(t, m[2]+"\n", hashed.stdout)
	}
}

func TestATokenWithANameStandsWhereTheFileTakesIt(t *testing.T) {
	caller := run(t, environment(t), "", "token", "--name=bot.1")
	approver := run(t, environment(t), "", "token", "--approver", "--name", "anna")
	line := regexp.MustCompile(`^token: (\S+)\n(\S.*)\n$`)
	c, a := line.FindStringSubmatch(caller.stdout), line.FindStringSubmatch(approver.stdout)
	require.NotNil(t, c, caller)
	require.NotNil(t, a, approver)
	file := filepath.Join(t.TempDir(), "tenants.yaml")
	require.NoError(t, os.WriteFile(file, []byte("tenants:\n  - name: acme\n    integration_id: greenhouse:1\n    "+c[2]+"\n    "+a[2]+"\n"), 0o600))
	set, err := tenants.Load(file, app.Vocabulary())
	require.NoError(t, err)
	_, ok := set.ByToken(c[1])
	assert.True(t, ok)
	assert.Equal(t, "bot.1", set.TokenName(c[1]))
	_, name, ok := set.ByApprover(a[1])
	assert.True(t, ok)
	assert.Equal(t, "anna", name)

	var out bytes.Buffer
	require.NoError(t, printToken(&out, strings.NewReader("0123456789abcdef0123456789"), tokenOptions{json: true, hash: true, approver: true, name: "anna"}))
	assert.JSONEq(t, `{"approvers":[{"name":"anna","sha256":"`+tenants.Hash("0123456789abcdef0123456789")+`"}]}`, out.String())
	for says, o := range map[string]tokenOptions{"--approver needs --name": {approver: true}, "--name: \"a b\" is not a valid name": {name: "a b"}} {
		assert.ErrorContains(t, printToken(&out, nil, o), says)
	}
}

func TestATokenAsJSON(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, printToken(&out, nil, tokenOptions{json: true}))
	var got map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &got))
	assert.Equal(t, []any{tenants.Hash(got["token"].(string))}, got["token_sha256"])
	out.Reset()
	require.NoError(t, printToken(&out, strings.NewReader("0123456789abcdef0123456789"), tokenOptions{json: true, hash: true}))
	assert.NotContains(t, out.String(), "0123456789abcdef0123456789")
	assert.Contains(t, out.String(), tenants.Hash("0123456789abcdef0123456789"))
}

func TestATokenThatCouldBeGuessedIsNotHashed(t *testing.T) {
	for says, input := range map[string]string{"shorter than 20 characters": "guess-me", "letters, digits": "a token with spaces in it"} {
		r := run(t, environment(t), input, "token", "--hash")
		assert.Equal(t, 2, r.code)
		assert.Contains(t, r.stderr, says)
		assert.Empty(t, r.stdout)
		assert.NotContains(t, r.stderr, input)
	}
	r := run(t, environment(t), "", "token", "0123456789abcdef0123456789")
	assert.Equal(t, 2, r.code)
	assert.NotContains(t, r.stderr, "0123456789abcdef0123456789", "an argument may be a token")
}
