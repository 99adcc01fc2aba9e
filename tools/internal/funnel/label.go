package funnel

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// loadFonts parses the regular and the bold font when the first picture is drawn.
var loadFonts = sync.OnceValues(func() ([2]*opentype.Font, error) {
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return [2]*opentype.Font{}, err
	}
	bold, err := opentype.Parse(gobold.TTF)
	return [2]*opentype.Font{regular, bold}, err
})

// drawable is a label in characters that a font has: Latin, Greek and Cyrillic. A
// letter with marks that the font lacks loses them. It is not ok where whole letters
// would be lost, since the rest would mislead; the caller then uses another name.
func drawable(f *sfnt.Font, label string) (s string, ok bool) {
	var b strings.Builder
	var buf sfnt.Buffer
	has := func(r rune) bool {
		i, err := f.GlyphIndex(&buf, r)
		return err == nil && i != 0
	}
	letters, lost := 0, 0
	for _, r := range norm.NFC.String(label) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			letters++
		}
		switch base := []rune(norm.NFD.String(string(r))); {
		case has(r):
			b.WriteRune(r)
		case has(base[0]):
			b.WriteRune(base[0])
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			lost++
		}
	}
	return strings.Join(strings.Fields(b.String()), " "), letters > lost && lost == 0
}
