package approvals

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestWhatCannotBeSeenIsWrittenOut(t *testing.T) {
	for in, want := range map[string]string{
		"Reject \"Jane\"\n  note: x":                          "Reject \"Jane\"\n  note: x",
		"Łuczak, 田中 太郎, محمد, Nguyễn Văn Ất, e\u0301":         "Łuczak, 田中 太郎, محمد, Nguyễn Văn Ất, e\u0301",
		"a\tb\rc\x1b[2Jd\x07":                                 "a‹U+0009›b‹U+000D›c‹U+001B›[2Jd‹U+0007›",
		"a\u202eb\u2066c\u200bd\ufeff":                        "a‹U+202E›b‹U+2066›c‹U+200B›d‹U+FEFF›",
		"a\u2028b\u0085c":                                     "a‹U+2028›b‹U+0085›c",
		"tag \U000e0041 variation \ufe0f filler \u3164\u2800": "tag ‹U+E0041› variation ‹U+FE0F› filler ‹U+3164›‹U+2800›",
		"private \ue000, none \U000fffff":                     "private ‹U+E000›, none ‹U+FFFFF›",
		"Z" + strings.Repeat("\u0336", 6) + "a":               "Z" + strings.Repeat("\u0336", 4) + "‹U+0336›‹U+0336›a",
	} {
		assert.Equal(t, want, visible(in))
	}
	assert.Equal(t, "a‹U+000A›b", visibleLine("a\nb"))
}

func TestAClientCannotSayWhoIsSignedIn(t *testing.T) {
	a := Approval{Request: Request{Client: `codex", signed in as "anna\`, Subject: "bot\n\"x\""}}
	assert.Equal(t, `Requested by a program that calls itself "codex\", signed in as \"anna\\", signed in as "bot‹U+000A›\"x\"".`,
		a.origin(AllTenants(), time.Now(), time.UTC)[0])
}

func FuzzNothingInvisibleIsShown(f *testing.F) {
	f.Add("Reject \"Jane\"\n\u202e\x1b")
	f.Add("שלום \"אבג\" 25 اب")
	f.Fuzz(func(t *testing.T, in string) {
		out := visible(in)
		for _, r := range out {
			if r != '\n' && (!unicode.IsGraphic(r) || isBlank(r)) {
				t.Fatalf("%q shows %U", in, r)
			}
		}
		if utf8.ValidString(in) && strings.Count(in, "\n") != strings.Count(out, "\n") {
			t.Fatalf("%q has other lines than %q", out, in)
		}
		var joined []string
		for _, line := range lines(in) {
			var b strings.Builder
			for _, r := range line {
				if r.Text == "" || r.RightToLeft && strings.Contains(r.Text, "\"") {
					t.Fatalf("%q has the run %q", out, r.Text)
				}
				b.WriteString(r.Text)
			}
			joined = append(joined, b.String())
		}
		if strings.Join(joined, "\n") != out {
			t.Fatalf("%q became %q", out, joined)
		}
		for _, columns := range []int{1, 7, 76} {
			for line := range strings.SplitSeq(out, "\n") {
				parts := wrap(line, columns)
				if strings.Join(parts, "") != line {
					t.Fatalf("%q was wrapped to %q", line, parts)
				}
			}
		}
	})
}

func TestStretchesFromRightToLeftAreSetApart(t *testing.T) {
	for in, want := range map[string][]run{
		"":                      nil,
		"plain 25":              {{"plain 25", false}},
		"by \"אבג דה\" on 25":   {{"by \"", false}, {"אבג דה", true}, {"\" on 25", false}},
		"אבג":                   {{"אבג", true}},
		"אב 25 ג x":             {{"אב 25 ג", true}, {" x", false}},
		"محمد\nx":               {{"محمد", true}, {"\nx", false}},
		"אָ 7":                  {{"אָ", true}, {" 7", false}},
		"a אב b גד":             {{"a ", false}, {"אב", true}, {" b ", false}, {"גד", true}},
		"name: \"אבג\" 25, Ann": {{"name: \"", false}, {"אבג", true}, {"\" 25, Ann", false}},
	} {
		assert.Equal(t, want, runs(in), in)
	}
}

func TestALongLineIsWrappedByColumns(t *testing.T) {
	assert.Equal(t, []string{""}, wrap("", 10))
	assert.Equal(t, []string{"0123456789", "0"}, wrap("01234567890", 10))
	assert.Equal(t, []string{"田中太郎田", "中"}, wrap("田中太郎田中", 10))
	assert.Equal(t, []string{"e\u0301e\u0301", "e\u0301"}, wrap("e\u0301e\u0301e\u0301", 2))
}
