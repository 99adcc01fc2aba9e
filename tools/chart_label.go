package tools

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

// chartFonts are read when the first picture is drawn.
var chartFonts = sync.OnceValues(func() ([2]*opentype.Font, error) {
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return [2]*opentype.Font{}, err
	}
	bold, err := opentype.Parse(gobold.TTF)
	return [2]*opentype.Font{regular, bold}, err
})

// drawable is a label in characters that a font has. Latin, Greek and Cyrillic
// are there; of a letter with marks that is not, the letter stays. What is left
// of a label in another script would mislead, so that ok is false where letters
// are lost, and the caller names it otherwise.
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
