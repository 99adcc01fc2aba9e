package tenants

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheExampleOfANewFileIsValid(t *testing.T) {
	t.Parallel()
	all := Vocabulary{
		Tools: []string{"get_offers"}, Redact: []string{"contact"},
		Writes: []string{"confirm"}, Fallback: []string{"preview"},
	}
	example := regexp.MustCompile(`(?m)^  # `).ReplaceAllString(starter, "  ")
	s, err := Load(written(t, example), all)
	require.NoError(t, err)
	require.Len(t, s.Tenants(), 1)
	assert.True(t, s.Tenants()[0].ReadOnly)
	// What is commented out twice is valid as well.
	s, err = Load(written(t, strings.ReplaceAll(example, "# claims:", "claims:")), all)
	require.NoError(t, err)
	assert.True(t, s.UsesClaims())
}

func TestCreateOverwritesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tenants.yaml")
	require.NoError(t, Create(path))
	if runtime.GOOS != "windows" {
		fi, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), fi.Mode().Perm())
	}
	require.NoError(t, os.WriteFile(path, []byte("mine"), 0o600))
	require.ErrorIs(t, Create(path), os.ErrExist)
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(raw))
}

func another(name string) *Tenant {
	return &Tenant{Name: name, Integration: "greenhouse:" + name, TokenSHA256: []string{Hash(name)}, ReadOnly: true, Redact: []string{"name"}}
}

func TestAddKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]string{
		"the starter":             starter,
		"nothing":                 "",
		"comments alone":          "# whose file this is\n",
		"a tenant":                tenant("read_only: true # for now") + "\n  # the end\n",
		"no last line break":      strings.TrimSuffix(tenant("read_only: true"), "\n"),
		"a list without indent":   "tenants:\n- name: acme\n  token_sha256: " + Hash("a") + "\n  integration_id: x\n",
		"a list with much indent": "tenants:\n      - name: acme\n        token_sha256: " + Hash("a") + "\n        integration_id: x\n",
		"line breaks of Windows":  strings.ReplaceAll(tenant("read_only: true"), "\n", "\r\n"),
		"tenants in braces":       "tenants:\n  - {name: acme, integration_id: x, token_sha256: " + Hash("a") + "}\n",
		"a byte order mark":       "\ufeff" + tenant("read_only: true"),
	} {
		path := written(t, before)
		old, _, err := Check(path, words)
		require.NoError(t, err)
		want := 2
		if old != nil {
			want += len(old.Tenants())
		}
		for _, added := range []string{"globex", "initech"} {
			require.NoError(t, Add(path, another(added), words), name)
		}
		s, err := Load(path, words)
		require.NoError(t, err, name)
		assert.Len(t, s.Tenants(), want, name)
		assert.Equal(t, another("initech"), s.Tenants()[want-1], name)
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(string(raw), before), name)
		if strings.Contains(before, "\r\n") {
			assert.Equal(t, strings.Count(string(raw), "\n"), strings.Count(string(raw), "\r\n"), name)
		}
	}
}

func TestAddRefusesAndLeavesTheFileAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before string
		tenant *Tenant
		says   string
	}{
		"the same name":     {tenant(), another("ACME"), "name: line 2 has this name already"},
		"a bad name":        {tenant(), another("a b"), `"a b" is not a valid name`},
		"a bad word":        {tenant(), &Tenant{Name: "b", Integration: "x", TokenSHA256: []string{Hash("b")}, Writes: "yes"}, "writes: \"yes\" is not valid; it must be one of allow, confirm, deny"},
		"a file with error": {tenant("read_only_: true"), another("b"), `unknown key "read_only_"`},
		"brackets":          {"tenants: []\n", another("b"), "brackets or braces"},
		"braces":            {"{tenants: [{name: a}]}\n", another("b"), "brackets or braces"},
		"another document":  {tenant() + "...\n", another("b"), "more than one document"},
		"another key":       {"servers: []\n", another("b"), "must have tenants:"},
		"no YAML":           {"tenants: [\n", another("b"), "line"},
	} {
		path := written(t, c.before)
		require.ErrorContains(t, Add(path, c.tenant, words), c.says, name)
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, c.before, string(raw), name)
	}
	require.ErrorContains(t, Add(filepath.Join(t.TempDir(), "none"), another("b"), words), "cannot be read")
}

func TestCheckReturnsEveryProblem(t *testing.T) {
	t.Parallel()
	content := "tenants:\n" + strings.Repeat("  - {}\n", maxProblems)
	path := written(t, content)
	s, problems, err := Check(path, words)
	require.NoError(t, err)
	assert.Nil(t, s)
	assert.Len(t, problems, 3*maxProblems)
	assert.Equal(t, Problem{File: path, Line: 2, Text: "tenant 1: name is missing"}, problems[0])
	_, err = Load(path, words)
	require.ErrorContains(t, err, "and 40 more problems")
}
