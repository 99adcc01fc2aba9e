package cvtext

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRTFText(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, want string }{
		"paragraphs, tabs and signs":         {`Ada\par Example\tab x\line y \endash  z\bullet`, "Ada\nExample\tx\ny – z•"},
		"escaped signs":                      {`a\{b\}c\\d\~e\_f\-g`, `a{b}c\d e-fg`},
		"bytes of the page":                  {`caf\'e9`, "café"},
		"bytes of a font's character set":    {`{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}{\f2\fcharset128 C;}}\f1\'cf\'f0\plain  x \f2\'93\'fa\'96\'7b`, "Пр x 日本"},
		"Unicode with its fallback passed":   {`\uc1\u1055 ?\u1088\'3f{\uc0\u1080}b`, "Приb"},
		"negative numbers and pairs":         {`\u-10179?\u-8704?!`, "😀!"},
		"half a pair is dropped":             {`a\u-8704?b\u-10179?c`, "abc"},
		"destinations are passed over":       {`{\info{\author x}}{\*\generator y;}{\stylesheet{\s0 z;}}{\pict 00ff}{\field{\*\fldinst LINK}{\fldrslt text}}`, "text"},
		"binary data is passed over":         {`a{\pict\bin5 }}}}}}b`, "ab"},
		"cells and rows":                     {`\trowd\intbl a\cell b\par c\cell\row\intbl d\cell\row\pard e`, "a\tb\nc\nd\ne"},
		"headers are read once":              {`{\header Ada\par}{\headerf Ada\par}Body`, "Ada\nBody"},
		"text boxes are read once":           {`a{\shp{\*\shpinst{\sp{\sn n}{\sv v}}{\shptxt box\par}}{\shprslt box}}z`, "a\nbox\nz"},
		"what follows the last group is not": {`a}b`, "a"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := textOf(t, []byte(`{\rtf1\ansi\ansicpg1252\deff0 `+tt.body+`}`))
			assert.Equal(t, Document{Text: tt.want, Kind: "rtf"}, doc)
		})
	}
}

func TestRTFHiddenTextIsLeftOut(t *testing.T) {
	t.Parallel()
	const colors = `{\colortbl;\red0\green0\blue0;\red255\green255\blue255;}`
	tests := map[string]struct {
		body string
		keep bool
	}{
		"hidden":                  {body: `{\v secret}`},
		"hidden until turned off": {body: `\v secret\v0 `},
		"hidden escapes":          {body: `{\v \'73\u101?}`},
		"deleted":                 {body: `{\deleted secret}`},
		"white":                   {body: `{\cf2 secret}`},
		"black":                   {body: `{\cf1 secret}`, keep: true},
		"white on a ground":       {body: `{\chcbpat1\cf2 secret}`, keep: true},
		"of one point":            {body: `{\fs2 secret}`},
		"plain again":             {body: `{\v\plain secret}`, keep: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := textOf(t, []byte(`{\rtf1 `+colors+`Ada `+tt.body+`}`))
			if tt.keep {
				assert.Equal(t, Document{Text: "Ada secret", Kind: "rtf"}, doc)
			} else {
				assert.Equal(t, Document{Text: "Ada", Kind: "rtf", Notes: []string{hiddenNote}}, doc)
			}
		})
	}
}

func TestIncompleteRTFGivesTextBefore(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`{\rtf1 Ada{\b Example`, `{\rtf1 Ada Example\'e`, `{\rtf1 Ada Example\`, `{\rtf1 Ada Example{\pict\bin999999999 x`} {
		doc := textOf(t, []byte(data))
		assert.Contains(t, doc.Text, "Ada")
		assert.True(t, doc.Truncated, data)
	}
}
