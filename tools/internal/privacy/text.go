package privacy

import (
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// Text hides in a text the personal data of people, and whatever has the form of an
// e-mail address, a phone number or a profile's address, whoever it belongs to.
// Invisible characters are removed first and HTML entities decoded where that reveals
// something, since both would split a value.
func (m *Mask) Text(s string, people ...Identity) string {
	if m == nil || s == "" {
		return s
	}
	return m.finder(people...).text(s)
}

// Hider returns Text for many texts about the same people that are clean already: their
// layout stays. It is nil if nothing is masked.
func (m *Mask) Hider(people ...Identity) func(string) string {
	if m == nil {
		return nil
	}
	f := m.finder(people...)
	return func(s string) string { return f.hide(s, true) }
}

func (f *finder) text(s string) string { return f.revealed(s, true) }

// id is text for what the ATS takes for an id: a number there is not a phone number,
// unless it is written as ids are not.
func (f *finder) id(s string) string {
	return f.revealed(s, strings.ContainsAny(newView(s).folded, "+ ("))
}

// maxEntities is how often HTML entities may have been encoded again.
const maxEntities = 3

func (f *finder) revealed(s string, phones bool) string {
	if strings.ContainsAny(s, "\n\u2028\u2029") {
		s = digest.CleanLines(s)
	} else {
		s = digest.Clean(s) // the same, and faster
	}
	if strings.Contains(s, "&") {
		plain := s
		for range maxEntities {
			plain = html.UnescapeString(plain)
		}
		plain = digest.CleanLines(plain)
		if masked := f.hide(plain, phones); masked != plain {
			return masked
		}
	}
	return f.hide(s, phones)
}

// markup matches the tags and comments of HTML, which may stand inside a value.
var markup = regexp.MustCompile(`</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>|<!--(?s:.*?)-->`)

func (f *finder) hide(s string, phones bool) string {
	s = f.hideOnce(s, phones)
	if !strings.Contains(s, "<") {
		return s
	}
	// Inside a tag nothing is lost: it was searched already.
	if bare := markup.ReplaceAllString(s, ""); bare != s {
		if masked := f.hideOnce(bare, phones); masked != bare {
			return masked
		}
	}
	return s
}

// The ranks of what was found: the pseudonym for all that overlaps is that of what begins
// first, and of two that begin together that of the higher rank.
const (
	rankName = iota
	rankProfile
	rankContact
	rankKnown
)

// span is a part of a text that a pseudonym replaces.
type span struct {
	from, to, rank int
	by             string
}

// finding is the search of one text.
type finding struct {
	finder *finder
	view   view
	spans  []span
}

// add notes a part of the folded text; its pseudonym is made from value.
func (f *finding) add(from, to, rank int, kind, value string) {
	f.addAs(from, to, rank, f.finder.mask.pseudonym(kind, value))
}

func (f *finding) addAs(from, to, rank int, pseudonym string) {
	if from < to {
		f.spans = append(f.spans, span{from, to, rank, pseudonym})
	}
}

func (f *finder) hideOnce(s string, phones bool) string {
	w := &finding{finder: f, view: newView(s)}
	m := f.mask
	w.known()
	if m.contact {
		w.phones(phones)
		w.emails()
	}
	if m.social {
		w.profiles()
	}
	if m.name {
		w.names()
	}
	if len(w.spans) == 0 {
		return s
	}
	return w.replaced()
}

// replaced is the text with pseudonyms in place of what was found.
func (f *finding) replaced() string {
	slices.SortStableFunc(f.spans, func(a, b span) int {
		if a.from != b.from {
			return a.from - b.from
		}
		if a.rank != b.rank {
			return b.rank - a.rank
		}
		return b.to - a.to
	})
	var b strings.Builder
	end, at := 0, 0 // in the folded text, and in the source
	for _, s := range f.spans {
		from, to := f.view.bounds(s.from, s.to)
		if s.from >= end && from >= at {
			b.WriteString(f.view.source[at:from] + s.by)
		}
		// What overlaps is covered by the pseudonym of the first.
		end, at = max(end, s.to), max(at, to)
	}
	return b.String() + f.view.source[at:]
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}
