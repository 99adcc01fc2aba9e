package tools

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// Redactions are what a toolbox can mask, in every answer.
var Redactions = []string{"contact", "name", "address", "social"}

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
		switch strings.TrimSpace(k) {
		case "contact":
			m.contact = true
		case "name":
			m.name = true
		case "address":
			m.address = true
		case "social":
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

// known are the values of one person that must not show.
type known struct {
	// id makes the stand-in of the name.
	id                         string
	first, last                string
	contacts, places, profiles []string
}

func (k *known) emails(list []kombo.Email) {
	for _, e := range list {
		k.contacts = append(k.contacts, e.EmailAddress)
	}
}

func (k *known) phones(list []kombo.Phone) {
	for _, p := range list {
		k.contacts = append(k.contacts, p.PhoneNumber)
	}
}

func (k *known) socials(list []kombo.SocialLink) {
	for _, s := range list {
		k.profiles = append(k.profiles, s.Link, s.Username)
	}
}

func (k *known) place(l *kombo.Location) {
	if l != nil {
		k.places = append(k.places, l.Raw, l.Street1, l.Street2, l.City, l.ZipCode)
	}
}

// person is the stand-in of a name.
func (m *mask) person(id string) string { return "Person " + m.alias("person", id) }

// text hides the known values of people in a text.
func (m *mask) text(s string, people ...known) string {
	if m == nil || s == "" {
		return s
	}
	for _, k := range people {
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

// shortest is the least length of a value that is looked for in free text;
// shorter ones are in every word.
const shortest = 3

// replace puts stand-ins for values, in any case; a phone number in any
// spelling of the same digits. Longer values go first, since one may hold
// another.
func (m *mask) replace(s, kind string, values []string) string {
	values = slices.Clone(values)
	slices.SortFunc(values, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, v := range values {
		if utf8.RuneCountInString(strings.TrimSpace(v)) < shortest {
			continue
		}
		pattern := `(?i)` + regexp.QuoteMeta(strings.TrimSpace(v))
		if d := digitsOf(v); len(d) >= 7 && kind == "contact" && !strings.Contains(v, "@") {
			pattern = `[+(]?` + strings.Join(strings.Split(d, ""), `[\s().\-/\x{00a0}]*`)
		}
		if re, err := regexp.Compile(pattern); err == nil {
			s = re.ReplaceAllLiteralString(s, m.standIn(kind, v))
		}
	}
	return s
}

// anyEmail finds e-mail addresses that no record names.
var anyEmail = regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`)

// document hides in the text of a file what is known of its owner, and any
// e-mail address.
func (m *mask) document(s string, owner known) string {
	if m == nil {
		return s
	}
	s = m.text(s, owner)
	if m.contact {
		s = anyEmail.ReplaceAllStringFunc(s, func(found string) string { return m.standIn("contact", found) })
	}
	return s
}

// fileNames hides what a file's name tells of its owner. A name can be cut or
// glued in a file's name, so where names are masked only the ending stays.
func (m *mask) fileNames(files []kombo.Attachment, owner known) {
	if m == nil {
		return
	}
	for i := range files {
		files[i].FileName = m.text(files[i].FileName, owner)
		if m.name {
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
func (m *mask) hideName(s string, k known) string {
	words := map[string]bool{}
	for _, part := range []string{k.first, k.last} {
		for _, w := range strings.FieldsFunc(part, notLetter) {
			if utf8.RuneCountInString(w) > 1 {
				words[digest.Fold(w)] = true
			}
		}
	}
	if len(words) == 0 {
		return s
	}
	alias := m.person(k.id)
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

// strings hides the known values in every free text of a record: all but ids,
// dates and the names of jobs and stages.
func (m *mask) strings(v reflect.Value, k known) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			m.strings(v.Elem(), k)
		}
	case reflect.Slice:
		for i := range v.Len() {
			m.strings(v.Index(i), k)
		}
	case reflect.Map:
		m.mapped(v, k)
	case reflect.String:
		if v.CanSet() {
			v.SetString(m.text(v.String(), k))
		}
	case reflect.Struct:
		switch v.Interface().(type) {
		case kombo.JobRef, kombo.ApplicationStage, kombo.Time:
			return
		}
		for f, value := range v.Fields() {
			if name := f.Tag.Get("json"); f.IsExported() && name != "id" && !strings.HasSuffix(name, "_id") {
				m.strings(value, k)
			}
		}
	default:
	}
}

func (m *mask) mapped(v reflect.Value, k known) {
	fields, ok := reflect.TypeAssert[map[string]any](v)
	if !ok {
		return
	}
	for key, value := range fields {
		fields[key] = m.free(value, k)
	}
}

func (m *mask) free(v any, k known) any {
	switch t := v.(type) {
	case string:
		return m.text(t, k)
	case []any:
		for i := range t {
			t[i] = m.free(t[i], k)
		}
	case map[string]any:
		for key := range t {
			t[key] = m.free(t[key], k)
		}
	}
	return v
}
