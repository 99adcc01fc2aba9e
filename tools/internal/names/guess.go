package names

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// ResolveTyped gives the one entry that a person means who typed the reference. Some
// hosts split what people type at spaces and keep their quotes, so that it may be a
// beginning of the name, a word of it, or the name with other characters between the
// words, if only one entry fits. The error is that of [Directory.Resolve], or names
// the entries that fit.
func (d *Directory) ResolveTyped(param, ref string) (Entry, error) {
	typed := wordsOf(ref)
	if len(d.Find(ref)) > 0 || d.Truncated || typed == "" || len(ref) > maxReference {
		return d.Resolve(param, ref)
	}
	var same, near []Entry
	for _, e := range d.Entries {
		name := wordsOf(e.Name)
		switch {
		case name == typed:
			same = append(same, e)
		case strings.HasPrefix(name, typed), strings.Contains(" "+name+" ", " "+typed+" "):
			near = append(near, e)
		}
	}
	if len(same) > 0 {
		near = same
	}
	switch len(near) {
	case 0:
		return d.Resolve(param, ref)
	case 1:
		return near[0], nil
	}
	return Entry{}, fmt.Errorf("%s: %q fits %d %s; give more of the name, with - for each space, or the id of the one you mean: %s", param, wording.Clip(ref, nameLength), len(near), d.Noun, d.Choices(ref, near))
}

// wordsOf are the words of a text in a comparable form, with one space between them.
// C++ and C# are words.
func wordsOf(s string) string {
	return strings.Join(strings.FieldsFunc(digest.Fold(digest.Clean(s)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) && r != '+' && r != '#'
	}), " ")
}
