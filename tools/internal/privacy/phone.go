package privacy

import (
	"slices"
	"strings"
)

const (
	// phoneDigits is how many of its last digits identify a phone number, however its
	// prefix is written; shorter runs than minPhoneDigits are not phone numbers.
	phoneDigits    = 8
	minPhoneDigits = 7
	// maxPhoneDigits is the most digits of a number with an exit code, and
	// minLabelled the fewest of one that is called a phone number.
	maxPhoneDigits = 17
	minLabelled    = 6
	// maxPhoneGap is the most characters between two digits of a phone number.
	maxPhoneGap = 4
)

// digitGroup is digits that stand together.
type digitGroup struct{ from, to int }

// digitRun is groups of digits with nothing between them but what people write inside
// phone numbers.
type digitRun struct {
	s      string
	groups []digitGroup
}

// phones finds the known phone numbers, and, where patterns is true, what has the form
// of one.
func (f *finding) phones(patterns bool) {
	s := f.view.folded
	searched := 0 // up to where known numbers were looked for
	for i := 0; i < len(s); {
		if !isDigit(s[i]) {
			i++
			continue
		}
		if i >= searched {
			wide := digitRunAt(s, i, isNoWord)
			f.knownPhones(wide)
			searched = wide.groups[len(wide.groups)-1].to
		}
		run := digitRunAt(s, i, isPhoneSign)
		i = run.groups[len(run.groups)-1].to
		if run.count() < minLabelled {
			continue
		}
		if patterns {
			for _, piece := range run.pieces() {
				if from, to, ok := piece.phone(); ok {
					f.add(from, to, rankContact, "contact", phoneKey(s[from:to]))
				}
			}
		}
	}
}

// isPhoneSign reports whether people write a sign inside phone numbers, isNoWord whether
// it is anything but a letter or a digit, which is enough inside a number that is known.
func isPhoneSign(c byte) bool { return strings.IndexByte(" .-/(),_~*'\n", c) >= 0 }
func isNoWord(c byte) bool    { return !isDigit(c) && (c < 'a' || c > 'z') }

// digitRunAt reads the run at i, with what the function accepts between the groups.
func digitRunAt(s string, i int, accepts func(byte) bool) digitRun {
	run := digitRun{s: s}
	for {
		from := i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		run.groups = append(run.groups, digitGroup{from, i})
		next := i
		for next < len(s) && next-i <= maxPhoneGap && accepts(s[next]) {
			next++
		}
		if next == i || next >= len(s) || next-i > maxPhoneGap || !isDigit(s[next]) {
			return run
		}
		i = next
	}
}

func (r digitRun) group(i int) string { return r.s[r.groups[i].from:r.groups[i].to] }

// gap is what stands before group i.
func (r digitRun) gap(i int) string { return r.s[r.groups[i-1].to:r.groups[i].from] }

func (r digitRun) count() int {
	n := 0
	for _, g := range r.groups {
		n += g.to - g.from
	}
	return n
}

// knownPhones finds those of the people whose data is looked for: by their last digits.
func (f *finding) knownPhones(run digitRun) {
	if len(f.finder.phones) == 0 {
		return
	}
	var digits []byte
	var at []int
	for i, g := range run.groups {
		digits = append(digits, run.group(i)...)
		for p := g.from; p < g.to; p++ {
			at = append(at, p)
		}
	}
	all := string(digits)
	for _, p := range f.finder.phones {
		for from := 0; ; {
			i := strings.Index(all[from:], p.tail)
			if i < 0 {
				break
			}
			i += from
			from = i + len(p.tail)
			start := max(0, i-7)
			if i > 0 && at[i]-at[start] > 7+7*maxPhoneGap {
				start = i
			}
			f.addAs(prefixed(run.s, at[start]), at[from-1]+1, rankKnown, f.finder.mask.contactName(p.number))
		}
	}
}

// prefixed moves the start of a number back to its "+" or "(".
func prefixed(s string, at int) int {
	if at > 1 && s[at-1] == ' ' && s[at-2] == '+' && (at == 2 || s[at-3] == ' ') && longDigits(s[at:]) {
		at--
	}
	for at > 0 && (s[at-1] == '+' || s[at-1] == '(') {
		at--
	}
	return at
}

// longDigits reports whether a text begins with as many digits as numbers with a country
// code have.
func longDigits(s string) bool {
	n := 0
	for i := 0; i < len(s) && strings.IndexByte("0123456789 -/().", s[i]) >= 0; i++ {
		if isDigit(s[i]) {
			n++
		}
	}
	return n >= 10 && n <= maxPhoneDigits
}

