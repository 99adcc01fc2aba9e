package privacy

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// emails finds e-mail addresses, whoever they belong to: with letters of any script,
// spaces around the sign, and signs in words such as "(at)" or "[dot]". A bare word
// "at" counts only where the rest can hardly be a sentence.
func (f *finding) emails() {
	s := f.view.folded
	for i := 0; i < len(s); i++ {
		from, to, bare := atSign(s, i)
		if to == 0 {
			continue
		}
		local, start, spelledLocal := localPart(s, from)
		domain, end, spelledDomain := domainPart(s, to)
		if local == "" || domain == "" || bare && !spelledLocal && !spelledDomain && !looksLikeLocal(local) {
			continue
		}
		f.add(start, end, rankContact, "contact", local+"@"+domain)
		i = max(i, end-1)
	}
}

// atSign reads the sign between the parts of an address at i, or the word in its
// place. to is 0 if there is none; bare says that it is a word without brackets.
func atSign(s string, i int) (from, to int, bare bool) {
	if s[i] == '@' {
		from, to = i, i+1
		for to < len(s) && s[to] == '@' {
			to++
		}
		if to > i+1 {
			return from, to, false
		}
		if i > 0 && i+1 < len(s) && isBracket(s[i-1]) && isBracket(s[i+1]) {
			from, to = i-1, i+2
		}
		return from, to, false
	}
	if i > 0 && isBracket(s[i]) {
		return atWord(s, i)
	}
	if s[i] != 'a' || i == 0 {
		return 0, 0, false
	}
	before, end := s[i-1], i+1
	if end < len(s) && s[end] == 't' {
		end++
	}
	if end >= len(s) {
		return 0, 0, false
	}
	switch after := s[end]; {
	case isBracket(before) && isBracket(after):
		return i - 1, end + 1, end == i+1
	case end == i+2 && isBracket(before) && after == ' ' && end+1 < len(s) && isBracket(s[end+1]):
		return i - 1, end + 2, false
	case end == i+2 && before == ' ' && i > 1 && isBracket(s[i-2]) && (after == ' ' || isBracket(after)):
		// ( at )
		for end < len(s) && (s[end] == ' ' || isBracket(s[end])) {
			end++
		}
		return i - 2, end, false
	case end == i+2 && strings.IndexByte(" _-", before) >= 0 && after == before:
		return i - 1, end + 1, true
	}
	return 0, 0, false
}

// atWords are what people of other languages write in brackets for the sign.
var atWords = []string{"arroba", "arobase", "arobas", "klammeraffe", "chiocciola", "apenstaartje", "malpa", "aet", "at sign", "at-sign"}

// atWord reads such a word in the brackets that open at i.
func atWord(s string, i int) (from, to int, bare bool) {
	for _, w := range atWords {
		if rest, ok := strings.CutPrefix(s[skipSpaces(s, i+1):], w); ok {
			end := skipSpaces(s, len(s)-len(rest))
			if end < len(s) && isBracket(s[end]) {
				return i, end + 1, false
			}
		}
	}
	return 0, 0, false
}

func isBracket(c byte) bool { return strings.IndexByte("()[]{}<>|*", c) >= 0 }

// maxParts is the most parts of an address with dots between them.
const maxParts = 16

// localPart reads backwards what stands before the sign.
func localPart(s string, end int) (local string, start int, spelled bool) {
	end = skipSpacesBack(s, end)
	for end > 0 && strings.IndexByte(`"'!*~`, s[end-1]) >= 0 {
		end-- // of "jane"@example.com
	}
	start = end
	for range maxParts {
		at := start
		for at > 0 {
			n, word := wordBefore(s, at)
			if !word && strings.IndexByte("._+-'&", s[at-1]) < 0 || crossesScripts(s, at, n, start) {
				break
			}
			at -= n
		}
		for at < start && strings.IndexByte("._+-'&", s[at]) >= 0 {
			at++
		}
		if at == start {
			break
		}
		local, start = s[at:start]+local, at
		before, isWordDot := dotBefore(s, start)
		if before < 0 {
			break
		}
		if n, word := wordBefore(s, before); n == 0 || !word {
			break
		}
		spelled = spelled || isWordDot
		local, start = "."+local, before
	}
	return strings.TrimLeft(local, "."), start, spelled
}

// crossesScripts reports whether an ASCII address would run on into a text in a script
// that is written without spaces.
func crossesScripts(s string, at, n, start int) bool {
	r, _ := utf8.DecodeRuneInString(s[at-n:])
	return r > 0x2e7f && at < start && s[at] < utf8.RuneSelf
}

