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
	mostFile = 4 << 20
	// mostProblems are listed of a file; the rest are counted.
	mostProblems = 20
)

// Load reads a tenants file: a YAML mapping with one key, tenants, that holds a list. The error
// lists what is wrong with it, each with the line, the tenant and the field. A relative
// api_key_file is taken from the folder of the tenants file; API keys are read to see that they
// are there, and not kept.
func Load(path string, words Vocabulary) (*Set, error) {
	raw, err := readAtMost(path, mostFile)
	if err != nil {
		return nil, fmt.Errorf("%s %w", path, err)
	}
	p := &parser{file: path, words: words, names: map[string]int{}, hashes: map[string]string{}}
	if how := exposure(path); how != "" {
		p.warnings = append(p.warnings, path+": "+how)
	}
	p.document(raw)
	if err := p.err(); err != nil {
		return nil, err
	}
	return newSet(p.entries, p.warnings), nil
}

// parser walks the nodes of a file itself, since what the library says about a value that it
// cannot take repeats a part of the value, and some of them are secrets in the wrong place.
type parser struct {
	file     string
	words    Vocabulary
	entries  []entry
	names    map[string]int    // line, by the name in lower case
	hashes   map[string]string // tenant, by the hash of its token
	warnings []string
	problems []problem
}

type problem struct {
	line int
	text string
}

func (p *parser) complain(line int, format string, args ...any) {
	p.problems = append(p.problems, problem{line, fmt.Sprintf(format, args...)})
}

func (p *parser) err() error {
	if len(p.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(p.problems, func(a, b problem) int { return cmp.Compare(a.line, b.line) })
	var errs []error
	for i, pr := range p.problems {
		switch {
		case i == mostProblems:
			errs = append(errs, fmt.Errorf("and %d problems more", len(p.problems)-i))
			return errors.Join(errs...)
		case pr.line == 0:
			errs = append(errs, fmt.Errorf("%s: %s", p.file, pr.text))
		default:
			errs = append(errs, fmt.Errorf("%s:%d: %s", p.file, pr.line, pr.text))
		}
	}
	return errors.Join(errs...)
}

func (p *parser) document(raw []byte) {
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		p.complain(0, "the file is empty; it has to hold tenants:, a list")
		return
	} else if err != nil {
		p.complain(0, "%s", strings.TrimPrefix(err.Error(), "yaml: "))
		return
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		p.complain(more.Line, "the file holds more than one document, or ends in what is no YAML")
	}
	top := target(doc.Content[0])
	if top.Kind != yaml.MappingNode {
		p.complain(top.Line, "the file has to hold tenants:, a list")
		return
	}
	var list *yaml.Node
	p.pairs(top, "", func(key, value *yaml.Node) {
		if key.Value != "tenants" {
			p.complain(key.Line, "unknown key %q; the only one here is tenants", short(key.Value))
			return
		}
		list = value
	})
	if list == nil || list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
		p.complain(top.Line, "tenants has to be a list of at least one tenant")
		return
	}
	for i, n := range list.Content {
		p.tenant(i, target(n))
	}
	p.rivals(list)
}

// pairs calls fn for each key of a mapping, once, with its value.
func (p *parser) pairs(n *yaml.Node, of string, fn func(key, value *yaml.Node)) {
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := target(n.Content[i]), target(n.Content[i+1])
		switch {
		case key.Kind != yaml.ScalarNode:
			p.complain(key.Line, "%sa key has to be a word", of)
		case seen[key.Value]:
			p.complain(key.Line, "%s%s is there twice", of, short(key.Value))
		default:
			seen[key.Value] = true
			fn(key, value)
		}
	}
}

func (p *parser) tenant(i int, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		p.complain(n.Line, "tenant %d: it has to be a mapping that begins with name", i+1)
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
	p.whole(t, of, n.Line, lines)
	p.entries = append(p.entries, p.unique(t, of, n.Line, lines))
}

// nameOf finds the name of a tenant before the rest is read, so that it stands in all that is said.
func nameOf(n *yaml.Node) string {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if target(n.Content[i]).Value != "name" {
			continue
		}
		if name, err := readName(target(n.Content[i+1]), Vocabulary{}); err == nil {
			return name
		}
	}
	return ""
}

func (p *parser) field(t *Tenant, of string, key, value *yaml.Node) {
	f := fieldOf(key.Value)
	if f == nil {
		p.complain(key.Line, "%s%s", of, stranger(key.Value))
		return
	}
	if err := f.read(t, value, p.words); err != nil {
		line := key.Line
		if at, ok := errors.AsType[*atLine](err); ok {
			line = at.line
		}
		p.complain(line, "%s%s: %v", of, f.name, err)
	}
}

// whole checks what no field shows by itself.
func (p *parser) whole(t *Tenant, of string, line int, lines map[string]int) {
	missing := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { return lines[n] > 0 })
	}
	if missing("name") {
		p.complain(line, "%sname is missing", of)
	}
	if missing("integration_id") {
		p.complain(line, "%sintegration_id is missing", of)
	}
	if missing("token_sha256", "claims", "subjects") {
		p.complain(line, "%snobody could use it: it needs token_sha256, claims or subjects", of)
	}
	if t.APIKeyFile != "" && t.APIKeyEnv != "" {
		p.complain(lines["api_key_env"], "%sapi_key_env: api_key_file is there as well; one of the two is enough", of)
	}
	for _, tool := range t.ExcludeTools {
		if slices.Contains(t.Tools, tool) {
			p.complain(lines["exclude_tools"], "%sexclude_tools: %q stands in tools as well", of, tool)
		}
	}
}

// unique checks the tenant against those before it, and its API key.
func (p *parser) unique(t *Tenant, of string, line int, lines map[string]int) entry {
	if t.Name != "" {
		// Where a name becomes the name of a file, case may not tell two apart.
		name := strings.ToLower(t.Name)
		if first, there := p.names[name]; there {
			p.complain(lines["name"], "%sname: line %d has this name already", of, first)
		}
		p.names[name] = max(lines["name"], line)
	}
	for _, h := range t.TokenSHA256 {
		if owner, there := p.hashes[h]; there {
			p.complain(lines["token_sha256"], "%stoken_sha256: %s has the same hash; a token stands for one tenant", of, owner)
		}
		p.hashes[h] = strings.TrimSuffix(of, ": ")
	}
	if t.APIKeyFile != "" && !filepath.IsAbs(t.APIKeyFile) {
		t.APIKeyFile = filepath.Join(filepath.Dir(p.file), t.APIKeyFile)
	}
	e := entry{tenant: t}
	key, err := t.APIKey()
	if err != nil {
		p.complain(max(lines["api_key_file"], lines["api_key_env"]), "%s%v", of, err)
		return e
	}
	if key != "" {
		e.key = sha256.Sum256([]byte(key))
	}
	if how := exposure(t.APIKeyFile); how != "" {
		p.warnings = append(p.warnings, fmt.Sprintf("the API key file of tenant %q: %s", t.Name, how))
	}
	return e
}

// rivals finds tenants that one and the same access token would stand for.
func (p *parser) rivals(list *yaml.Node) {
	if len(p.problems) > 0 {
		return // what was not read might tell them apart
	}
	for i, e := range p.entries {
		for _, before := range p.entries[:i] {
			if e.tenant.conflicts(before.tenant) {
				p.complain(target(list.Content[i]).Line, "tenant %q: some access token that stands for it would stand for tenant %q too; claims and subjects have to tell the two apart",
					e.tenant.Name, before.tenant.Name)
			}
		}
	}
}

// target is the node that an alias stands for, or the node itself.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}
