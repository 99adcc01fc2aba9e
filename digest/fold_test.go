package digest_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/property"
)

func TestFoldIgnoresCaseAndAccents(t *testing.T) {
	for _, same := range [][]string{
		{"MÜLLER", "müller", "Muller", "mu\u0308ller", "ｍｕｌｌｅｒ"},
		{"Straße", "STRASSE", "STRAẞE", "strasse"},
		{"İstanbul", "istanbul", "ISTANBUL", "ıstanbul"},
		{"Łukasz Żółć", "lukasz zolc"},
		{"Søren Ødegård", "Soren Odegard"},
		{"Ångström", "Angstrom", "ÅNGSTRÖM"},
		{"Νίκος", "νικος", "ΝΊΚΟΣ"},
		{"Ёлкин", "Елкин"},
		{"ﬁnance", "FINANCE"},
		{"Æsir", "aesir"},
	} {
		for _, s := range same {
			assert.Equal(t, digest.Fold(same[0]), digest.Fold(s), s)
		}
	}
	for _, differ := range [][2]string{{"가", "각"}, {"か", "が"}, {"कि", "कु"}, {"a b", "ab"}} {
		assert.NotContains(t, digest.Fold(differ[1]), digest.Fold(differ[0]), "%q is not a part of %q", differ[0], differ[1])
	}
}

func TestFoldIsIdempotent(t *testing.T) {
	property.Check(t, property.DefaultCases, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		once := digest.Fold(s)
		require.Equal(t, once, digest.Fold(once))
	})
}

func TestCleanRemovesInvisibleCharacters(t *testing.T) {
	for in, want := range map[string]string{
		"Ann Lee":                         "Ann Lee",
		"  Ann\t\r\n Lee ":                "Ann Lee",
		"A\u200bn\u200dn":                 "Ann",
		"\u202egnp.exe\u202c":             "gnp.exe",
		"x\U000e0049\U000e0067\U000e007f": "x",
		"a\u00a0b\u2003c\u2028d":          "a b c d",
		"bell\x07\x1b[31m":                "bell[31m",
		"\u3164\u2800\u034f\ufe0f\ufeff":  "",
		"b\xffroken":                      "broken",
		"soft\u00adhyphen":                "softhyphen",
		"東京 \u0e01":                       "東京 \u0e01",
	} {
		assert.Equal(t, want, digest.Clean(in), "%q", in)
	}
	assert.Equal(t, "a b\n\nc\nd", digest.CleanLines("\n a\t b \r\n\r\n\n\n c\nd\u200b\n"))
	property.Check(t, property.DefaultCases, func(t *rapid.T) {
		s := digest.Clean(rapid.String().Draw(t, "text"))
		require.Equal(t, s, digest.Clean(s))
		require.Equal(t, s, strings.TrimSpace(s))
		for _, r := range s {
			require.False(t, unicode.In(r, unicode.Cc, unicode.Cf) || unicode.IsSpace(r) && r != ' ', "%q", r)
		}
	})
}