// pieces splits a run where one number ends and the next begins.
func (r digitRun) pieces() []digitRun {
	var out []digitRun
	from := 0
	cut := func(to int) {
		if to > from {
			out = append(out, digitRun{r.s, r.groups[from:to]})
		}
		from = to
	}
	long := r.count() > maxPhoneDigits
	for i := 1; i < len(r.groups); i++ {
		gap := r.gap(i)
		if strings.Contains(gap, "\n") || strings.Contains(gap, ", ") || long && (strings.Contains(gap, " /") || strings.Contains(gap, "/ ") || strings.Contains(gap, " - ")) {
			cut(i)
		}
	}
	cut(len(r.groups))
	return out
}

// phone reports whether a piece has the form of a phone number, and where it stands.
func (r digitRun) phone() (from, to int, ok bool) {
	from, to = r.groups[0].from, r.groups[len(r.groups)-1].to
	n := r.count()
	if n < minLabelled || n > maxPhoneDigits || r.isDates() {
		return 0, 0, false
	}
	start := prefixed(r.s, from)
	before := strings.TrimRight(r.s[:start], " ")
	labelled := endsInPhoneLabel(before)
	switch {
	case strings.Contains(r.s[start:from], "+") && n >= minPhoneDigits && !strings.HasSuffix(r.s[:start], "c"):
		return start, to, true
	case labelled:
		return start, to, true
	case n < minPhoneDigits || r.touchesWord(start, to) || r.isNumber(start, to) || endsInIDLabel(before):
		return 0, 0, false
	}
	return start, to, r.hasNationalForm(n, start)
}

// hasNationalForm reports whether the digits are grouped as phone numbers without a
// country code are.
func (r digitRun) hasNationalForm(n, start int) bool {
	first := r.group(0)
	if first[0] == '0' {
		inAddress := start > 0 && strings.IndexByte("/=_-#&?", r.s[start-1]) >= 0
		if len(r.groups) == 1 {
			return n >= 10 && n <= 16 && !inAddress && strings.Trim(first, "0") != ""
		}
		return n >= 8 && n <= 16 && (len(first) > 1 || r.gap(1) != "." && r.gap(1) != ",")
	}
	sizes := make([]int, len(r.groups))
	var between strings.Builder
	for i, g := range r.groups {
		sizes[i] = g.to - g.from
		if i > 0 {
			between.WriteString(r.gap(i))
		}
	}
	gaps := between.String()
	if len(sizes) == 1 || strings.Contains(gaps, ",") || r.hasYear() || r.hasZeros() {
		return false
	}
	for _, form := range [][]int{{3, 3, 4}, {3, 3, 3}, {3, 2, 2, 2}, {2, 2, 2, 2, 2}, {2, 2, 2, 2}, {3, 7}} {
		if slices.Equal(sizes, form) || first == "1" && slices.Equal(sizes[1:], form) {
			return true
		}
	}
	if strings.Contains(gaps, ".") || n < 9 || n > 15 {
		return false
	}
	if len(sizes) == 2 {
		return gaps == " " && sizes[0] >= 2 && sizes[0] <= 5 && sizes[1] >= 5 && sizes[1] <= 8
	}
	return slices.Min(sizes) >= 2 && slices.Max(sizes) <= 5 && !strings.Contains(gaps, " - ")
}

// isDates reports whether the groups are dates or years.
func (r digitRun) isDates() bool {
	pairs := true
	for i := range r.groups {
		g := r.group(i)
		shortYear := i >= 3 || i%3 == 2 && len(r.groups)%3 == 0
		if !isYear(g) && (len(g) > 2 || len(g) == 2 && g > "31" && !shortYear) {
			return false
		}
		pairs = pairs && len(g) <= 2
	}
	// Two days with two digits for the year.
	return r.hasYear() || pairs && len(r.groups) == 6 && strings.ContainsAny(r.gap(3), "-") && strings.TrimSpace(r.gap(3)) != r.gap(3)
}

func (r digitRun) hasYear() bool {
	for i := range r.groups {
		if isYear(r.group(i)) {
			return true
		}
	}
	return false
}

func isYear(g string) bool { return len(g) == 4 && (g[:2] == "19" || g[:2] == "20") }

// hasZeros reports whether a group after the first is all zeros, as in amounts.
func (r digitRun) hasZeros() bool {
	for i := 1; i < len(r.groups); i++ {
		if strings.Trim(r.group(i), "0") == "" {
			return true
		}
	}
	return false
}

