package privacy

import (
	"cmp"
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// Text hides the personal data of people in a text. Invisible characters are removed
// first and HTML entities decoded where that reveals something, since both would
// split a value.
func (m *Mask) Text(s string, people ...Identity) string {
	if m == nil || s == "" || len(people) == 0 {
		return s
	}
	s = digest.CleanLines(s)
	if strings.Contains(s, "&") {
		if plain := digest.CleanLines(html.UnescapeString(s)); m.CleanText(plain, people...) != plain {
			s = plain
		}
	}
	return m.CleanText(s, people...)
}

// CleanText is Text for input that is clean already: the layout stays.
func (m *Mask) CleanText(s string, people ...Identity) string {
	if m == nil {
		return s
	}
	for i := range people {
		k := &people[i]
		if m.contact {
			s = m.replace(s, "contact", k.contacts)
		}
		if m.social {
			s = m.replace(s, "profile", k.profiles)
		}
		if m.address {
			s = m.replace(s, "address", k.places)
		}
		if m.name {
			s = m.hideName(s, k)
		}
	}
	return s
}

const (
	// minLength is the length below which a value is not looked for, since it would be
	// found inside ordinary words.
	minLength = 3
	// wholeWordBelow is the length below which a value must be a whole word.
	wholeWordBelow = 6
	// phoneDigits is how many of its last digits identify a phone number, however its
	// prefix is written; shorter runs than minPhoneDigits are not phone numbers.
	phoneDigits    = 8
	minPhoneDigits = 7
)

// replace puts pseudonyms in place of values, in any case. Longer values go first,
// since one may contain another.
func (m *Mask) replace(s, kind string, values []string) string {
	values = slices.Clone(values)
	slices.SortFunc(values, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	lower, digits := oneSpaced(strings.ToLower(s)), digitsOf(s)
	for _, v := range values {
		if v = digest.Clean(v); utf8.RuneCountInString(v) < minLength {
			continue
		}
		pattern := ""
		if d := digitsOf(v); kind == "contact" && len(d) >= minPhoneDigits && !strings.Contains(v, "@") {
			tail := d[max(0, len(d)-phoneDigits):]
			if !strings.Contains(digits, tail) {
				continue
			}
			pattern = `[+(]?(?:\d` + phoneGap + `){0,6}` + strings.Join(strings.Split(tail, ""), phoneGap)
		} else {
			// Compiling an expression is expensive, and few values occur in a text.
			if !strings.Contains(lower, oneSpaced(strings.ToLower(v))) {
				continue
			}
			words := strings.Fields(v)
			for i := range words {
				words[i] = regexp.QuoteMeta(words[i])
			}
			pattern = `(?i)` + strings.Join(words, `\s+`)
		}
		if re, err := regexp.Compile(pattern); err == nil {
			s = replaceMatches(s, re, m.pseudonym(kind, v), utf8.RuneCountInString(v) < wholeWordBelow)
		}
	}
	return s
}

// oneSpaced turns every run of white space into one space.
func oneSpaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// phoneGap matches what people write between the digits of a phone number.
const phoneGap = `[\s().\-/\x{00a0}]*`

// replaceMatches replaces the matches of an expression; if whole, only those that are
// whole words.
func replaceMatches(s string, re *regexp.Regexp, by string, whole bool) string {
	var b strings.Builder
	at := 0
	for _, f := range re.FindAllStringIndex(s, -1) {
		before, _ := utf8.DecodeLastRuneInString(s[:f[0]])
		after, _ := utf8.DecodeRuneInString(s[f[1]:])
		if whole && (isWord(before) || isWord(after)) {
			continue
		}
		b.WriteString(s[at:f[0]] + by)
		at = f[1]
	}
	return b.String() + s[at:]
}

func isWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// anyEmail matches e-mail addresses, whoever they belong to.
var anyEmail = regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`)

// Document is Text for what comes from outside and may hold more than records say of
// people: any e-mail address is hidden.
func (m *Mask) Document(s string, people ...Identity) string {
	if m == nil {
		return s
	}
	s = m.Text(s, people...)
	if m.contact {
		s = anyEmail.ReplaceAllStringFunc(s, func(found string) string { return m.pseudonym("contact", found) })
	}
	return s
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}
