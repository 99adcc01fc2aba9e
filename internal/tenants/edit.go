package tenants

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/ownfile"
)

// starter is a tenants file without a tenant: an example in comments.
const starter = `# Who may call this server, in which integration of Kombo's, and what they may do there.
# kombo-mcp --transport=http --tenants FILE serves it, and reads it again on SIGHUP;
# kombo-mcp tenants add FILE NAME --integration-id ID appends a tenant with a token;
# kombo-mcp tenants check FILE checks it.
tenants:
  # - name: acme
  #   # The hash of a token. Callers send the token; kombo-mcp token makes both.
  #   token_sha256: [9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08]
  #   integration_id: greenhouse:8d1hpPsbjxUkoCoa1veLZGe5
  #
  #   # What follows may be left out: then the server's own settings count.
  #   # api_key_file: /run/secrets/acme-kombo-key
  #   read_only: true
  #   # When a person must confirm a write (confirm, confirm-all, allow, deny), and how
  #   # where the client cannot ask (preview, person, allow, deny).
  #   writes: confirm
  #   confirm_fallback: preview
  #   # Masks: contact, name, address, social.
  #   redact: [contact]
  #   exclude_tools: [get_offers]
  #   max_writes_per_minute: 30
  #   # Access tokens of --oidc-issuer that are this tenant's.
  #   # claims: {org: [acme]}
`

// Create writes a tenants file with an example in comments, which only its owner can read. An
// existing file is never overwritten: the error is [os.ErrExist].
func Create(path string) (err error) {
	f, err := ownfile.Open(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = io.WriteString(f, starter)
	return err
}

// Add appends a tenant to a tenants file, whose owner, mode and comments stay. Nothing is written
// unless the file is valid with the tenant in it.
func Add(path string, t *Tenant, words Vocabulary) error {
	raw, err := readAtMost(path, maxFileBytes)
	if err != nil {
		return fmt.Errorf("%s %w", path, err)
	}
	more, err := entryText(raw, t)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	s, problems := parse(path, append(bytes.Clone(raw), more...), words)
	if err := joinProblems(problems); err != nil {
		return err
	}
	if last := s.Tenants()[len(s.Tenants())-1]; last.Name != t.Name {
		return fmt.Errorf("%s: its end does not take another tenant; write it into the file yourself", path)
	}
	if err := ownfile.AppendRegular(path, more); err != nil {
		return fmt.Errorf("write the tenants file: %w", err)
	}
	return nil
}

// errFlow is for a list that text at the end of the file cannot lengthen.
var errFlow = errors.New("the list of tenants is written in brackets or braces; write each tenant on lines of its own that begin with '-'")

// entryText returns what, at the end of the file, is one more tenant.
func entryText(raw []byte, t *Tenant) ([]byte, error) {
	indent, begin, err := endOfList(raw)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode([]*Tenant{t}), enc.Close()); err != nil {
		return nil, err
	}
	var text strings.Builder
	if len(raw) > 0 && raw[len(raw)-1] != '\n' {
		text.WriteByte('\n')
	}
	text.WriteString(begin)
	for line := range strings.Lines(b.String()) {
		text.WriteString(strings.Repeat(" ", indent) + line)
	}
	if bytes.Contains(raw, []byte("\r\n")) {
		return []byte(strings.ReplaceAll(text.String(), "\n", "\r\n")), nil
	}
	return []byte(text.String()), nil
}

// endOfList returns the indentation of the list of tenants, with which the file ends since it has no
// other key, and the text that must come before a tenant if there is no list yet.
func endOfList(raw []byte) (indent int, begin string, err error) {
	const usual = 2
	var doc yaml.Node
	switch err := yaml.Unmarshal(raw, &doc); {
	case err != nil:
		return 0, "", errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	case len(doc.Content) == 0:
		return usual, "tenants:\n", nil
	}
	top := doc.Content[0]
	switch {
	case top.Kind != yaml.MappingNode || len(top.Content) != 2 || top.Content[0].Value != "tenants":
		return 0, "", errors.New("the file must have tenants:, a list, and nothing else")
	case top.Style&yaml.FlowStyle != 0:
		return 0, "", errFlow
	}
	switch list := top.Content[1]; {
	case list.Kind == yaml.ScalarNode && list.ShortTag() == "!!null" && list.Value == "":
		return usual, "", nil
	case list.Kind != yaml.SequenceNode || list.Style&yaml.FlowStyle != 0:
		return 0, "", errFlow
	default:
		return list.Column - 1, "", nil
	}
}
