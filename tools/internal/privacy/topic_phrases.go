package privacy

import (
	"embed"
	"fmt"
	"strings"
	"unicode"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// The topics are lists of phrases, one file a language, in sections. A section named
// after a topic holds the phrases that mean it; all languages apply to every text,
// since nobody says which one a question is in. Phrases are written folded (without
// case and accents), one a line:
//
//	disabilit*           a word that begins so; *behinder* one that contains it
//	date of birth        these words in a row, wherever they stand
//	(age|birth) group    one of several; (a|) may be missing; # is a number from 22
//	= age                the whole question but for words such as "please" and "your"
//	! marital            counts whatever the question is otherwise about
//	race -- car, cars    not where one of these phrases is in the same sentence
//
// Sections of another kind: [except] are phrases in which nothing counts ("race
// condition"), [context] are phrases that show that a question is about a skill or
// about other people ("experience", "customers"), so that only phrases with ! count,
// [ignore] are phrases of statements that ask nothing ("regardless of"), and [filler]
// are words that do not change what a question asks. In Japanese a phrase is any part
// of the text without its spaces.
//
//go:embed topics/*.txt
var topicFiles embed.FS

// phrase is what is found at the end of a path in a [phrases] tree.
type phrase struct {
	topic Topic
	hard  bool
	// unless are the phrases beside which this one means nothing.
	unless *phrases
}

// phraseList is a file, read: its phrases by section.
type phraseList map[string][]string

func readList(name string) phraseList {
	raw, err := topicFiles.ReadFile("topics/" + name + ".txt")
	if err != nil {
		panic(err)
	}
	list, section := phraseList{}, ""
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "# "):
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
		default:
			list[section] = append(list[section], digest.Fold(line))
		}
	}
	return list
}

// expand gives the phrases that a line with alternatives in parentheses stands for.
// Alternatives may have alternatives.
func expand(line string) []string {
	open := strings.IndexByte(line, '(')
	if open < 0 {
		return []string{strings.Join(strings.Fields(line), " ")}
	}
	var parts []string
	depth, start, end := 0, open+1, -1
	for i := open; i < len(line) && end < 0; i++ {
		switch c := line[i]; {
		case c == '(':
			depth++
		case c == '|' && depth == 1:
			parts, start = append(parts, line[start:i]), i+1
		case c == ')':
			if depth--; depth == 0 {
				parts, end = append(parts, line[start:i]), i
			}
		}
	}
	if end < 0 {
		panic(fmt.Sprintf("privacy: %q has no closing parenthesis", line))
	}
	var out []string
	for _, p := range parts {
		out = append(out, expand(line[:open]+p+line[end+1:])...)
	}
	return out
}

// phrases is a tree of phrases by their words.
type phrases struct {
	exact map[string]*phrases
	// stems are by their first two bytes, parts are found inside a word.
	stems  map[string][]stem
	parts  []stem
	number *phrases
	ends   []phrase
}

type stem struct {
	text string
	next *phrases
}

func newPhrases(lines []string) *phrases {
	p := &phrases{}
	for _, l := range lines {
		for _, words := range expand(l) {
			p.add(strings.Fields(words), phrase{})
		}
	}
	return p
}

func (p *phrases) add(words []string, end phrase) {
	for _, w := range words {
		p = p.child(w)
	}
	p.ends = append(p.ends, end)
}

// child is the tree below a word, made if there is none.
func (p *phrases) child(w string) *phrases {
	text := strings.Trim(w, "*")
	switch {
	case w == "#":
		if p.number == nil {
			p.number = &phrases{}
		}
		return p.number
	case strings.HasPrefix(w, "*"):
		return stemIn(&p.parts, text)
	case strings.HasSuffix(w, "*"):
		if p.stems == nil {
			p.stems = map[string][]stem{}
		}
		key := text[:min(2, len(text))]
		list := p.stems[key]
		next := stemIn(&list, text)
		p.stems[key] = list
		return next
	}
	if p.exact == nil {
		p.exact = map[string]*phrases{}
	}
	if p.exact[w] == nil {
		p.exact[w] = &phrases{}
	}
	return p.exact[w]
}

func stemIn(list *[]stem, text string) *phrases {
	for _, s := range *list {
		if s.text == text {
			return s.next
		}
	}
	*list = append(*list, stem{text, &phrases{}})
	return (*list)[len(*list)-1].next
}

// at calls found for each phrase that begins at the first of the words, with its
// length in words, until found returns false.
func (p *phrases) at(words []string, length int, found func(phrase, int) bool) bool {
	for _, e := range p.ends {
		if !found(e, length) {
			return false
		}
	}
	if len(words) == 0 {
		return true
	}
	w, rest := words[0], words[1:]
	if next := p.exact[w]; next != nil && !next.at(rest, length+1, found) {
		return false
	}
	if len(w) >= 2 {
		for _, s := range p.stems[w[:2]] {
			if strings.HasPrefix(w, s.text) && !s.next.at(rest, length+1, found) {
				return false
			}
		}
	}
	for _, s := range p.parts {
		if strings.Contains(w, s.text) && !s.next.at(rest, length+1, found) {
			return false
		}
	}
	if p.number != nil && isAdultAge(w) {
		return p.number.at(rest, length+1, found)
	}
	return true
}

// isAdultAge reports whether a word is a number that no law sets as the minimum age
// for a job.
func isAdultAge(w string) bool { return len(w) == 2 && w >= "22" && w <= "99" && isDigit(w[1]) }

// in reports whether one of the phrases is anywhere among the words.
func (p *phrases) in(words []string) bool {
	for i := range words {
		if p.length(words[i:]) > 0 {
			return true
		}
	}
	return false
}

// length is that of the longest phrase at the beginning of the words, 0 for none.
func (p *phrases) length(words []string) int {
	longest := 0
	p.at(words, 0, func(_ phrase, n int) bool { longest = max(longest, n); return true })
	return longest
}

// isCJK reports whether a rune belongs to a script that Japanese is written in.
func isCJK(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }
