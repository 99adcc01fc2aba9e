package privacy

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

const (
	// minLength is the length below which a value is not looked for, since it would be
	// found inside ordinary words.
	minLength = 3
	// wholeWordBelow is the length below which a value must be a whole word.
	wholeWordBelow = 6
	// maxGap is the most characters between two words of a value.
	maxGap = 8
	// maxSpellings bounds the spellings of one value that are looked for.
	maxSpellings = 16
)

// finder looks for the data of some people. It belongs to one mask and never changes.
type finder struct {
	mask    *Mask
	needles []needle
	phones  []knownPhone
	names   []knownName
}

// needle is a value without anything between its letters and digits.
type needle struct {
	squashed string
	// breaks are the places where something may stand between them, by the bytes
	// before.
	breaks map[int]bool
	// whole says that the value counts as a whole word only, and umlauts that the text
	// must spell it with other letters than ASCII.
	whole, umlauts bool
	rank           int
	// the pseudonym is made from kind and value.
	kind, value string
}

// knownPhone is the last digits of a number, and the number.
type knownPhone struct{ tail, number string }

// knownName is the words that give away a person's name, folded. The value of a word
// is true if it counts only where the text has other letters than ASCII.
type knownName struct {
	words  map[string]bool
	inside []string
	id     string
}

// finder prepares the search for people's data.
func (m *Mask) finder(people ...Identity) *finder {
	f := &finder{mask: m}
	for i := range people {
		k := &people[i]
		if m.contact {
			f.addContacts(k.contacts)
		}
		if m.social {
			f.addValues("profile", rankProfile, k.profiles)
		}
		if m.address {
			f.addValues("address", rankKnown, k.places)
		}
		if m.name {
			f.addName(k)
		}
	}
	return f
}

func (f *finder) addContacts(values []string) {
	for _, v := range values {
		v = digest.Clean(v)
		local, domain, isAddress := strings.Cut(v, "@")
		if isAddress {
			f.addNeedles(v, rankKnown, "contact", v)
			f.addNeedles(local+" at "+domain, rankKnown, "contact", v)
			continue
		}
		if d := digitsOf(newView(v).folded); len(d) >= minPhoneDigits {
			f.phones = append(f.phones, knownPhone{d[max(0, len(d)-phoneDigits):], v})
		} else if utf8.RuneCountInString(v) >= minLength {
			f.addNeedles(v, rankKnown, "contact", v)
		}
	}
}

func (f *finder) addValues(kind string, rank int, values []string) {
	for _, v := range values {
		if v = digest.Clean(v); utf8.RuneCountInString(v) >= minLength {
			f.addNeedles(v, rank, kind, v)
		}
	}
}

// addNeedles adds the spellings s of a value.
func (f *finder) addNeedles(s string, rank int, kind, value string) {
	for _, s := range spellings(s) {
		n := needle{breaks: map[int]bool{}, rank: rank, kind: kind, value: value, umlauts: s.umlauts}
		var b strings.Builder
		gap, digit := false, false
		folded := newView(s.text).folded
		for i := 0; i < len(folded); {
			size, word := wordAt(folded, i)
			if !word {
				gap = true
				i += max(size, 1)
				continue
			}
			if d := isDigit(folded[i]); gap || d != digit {
				n.breaks[b.Len()] = true
				digit = d
			}
			gap = false
			b.WriteString(folded[i : i+size])
			i += size
		}
		n.squashed = b.String()
		n.whole = utf8.RuneCountInString(n.squashed) < wholeWordBelow
		if n.squashed != "" && !slices.ContainsFunc(f.needles, func(o needle) bool { return o.squashed == n.squashed && o.umlauts == n.umlauts }) {
			f.needles = append(f.needles, n)
		}
	}
}

// spelling is a way to write a value.
type spelling struct {
	text    string
	umlauts bool
}

