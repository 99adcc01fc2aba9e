package privacy

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// addName adds the words that give away a person's name: each of its parts, and the
// parts joined as in e-mail addresses, in their spellings.
func (f *finder) addName(k *Identity) {
	n := knownName{words: map[string]bool{}, id: k.ID}
	add := func(w string, umlauts bool) {
		if had, ok := n.words[w]; utf8.RuneCountInString(w) < 2 || ok && !had {
			return
		}
		if _, ok := n.words[w]; !ok && !umlauts && isInside(w) {
			n.inside = append(n.inside, w)
		}
		n.words[w] = umlauts
	}
	for _, first := range spellings(digest.Clean(k.first)) {
		for _, last := range spellings(digest.Clean(k.last)) {
			umlauts := first.umlauts || last.umlauts
			parts := [2]string{}
			for i, part := range []spelling{first, last} {
				for _, w := range strings.FieldsFunc(newView(part.text).folded, notLetter) {
					add(w, part.umlauts)
					parts[i] += w
				}
			}
			if first, last := parts[0], parts[1]; first != "" && last != "" {
				initial, _ := utf8.DecodeRuneInString(first)
				add(first+last, umlauts)
				add(last+first, umlauts)
				add(string(initial)+last, umlauts)
			}
		}
	}
	if len(n.words) > 0 {
		f.names = append(f.names, n)
	}
}

// isInside reports whether a word is also looked for inside a run of letters, as
// happens in scripts without spaces and in addresses.
func isInside(w string) bool {
	return utf8.RuneCountInString(w) >= 5 || strings.ContainsFunc(w, func(r rune) bool { return r > 0x24f && unicode.IsLetter(r) })
}

// names finds the words of names, wherever they stand as a word. One pseudonym takes
// the place of words that stand together.
func (f *finding) names() {
	if len(f.finder.names) == 0 {
		return
	}
	s := f.view.folded
	others := slices.SortedFunc(slices.Values(f.spans), func(a, b span) int { return a.from - b.from })
	covered := 0 // up to where the others cover the text
	last := -1   // the span of the word before
	for i := 0; i < len(s); {
		from := i
		for i < len(s) {
			n, letter := letterAt(s, i)
			if !letter {
				break
			}
			i += n
		}
		if i == from {
			n, _ := letterAt(s, i)
			i += max(n, 1)
			continue
		}
		for len(others) > 0 && others[0].from <= from {
			covered = max(covered, others[0].to)
			others = others[1:]
		}
		by := ""
		if i > covered {
			by = f.nameIn(from, i)
		}
		if by == "" {
			last = -1
			continue
		}
		if last >= 0 && f.spans[last].by == by && strings.Trim(s[f.spans[last].to:from], " -") == "" {
			f.spans[last].to = i
			continue
		}
		last = len(f.spans)
		f.addAs(from, i, rankName, by)
	}
}

// nameIn is the pseudonym of whoever is named by a run of letters, "" if nobody.
func (f *finding) nameIn(from, to int) string {
	run := f.view.folded[from:to]
	for i := range f.finder.names {
		n := &f.finder.names[i]
		if umlauts, ok := n.words[run]; ok && (!umlauts || f.view.isSpelledOut(from, to)) {
			return f.finder.mask.PersonName(&Identity{ID: n.id})
		}
		for _, w := range n.inside {
			if len(run) > len(w) && strings.Contains(run, w) {
				return f.finder.mask.PersonName(&Identity{ID: n.id})
			}
		}
	}
	return ""
}

func letterAt(s string, i int) (n int, letter bool) {
	if c := s[i]; c < utf8.RuneSelf {
		return 1, c >= 'a' && c <= 'z'
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	return n, !notLetter(r)
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) }

// maxExtension is the longest extension of a file's name, with its dot.
const maxExtension = 6

// FileNames hides what the names, types and ids of files say of their owner. A person's name can be
// abbreviated or joined in a file's name, so where names are masked only the type and
// the extension stay; the same holds if the owner is unknown.
func (m *Mask) FileNames(files []kombo.Attachment, owner Identity) {
	if m == nil {
		return
	}
	f := m.finder(owner)
	for i := range files {
		files[i].ID, files[i].ContentType = f.id(files[i].ID), f.text(files[i].ContentType)
		name, extension := files[i].FileName, path.Ext(files[i].FileName)
		if len(extension) > maxExtension || f.text(extension) != extension {
			extension = ""
		}
		if m.name || !owner.Known() {
			files[i].FileName = strings.ToLower(string(files[i].Type)) + extension
			continue
		}
		files[i].FileName = f.text(strings.TrimSuffix(name, extension)) + extension
	}
}
