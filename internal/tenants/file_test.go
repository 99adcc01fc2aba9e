package tenants

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

var words = Vocabulary{
	Tools: []string{"get_jobs", "get_users", "get_tags"}, Redact: []string{"contact", "name"},
	Writes: []string{"allow", "confirm", "deny"}, Fallback: []string{"preview", "deny"},
}

// written creates a tenants file that only its owner may read.
func written(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tenants.yaml")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func load(t *testing.T, content string) *Set {
	t.Helper()
	s, err := Load(written(t, content), words)
	require.NoError(t, err)
	return s
}

// problems returns the error of Load, without the file's folder.
func problems(t *testing.T, content string) string {
	t.Helper()
	path := written(t, content)
	s, err := Load(path, words)
	require.Error(t, err)
	require.Nil(t, s)
	return strings.ReplaceAll(err.Error(), filepath.Dir(path)+string(filepath.Separator), "")
}

// tenant returns a tenants file of one valid tenant and more lines, which begin at line 5.
func tenant(lines ...string) string {
	head := "tenants:\n  - name: acme\n    token_sha256: " + Hash("acme's token") + "\n    integration_id: greenhouse:acme\n"
	for _, l := range lines {
		head += "    " + l + "\n"
	}
	return head
}

func TestLoadReadsEveryField(t *testing.T) {
	t.Setenv("GLOBEX_KEY", "key-of-globex ")
	path := written(t, `
# The agents of two companies.
tenants:
  - name: acme
    token_sha256:
      - `+strings.ToUpper(Hash("old"))+`
      - `+Hash("new")+`
    integration_id: &id greenhouse:8d1hpPsbjxUkoCoa1veLZGe5
    api_key_file: keys/acme
    read_only: true
    tools: [get_jobs, get_users]
    exclude_tools: get_tags
    redact: [contact]
    writes: deny
    confirm_fallback: preview
    max_writes_per_minute: 10
    walk_records: 20_000
    walk_time: 1m30s
    max_sessions: 50
    max_calls: 4
  - name: Globex-2
    claims: {tenant: globex, org: [1, 2], staff: true}
    subjects: [robot, person]
    integration_id: *id
    api_key_env: GLOBEX_KEY
`)
	keys := filepath.Join(filepath.Dir(path), "keys")
	require.NoError(t, os.Mkdir(keys, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(keys, "acme"), []byte(" key-of-acme\n"), 0o600))
	s, err := Load(path, words)
	require.NoError(t, err)
	assert.Empty(t, s.Warnings())
	acme, globex := s.Tenants()[0], s.Tenants()[1]
	assert.Equal(t, &Tenant{
		Name: "acme", TokenSHA256: []string{Hash("old"), Hash("new")}, Integration: "greenhouse:8d1hpPsbjxUkoCoa1veLZGe5",
		APIKeyFile: filepath.Join(keys, "acme"), ReadOnly: true, Tools: []string{"get_jobs", "get_users"},
		ExcludeTools: []string{"get_tags"}, Redact: []string{"contact"}, Writes: "deny", ConfirmFallback: "preview",
		MaxWritesPerMinute: 10, WalkRecords: 20000, WalkTime: 90 * time.Second, MaxSessions: 50, MaxCalls: 4,
	}, acme)
	assert.Equal(t, &Tenant{
		Name: "Globex-2", Integration: acme.Integration, APIKeyEnv: "GLOBEX_KEY", Subjects: []string{"robot", "person"},
		Claims: map[string][]string{"tenant": {"globex"}, "org": {"1", "2"}, "staff": {"true"}},
	}, globex)
	key, err := acme.APIKey()
	require.NoError(t, err)
	assert.Equal(t, "key-of-acme", key)
	key, err = globex.APIKey()
	require.NoError(t, err)
	assert.Equal(t, "key-of-globex", key)
}

func TestMarshaledTenantIsReadBack(t *testing.T) {
	t.Parallel()
	tenant := Tenant{}
	for _, f := range reflect.ValueOf(&tenant).Elem().Fields() {
		switch v := f.Addr().Interface().(type) {
		case *string:
			*v = "x"
		case *[]string:
			*v = []string{Hash("a"), Hash("b")}
		case *bool:
			*v = true
		case *int:
			*v = 7
		case *time.Duration:
			*v = time.Minute
		case *map[string][]string:
			*v = map[string][]string{"c": {"1"}}
		case *[]Token:
			*v = []Token{{Name: "anna", SHA256: Hash(rand.Text())}, {Name: "ben", SHA256: Hash(rand.Text())}}
		default:
			require.Failf(t, "a field of a new type", "%T", v)
		}
	}
	tenant.APIKeyEnv, tenant.ExcludeTools = "", []string{"other"}
	tenant.APIKeyFile = filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(tenant.APIKeyFile, []byte("key"), 0o600))
	raw, err := yaml.Marshal(map[string][]Tenant{"tenants": {tenant}})
	require.NoError(t, err)
	s, err := Load(written(t, string(raw)), Vocabulary{})
	require.NoError(t, err)
	assert.Equal(t, &tenant, s.Tenants()[0])
	assert.Len(t, fields, reflect.TypeFor[Tenant]().NumField())
}

