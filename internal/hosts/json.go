package hosts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tailscale/hujson"
)

// jsonFormat is JSON, for hosts that allow it with comments and commas at the
// end of lists.
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
		return nil, errors.New("it holds no JSON object")
	}
	return out, nil
}

func (f jsonFormat) parse(doc string) (*hujson.Value, error) {
	if strings.TrimSpace(doc) == "" {
		doc = "{\n}\n"
	}
	root, err := hujson.Parse([]byte(doc))
	if err != nil {
		return nil, fmt.Errorf("it is no JSON (%s)", strings.TrimPrefix(err.Error(), "hujson: "))
	}
	if !f.comments && !root.IsStandard() {
		return nil, errors.New("it has comments or a comma after a last element, which this host does not allow")
	}
	return &root, nil
}

func (f jsonFormat) render(container, name string, entry object) (string, error) {
	return f.put("", container, name, entry)
}

func (f jsonFormat) put(doc, container, name string, entry object) (string, error) {
	return f.change(doc, func(root *hujson.Object, l layout) error {
		servers, err := member(root, container)
		if err != nil {
			return err
		}
		if servers == nil {
			return add(root, container, object{{key: name, value: entry}}, l)
		}
		inside, ok := servers.Value.Value.(*hujson.Object)
		if !ok {
			return fmt.Errorf("%q is no object in this file", container)
		}
		l.depth++
		old, err := member(inside, name)
		if err != nil {
			return err
		}
		if old == nil {
			return add(inside, name, entry, l)
		}
		old.Value.Value, err = l.render(entry)
		return err
	})
}

func (f jsonFormat) take(doc, container, name string) (string, error) {
	return f.change(doc, func(root *hujson.Object, _ layout) error {
		servers, err := member(root, container)
		if err != nil || servers == nil {
			return err
		}
		if inside, ok := servers.Value.Value.(*hujson.Object); ok {
			remove(inside, name)
		}
		return nil
	})
}

// change parses a file, has its outermost object changed and packs it again.
func (f jsonFormat) change(doc string, fn func(*hujson.Object, layout) error) (string, error) {
	root, err := f.parse(doc)
	if err != nil {
		return "", err
	}
	outer, ok := root.Value.(*hujson.Object)
	if !ok {
		return "", errors.New("it holds no JSON object")
	}
	if err := fn(outer, layoutOf(outer)); err != nil {
		return "", err
	}
	return string(root.Pack()), nil
}

// layout is how a file is indented.
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

// render is a value as it stands at the layout's depth.
func (l layout) render(v any) (hujson.ValueTrimmed, error) {
	raw, err := compactJSON(v)
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

// member finds a key that must not stand twice, since nobody knows which of
// the two its host reads.
func member(o *hujson.Object, name string) (*hujson.ObjectMember, error) {
	var found *hujson.ObjectMember
	for i := range o.Members {
		if key, ok := o.Members[i].Name.Value.(hujson.Literal); ok && key.String() == name {
			if found != nil {
				return nil, fmt.Errorf("%q stands twice in this file", name)
			}
			found = &o.Members[i]
		}
	}
	return found, nil
}

// add appends a member on a line of its own.
func add(o *hujson.Object, name string, v any, l layout) error {
	value, err := l.render(v)
	if err != nil {
		return err
	}
	m := hujson.ObjectMember{Name: hujson.Value{Value: hujson.String(name)}, Value: hujson.Value{BeforeExtra: hujson.Extra(" "), Value: value}}
	var last *hujson.Value
	if n := len(o.Members); n > 0 {
		last = &o.Members[n-1].Value
	}
	m.Name.BeforeExtra, m.Value.AfterExtra, o.AfterExtra = place(last, o.AfterExtra, l)
	o.Members = append(o.Members, m)
	return nil
}

// place gives what surrounds a new last element: the comments that ended the
// list stay before it, and a comma stands after it where one stood after the
// last one.
func place(last *hujson.Value, end hujson.Extra, l layout) (before, after, closing hujson.Extra) {
	before = hujson.Extra(strings.TrimRight(string(end), " \t\n") + "\n" + l.margin(l.depth))
	if last != nil && last.AfterExtra != nil {
		after = hujson.Extra{}
	}
	return before, after, hujson.Extra("\n" + l.margin(l.depth-1))
}

// remove takes a member out; comments before it, which may be about what stands
// before, stay.
func remove(o *hujson.Object, name string) {
	for i, m := range o.Members {
		key, ok := m.Name.Value.(hujson.Literal)
		if !ok || key.String() != name {
			continue
		}
		if kept := strings.TrimRight(string(m.Name.BeforeExtra), " \t\n"); kept != "" {
			next := &o.AfterExtra
			if i+1 < len(o.Members) {
				next = &o.Members[i+1].Name.BeforeExtra
			}
			*next = append(hujson.Extra(kept), *next...)
		}
		if i > 0 && i+1 == len(o.Members) {
			commaAfter(&o.Members[i-1].Value, m.Value)
		}
		o.Members = append(o.Members[:i], o.Members[i+1:]...)
		return
	}
}

// commaAfter keeps the comma after a last element where the one that is taken
// out had one.
func commaAfter(v *hujson.Value, taken hujson.Value) {
	switch {
	case taken.AfterExtra == nil:
		v.AfterExtra = nil
	case v.AfterExtra == nil:
		v.AfterExtra = hujson.Extra{}
	}
}

func (f jsonFormat) putItem(doc, list, id string, item object) (string, error) {
	return f.change(doc, func(root *hujson.Object, l layout) error {
		items, err := member(root, list)
		if err != nil {
			return err
		}
		if items == nil {
			return add(root, list, []object{item}, l)
		}
		array, ok := items.Value.Value.(*hujson.Array)
		if !ok {
			return fmt.Errorf("%q is no list in this file", list)
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
		e.BeforeExtra, e.AfterExtra, array.AfterExtra = place(last, array.AfterExtra, l)
		array.Elements = append(array.Elements, e)
		return nil
	})
}

func (f jsonFormat) takeItem(doc, list, id string) (string, error) {
	return f.change(doc, func(root *hujson.Object, _ layout) error {
		items, err := member(root, list)
		if err != nil || items == nil {
			return err
		}
		if array, ok := items.Value.Value.(*hujson.Array); ok {
			if i := indexOf(array, id); i >= 0 {
				if i > 0 && i+1 == len(array.Elements) {
					commaAfter(&array.Elements[i-1], array.Elements[i])
				}
				array.Elements = append(array.Elements[:i], array.Elements[i+1:]...)
			}
		}
		return nil
	})
}

// indexOf finds the object of a list whose id is that.
func indexOf(a *hujson.Array, id string) int {
	for i := range a.Elements {
		o, ok := a.Elements[i].Value.(*hujson.Object)
		if !ok {
			continue
		}
		if m, err := member(o, "id"); err == nil && m != nil {
			if text, ok := m.Value.Value.(hujson.Literal); ok && text.Kind() == '"' && text.String() == id {
				return i
			}
		}
	}
	return -1
}
