package hosts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/kombo-mcp/kombo-mcp/internal/plainjson"
)

// jsonFormat is JSON, with comments and trailing commas if the host allows them.
type jsonFormat struct{ comments bool }

func (f jsonFormat) decode(doc string) (map[string]any, error) {
	root, err := f.parse(doc)
	if err != nil {
		return nil, err
	}
	root.Standardize()
	out := map[string]any{}
	dec := json.NewDecoder(bytes.NewReader(root.Pack()))
	dec.UseNumber()
	if err := dec.Decode(&out); err != nil {
		return nil, errors.New("it is not a JSON object")
	}
	return out, nil
}

func (f jsonFormat) parse(doc string) (*hujson.Value, error) {
	if strings.TrimSpace(doc) == "" {
		doc = "{\n}\n"
	}
	root, err := hujson.Parse([]byte(doc))
	if err != nil {
		return nil, fmt.Errorf("it is not valid JSON (%s)", strings.TrimPrefix(err.Error(), "hujson: "))
	}
	if !f.comments && !root.IsStandard() {
		return nil, errors.New("it has comments or trailing commas, which this host does not allow")
	}
	return &root, nil
}

func (f jsonFormat) render(container, name string, entry object) (string, error) {
	return f.put("", container, name, entry)
}

func (f jsonFormat) put(doc, container, name string, entry object) (string, error) {
	return f.change(doc, func(root *hujson.Object, l layout) error {
		servers, err := findMember(root, container)
		if err != nil {
			return err
		}
		if servers == nil {
			return addMember(root, container, object{{key: name, value: entry}}, l)
		}
		inside, ok := servers.Value.Value.(*hujson.Object)
		if !ok {
			return fmt.Errorf("%q is not an object in this file", container)
		}
		l.depth++
		old, err := findMember(inside, name)
		if err != nil {
			return err
		}
		if old == nil {
			return addMember(inside, name, entry, l)
		}
		old.Value.Value, err = l.render(entry)
		return err
	})
}

func (f jsonFormat) remove(doc, container, name string) (string, error) {
	return f.change(doc, func(root *hujson.Object, _ layout) error {
		servers, err := findMember(root, container)
		if err != nil || servers == nil {
			return err
		}
		if inside, ok := servers.Value.Value.(*hujson.Object); ok {
			removeMember(inside, name)
		}
		return nil
	})
}

// change parses a document, calls fn to change its outermost object, and packs it
// again.
func (f jsonFormat) change(doc string, fn func(*hujson.Object, layout) error) (string, error) {
	root, err := f.parse(doc)
	if err != nil {
		return "", err
	}
	outer, ok := root.Value.(*hujson.Object)
	if !ok {
		return "", errors.New("it is not a JSON object")
	}
	if err := fn(outer, layoutOf(outer)); err != nil {
		return "", err
	}
	return string(root.Pack()), nil
}

// layout is how a document is indented.
type layout struct {
	unit  string
	depth int
}

func layoutOf(o *hujson.Object) layout {
	l := layout{unit: "  ", depth: 1}
	if len(o.Members) > 0 {
		before := string(o.Members[0].Name.BeforeExtra)
		if i := strings.LastIndexByte(before, '\n'); i >= 0 && i+1 < len(before) && strings.TrimSpace(before[i:]) == "" {
			l.unit = before[i+1:]
		}
	}
	return l
}

func (l layout) margin(depth int) string { return strings.Repeat(l.unit, depth) }

// render returns a value indented for the layout's depth.
func (l layout) render(v any) (hujson.ValueTrimmed, error) {
	raw, err := plainjson.Marshal(v)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, l.margin(l.depth), l.unit); err != nil {
		return nil, err
	}
	parsed, err := hujson.Parse(b.Bytes())
	return parsed.Value, err
}

// findMember returns the member of that name, or nil. A duplicate is an error, because
// it is not known which of the two the host reads.
func findMember(o *hujson.Object, name string) (*hujson.ObjectMember, error) {
	var found *hujson.ObjectMember
	for i := range o.Members {
		if key, ok := o.Members[i].Name.Value.(hujson.Literal); ok && key.String() == name {
			if found != nil {
				return nil, fmt.Errorf("%q occurs twice in this file", name)
			}
			found = &o.Members[i]
		}
	}
	return found, nil
}

