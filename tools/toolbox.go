package tools

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

// Config says what a Toolbox works with.
type Config struct {
	// Client reaches Kombo for one integration. Required.
	Client *kombo.Client
	// Files is the folder whose files may be uploaded by path; nil refuses paths.
	Files *os.Root
	// ReadOnly leaves out every tool that changes the ATS.
	ReadOnly bool
	// Only, where not nil, names the only tools to offer, none if it is empty;
	// Exclude names tools to leave out.
	Only, Exclude []string
	// Limits bound the walk behind a list's answer; digest's defaults if zero.
	Limits digest.Limits
	// CacheBytes is the memory for cached walks and answers; digest.DefaultCacheBytes if
	// zero.
	CacheBytes int
	// Secret signs cursors and confirmations and makes pseudonyms. Servers that share
	// one accept each other's; without one, a random secret ends with the process.
	// Those of another Tenant or integration mean nothing here, whatever they share.
	Secret []byte
	// Tenant is the name of the tenant whose tools these are, "" if there is only one.
	Tenant string
	// Documents reads files; Fetch gets one from the address that the ATS gives.
	// Without them, attachments are only listed.
	Documents Documents
	Fetch     func(ctx context.Context, address string) (data []byte, contentType string, err error)
	// FilePlace waits until one more file may be in memory, which it is from before Fetch until its
	// text was read; nil is without a limit. The error is that of the context.
	FilePlace func(ctx context.Context) (release func(), err error)
	// Writes and Fallback say when a person must confirm a write.
	Writes   Policy
	Fallback Fallback
	// Approvals keeps the writes that wait for a person's approval; nil unless Fallback is
	// FallbackPerson. ApproveHint is a sentence for the agent that says how a person
	// approves; general if empty.
	Approvals   Approvals
	ApproveHint string
	// WritesPerMinute is the write limit; DefaultWritesPerMinute if zero.
	WritesPerMinute int
	// Memory is the write memory. Nil remembers nothing, which is for tests.
	Memory once.Memory
	// Redact names the categories of candidates' personal data that are masked in every
	// answer; see Redactions.
	Redact []string
	// RecordRead, if not nil, records every read that succeeded, from several
	// goroutines at once; if it fails, the answer is withheld.
	RecordRead func(context.Context, Read) error
	// Structured says which clients get the structured form of answers beside the text;
	// StructuredAuto if empty.
	Structured Structured
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Location is the time zone that days are counted in; UTC if nil.
	Location *time.Location
	// Logger gets failures that no answer shows; nil discards them. No personal data is
	// logged.
	Logger *slog.Logger
}

// Redactions are the categories of candidates' personal data that a toolbox can
// mask, as Config.Redact names them.
var Redactions = privacy.Categories()

// Toolbox is the tools of one tenant with all they need to run. It is safe for
// concurrent use.
type Toolbox struct {
	cfg         Config
	tools       map[string]*Tool
	listed      []*Tool
	directories *directories

	cache      *digest.Cache
	recent     *writes.Recent
	executor   *writes.Executor
	texts      textCache
	mask       *privacy.Mask
	identities *privacy.Identities
}

// Documents turns files and markup into text.
type Documents interface {
	// Text reads a file; its bytes decide what it is, name and content type help.
	// Notes say what was omitted. Errors are sentences for an agent.
	Text(ctx context.Context, data []byte, name, contentType string) (text string, notes []string, err error)
	// HTML is the text that a page shows.
	HTML(s string) string
}

// noDocuments is used where no reader of documents was given.
type noDocuments struct{}

func (noDocuments) Text(context.Context, []byte, string, string) (string, []string, error) {
	return "", nil, errors.New("this server does not read files")
}

func (noDocuments) HTML(s string) string { return s }

