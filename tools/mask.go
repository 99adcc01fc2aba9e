package tools

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"html"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// maskCategory is a kind of a candidate's personal data that can be masked.
type maskCategory string

const (
	maskContact maskCategory = "contact"
	maskName    maskCategory = "name"
	maskAddress maskCategory = "address"
	maskSocial  maskCategory = "social"
)

// Redactions are what a toolbox can mask, in every answer.
var Redactions = []string{string(maskContact), string(maskName), string(maskAddress), string(maskSocial)}

// mask puts stand-ins in place of what a toolbox is told to hide about
// candidates. The same value always has the same stand-in, so that people can
// be told apart. A nil mask hides nothing.
type mask struct {
	contact, name, address, social bool
	secret                         []byte
}

// newMask reads the kinds to hide; the error names the valid ones.
func newMask(kinds []string, secret []byte) (*mask, error) {
	m := &mask{secret: secret}
	for _, k := range kinds {
		switch maskCategory(strings.TrimSpace(k)) {
		case maskContact:
			m.contact = true
		case maskName:
			m.name = true
		case maskAddress:
			m.address = true
		case maskSocial:
			m.social = true
		default:
			return nil, fmt.Errorf("%q cannot be masked; %s can", k, strings.Join(Redactions, ", "))
		}
	}
	if len(kinds) == 0 {
		return nil, nil
	}
	return m, nil
}

// hides reports whether a category is masked.
func (m *mask) hides(c maskCategory) bool {
	if m == nil {
		return false
	}
	switch c {
	case maskContact:
		return m.contact
	case maskName:
		return m.name
	case maskAddress:
		return m.address
	case maskSocial:
		return m.social
	}
	return false
}

// categories are the names of those that are masked.
func (m *mask) categories() []string {
	var out []string
	for _, name := range Redactions {
		if m.hides(maskCategory(name)) {
			out = append(out, name)
		}
	}
	return out
}

// alias is a short name for a value, the same each time.
func (m *mask) alias(kind, value string) string {
	h := hmac.New(sha256.New, m.secret)
	h.Write([]byte(kind + ":" + value))
	return base32.StdEncoding.EncodeToString(h.Sum(nil))[:6]
}

func (m *mask) standIn(kind, value string) string {
	if value == "" {
		return ""
	}
	return "[" + kind + " " + m.alias(kind, digest.Fold(value)) + "]"
}

// text hides the known values of people in a text. What nobody sees is taken out
// first and entities are spelled out, since both would keep a value apart.
func (m *mask) text(s string, people ...known) string {
	if m == nil || s == "" || len(people) == 0 {
		return s
	}
	s = digest.CleanLines(s)
	if strings.Contains(s, "&") {
		if plain := digest.CleanLines(html.UnescapeString(s)); m.cover(plain, people) != plain {
			s = plain
		}
	}
	return m.cover(s, people)
}

// cover is text for what is clean already, whose layout has to stay.
func (m *mask) cover(s string, people []known) string {
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
	// shortest is the least length of a value that is looked for in free text;
	// shorter ones are in every word.
	shortest = 3
	// wholeBelow is the length below which a value must stand as a word.
	wholeBelow = 6
	// phoneDigits is how many of a phone number's last digits tell it, however
	// its beginning is written; fewerDigits make no phone number.
	phoneDigits = 8
	fewerDigits = 7
)

// replace puts stand-ins for values, in any case. Longer values go first, since
// one may hold another.
func (m *mask) replace(s, kind string, values []string) string {
	values = slices.Clone(values)
	slices.SortFunc(values, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	lower, digits := oneSpaced(strings.ToLower(s)), digitsOf(s)
	for _, v := range values {
		if v = digest.Clean(v); utf8.RuneCountInString(v) < shortest {
			continue
		}
		pattern := ""
		if d := digitsOf(v); kind == "contact" && len(d) >= fewerDigits && !strings.Contains(v, "@") {
			tail := d[max(0, len(d)-phoneDigits):]
			if !strings.Contains(digits, tail) {
				continue
			}
			pattern = `[+(]?(?:\d` + phoneGap + `){0,6}` + strings.Join(strings.Split(tail, ""), phoneGap)
		} else {
			// An expression of a long value is dear, and few values are found.
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
			s = replaceWhole(s, re, m.standIn(kind, v), utf8.RuneCountInString(v) < wholeBelow)
		}
	}
	return s
}

// oneSpaced has one space wherever there is white space.
func oneSpaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// phoneGap is what people put between the digits of a phone number.
const phoneGap = `[\s().\-/\x{00a0}]*`

// replaceWhole replaces what fits, within other words only if whole is false.
func replaceWhole(s string, re *regexp.Regexp, by string, whole bool) string {
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

// anyEmail finds e-mail addresses that no record names.
var anyEmail = regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`)

// document is text for what comes from outside and may name more than a record
// tells of people: any e-mail address is hidden.
func (m *mask) document(s string, people ...known) string {
	if m == nil {
		return s
	}
	s = m.text(s, people...)
	if m.contact {
		s = anyEmail.ReplaceAllStringFunc(s, func(found string) string { return m.standIn("contact", found) })
	}
	return s
}

// fileNames hides what a file's name tells of its owner. A name can be cut or
// glued in a file's name, so where names are masked only the ending stays, as
// where nothing is known of the owner.
func (m *mask) fileNames(files []kombo.Attachment, owner known) {
	if m == nil {
		return
	}
	for i := range files {
		files[i].FileName = m.text(files[i].FileName, owner)
		if m.name || owner.id == "" {
			files[i].FileName = strings.ToLower(string(files[i].Type)) + path.Ext(files[i].FileName)
		}
	}
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// hideName replaces each word of a name, wherever it stands as a word, in any
// case and with or without accents.
func (m *mask) hideName(s string, k *known) string {
	words := nameWords(k)
	if len(words) == 0 {
		return s
	}
	alias := "Person " + m.alias("person", k.id)
	var b strings.Builder
	masked := false // the last thing written is the stand-in
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
		if !words[digest.Fold(word)] && !glued(digest.Fold(word), words) {
			b.WriteString(word)
			masked = false
			continue
		}
		if !masked {
			b.WriteString(alias)
		}
		masked = true
	}
	return b.String()
}

// nameWords are the words that tell a person's name, folded: each of its parts,
// and as addresses glue them.
func nameWords(k *known) map[string]bool {
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

// glued tells whether a run of letters holds a name without a gap, as scripts
// without spaces and addresses do.
func glued(run string, words map[string]bool) bool {
	for w := range words {
		long := utf8.RuneCountInString(w) >= 5
		foreign := strings.ContainsFunc(w, func(r rune) bool { return r > 0x24f && unicode.IsLetter(r) })
		if (long || foreign) && strings.Contains(run, w) {
			return true
		}
	}
	return false
}
