package tenants

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	maxFileBytes = 4 << 20
	// maxProblems is how many problems of a file are listed; the rest are counted.
	maxProblems = 20
)

// Load reads a tenants file: a YAML mapping with one key, tenants, that has a list. The error lists
// the problems with their line, tenant and field, 20 at most. A relative api_key_file is relative to the
// folder of the tenants file. API keys are read to check that they are there; only a hash is kept.
func Load(path string, words Vocabulary) (*Set, error) {
	s, problems, err := Check(path, words)
	if err != nil {
		return nil, err
	}
	return s, joinProblems(problems)
}

// Check reads a tenants file as [Load] does, and returns every problem in the order of the lines; the set
// is nil if there are any. The error is for a file that cannot be read.
func Check(path string, words Vocabulary) (*Set, []Problem, error) {
	raw, err := readAtMost(path, maxFileBytes)
	if err != nil {
		return nil, nil, fmt.Errorf("%s %w", path, err)
	}
	s, problems := parse(path, raw, words)
	return s, problems, nil
}

// parse reads the content of the tenants file at path.
func parse(path string, raw []byte, words Vocabulary) (*Set, []Problem) {
	p := &parser{file: path, words: words, names: map[string]int{}, hashes: map[string]string{}}
	if warning := permissionWarning(path); warning != "" {
		p.warnings = append(p.warnings, path+": "+warning)
	}
	p.document(raw)
	if len(p.problems) > 0 {
		slices.SortStableFunc(p.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
		return nil, p.problems
	}
	return newSet(p.entries, p.warnings), nil
}

// Problem is an error in a tenants file.
type Problem struct {
	File string
	// Line is 0 for a problem of the file as a whole.
	Line int
	// Text says what is wrong and where in the line: tenant, field and what it takes.
	Text string
}

// Error implements error.
func (p Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// joinProblems returns the first problems and a count of the rest, nil if there are none.
func joinProblems(problems []Problem) error {
	var errs []error
	for i, p := range problems {
		if i == maxProblems {
			errs = append(errs, fmt.Errorf("and %d more problems", len(problems)-i))
			break
		}
		errs = append(errs, p)
	}
	return errors.Join(errs...)
}

// parser reads the YAML nodes itself, because the library's errors quote a part of the value, and
// some values are secrets in the wrong place.
type parser struct {
	file     string
	words    Vocabulary
	entries  []entry
	names    map[string]int    // line, by the name in lower case
	hashes   map[string]string // who has it, by the hash of a token
	warnings []string
	problems []Problem
}

func (p *parser) addProblem(line int, format string, args ...any) {
	p.problems = append(p.problems, Problem{File: p.file, Line: line, Text: fmt.Sprintf(format, args...)})
}

func (p *parser) document(raw []byte) {
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		p.addProblem(0, "the file is empty; it must have tenants:, a list")
		return
	} else if err != nil {
		p.addProblem(0, "%s", strings.TrimPrefix(err.Error(), "yaml: "))
		return
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		p.addProblem(more.Line, "the file has more than one document, or does not end in valid YAML")
	}
	top := resolveAlias(doc.Content[0])
	if top.Kind != yaml.MappingNode {
		p.addProblem(top.Line, "the file must have tenants:, a list")
		return
	}
	var list *yaml.Node
	p.pairs(top, "", func(key, value *yaml.Node) {
		if key.Value != "tenants" {
			p.addProblem(key.Line, "unknown key %q; the only one here is tenants", abbreviate(key.Value))
			return
		}
		list = value
	})
	if list == nil || list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
		p.addProblem(top.Line, "tenants must be a list of at least one tenant")
		return
	}
	for i, n := range list.Content {
		p.tenant(i, resolveAlias(n))
	}
	p.checkConflicts(list)
}

// pairs calls fn for each key of a mapping, once, with its value.
func (p *parser) pairs(n *yaml.Node, of string, fn func(key, value *yaml.Node)) {
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := resolveAlias(n.Content[i]), resolveAlias(n.Content[i+1])
		switch {
		case key.Kind != yaml.ScalarNode:
			p.addProblem(key.Line, "%sa key must be a word", of)
		case seen[key.Value]:
			p.addProblem(key.Line, "%s%s occurs twice", of, abbreviate(key.Value))
		default:
			seen[key.Value] = true
			fn(key, value)
		}
	}
}

func (p *parser) tenant(i int, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		p.addProblem(n.Line, "tenant %d: it must be a mapping that begins with name", i+1)
		return
	}
	t, of := &Tenant{}, fmt.Sprintf("tenant %d: ", i+1)
	if name := nameOf(n); name != "" {
		of = fmt.Sprintf("tenant %q: ", name)
	}
	lines := map[string]int{}
	p.pairs(n, of, func(key, value *yaml.Node) {
		lines[key.Value] = key.Line
		p.field(t, of, key, value)
	})
	p.checkRequired(t, of, n.Line, lines)
	p.entries = append(p.entries, p.checkUnique(t, of, n.Line, lines))
}

