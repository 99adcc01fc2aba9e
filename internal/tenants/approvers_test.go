package tenants

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func approver(name, token string) string {
	return "{name: " + name + ", sha256: " + Hash(token) + "}"
}

func TestByApproverFindsOnlyApprovers(t *testing.T) {
	t.Parallel()
	s := load(t, `
tenants:
  - {name: acme, integration_id: x, token_sha256: `+Hash("caller")+`, approvers: [`+approver("anna", "of anna")+`, `+approver("ben", "of ben")+`]}
  - {name: globex, integration_id: y, subjects: robot, approvers: [`+approver("anna", "of another")+`]}
`)
	for token, want := range map[string][2]string{"of anna": {"acme", "anna"}, "of ben": {"acme", "ben"}, "of another": {"globex", "anna"}} {
		got, name, ok := s.ByApprover(token)
		require.True(t, ok, token)
		assert.Equal(t, want, [2]string{got.Name, name})
		_, ok = s.ByToken(token)
		assert.False(t, ok, "an approver is not a caller")
	}
	for _, token := range []string{"", "caller", "robot", Hash("of anna"), "of anna "} {
		_, name, ok := s.ByApprover(token)
		assert.False(t, ok, token)
		assert.Empty(t, name)
	}
}

func TestTheOneTenantHasApprovers(t *testing.T) {
	t.Parallel()
	s := Single("caller", Tenant{Approvers: []Token{{Name: "approver", SHA256: Hash("of the approver")}}})
	found, name, ok := s.ByApprover("of the approver")
	require.True(t, ok)
	assert.Equal(t, "default", found.Name)
	assert.Equal(t, "approver", name)
	_, _, ok = s.ByApprover("caller")
	assert.False(t, ok)
}

func TestLoadRefusesATokenThatBothCallsAndApproves(t *testing.T) {
	t.Parallel()
	two := func(first, second string) string {
		return "tenants:\n  - {name: a, integration_id: x, " + first + "}\n  - {name: b, integration_id: x, " + second + "}\n"
	}
	caller, other := "token_sha256: "+Hash("x"), "token_sha256: "+Hash("y")
	approves := "approvers: [" + approver("anna", "x") + "]"
	for name, c := range map[string]struct{ file, says string }{
		"in one tenant":         {two(caller+", "+approves, other), `tenants.yaml:2: tenant "a": approvers: tenant "a" has the same hash; a token identifies one caller or one approver, of one tenant`},
		"by its name":           {two("tokens: ["+approver("bot", "x")+"], "+approves, other), `tenant "a": approvers: tenant "a" has the same hash`},
		"of an earlier tenant":  {two(caller, other+", "+approves), `tenants.yaml:3: tenant "b": approvers: tenant "a" has the same hash`},
		"of a later tenant":     {two(other+", "+approves, caller), `tenants.yaml:3: tenant "b": token_sha256: an approver of tenant "a" has the same hash`},
		"and another approver":  {two(caller, other+", approvers: ["+approver("anna", "z")+", "+approver("ben", "z")+"]"), `tenant "b": approvers: an approver of tenant "b" has the same hash`},
		"in two tenants":        {two("subjects: p, "+approves, "subjects: q, "+approves), `tenant "b": approvers: an approver of tenant "a" has the same hash`},
		"and nobody else calls": {two(approves, other), `tenant "a": no caller could use it`},
	} {
		assert.Contains(t, problems(t, c.file), c.says, name)
	}
}

func TestLoadErrorNamesAnInvalidApprover(t *testing.T) {
	t.Parallel()
	for line, says := range map[string]string{
		"approvers: anna":                      "approvers: it takes a list of 1 to 1000 mappings, each with name and sha256",
		"approvers: []":                        "approvers: it takes a list",
		"approvers: [{name: anna}]":            "approvers: a token takes name and sha256",
		"approvers: [{name: a, sha256: kmcp}]": "approvers: this is not a SHA-256 in hex",
		"approver: [{name: a, sha256: kmcp}]":  `unknown key "approver"; the keys are name, token_sha256, tokens, approvers, claims`,
	} {
		assert.Contains(t, problems(t, tenant(line)), says, line)
	}
}