// addMember appends a member on its own line.
func addMember(o *hujson.Object, name string, v any, l layout) error {
	value, err := l.render(v)
	if err != nil {
		return err
	}
	m := hujson.ObjectMember{Name: hujson.Value{Value: hujson.String(name)}, Value: hujson.Value{BeforeExtra: hujson.Extra(" "), Value: value}}
	var last *hujson.Value
	if n := len(o.Members); n > 0 {
		last = &o.Members[n-1].Value
	}
	m.Name.BeforeExtra, m.Value.AfterExtra, o.AfterExtra = surroundings(last, o.AfterExtra, l)
	o.Members = append(o.Members, m)
	return nil
}

// surroundings returns the text around a new last element. Comments at the end of the
// list stay before it, and it gets a trailing comma if the last one had one.
func surroundings(last *hujson.Value, end hujson.Extra, l layout) (before, after, closing hujson.Extra) {
	before = hujson.Extra(strings.TrimRight(string(end), " \t\n") + "\n" + l.margin(l.depth))
	if last != nil && last.AfterExtra != nil {
		after = hujson.Extra{}
	}
	return before, after, hujson.Extra("\n" + l.margin(l.depth-1))
}

// removeMember removes a member. Comments before it stay, since they may belong to the
// member before.
func removeMember(o *hujson.Object, name string) {
	for i, m := range o.Members {
		key, ok := m.Name.Value.(hujson.Literal)
		if !ok || key.String() != name {
			continue
		}
		if comments := strings.TrimRight(string(m.Name.BeforeExtra), " \t\n"); comments != "" {
			next := &o.AfterExtra
			if i+1 < len(o.Members) {
				next = &o.Members[i+1].Name.BeforeExtra
			}
			*next = append(hujson.Extra(comments), *next...)
		}
		if i > 0 && i+1 == len(o.Members) {
			adjustComma(&o.Members[i-1].Value, m.Value)
		}
		o.Members = append(o.Members[:i], o.Members[i+1:]...)
		return
	}
}

// adjustComma gives the new last element a trailing comma if the removed one had one.
func adjustComma(v *hujson.Value, removed hujson.Value) {
	switch {
	case removed.AfterExtra == nil:
		v.AfterExtra = nil
	case v.AfterExtra == nil:
		v.AfterExtra = hujson.Extra{}
	}
}

func (f jsonFormat) putItem(doc, list, id string, item object) (string, error) {
	return f.change(doc, func(root *hujson.Object, l layout) error {
		items, err := findMember(root, list)
		if err != nil {
			return err
		}
		if items == nil {
			return addMember(root, list, []object{item}, l)
		}
		array, ok := items.Value.Value.(*hujson.Array)
		if !ok {
			return fmt.Errorf("%q is not a list in this file", list)
		}
		l.depth++
		value, err := l.render(item)
		if err != nil {
			return err
		}
		if i := indexOf(array, id); i >= 0 {
			array.Elements[i].Value = value
			return nil
		}
		e := hujson.Value{Value: value}
		var last *hujson.Value
		if n := len(array.Elements); n > 0 {
			last = &array.Elements[n-1]
		}
		e.BeforeExtra, e.AfterExtra, array.AfterExtra = surroundings(last, array.AfterExtra, l)
		array.Elements = append(array.Elements, e)
		return nil
	})
}

func (f jsonFormat) removeItem(doc, list, id string) (string, error) {
	return f.change(doc, func(root *hujson.Object, _ layout) error {
		items, err := findMember(root, list)
		if err != nil || items == nil {
			return err
		}
		if array, ok := items.Value.Value.(*hujson.Array); ok {
			if i := indexOf(array, id); i >= 0 {
				if i > 0 && i+1 == len(array.Elements) {
					adjustComma(&array.Elements[i-1], array.Elements[i])
				}
				array.Elements = append(array.Elements[:i], array.Elements[i+1:]...)
			}
		}
		return nil
	})
}

// indexOf returns the index of the object with that id in a list, or -1.
func indexOf(a *hujson.Array, id string) int {
	for i := range a.Elements {
		o, ok := a.Elements[i].Value.(*hujson.Object)
		if !ok {
			continue
		}
		if m, err := findMember(o, "id"); err == nil && m != nil {
			if text, ok := m.Value.Value.(hujson.Literal); ok && text.Kind() == '"' && text.String() == id {
				return i
			}
		}
	}
	return -1
}