// domainPart reads what stands after the sign: labels with dots between them.
func domainPart(s string, start int) (domain string, end int, spelled bool) {
	at := skipSpaces(s, start)
	if at < len(s) && s[at] == '\n' {
		at++ // a line that was broken
	}
	var labels []string
	end = at
	for range maxParts {
		from := at
		for at < len(s) {
			n, word := wordAt(s, at)
			if !word && s[at] != '-' {
				break
			}
			if r, _ := utf8.DecodeRuneInString(s[at:]); r > 0x2e7f && at > from && s[at-1] < utf8.RuneSelf {
				break
			}
			at += n
		}
		label := strings.Trim(s[from:at], "-")
		if label == "" {
			break
		}
		labels, end = append(labels, label), at
		after, isWordDot := dotAfter(s, at, len(labels) == 1)
		if after < 0 {
			break
		}
		at, spelled = after, spelled || isWordDot
	}
	for len(labels) > 0 && !isTopLevel(labels[len(labels)-1]) {
		cut := labels[len(labels)-1]
		labels = labels[:len(labels)-1]
		end = strings.LastIndex(s[start:end], cut) + start
	}
	if len(labels) < 2 {
		return "", 0, false
	}
	return strings.Join(labels, "."), trimEnd(s, start, end), spelled
}

// trimEnd moves an end back before what does not belong to a word.
func trimEnd(s string, start, end int) int {
	for end > start {
		if n, word := wordBefore(s, end); n == 0 || word {
			break
		}
		end--
	}
	return end
}

// isTopLevel reports whether a label can be the last of a domain.
func isTopLevel(label string) bool {
	return utf8.RuneCountInString(label) >= 2 && !isDigit(label[0])
}

// dotWords are what people write for a dot.
var dotWords = []string{"dot", "punkt", "punto", "point", "."}

// dotAfter reads a dot between labels at i and returns where it ends, -1 if there is
// none. A dot with spaces counts only if loose.
func dotAfter(s string, i int, loose bool) (end int, isWord bool) {
	if i >= len(s) {
		return -1, false
	}
	if s[i] == '.' {
		if loose && i+1 < len(s) && s[i+1] == ' ' {
			return skipSpaces(s, i+1), false
		}
		return i + 1, false
	}
	at := skipSpaces(s, i)
	spaced := at > i
	bracket := at < len(s) && isBracket(s[at])
	if bracket {
		at = skipSpaces(s, at+1)
	}
	for _, w := range dotWords {
		rest, ok := strings.CutPrefix(s[min(at, len(s)):], w)
		if !ok {
			continue
		}
		end := len(s) - len(rest)
		next := skipSpaces(s, end)
		switch {
		case bracket && next < len(s) && isBracket(s[next]):
			return skipSpaces(s, next+1), w != "."
		case bracket || next == end || !spaced:
		case w != ".":
			return next, true
		case loose:
			return next, false
		}
	}
	return -1, false
}

// dotBefore is dotAfter, read backwards; a plain dot is part of what it stands in.
func dotBefore(s string, i int) (start int, isWord bool) {
	for _, w := range dotWords {
		at := skipSpacesBack(s, i)
		bracket := at > 0 && isBracket(s[at-1])
		if bracket {
			at = skipSpacesBack(s, at-1)
		}
		spaced := at < i && !bracket
		if !strings.HasSuffix(s[:at], w) {
			continue
		}
		at -= len(w)
		before := skipSpacesBack(s, at)
		if bracket && before > 0 && isBracket(s[before-1]) {
			return skipSpacesBack(s, before-1), w != "."
		}
		if spaced && before < at && w != "." {
			return before, true
		}
	}
	return -1, false
}

// looksLikeLocal reports whether a word before a bare "at" is hardly one of a sentence:
// it has a dot, an underscore or a digit inside, unlike "Node.js".
func looksLikeLocal(local string) bool {
	if _, end, found := strings.Cut(local, "."); found {
		return len(end) > 2 && !slices.Contains([]string{"net", "com", "org"}, end) && strings.ContainsAny(local[:1], "abcdefghijklmnopqrstuvwxyz")
	}
	return strings.Contains(local, "_")
}

func skipSpaces(s string, i int) int {
	for n := 0; i < len(s) && s[i] == ' ' && n < 3; n++ {
		i++
	}
	return i
}

func skipSpacesBack(s string, i int) int {
	for n := 0; i > 0 && s[i-1] == ' ' && n < 3; n++ {
		i--
	}
	return i
}