// New makes the toolbox of cfg. The error names an unknown tool in Only or
// Exclude.
func New(cfg Config) (*Toolbox, error) {
	if cfg.Client == nil {
		return nil, errors.New("tools: Config.Client is required")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Location == nil {
		cfg.Location = time.UTC
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Documents == nil {
		cfg.Documents = noDocuments{}
	}
	if cfg.FilePlace == nil {
		cfg.FilePlace = func(context.Context) (func(), error) { return func() {}, nil }
	}
	if cfg.Memory == nil {
		cfg.Memory = once.None{}
	}
	if len(cfg.Secret) == 0 {
		cfg.Secret = make([]byte, 32)
		if _, err := rand.Read(cfg.Secret); err != nil {
			return nil, fmt.Errorf("make a secret: %w", err)
		}
	}
	cfg.Secret = secretFor(cfg.Secret, cfg.Tenant, cfg.Client.Integration())
	masked, err := privacy.New(cfg.Redact, cfg.Secret)
	if err != nil {
		return nil, err
	}
	chosen, err := choose(Catalogue(), cfg)
	if err != nil {
		return nil, err
	}
	b := &Toolbox{
		cfg: cfg, listed: chosen, tools: make(map[string]*Tool, len(chosen)), directories: newDirectories(cfg.Client, cfg.Now, masked),
		// The walks are cached in real time, whatever day it is for the data.
		cache: digest.NewCache(cfg.CacheBytes, 0, nil),
		mask:  masked, identities: privacy.NewIdentities(cfg.Client, cfg.Now), recent: &writes.Recent{},
	}
	b.executor = writes.New(writes.Deps{
		Memory: cfg.Memory, Policy: cfg.Writes, Fallback: cfg.Fallback, Approvals: cfg.Approvals, ApproveHint: cfg.ApproveHint, PerMinute: cfg.WritesPerMinute, Secret: cfg.Secret, Mask: masked,
		Integration: cfg.Client.Integration(), ActionTimeout: cfg.Client.ActionTimeout(), Recent: b.recent, Explain: Explain,
		Sent: func() { b.cache.Clear(); b.directories.forgetTags() }, Now: cfg.Now, Logger: cfg.Logger,
	})
	for _, t := range chosen {
		b.tools[t.name] = t
	}
	return b, nil
}

// secretFor derives the secret of one tenant in one integration.
func secretFor(secret []byte, tenant, integration string) []byte {
	h := hmac.New(sha256.New, secret)
	_, _ = fmt.Fprintf(h, "tenant %q, integration %q", tenant, integration) // a hash takes everything
	return h.Sum(nil)
}

func choose(all []*Tool, cfg Config) ([]*Tool, error) {
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = t.name
	}
	for _, n := range slices.Concat(cfg.Only, cfg.Exclude) {
		if !slices.Contains(names, n) {
			return nil, fmt.Errorf("there is no tool %q; the tools are %s", n, strings.Join(names, ", "))
		}
	}
	return slices.DeleteFunc(all, func(t *Tool) bool {
		return cfg.ReadOnly && !t.ReadOnly() ||
			cfg.Only != nil && !slices.Contains(cfg.Only, t.name) ||
			slices.Contains(cfg.Exclude, t.name)
	}), nil
}

// Tools lists the tools of this toolbox, sorted by name.
func (b *Toolbox) Tools() []*Tool { return slices.Clone(b.listed) }

// Run calls the tool with the arguments as decoded from JSON and gives its
// answer. Errors are for people and models to read; Explain words them.
func (b *Toolbox) Run(ctx context.Context, who Caller, name string, arguments any) (Answer, error) {
	answer, err := b.run(ctx, who, name, arguments)
	return answer, b.screened(err)
}

// screened is an error as it may leave the toolbox. Every error that does passes it:
// under a mask, the words of Kombo and of the ATS are withheld unless it was decided
// before, by whoever knew whom they are about, that they may stay.
func (b *Toolbox) screened(err error) error {
	return b.mask.Withhold(err, privacy.Concern{SomeoneUnknown: true})
}

func (b *Toolbox) run(ctx context.Context, who Caller, name string, arguments any) (Answer, error) {
	if err := b.Allows(who, name); err != nil {
		return nil, err
	}
	t := b.tools[name]
	if t.kind != read {
		answer, err := t.run(ctx, &call{b, who}, arguments)
		if _, bad := errors.AsType[*ArgumentError](err); bad {
			err = &refusedWriteError{err}
		}
		return answer, err
	}
	var answer Answer
	err := b.recorded(ctx, who, name, arguments, func(ctx context.Context) (size string, err error) {
		if answer, err = t.run(ctx, &call{b, who}, arguments); err != nil {
			return "", err
		}
		return answer.Size(), nil
	})
	return answer, err
}

// Allows reports whether a caller may use a tool of this box: nil, or an error
// that wraps ErrUnknownTool and says why not.
func (b *Toolbox) Allows(who Caller, name string) error {
	t, ok := b.tools[name]
	if !ok {
		return b.unknown(name)
	}
	if who.ReadOnly && !t.ReadOnly() || who.Only != nil && !slices.Contains(who.Only, name) {
		return fmt.Errorf("%w: the caller asked to be kept from %s", ErrUnknownTool, name)
	}
	return nil
}

func (b *Toolbox) unknown(name string) error {
	for _, t := range Catalogue() {
		if t.name != name {
			continue
		}
		if b.cfg.ReadOnly && !t.ReadOnly() {
			return fmt.Errorf("%w: %s changes the ATS and this server is read-only", ErrUnknownTool, name)
		}
		return fmt.Errorf("%w: %s is not offered by this server", ErrUnknownTool, name)
	}
	offered := make([]string, len(b.listed))
	for i, t := range b.listed {
		offered[i] = t.name
	}
	hint := ""
	if near := args.Nearest(name, offered); near != "" {
		hint = " (did you mean " + near + "?)"
	}
	return fmt.Errorf("%w: %q%s; the tools are %s", ErrUnknownTool, wording.Clip(name, 60), hint, strings.Join(offered, ", "))
}

// Call is Run as the protocol wants it: the answer as text and as structured
// content, beside them a picture where one was asked for, an error as a result
// that says what to do next.
func (b *Toolbox) Call(ctx context.Context, who Caller, name string, arguments any) *mcp.CallToolResult {
	answer, err := b.Run(ctx, who, name, arguments)
	if e, ok := errors.AsType[*writes.ConfirmationRequiredError](err); ok {
		return ask(e)
	}
	if err != nil {
		return mcp.NewToolResultError(Explain(err))
	}
	result := mcp.NewToolResultStructured(answer, answer.Text())
	if p, ok := answer.(pictured); ok {
		picture := mcp.NewImageContent(base64.StdEncoding.EncodeToString(p.Picture()), "image/png")
		// The text has for the model all that the picture shows.
		picture.Annotations = &mcp.Annotations{Audience: []mcp.Role{mcp.RoleUser}}
		result.Content = append(result.Content, picture)
	}
	return result
}
