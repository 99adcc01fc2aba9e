package tenants

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

const (
	mostName = 64
	mostText = 256
	mostList = 1000
	// mostCount keeps sums of counts far from overflowing.
	mostCount = 1_000_000_000
)

// field is a key of a tenant and how its value is read and checked.
type field struct {
	name string
	read func(*Tenant, *yaml.Node, Vocabulary) error
}

var fields = []field{
	{"name", into(func(t *Tenant) *string { return &t.Name }, readName)},
	{"token_sha256", into(func(t *Tenant) *[]string { return &t.TokenSHA256 }, readHashes)},
	{"claims", into(func(t *Tenant) *map[string][]string { return &t.Claims }, readClaims)},
	{"subjects", into(func(t *Tenant) *[]string { return &t.Subjects }, readValues)},
	{"integration_id", into(func(t *Tenant) *string { return &t.Integration }, readIntegration)},
	{"api_key_file", into(func(t *Tenant) *string { return &t.APIKeyFile }, readPath)},
	{"api_key_env", into(func(t *Tenant) *string { return &t.APIKeyEnv }, readVariable)},
	{"read_only", into(func(t *Tenant) *bool { return &t.ReadOnly }, readBool)},
	{"tools", into(func(t *Tenant) *[]string { return &t.Tools }, readWords(func(v Vocabulary) []string { return v.Tools }))},
	{"exclude_tools", into(func(t *Tenant) *[]string { return &t.ExcludeTools }, readWords(func(v Vocabulary) []string { return v.Tools }))},
	{"redact", into(func(t *Tenant) *[]string { return &t.Redact }, readWords(func(v Vocabulary) []string { return v.Redact }))},
	{"writes", into(func(t *Tenant) *string { return &t.Writes }, readWord(func(v Vocabulary) []string { return v.Writes }))},
	{"confirm_fallback", into(func(t *Tenant) *string { return &t.ConfirmFallback }, readWord(func(v Vocabulary) []string { return v.Fallback }))},
	{"max_writes_per_minute", into(func(t *Tenant) *int { return &t.MaxWritesPerMinute }, readCount)},
	{"walk_records", into(func(t *Tenant) *int { return &t.WalkRecords }, readCount)},
	{"walk_time", into(func(t *Tenant) *time.Duration { return &t.WalkTime }, readDuration)},
	{"max_sessions", into(func(t *Tenant) *int { return &t.MaxSessions }, readCount)},
	{"max_calls", into(func(t *Tenant) *int { return &t.MaxCalls }, readCount)},
}

func into[T any](place func(*Tenant) *T, parse func(*yaml.Node, Vocabulary) (T, error)) func(*Tenant, *yaml.Node, Vocabulary) error {
	return func(t *Tenant, n *yaml.Node, words Vocabulary) (err error) {
		value, err := parse(n, words)
		if err == nil {
			*place(t) = value
		}
		return err
	}
}

func fieldOf(key string) *field {
	for i := range fields {
		if fields[i].name == key {
			return &fields[i]
		}
	}
	return nil
}

// stranger says what to write in place of a key that there is not.
func stranger(key string) string {
	switch strings.ToLower(key) {
	case "api_key", "apikey", "key":
		return short(key) + ": the key itself does not belong in this file; name what holds it with api_key_file or api_key_env"
	case "token", "tokens", "auth_token", "bearer", "token_hash", "token_hashes":
		return short(key) + ": there is no such key; token_sha256 takes the hash of a token, which kombo-mcp token prints"
	}
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.name
	}
	return fmt.Sprintf("unknown key %q; the keys are %s", short(key), strings.Join(all, ", "))
}

// atLine is an error about a part of a value, which may stand on another line than the key.
type atLine struct {
	line int
	err  error
}

func (e *atLine) Error() string { return e.err.Error() }

// scalar gives the text of a value that is one word and there.
func scalar(n *yaml.Node) (string, error) {
	switch {
	case n.Kind != yaml.ScalarNode:
		return "", errors.New("it takes one value, not a list or a mapping")
	case n.ShortTag() == "!!null" || strings.TrimSpace(n.Value) == "":
		return "", errors.New("it has no value; leave the key out instead")
	case len(n.Value) > mostText:
		return "", fmt.Errorf("the value is longer than %d characters", mostText)
	case strings.IndexFunc(n.Value, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }) >= 0:
		return "", errors.New("the value holds a control character")
	}
	return n.Value, nil
}

// readList gives the elements of a list, or the one value that stands in its place.
func readList(n *yaml.Node, check func(string) (string, error)) ([]string, error) {
	elements := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		elements = n.Content
	}
	if len(elements) == 0 {
		return nil, errors.New("the list is empty; leave the key out instead")
	}
	if len(elements) > mostList {
		return nil, fmt.Errorf("the list has more than %d elements", mostList)
	}
	out := make([]string, 0, len(elements))
	for _, e := range elements {
		s, err := scalar(target(e))
		if err == nil {
			s, err = check(s)
		}
		if err == nil && slices.Contains(out, s) {
			err = errors.New("an element is there twice")
		}
		if err != nil {
			return nil, &atLine{e.Line, err}
		}
		out = append(out, s)
	}
	return out, nil
}