// twoLetters are letters that people also write as two.
var twoLetters = map[rune]string{
	'ä': "ae", 'ö': "oe", 'ü': "ue", 'Ä': "ae", 'Ö': "oe", 'Ü': "ue", 'ø': "oe", 'Ø': "oe", 'å': "aa", 'Å': "aa",
}

// endings are words of addresses that people shorten.
var endings = [][2]string{{"strasse", "str"}, {"street", "st"}, {"avenue", "ave"}, {"road", "rd"}, {"platz", "pl"}}

// oneLetter undoes what people write as two letters.
var oneLetter = strings.NewReplacer("ae", "a", "oe", "o", "ue", "u")

// spellings are the ways to write a value that folding does not make alike: ü as ue,
// and ue as ü.
func spellings(v string) []spelling {
	v = norm.NFC.String(v)
	out := []spelling{{text: v}}
	for r, two := range twoLetters {
		if strings.ContainsRune(v, r) {
			for _, s := range slices.Clone(out) {
				if len(out) < maxSpellings {
					out = append(out, spelling{text: strings.ReplaceAll(s.text, string(r), two)})
				}
			}
		}
	}
	folded := newView(v).folded
	if one := oneLetter.Replace(folded); one != folded {
		out = append(out, spelling{text: one, umlauts: true})
	}
	for _, e := range endings {
		for i, s := range e {
			if at := strings.Index(folded, s); at > 0 && !wordAtEnd(folded, at+len(s)) {
				out = append(out, spelling{text: folded[:at] + e[1-i] + folded[at+len(s):]})
				break
			}
		}
	}
	return out
}

func wordAtEnd(s string, i int) bool {
	n, word := wordAt(s, i)
	return n > 0 && word && !isDigit(s[i])
}

// known finds the known values in a text.
func (f *finding) known() {
	if len(f.finder.needles) == 0 {
		return
	}
	sq := squash(f.view.folded)
	for i := range f.finder.needles {
		n := &f.finder.needles[i]
		for at := 0; ; {
			j := strings.Index(sq.text[at:], n.squashed)
			if j < 0 {
				break
			}
			from := at + j
			to := from + len(n.squashed)
			at = from + 1
			if !sq.matches(n, from, to) {
				continue
			}
			start, end := sq.at(from), sq.at(to-1)+1
			if n.umlauts && !f.view.isSpelledOut(start, end) {
				continue
			}
			f.add(start, end, n.rank, n.kind, n.value)
			at = to
		}
	}
}

// squashed is a text without anything between its letters and digits.
type squashed struct {
	text string
	// from is where each byte stands in the text, nil if nothing was left out.
	from []int32
}

func squash(s string) squashed {
	plain := true
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && !isDigit(c) {
			plain = false
			break
		}
	}
	if plain {
		return squashed{text: s}
	}
	b := make([]byte, 0, len(s))
	from := make([]int32, 0, len(s))
	for i := 0; i < len(s); {
		n, word := wordAt(s, i)
		for j := i; word && j < i+n; j++ {
			b, from = append(b, s[j]), append(from, int32(j))
		}
		i += max(n, 1)
	}
	return squashed{string(b), from}
}

// at is where a byte stands in the text.
func (q *squashed) at(i int) int {
	if q.from == nil {
		return i
	}
	return int(q.from[i])
}

// matches reports whether the needle stands at [from, to): with gaps only where its own
// words end, and as a whole word if it must be one.
func (q *squashed) matches(n *needle, from, to int) bool {
	if n.whole && (from > 0 && q.at(from)-q.at(from-1) == 1 || to < len(q.text) && q.at(to)-q.at(to-1) == 1) {
		return false
	}
	if q.from == nil {
		return true
	}
	for i := from + 1; i < to; i++ {
		gap := q.at(i) - q.at(i-1) - 1
		if gap > 0 && (gap > maxGap || !n.breaks[i-from]) {
			return false
		}
	}
	return true
}
