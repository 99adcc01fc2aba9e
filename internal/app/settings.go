package app

import (
	"time"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// The transports of the protocol.
const (
	TransportStdio = "stdio"
	TransportHTTP  = "http"
	TransportSSE   = "sse"
)

// Settings are all that a server or a single call can be told: a field for each flag, whose name
// stands beside it. Start from Defaults. Secrets are not among them: they come from the environment
// or from a file, and are read where they are needed.
type Settings struct {
	// The ATS to work in.
	IntegrationID string // --integration-id
	Region        string // --region
	BaseURL       string // --base-url: replaces the region's address
	Sandbox       bool   // --sandbox: an embedded ATS with made-up data instead

	// The data of the sandbox.
	Seed         uint64        // --seed
	Applications int           // --applications
	Today        string        // --today: a date; the current one if empty
	Lag          time.Duration // --lag: until reads show a write

	// The tools to offer, and how far a question may go.
	Tools        []string      // --tools: only these; all if empty
	ExcludeTools []string      // --exclude-tools
	Files        string        // --files: folder of what may be uploaded by path; none if empty
	Timezone     string        // --timezone: a name of the IANA database
	WalkRecords  int           // --walk-records
	WalkTime     time.Duration // --walk-time
	KeepMB       int           // --keep-mb: memory for cached walks, in MiB
	Redact       []string      // --redact: what to mask
	Structured   string        // --structured: a tools.Structured; auto if empty
	LogLevel     string        // --log-level

	// What may be written, who confirms it and where it is recorded.
	ReadOnly           bool   // --read-only
	Writes             string // --writes: a tools.Policy
	ConfirmFallback    string // --confirm-fallback: a tools.Fallback; preview if empty
	MaxWritesPerMinute int    // --max-writes-per-minute
	Journal            string // --journal: file, folder or "-"; see journal.Options.Path
	JournalReads       bool   // --journal-reads

	// Transports are those to serve; none is a single call in this process, to which the rules of
	// stdio apply.
	Transports []string // --transport

	// Who may call over HTTP.
	Listen            string   // --listen
	AuthTokenFile     string   // --auth-token-file
	ApproverTokenFile string   // --approver-token-file
	Tenants           string   // --tenants
	OIDCIssuer        string   // --oidc-issuer
	OIDCAudience      string   // --oidc-audience
	OIDCScopes        []string // --oidc-scopes
	PublicURL         string   // --public-url
	AllowHosts        []string // --allow-host
	AllowOrigins      []string // --allow-origin
	TLSCert           string   // --tls-cert
	TLSKey            string   // --tls-key
	BehindTLSProxy    bool     // --behind-tls-proxy

	// How it is operated.
	AdminListen string // --admin-listen
	Stateless   bool   // --stateless
	RedisURL    string // --redis-url
	SecretFile  string // --secret-file
	MaxCalls    int    // --max-calls
}

// Defaults are the settings of a server that was told nothing.
func Defaults() Settings {
	return Settings{
		Region: kombo.RegionEU,
		Seed:   7, Applications: 600,
		Timezone: "UTC", WalkRecords: 5000, WalkTime: 10 * time.Second, KeepMB: 64, LogLevel: "warn",
		Structured: string(tools.StructuredAuto), Writes: string(tools.PolicyConfirm), MaxWritesPerMinute: tools.DefaultWritesPerMinute,
		Transports: []string{TransportStdio}, Listen: "127.0.0.1:8787", MaxCalls: 256,
	}
}