func readName(n *yaml.Node, _ Vocabulary) (string, error) {
	s, err := scalar(n)
	if err != nil {
		return "", err
	}
	bad := strings.IndexFunc(s, func(r rune) bool { return !isAlphanumeric(r) && !strings.ContainsRune("._-", r) }) >= 0
	if bad || len(s) > mostName || !isAlphanumeric(rune(s[0])) {
		return "", fmt.Errorf("%q is no name; it takes letters, digits, '.', '_' and '-', the first a letter or digit, %d at most", short(s), mostName)
	}
	return s, nil
}

func readHashes(n *yaml.Node, _ Vocabulary) ([]string, error) {
	return readList(n, func(s string) (string, error) {
		s = strings.ToLower(s)
		// What is no hash may be the token, so it is not repeated.
		if raw, err := hex.DecodeString(s); err != nil || len(raw) != 32 {
			return "", errors.New("this is no SHA-256 in hex, which has 64 digits; kombo-mcp token prints the hash of a token")
		}
		if s == Hash("") {
			return "", errors.New("this is the hash of no token at all")
		}
		return s, nil
	})
}

func readValues(n *yaml.Node, _ Vocabulary) ([]string, error) {
	return readList(n, func(s string) (string, error) { return s, nil })
}

func readClaims(n *yaml.Node, words Vocabulary) (map[string][]string, error) {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		return nil, errors.New("it takes a mapping of claims to the value, or list of values, that they have to have")
	}
	out := map[string][]string{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := target(n.Content[i])
		claim, err := scalar(key)
		if err != nil {
			return nil, &atLine{key.Line, fmt.Errorf("the name of a claim: %w", err)}
		}
		if _, there := out[claim]; there {
			return nil, &atLine{key.Line, fmt.Errorf("%s is there twice", short(claim))}
		}
		if out[claim], err = readValues(target(n.Content[i+1]), words); err != nil {
			return nil, &atLine{key.Line, fmt.Errorf("%s: %w", short(claim), err)}
		}
	}
	return out, nil
}

func readIntegration(n *yaml.Node, _ Vocabulary) (string, error) {
	s, err := scalar(n)
	if err == nil && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
		err = fmt.Errorf("%q is no integration id; one looks like greenhouse:8d1hpPsbjxUkoCoa1veLZGe5", short(s))
	}
	return s, err
}

func readPath(n *yaml.Node, _ Vocabulary) (string, error) { return scalar(n) }

func readVariable(n *yaml.Node, _ Vocabulary) (string, error) {
	s, err := scalar(n)
	if err != nil {
		return "", err
	}
	bad := strings.IndexFunc(s, func(r rune) bool { return !isAlphanumeric(r) && r != '_' }) >= 0
	if bad || s[0] >= '0' && s[0] <= '9' {
		// It may be the key itself, so it is not repeated.
		return "", errors.New("this is no name of an environment variable; it takes letters, digits and '_'")
	}
	return s, nil
}

func readBool(n *yaml.Node, _ Vocabulary) (bool, error) {
	s, err := scalar(n)
	if err != nil {
		return false, err
	}
	var b bool
	if n.ShortTag() != "!!bool" || n.Decode(&b) != nil {
		return false, fmt.Errorf("%q is neither true nor false", short(s))
	}
	return b, nil
}

func readWords(of func(Vocabulary) []string) func(*yaml.Node, Vocabulary) ([]string, error) {
	return func(n *yaml.Node, words Vocabulary) ([]string, error) {
		return readList(n, func(s string) (string, error) { return s, oneOf(s, of(words)) })
	}
}

func readWord(of func(Vocabulary) []string) func(*yaml.Node, Vocabulary) (string, error) {
	return func(n *yaml.Node, words Vocabulary) (string, error) {
		s, err := scalar(n)
		if err != nil {
			return "", err
		}
		return s, oneOf(s, of(words))
	}
}

func oneOf(s string, valid []string) error {
	if len(valid) == 0 || slices.Contains(valid, s) {
		return nil
	}
	return fmt.Errorf("%q is none of %s", short(s), strings.Join(valid, ", "))
}

func readCount(n *yaml.Node, _ Vocabulary) (int, error) {
	s, err := scalar(n)
	if err != nil {
		return 0, err
	}
	i, err := strconv.Atoi(strings.ReplaceAll(s, "_", ""))
	if err != nil || i < 1 || i > mostCount {
		return 0, fmt.Errorf("%q is no whole number of at least 1", short(s))
	}
	return i, nil
}

func readDuration(n *yaml.Node, _ Vocabulary) (time.Duration, error) {
	s, err := scalar(n)
	if err != nil {
		return 0, err
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q is no length of time; one looks like 10s or 2m", short(s))
	}
	return d, nil
}

// short cuts what is repeated in an error.
func short(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