func TestLoadErrorNamesLineTenantAndField(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ line, says string }{
		"an unknown key":                  {"readonly: true", `unknown key "readonly"; the keys are name, token_sha256, tokens, approvers, claims,`},
		"a merge key":                     {"<<: {read_only: true}", `unknown key "<<"`},
		"the API key itself":              {"api_key: sesame", "api_key: the key itself does not belong in this file; name what holds it with api_key_file or api_key_env"},
		"the token itself":                {"token: sesame", "token: there is no such key; token_sha256 takes the hash"},
		"a word for a switch":             {"read_only: yes", `read_only: "yes" is neither true nor false`},
		"a text for a switch":             {`read_only: "true"`, `read_only: "true" is neither`},
		"an empty switch":                 {"read_only:", "read_only: it has no value; leave the key out instead"},
		"a list for a switch":             {"read_only: [true]", "read_only: it takes one value"},
		"an unknown tool":                 {"tools: [get_jobs, get_job]", `tools: "get_job" is not valid; it must be one of get_jobs, get_users, get_tags`},
		"no tools":                        {"tools: []", "tools: the list is empty; leave the key out instead"},
		"a tool twice":                    {"tools: [get_jobs, get_jobs]", "tools: an element occurs twice"},
		"a nothing among tools":           {"tools: [get_jobs, ]\n    redact: [~]", "redact: it has no value"},
		"a mapping for tools":             {"tools: {get_jobs: true}", "tools: it takes one value"},
		"an unknown tool left out":        {"exclude_tools: [x]", `exclude_tools: "x" is not valid`},
		"a tool offered and left out":     {"tools: [get_jobs, get_tags]\n    exclude_tools: [get_tags]", `exclude_tools: "get_tags" is in tools as well`},
		"an unknown mask":                 {"redact: face", `redact: "face" is not valid; it must be one of contact, name`},
		"an unknown policy":               {"writes: ask", `writes: "ask" is not valid; it must be one of allow, confirm, deny`},
		"an unknown fallback":             {"confirm_fallback: allow", `confirm_fallback: "allow" is not valid; it must be one of preview, deny`},
		"no writes at all":                {"max_writes_per_minute: 0", `max_writes_per_minute: "0" is not a whole number of at least 1`},
		"a negative count":                {"max_calls: -1", `max_calls: "-1" is not a whole`},
		"a fraction":                      {"max_sessions: 1.5", `max_sessions: "1.5" is not a whole`},
		"a count past all bounds":         {"walk_records: 99999999999", "walk_records: "},
		"a time without its unit":         {"walk_time: 10", `walk_time: "10" is not a valid duration; one looks like 10s or 2m`},
		"a time that runs backwards":      {"walk_time: -1s", "walk_time: "},
		"claims that are a word":          {"claims: acme", "claims: it takes a mapping"},
		"no claims":                       {"claims: {}", "claims: it takes a mapping"},
		"a claim of no value":             {"claims: {tenant: }", "claims: tenant: it has no value"},
		"a claim of nested values":        {"claims: {tenant: {a: b}}", "claims: tenant: it takes one value"},
		"a claim twice":                   {"claims: {tenant: a, tenant: b}", "claims: tenant occurs twice"},
		"a claim whose name is a list":    {"claims: {[a]: b}", "claims: the name of a claim: it takes one value"},
		"no subjects":                     {"subjects: []", "subjects: the list is empty"},
		"a key file that is not there":    {"api_key_file: sesame", "api_key_file: the file cannot be read: "},
		"a variable that is not set":      {"api_key_env: SESAME", "api_key_env: the environment variable of this name is not set"},
		"a variable with an impossible":   {"api_key_env: sesame-1", "api_key_env: this is not the name of an environment variable"},
		"a variable that begins with one": {"api_key_env: 1SESAME", "api_key_env: this is not the name"},
		"a key of its own twice":          {"read_only: true\n    read_only: false", "read_only occurs twice"},
		"a key that is a list":            {"[a]: b", "a key must be a word"},
		"a value of great length":         {"writes: " + strings.Repeat("x", 300), "writes: the value is longer than 256 characters"},
		"a control character":             {`subjects: "a\u0007"`, "subjects: the value contains a control character"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said := problems(t, tenant(strings.Split(tt.line, "\n    ")...))
			assert.Contains(t, said, tt.says)
			assert.Regexp(t, regexp.MustCompile(`^tenants.yaml:[5-6]: tenant "acme": `), said)
			assert.NotContains(t, strings.ToLower(said), "sesame", "it may be a secret")
		})
	}
}

