// Package tenants says who may call a server that several agents share, and as whom: bearer tokens
// known by their hash, access tokens of an OAuth issuer, and the tenant that each of them stands
// for. It tells clients how to be let in; it serves nothing itself.
//
// No secret is kept in the clear, and none reaches an error.
package tenants

import "time"

// Tenant is one party with one integration and what it may do there. Where a field has its zero
// value the server's own settings hold.
type Tenant struct {
	// Name stands in logs, metrics and the journal: letters, digits, '.', '_' and '-', at most 64.
	Name string `yaml:"name"`
	// TokenSHA256 are the hashes, as of Hash, of the bearer tokens that stand for the tenant. Two
	// of them let a token be changed without a gap.
	TokenSHA256 []string `yaml:"token_sha256,omitempty"`
	// Claims and Subjects choose the access tokens that stand for the tenant. A token has to have
	// one of the values of every claim named, and one of the subjects if there are any.
	Claims   map[string][]string `yaml:"claims,omitempty"`
	Subjects []string            `yaml:"subjects,omitempty"`
	// Integration is the Kombo integration that the tenant works in.
	Integration string `yaml:"integration_id"`
	// APIKeyFile or APIKeyEnv names what holds the tenant's API key of Kombo; see APIKey.
	APIKeyFile string `yaml:"api_key_file,omitempty"`
	APIKeyEnv  string `yaml:"api_key_env,omitempty"`

	// ReadOnly leaves out every tool that changes the ATS.
	ReadOnly bool `yaml:"read_only,omitempty"`
	// Tools, where not empty, names the only tools to offer; ExcludeTools names tools to leave out.
	Tools        []string `yaml:"tools,omitempty"`
	ExcludeTools []string `yaml:"exclude_tools,omitempty"`
	// Redact names what is masked about candidates.
	Redact []string `yaml:"redact,omitempty"`
	// Writes and ConfirmFallback say when a person is asked before a write.
	Writes          string `yaml:"writes,omitempty"`
	ConfirmFallback string `yaml:"confirm_fallback,omitempty"`

	// MaxWritesPerMinute bounds haste.
	MaxWritesPerMinute int `yaml:"max_writes_per_minute,omitempty"`
	// WalkRecords and WalkTime bound the walk behind a list's answer.
	WalkRecords int           `yaml:"walk_records,omitempty"`
	WalkTime    time.Duration `yaml:"walk_time,omitempty"`
	// MaxSessions bounds the sessions that are open at one time, MaxCalls the calls in flight.
	MaxSessions int `yaml:"max_sessions,omitempty"`
	MaxCalls    int `yaml:"max_calls,omitempty"`
}

// Vocabulary holds the words that a tenants file may use, which the packages know that give them
// their meaning. Words of an empty list are not checked.
type Vocabulary struct {
	// Tools are for tools and exclude_tools, Redact for redact, Writes for writes and Fallback for
	// confirm_fallback.
	Tools, Redact, Writes, Fallback []string
}

// matches tells whether an access token with the claims stands for the tenant.
func (t *Tenant) matches(claims map[string]any) bool {
	if !t.usesClaims() {
		return false
	}
	if len(t.Subjects) > 0 && !meet(t.Subjects, texts(claims["sub"])) {
		return false
	}
	for name, want := range t.Claims {
		if !meet(want, texts(claims[name])) {
			return false
		}
	}
	return true
}

func (t *Tenant) usesClaims() bool { return len(t.Claims) > 0 || len(t.Subjects) > 0 }

// conflicts tells whether some access token, with one value for each claim, stands for both
// tenants although one of them asks for nothing that the other does not ask for.
func (t *Tenant) conflicts(u *Tenant) bool { return t.covers(u) || u.covers(t) }

func (t *Tenant) covers(u *Tenant) bool {
	if !t.usesClaims() || !u.usesClaims() || len(t.Subjects) > 0 && !meet(t.Subjects, u.Subjects) {
		return false
	}
	for name, values := range t.Claims {
		if !meet(values, u.Claims[name]) {
			return false
		}
	}
	return true
}