// nameOf reads the name of a tenant before the rest, so that every problem can mention it.
func nameOf(n *yaml.Node) string {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if resolveAlias(n.Content[i]).Value != "name" {
			continue
		}
		if name, err := readName(resolveAlias(n.Content[i+1]), Vocabulary{}); err == nil {
			return name
		}
	}
	return ""
}

func (p *parser) field(t *Tenant, of string, key, value *yaml.Node) {
	f := findField(key.Value)
	if f == nil {
		p.addProblem(key.Line, "%s%s", of, unknownKey(key.Value))
		return
	}
	if err := f.read(t, value, p.words); err != nil {
		line := key.Line
		if at, ok := errors.AsType[*lineError](err); ok {
			line = at.line
		}
		p.addProblem(line, "%s%s: %v", of, f.name, err)
	}
}

// checkRequired checks for missing fields and for fields that contradict each other.
func (p *parser) checkRequired(t *Tenant, of string, line int, lines map[string]int) {
	missing := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { return lines[n] > 0 })
	}
	if missing("name") {
		p.addProblem(line, "%sname is missing", of)
	}
	if missing("integration_id") {
		p.addProblem(line, "%sintegration_id is missing", of)
	}
	if missing("token_sha256", "tokens", "claims", "subjects") {
		p.addProblem(line, "%sno caller could use it: it needs token_sha256, tokens, claims or subjects", of)
	}
	if t.APIKeyFile != "" && t.APIKeyEnv != "" {
		p.addProblem(lines["api_key_env"], "%sapi_key_env: api_key_file is set as well; only one of the two is allowed", of)
	}
	for _, tool := range t.ExcludeTools {
		if slices.Contains(t.Tools, tool) {
			p.addProblem(lines["exclude_tools"], "%sexclude_tools: %q is in tools as well", of, tool)
		}
	}
}

// checkUnique checks the tenant against those before it, and that its API key can be read.
func (p *parser) checkUnique(t *Tenant, of string, line int, lines map[string]int) entry {
	if t.Name != "" {
		// Names become file names, and some file systems ignore case.
		name := strings.ToLower(t.Name)
		if first, ok := p.names[name]; ok {
			p.addProblem(lines["name"], "%sname: line %d has this name already", of, first)
		}
		p.names[name] = max(lines["name"], line)
	}
	p.checkHashes(t, of, lines)
	if t.APIKeyFile != "" && !filepath.IsAbs(t.APIKeyFile) {
		t.APIKeyFile = filepath.Join(filepath.Dir(p.file), t.APIKeyFile)
	}
	e := entry{tenant: t}
	key, err := t.APIKey()
	if err != nil {
		p.addProblem(max(lines["api_key_file"], lines["api_key_env"]), "%s%v", of, err)
		return e
	}
	if key != "" {
		e.key = sha256.Sum256([]byte(key))
	}
	if warning := permissionWarning(t.APIKeyFile); warning != "" {
		p.warnings = append(p.warnings, fmt.Sprintf("the API key file of tenant %q: %s", t.Name, warning))
	}
	return e
}

// checkHashes checks that no token is used twice: not by two callers, and not by a caller and an
// approver, since a caller with such a token could approve its own writes.
func (p *parser) checkHashes(t *Tenant, of string, lines map[string]int) {
	all := t.hashes()
	callers := len(all)
	for _, approver := range t.Approvers {
		all = append(all, approver.SHA256)
	}
	for i, h := range all {
		key := "token_sha256"
		switch {
		case i >= callers:
			key = "approvers"
		case i >= len(t.TokenSHA256):
			key = "tokens"
		}
		if owner, ok := p.hashes[h]; ok {
			p.addProblem(lines[key], "%s%s: %s has the same hash; a token identifies one caller or one approver, of one tenant", of, key, owner)
		}
		p.hashes[h] = strings.TrimSuffix(of, ": ")
		if i >= callers {
			p.hashes[h] = "an approver of " + p.hashes[h]
		}
	}
}

// checkConflicts reports tenants that the same access token would select.
func (p *parser) checkConflicts(list *yaml.Node) {
	if len(p.problems) > 0 {
		return // fields that could not be read might distinguish them
	}
	for i, e := range p.entries {
		for _, before := range p.entries[:i] {
			if e.tenant.conflicts(before.tenant) {
				p.addProblem(resolveAlias(list.Content[i]).Line, "tenant %q: an access token could select it and tenant %q too; claims and subjects must distinguish the two",
					e.tenant.Name, before.tenant.Name)
			}
		}
	}
}

// resolveAlias returns the node that an alias refers to, or the node itself.
func resolveAlias(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}
