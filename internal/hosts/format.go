package hosts

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// format edits one kind of file. Documents may be empty but are never malformed,
// and their lines end with "\n".
type format interface {
	// decode decodes a document, or says why its host could not.
	decode(doc string) (map[string]any, error)
	// put adds the entry at container and name, or replaces it.
	put(doc, container, name string, entry object) (string, error)
	// remove removes it.
	remove(doc, container, name string) (string, error)
	// render returns a document with only this entry.
	render(container, name string, entry object) (string, error)
}

// listFormat is implemented by formats that also support lists next to the servers.
type listFormat interface {
	putItem(doc, list, id string, item object) (string, error)
	removeItem(doc, list, id string) (string, error)
}

// inputList is the key of the list of values that VS Code asks for.
const inputList = "inputs"

const byteOrderMark = "\ufeff"

// Edit is the text of a file before and after.
type Edit struct {
	Before, After string
	// MarkRemoved is set if the file began with a byte order mark, which hosts cannot
	// read, and no longer does.
	MarkRemoved bool
}

// Changed reports whether there is anything to write.
func (e Edit) Changed() bool { return e.Before != e.After }

// Print returns the text of a file with only this server.
func (h Host) Print(s Server) (string, error) {
	entry, err := h.entry(s)
	if err != nil {
		return "", err
	}
	text, err := h.format.render(h.container, s.Name, entry)
	if err != nil || h.inputs == nil {
		return text, err
	}
	lists, ok := h.format.(listFormat)
	for _, item := range h.inputs(s) {
		if id, _ := item.get("id"); ok && err == nil {
			text, err = lists.putItem(text, inputList, fmt.Sprint(id), item)
		}
	}
	return text, err
}

// Put adds the server to the text of a file, or replaces it. Keys and variables that
// someone added to its entry stay.
func (h Host) Put(before string, s Server) (Edit, error) {
	entry, err := h.entry(s)
	if err != nil {
		return Edit{}, err
	}
	return h.edit(before, s.Name, func(doc string, had map[string]any) (string, map[string]any, error) {
		merged := merge(entryOf(had, h.container, s.Name), entry)
		want, _ := normalize(merged).(map[string]any)
		if !equalEntries(entryOf(had, h.container, s.Name), want) {
			if doc, err = h.format.put(doc, h.container, s.Name, merged); err != nil {
				return "", nil, err
			}
		}
		doc, err = h.putInputs(doc, had, s)
		return doc, want, err
	})
}

func (h Host) putInputs(doc string, had map[string]any, s Server) (string, error) {
	lists, ok := h.format.(listFormat)
	if !ok || h.inputs == nil {
		return doc, nil
	}
	var err error
	for _, item := range h.inputs(s) {
		id, _ := item.get("id")
		if want, _ := normalize(item).(map[string]any); equalEntries(itemOf(had, fmt.Sprint(id)), want) {
			continue
		}
		if doc, err = lists.putItem(doc, inputList, fmt.Sprint(id), item); err != nil {
			return "", err
		}
	}
	return doc, nil
}

// Remove removes the server of that name from the text of a file.
func (h Host) Remove(before, name string) (Edit, error) {
	return h.edit(before, name, func(doc string, had map[string]any) (string, map[string]any, error) {
		var err error
		if entryOf(had, h.container, name) != nil {
			doc, err = h.format.remove(doc, h.container, name)
		}
		lists, ok := h.format.(listFormat)
		for _, id := range inputIDs(name) {
			if ok && h.inputs != nil && err == nil && itemOf(had, id) != nil {
				doc, err = lists.removeItem(doc, inputList, id)
			}
		}
		return doc, nil, err
	})
}

