package tenants

import (
	"slices"
	"time"
)

// Tenant is one integration and what its callers may do there. A field with its zero value means the
// server's own setting.
type Tenant struct {
	// Name is used in logs, metrics and the journal: letters, digits, '.', '_' and '-', at most 64.
	Name string `yaml:"name"`
	// TokenSHA256 are the hashes, by [Hash], of the tenant's bearer tokens. With two of them, a token
	// can be replaced without downtime.
	TokenSHA256 []string `yaml:"token_sha256,omitempty"`
	// Tokens are more hashes, each with a name by which confirmations and the journal identify who
	// used the token.
	Tokens []Token `yaml:"tokens,omitempty"`
	// Approvers are the tokens of the people who approve the tenant's writes. They give access to
	// nothing else, and the tokens of callers do not approve.
	Approvers []Token `yaml:"approvers,omitempty"`
	// Claims and Subjects select the access tokens of the tenant. A token must have one of the values
	// of every claim, and one of the subjects if there are any.
	Claims   map[string][]string `yaml:"claims,omitempty"`
	Subjects []string            `yaml:"subjects,omitempty"`
	// Integration is the id of the tenant's Kombo integration.
	Integration string `yaml:"integration_id"`
	// APIKeyFile is the file, or APIKeyEnv the environment variable, with the tenant's API key for
	// Kombo; see [Tenant.APIKey].
	APIKeyFile string `yaml:"api_key_file,omitempty"`
	APIKeyEnv  string `yaml:"api_key_env,omitempty"`

	// ReadOnly removes every tool that changes the ATS.
	ReadOnly bool `yaml:"read_only,omitempty"`
	// Tools, if not empty, are the only tools to offer; ExcludeTools are removed from them.
	Tools        []string `yaml:"tools,omitempty"`
	ExcludeTools []string `yaml:"exclude_tools,omitempty"`
	// Redact are the masks, which hide candidates' personal data.
	Redact []string `yaml:"redact,omitempty"`
	// Writes is the policy, which says when a person must confirm a write, and ConfirmFallback what
	// happens if the client cannot ask.
	Writes          string `yaml:"writes,omitempty"`
	ConfirmFallback string `yaml:"confirm_fallback,omitempty"`

	// MaxWritesPerMinute is the write limit.
	MaxWritesPerMinute int `yaml:"max_writes_per_minute,omitempty"`
	// WalkRecords and WalkTime are the limits of one walk.
	WalkRecords int           `yaml:"walk_records,omitempty"`
	WalkTime    time.Duration `yaml:"walk_time,omitempty"`
	// MaxSessions limits the open sessions, MaxCalls the calls in flight.
	MaxSessions int `yaml:"max_sessions,omitempty"`
	MaxCalls    int `yaml:"max_calls,omitempty"`
}

// Token is a bearer token of a caller or of an approver.
type Token struct {
	// Name has the form of a tenant's name.
	Name string `yaml:"name"`
	// SHA256 is the hash of the token, by [Hash].
	SHA256 string `yaml:"sha256"`
}

// hashes returns the hashes of all tokens of callers, those without a name first.
func (t *Tenant) hashes() []string {
	all := slices.Clone(t.TokenSHA256)
	for _, token := range t.Tokens {
		all = append(all, token.SHA256)
	}
	return all
}

// Vocabulary are the words that a tenants file may use. They come from the packages that define
// them; words for which the list is empty are not checked.
type Vocabulary struct {
	// Tools are valid for tools and exclude_tools, Redact for redact, Writes for writes and Fallback
	// for confirm_fallback. Those of Writes and Fallback are in the order in which they protect, the
	// weakest first.
	Tools, Redact, Writes, Fallback []string
}

// matches reports whether an access token with these claims selects the tenant.
func (t *Tenant) matches(claims map[string]any) bool {
	if !t.usesClaims() {
		return false
	}
	if len(t.Subjects) > 0 && !intersect(t.Subjects, claimTexts(claims["sub"])) {
		return false
	}
	for name, want := range t.Claims {
		if !intersect(want, claimTexts(claims[name])) {
			return false
		}
	}
	return true
}

func (t *Tenant) usesClaims() bool { return len(t.Claims) > 0 || len(t.Subjects) > 0 }

// conflicts reports whether an access token could select both tenants because the requirements of one
// include those of the other. Each claim is taken to have a single value.
func (t *Tenant) conflicts(u *Tenant) bool { return t.covers(u) || u.covers(t) }

// covers reports whether a token that selects u can select t, because t requires no claim that u does
// not.
func (t *Tenant) covers(u *Tenant) bool {
	if !t.usesClaims() || !u.usesClaims() || len(t.Subjects) > 0 && !intersect(t.Subjects, u.Subjects) {
		return false
	}
	for name, values := range t.Claims {
		if !intersect(values, u.Claims[name]) {
			return false
		}
	}
	return true
}