// touchesWord reports whether the digits are part of a word or an id.
func (r digitRun) touchesWord(from, to int) bool {
	if n, word := wordBefore(r.s, from); n > 0 && word {
		return true
	}
	if n, word := wordAt(r.s, to); n > 0 && word {
		return true
	}
	if to+1 < len(r.s) && strings.IndexByte("-_:", r.s[to]) >= 0 {
		if n, word := wordAt(r.s, to+1); n > 0 && word {
			return true
		}
	}
	if from > 1 && strings.IndexByte("-_#", r.s[from-1]) >= 0 {
		if n, word := wordBefore(r.s, from-1); n > 0 && word {
			return true
		}
	}
	return false
}

// isNumber reports whether the piece is an amount or a range of amounts.
func (r digitRun) isNumber(from, to int) bool {
	before, after := strings.TrimRight(r.s[:from], " "), strings.TrimLeft(r.s[to:], " ")
	for _, c := range []string{"€", "$", "£", "¥", "eur", "usd", "gbp", "chf", "pln", "sek"} {
		if strings.HasSuffix(before, c) || strings.HasPrefix(after, c) {
			return true
		}
	}
	if r.group(0)[0] == '0' || len(r.groups) == 1 || !strings.Contains(r.s[from:to], "-") {
		return false
	}
	// Sides of a range are amounts, up to six digits or thousands set apart, and the
	// second is the larger one.
	var sides []string
	for i := range r.groups {
		g := r.group(i)
		switch {
		case i == 0 || strings.Contains(r.gap(i), "-"):
			if len(g) > 6 || g[0] == '0' {
				return false
			}
			sides = append(sides, g)
		case len(g) != 3 || strings.ContainsAny(r.gap(i), "()"):
			return false
		default:
			sides[len(sides)-1] += g
		}
	}
	return len(sides) == 2 && (len(sides[0]) < len(sides[1]) || len(sides[0]) == len(sides[1]) && sides[0] <= sides[1])
}

// phoneLabels are words before which digits are a phone number, and idLabels those
// before which they are not.
var (
	phoneLabels = []string{
		"tel", "telefon", "telephone", "telefono", "telefone", "telefoon", "phone", "mobile", "mobil", "mobiel", "movil", "celular", "cellulare", "cell", "handy", "fax", "gsm",
		"whatsapp", "signal", "viber", "wa.me", "portable", "komorka", "rufnummer", "telefonnummer", "handynummer", "mobilnummer", "call", "call me", "call me at", "ruf", "ring", "text me", "sms",
		"телефон", "тел", "моб", "мобильный", "電話", "电话", "手机", "手機", "携帯", "전화", "휴대폰", "τηλ", "τηλεφωνο", "telefonu",
	}
	idLabels = []string{"id", "ref", "reference", "req", "no", "nr", "#", "order", "job", "ticket", "version", "isbn", "iban", "vat", "stage", "requisition", "posting"}
	// fillers may stand between such a word and the digits.
	fillers = []string{"number", "nummer", "numero", "no", "nr", "is", "ist", "at", "on", "under", "unter", "me", "my", "work", "home", "private", "privat"}
)

func endsInPhoneLabel(before string) bool {
	before = strings.TrimRight(before[max(0, len(before)-40):], " .:=/-_?\"'([")
	for range 3 {
		if endsInWord(before, phoneLabels) {
			return true
		}
		cut := before
		for _, w := range fillers {
			if rest, ok := strings.CutSuffix(before, w); ok && !endsMidWord(rest) {
				cut = strings.TrimRight(rest, " .:=/-_?")
				break
			}
		}
		if cut == before {
			return false
		}
		before = cut
	}
	return false
}

func endsInIDLabel(before string) bool {
	return endsInWord(strings.TrimRight(before, " .:=-"), idLabels)
}

func endsInWord(s string, words []string) bool {
	for _, w := range words {
		// Scripts such as Chinese have no spaces between words.
		if rest, ok := strings.CutSuffix(s, w); ok && (!endsMidWord(rest) || w == "#" || w[0] > 0xe2) {
			return true
		}
	}
	return false
}

func endsMidWord(s string) bool {
	n, word := wordBefore(s, len(s))
	return n > 0 && word
}

// phoneKey is a phone number as pseudonyms distinguish it: its digits, without what
// leads into other networks.
func phoneKey(s string) string { return strings.TrimLeft(digitsOf(s), "0") }
