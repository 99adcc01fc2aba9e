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
	maxNameBytes    = 64
	maxValueBytes   = 256
	maxListElements = 1000
	// maxCount is low enough that no sum of counts overflows.
	maxCount = 1_000_000_000
)

// field is a key of a tenant; read parses and checks its value.
type field struct {
	name string
	read func(*Tenant, *yaml.Node, Vocabulary) error
}

var fields = []field{
	{"name", fieldReader(func(t *Tenant) *string { return &t.Name }, readName)},
	{"token_sha256", fieldReader(func(t *Tenant) *[]string { return &t.TokenSHA256 }, readHashes)},
	{"tokens", fieldReader(func(t *Tenant) *[]Token { return &t.Tokens }, readTokens)},
	{"approvers", fieldReader(func(t *Tenant) *[]Token { return &t.Approvers }, readTokens)},
	{"claims", fieldReader(func(t *Tenant) *map[string][]string { return &t.Claims }, readClaims)},
	{"subjects", fieldReader(func(t *Tenant) *[]string { return &t.Subjects }, readValues)},
	{"integration_id", fieldReader(func(t *Tenant) *string { return &t.Integration }, readIntegration)},
	{"api_key_file", fieldReader(func(t *Tenant) *string { return &t.APIKeyFile }, readPath)},
	{"api_key_env", fieldReader(func(t *Tenant) *string { return &t.APIKeyEnv }, readVariable)},
	{"read_only", fieldReader(func(t *Tenant) *bool { return &t.ReadOnly }, readBool)},
	{"tools", fieldReader(func(t *Tenant) *[]string { return &t.Tools }, readWords(func(v Vocabulary) []string { return v.Tools }))},
	{"exclude_tools", fieldReader(func(t *Tenant) *[]string { return &t.ExcludeTools }, readWords(func(v Vocabulary) []string { return v.Tools }))},
	{"redact", fieldReader(func(t *Tenant) *[]string { return &t.Redact }, readWords(func(v Vocabulary) []string { return v.Redact }))},
	{"writes", fieldReader(func(t *Tenant) *string { return &t.Writes }, readWord(func(v Vocabulary) []string { return v.Writes }))},
	{"confirm_fallback", fieldReader(func(t *Tenant) *string { return &t.ConfirmFallback }, readWord(func(v Vocabulary) []string { return v.Fallback }))},
	{"max_writes_per_minute", fieldReader(func(t *Tenant) *int { return &t.MaxWritesPerMinute }, readCount)},
	{"walk_records", fieldReader(func(t *Tenant) *int { return &t.WalkRecords }, readCount)},
	{"walk_time", fieldReader(func(t *Tenant) *time.Duration { return &t.WalkTime }, readDuration)},
	{"max_sessions", fieldReader(func(t *Tenant) *int { return &t.MaxSessions }, readCount)},
	{"max_calls", fieldReader(func(t *Tenant) *int { return &t.MaxCalls }, readCount)},
}

// fieldReader returns a read function that stores what parse returns in the field of the tenant.
func fieldReader[T any](field func(*Tenant) *T, parse func(*yaml.Node, Vocabulary) (T, error)) func(*Tenant, *yaml.Node, Vocabulary) error {
	return func(t *Tenant, n *yaml.Node, words Vocabulary) (err error) {
		value, err := parse(n, words)
		if err == nil {
			*field(t) = value
		}
		return err
	}
}

func findField(key string) *field {
	for i := range fields {
		if fields[i].name == key {
			return &fields[i]
		}
	}
	return nil
}

// unknownKey says what to write instead of an unknown key.
func unknownKey(key string) string {
	switch strings.ToLower(key) {
	case "api_key", "apikey", "key":
		return abbreviate(key) + ": the key itself does not belong in this file; name what holds it with api_key_file or api_key_env"
	case "token", "auth_token", "bearer", "token_hash", "token_hashes":
		return abbreviate(key) + ": there is no such key; token_sha256 takes the hash of a token, which kombo-mcp token prints"
	}
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.name
	}
	return fmt.Sprintf("unknown key %q; the keys are %s", abbreviate(key), strings.Join(all, ", "))
}

// lineError is an error about a part of a value, which may be on another line than the key.
type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string { return e.err.Error() }

// scalar returns the text of a single value that is present.
func scalar(n *yaml.Node) (string, error) {
	switch {
	case n.Kind != yaml.ScalarNode:
		return "", errors.New("it takes one value, not a list or a mapping")
	case n.ShortTag() == "!!null" || strings.TrimSpace(n.Value) == "":
		return "", errors.New("it has no value; leave the key out instead")
	case len(n.Value) > maxValueBytes:
		return "", fmt.Errorf("the value is longer than %d characters", maxValueBytes)
	case strings.IndexFunc(n.Value, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }) >= 0:
		return "", errors.New("the value contains a control character")
	}
	return n.Value, nil
}