// KeyFiles returns the files that servers in the text of a host's file read the key
// from, by the servers' names.
func (h Host) KeyFiles(text string) map[string]string {
	doc, err := h.format.decode(strings.ReplaceAll(strings.TrimPrefix(text, byteOrderMark), "\r\n", "\n"))
	if err != nil {
		return nil
	}
	out := map[string]string{}
	servers, _ := doc[h.container].(map[string]any)
	for name := range servers {
		entry := entryOf(doc, h.container, name)
		for _, key := range variableKeys {
			variables, _ := entry[key].(map[string]any)
			if file, ok := variables[VarKeyFile].(string); ok {
				out[name] = file
			}
		}
	}
	return out
}

func inputIDs(name string) []string {
	s := Server{Name: name}
	return []string{inputID(s, VarKey), inputID(s, VarToken)}
}

// edit changes a text and keeps its line ends. A byte order mark goes as soon as there
// is a server in the file, because hosts that cannot read it ignore or even replace the
// file. It refuses to change anything but the server. change also returns what the
// server's entry must be afterwards, nil for none.
func (h Host) edit(before, name string, change func(doc string, had map[string]any) (string, map[string]any, error)) (Edit, error) {
	doc, marked := strings.CutPrefix(before, byteOrderMark)
	windows := strings.Contains(doc, "\r\n")
	if windows {
		doc = strings.ReplaceAll(doc, "\r\n", "\n")
	}
	had, err := h.format.decode(doc)
	if err != nil {
		return Edit{}, fmt.Errorf("%s could not read this file: %w. Nothing was changed; fix it first, or add what --print shows by hand", h.Title, err)
	}
	after, want, err := change(doc, had)
	if err != nil {
		return Edit{}, fmt.Errorf("%w. Nothing was changed; add what --print shows by hand", err)
	}
	if after == doc && (!marked || want == nil) {
		return Edit{Before: before, After: before}, nil
	}
	has, err := h.format.decode(after)
	if err != nil || !reflect.DeepEqual(h.withoutServer(had, name), h.withoutServer(has, name)) || !equalEntries(entryOf(has, h.container, name), want) {
		return Edit{}, errors.New("this file is written in a way that cannot be edited without changing something else. Nothing was changed; add what --print shows by hand")
	}
	if windows {
		after = strings.ReplaceAll(after, "\n", "\r\n")
	}
	return Edit{Before: before, After: after, MarkRemoved: marked}, nil
}

// withoutServer returns a decoded file without the server of that name.
func (h Host) withoutServer(doc map[string]any, name string) map[string]any {
	out := maps.Clone(doc)
	if out == nil {
		out = map[string]any{}
	}
	if servers, ok := out[h.container].(map[string]any); ok {
		rest := maps.Clone(servers)
		delete(rest, name)
		out[h.container] = rest
		if len(rest) == 0 {
			delete(out, h.container)
		}
	} else if out[h.container] == nil {
		delete(out, h.container)
	}
	if inputs, ok := out[inputList].([]any); ok && h.inputs != nil {
		rest := slices.DeleteFunc(slices.Clone(inputs), func(v any) bool {
			m, _ := v.(map[string]any)
			id, _ := m["id"].(string)
			return slices.Contains(inputIDs(name), id)
		})
		out[inputList] = rest
		if len(rest) == 0 {
			delete(out, inputList)
		}
	}
	return out
}

// entryOf returns the server's entry in a decoded file, nil if there is none.
func entryOf(doc map[string]any, container, name string) map[string]any {
	servers, _ := doc[container].(map[string]any)
	entry, ok := servers[name].(map[string]any)
	if _, exists := servers[name]; exists && !ok {
		return map[string]any{}
	}
	return entry
}

// equalEntries reports whether two entries are equal, even from different decoders.
// A missing entry does not equal an empty one.
func equalEntries(a, b map[string]any) bool {
	return (a == nil) == (b == nil) && reflect.DeepEqual(normalize(a), normalize(b))
}

func itemOf(doc map[string]any, id string) map[string]any {
	inputs, _ := doc[inputList].([]any)
	for _, v := range inputs {
		if m, ok := v.(map[string]any); ok && m["id"] == id {
			return m
		}
	}
	return nil
}
