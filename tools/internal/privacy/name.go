package privacy

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// hideName replaces each word of a name, wherever it stands as a word, in any
// case and with or without accents.
func (m *Mask) hideName(s string, k *Identity) string {
	words := nameWords(k)
	if len(words) == 0 {
		return s
	}
	pseudonym := "Person " + m.personHash(k.ID)
	var b strings.Builder
	masked := false // the last thing written is the pseudonym
	for s != "" {
		n := strings.IndexFunc(s, notLetter)
		if n == 0 {
			_, n = utf8.DecodeRuneInString(s)
			b.WriteString(s[:n])
			masked = masked && (s[0] == ' ' || s[0] == '-')
			s = s[n:]
			continue
		}
		if n < 0 {
			n = len(s)
		}
		word := s[:n]
		s = s[n:]
		if !words[digest.Fold(word)] && !containsName(digest.Fold(word), words) {
			b.WriteString(word)
			masked = false
			continue
		}
		if !masked {
			b.WriteString(pseudonym)
		}
		masked = true
	}
	return b.String()
}

// nameWords are the words that give away a person's name, folded: each of its parts,
// and the parts joined as in e-mail addresses.
func nameWords(k *Identity) map[string]bool {
	words := map[string]bool{}
	add := func(w string) {
		if utf8.RuneCountInString(w) > 1 {
			words[w] = true
		}
	}
	parts := [2]string{}
	for i, part := range []string{k.first, k.last} {
		for _, w := range strings.FieldsFunc(digest.Clean(part), notLetter) {
			add(digest.Fold(w))
			parts[i] += digest.Fold(w)
		}
	}
	if first, last := parts[0], parts[1]; first != "" && last != "" {
		initial, _ := utf8.DecodeRuneInString(first)
		add(first + last)
		add(last + first)
		add(string(initial) + last)
	}
	return words
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) }

// containsName reports whether a run of letters contains a name, as happens in scripts
// without spaces and in addresses.
func containsName(run string, words map[string]bool) bool {
	for w := range words {
		long := utf8.RuneCountInString(w) >= 5
		foreign := strings.ContainsFunc(w, func(r rune) bool { return r > 0x24f && unicode.IsLetter(r) })
		if (long || foreign) && strings.Contains(run, w) {
			return true
		}
	}
	return false
}

// FileNames hides what the names of files say of their owner. A person's name can be
// abbreviated or joined in a file's name, so where names are masked only the type and
// the extension stay; the same holds if the owner is unknown.
func (m *Mask) FileNames(files []kombo.Attachment, owner Identity) {
	if m == nil {
		return
	}
	for i := range files {
		files[i].FileName = m.Text(files[i].FileName, owner)
		if m.name || !owner.Known() {
			files[i].FileName = strings.ToLower(string(files[i].Type)) + path.Ext(files[i].FileName)
		}
	}
}