// readList returns the elements of a list, or a single value as the only element.
func readList(n *yaml.Node, check func(string) (string, error)) ([]string, error) {
	elements := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		elements = n.Content
	}
	if len(elements) == 0 {
		return nil, errors.New("the list is empty; leave the key out instead")
	}
	if len(elements) > maxListElements {
		return nil, fmt.Errorf("the list has more than %d elements", maxListElements)
	}
	out := make([]string, 0, len(elements))
	for _, e := range elements {
		s, err := scalar(resolveAlias(e))
		if err == nil {
			s, err = check(s)
		}
		if err == nil && slices.Contains(out, s) {
			err = errors.New("an element occurs twice")
		}
		if err != nil {
			return nil, &lineError{e.Line, err}
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
	if bad || len(s) > maxNameBytes || !isAlphanumeric(rune(s[0])) {
		return "", fmt.Errorf("%q is not a valid name; it takes letters, digits, '.', '_' and '-', the first a letter or digit, %d at most", abbreviate(s), maxNameBytes)
	}
	return s, nil
}

func readHashes(n *yaml.Node, _ Vocabulary) ([]string, error) {
	return readList(n, checkHash)
}

func checkHash(s string) (string, error) {
	s = strings.ToLower(s)
	// The error does not quote the value, which may be the token itself.
	if raw, err := hex.DecodeString(s); err != nil || len(raw) != 32 {
		return "", errors.New("this is not a SHA-256 in hex, which has 64 digits; kombo-mcp token prints the hash of a token")
	}
	if s == Hash("") {
		return "", errors.New("this is the hash of an empty token")
	}
	return s, nil
}

// readTokens reads a list of mappings, each of name and sha256.
func readTokens(n *yaml.Node, words Vocabulary) ([]Token, error) {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 || len(n.Content) > maxListElements {
		return nil, fmt.Errorf("it takes a list of 1 to %d mappings, each with name and sha256", maxListElements)
	}
	var out []Token
	for _, e := range n.Content {
		token, err := readToken(resolveAlias(e), words)
		if err == nil && slices.ContainsFunc(out, func(t Token) bool { return strings.EqualFold(t.Name, token.Name) }) {
			err = fmt.Errorf("the name %s occurs twice", token.Name)
		}
		if err != nil {
			return nil, &lineError{e.Line, err}
		}
		out = append(out, token)
	}
	return out, nil
}

func readToken(n *yaml.Node, words Vocabulary) (token Token, err error) {
	if n.Kind != yaml.MappingNode || len(n.Content) != 4 {
		return token, errors.New("a token takes name and sha256, and nothing else")
	}
	for i := 0; i+1 < len(n.Content) && err == nil; i += 2 {
		value := resolveAlias(n.Content[i+1])
		switch resolveAlias(n.Content[i]).Value {
		case "name":
			token.Name, err = readName(value, words)
		case "sha256":
			if token.SHA256, err = scalar(value); err == nil {
				token.SHA256, err = checkHash(token.SHA256)
			}
		}
	}
	if err == nil && (token.Name == "" || token.SHA256 == "") {
		err = errors.New("a token takes name and sha256, and nothing else")
	}
	return token, err
}

func readValues(n *yaml.Node, _ Vocabulary) ([]string, error) {
	return readList(n, func(s string) (string, error) { return s, nil })
}

func readClaims(n *yaml.Node, words Vocabulary) (map[string][]string, error) {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		return nil, errors.New("it takes a mapping of claims to the value, or list of values, that they must have")
	}
	out := map[string][]string{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := resolveAlias(n.Content[i])
		claim, err := scalar(key)
		if err != nil {
			return nil, &lineError{key.Line, fmt.Errorf("the name of a claim: %w", err)}
		}
		if _, ok := out[claim]; ok {
			return nil, &lineError{key.Line, fmt.Errorf("%s occurs twice", abbreviate(claim))}
		}
		if out[claim], err = readValues(resolveAlias(n.Content[i+1]), words); err != nil {
			return nil, &lineError{key.Line, fmt.Errorf("%s: %w", abbreviate(claim), err)}
		}
	}
	return out, nil
}

func readIntegration(n *yaml.Node, _ Vocabulary) (string, error) {
	s, err := scalar(n)
	if err == nil && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
		err = fmt.Errorf("%q is not a valid integration id; one looks like greenhouse:8d1hpPsbjxUkoCoa1veLZGe5", abbreviate(s))
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
		// The error does not quote the value, which may be the key itself.
		return "", errors.New("this is not the name of an environment variable; it takes letters, digits and '_'")
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
		return false, fmt.Errorf("%q is neither true nor false", abbreviate(s))
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
	return fmt.Errorf("%q is not valid; it must be one of %s", abbreviate(s), strings.Join(valid, ", "))
}

func readCount(n *yaml.Node, _ Vocabulary) (int, error) {
	s, err := scalar(n)
	if err != nil {
		return 0, err
	}
	i, err := strconv.Atoi(strings.ReplaceAll(s, "_", ""))
	if err != nil || i < 1 || i > maxCount {
		return 0, fmt.Errorf("%q is not a whole number of at least 1", abbreviate(s))
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
		return 0, fmt.Errorf("%q is not a valid duration; one looks like 10s or 2m", abbreviate(s))
	}
	return d, nil
}

// abbreviate cuts a value that an error quotes.
func abbreviate(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