func TestLoadErrorNamesInvalidIdentification(t *testing.T) {
	t.Parallel()
	hash := Hash("x")
	with := func(lines string) string { return "tenants:\n  - " + strings.ReplaceAll(lines, "\n", "\n    ") }
	tests := map[string]struct{ file, says string }{
		"no name":             {with("token_sha256: " + hash + "\nintegration_id: a"), "tenants.yaml:2: tenant 1: name is missing"},
		"an empty name":       {with("name: ''\ntoken_sha256: " + hash + "\nintegration_id: a"), "tenants.yaml:2: tenant 1: name: it has no value"},
		"a name with a slash": {with("name: a/b\ntoken_sha256: " + hash + "\nintegration_id: a"), `tenants.yaml:2: tenant 1: name: "a/b" is not a valid name`},
		"a name of dots":      {with("name: ..\ntoken_sha256: " + hash + "\nintegration_id: a"), `name: ".." is not a valid name`},
		"a long name":         {with("name: " + strings.Repeat("a", 65) + "\ntoken_sha256: " + hash + "\nintegration_id: a"), "64 at most"},
		"no integration":      {with("name: a\ntoken_sha256: " + hash), `tenants.yaml:2: tenant "a": integration_id is missing`},
		"spaces in one":       {with("name: a\ntoken_sha256: " + hash + "\nintegration_id: a b"), `tenants.yaml:4: tenant "a": integration_id: "a b" is not a valid integration id`},
		"nobody to use it":    {with("name: a\nintegration_id: a"), `tenant "a": no caller could use it: it needs token_sha256, tokens, claims or subjects`},
		"a token for a hash":  {with("name: a\nintegration_id: a\ntoken_sha256: sesame"), `tenants.yaml:4: tenant "a": token_sha256: this is not a SHA-256 in hex`},
		"a hash cut short":    {with("name: a\nintegration_id: a\ntoken_sha256:\n  - " + hash + "\n  - " + hash[1:]), `tenants.yaml:6: tenant "a": token_sha256: this is not a SHA-256`},
		"a hash of nothing":   {with("name: a\nintegration_id: a\ntoken_sha256: " + Hash("")), "the hash of an empty token"},
		"one hash twice":      {with("name: a\nintegration_id: a\ntoken_sha256: [" + hash + ", " + strings.ToUpper(hash) + "]"), "an element occurs twice"},
		"two sorts of keys":   {with("name: a\nintegration_id: a\ntoken_sha256: " + hash + "\napi_key_env: A\napi_key_file: b"), `tenants.yaml:5: tenant "a": api_key_env: api_key_file is set as well`},
		"a tenant of a word":  {with("acme"), "tenants.yaml:2: tenant 1: it must be a mapping"},
		"no tenants":          {"tenants: []", "tenants.yaml:1: tenants must be a list"},
		"a mapping of them":   {"tenants: {a: b}", "tenants must be a list"},
		"an empty file":       {"", "tenants.yaml: the file is empty"},
		"only comments":       {"# nothing\n", "tenants.yaml: the file is empty"},
		"nothing in it":       {"---\n", "the file must have tenants:, a list"},
		"a list at the top":   {"- name: a", "the file must have tenants:, a list"},
		"another key":         {tenant() + "tenant: []", `tenants.yaml:5: unknown key "tenant"; the only one here is tenants`},
		"two documents":       {tenant() + "---\n" + tenant(), "more than one document"},
		"no YAML":             {"tenants:\n  - name: a\n  name: [", "tenants.yaml: line "},
		"a stranger's anchor": {"tenants: *nobody", "unknown anchor"},
		"bytes of no text":    {"tenants: \xff\xfe", "tenants.yaml: "},
		"a file too large":    {"tenants: [" + strings.Repeat(" ", maxFileBytes), "tenants.yaml is larger than 4096 KiB"},
		"a list of itself":    {"tenants: &a [*a]", "it must be a mapping"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said := problems(t, tt.file)
			assert.Contains(t, said, tt.says)
			assert.NotContains(t, said, "sesame")
		})
	}
}

func TestLoadReportsAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	assert.Equal(t, `tenants.yaml:5: tenant "acme": writes: "x" is not valid; it must be one of allow, confirm, deny
tenants.yaml:6: tenant "acme": max_calls: "many" is not a whole number of at least 1
tenants.yaml:7: tenant "acme": walk_time: "long" is not a valid duration; one looks like 10s or 2m`,
		problems(t, tenant("writes: x", "max_calls: many", "walk_time: long")))

	var many []string
	for i := range 30 {
		many = append(many, fmt.Sprintf("wrong_%d: x", i))
	}
	said := problems(t, tenant(many...))
	assert.Contains(t, said, "and 10 more problems")
	assert.Equal(t, maxProblems, strings.Count(said, "\n"))
}

func TestLoadRefusesTenantsThatOneTokenCouldSelect(t *testing.T) {
	t.Parallel()
	two := func(first, second string) string {
		return "tenants:\n  - {name: a, integration_id: x, " + first + "}\n  - {name: b, integration_id: x, " + second + "}\n"
	}
	hash := "token_sha256: " + Hash("x")
	tests := map[string]struct{ file, says string }{
		"by their names":           {strings.Replace(two(hash, "claims: {t: b}"), "name: b", "name: A", 1), `tenants.yaml:3: tenant "A": name: line 2 has this name already`},
		"by a token":               {two(hash, hash), `tenants.yaml:3: tenant "b": token_sha256: tenant "a" has the same hash`},
		"by their claims":          {two("claims: {t: [x, y]}", "claims: {t: [y, z]}"), `tenants.yaml:3: tenant "b": an access token could select it and tenant "a" too`},
		"by their subjects":        {two("subjects: [x, y]", "subjects: y"), "an access token could select"},
		"by claims and subjects":   {two("subjects: x, claims: {t: y}", "subjects: x, claims: {t: y}"), "an access token could select"},
		"since one asks for less":  {two("claims: {t: y}", "claims: {t: y, u: z}"), "an access token could select"},
		"since one asks for more":  {two("claims: {t: y}, subjects: x", "claims: {t: y}"), "an access token could select"},
		"by values of other types": {two("claims: {t: 1}", "claims: {t: '1'}"), "an access token could select"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Contains(t, problems(t, tt.file), tt.says)
		})
	}
	for name, file := range map[string]string{
		"by tokens":          two(hash, "token_sha256: "+Hash("y")),
		"by claims":          two("claims: {t: a}", "claims: {t: b}"),
		"by subjects":        two("claims: {t: a}, subjects: x", "claims: {t: a}, subjects: y"),
		"by different sorts": two("claims: {t: a}", hash),
	} {
		t.Run("distinguished "+name, func(t *testing.T) {
			t.Parallel()
			assert.Len(t, load(t, file).Tenants(), 2)
		})
	}
}

func TestLoadErrorNamesMissingFile(t *testing.T) {
	t.Parallel()
	_, err := Load("nowhere.yaml", words)
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, "nowhere.yaml cannot be read: ")
}

func FuzzLoad(f *testing.F) {
	f.Add(tenant("claims: {a: [b, c]}", "tools: [get_jobs]"))
	f.Add("tenants: &a [*a]")
	f.Add("tenants:\n- {name: a, <<: *x}")
	path := written(f, "")
	f.Fuzz(func(t *testing.T, content string) {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		s, err := Load(path, words)
		if err != nil {
			assert.Nil(t, s)
			return
		}
		for _, tn := range s.Tenants() {
			assert.NotEmpty(t, tn.Name)
			assert.NotEmpty(t, tn.Integration)
			assert.True(t, len(tn.TokenSHA256) > 0 || tn.usesClaims())
		}
	})
}

func TestTokenHasNameOrBeginningOfItsHash(t *testing.T) {
	t.Parallel()
	set := newSet([]entry{{tenant: &Tenant{Name: "acme", TokenSHA256: []string{Hash("bare")}, Tokens: []Token{{"anna", Hash("of anna")}}}}}, nil)
	found, ok := set.ByToken("of anna")
	require.True(t, ok)
	assert.Equal(t, "acme", found.Name)
	assert.Equal(t, "anna", set.TokenName("of anna"))
	assert.Equal(t, Hash("bare")[:8], set.TokenName("bare"))
}
