package environ

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAPlaceholderOrABlankIsNotSet(t *testing.T) {
	for value, want := range map[string]string{
		"":                              "",
		" \t":                           "",
		"${user_config.region}":         "",
		" ${env:KOMBO_X} ":              "",
		"${KOMBO_X}":                    "",
		"${KOMBO_X:-}":                  "",
		"${}":                           "",
		"eu":                            "eu",
		" eu\n":                         "eu",
		"${HOME}/journal":               "${HOME}/journal",
		"a${b}":                         "a${b}",
		"${a}${b}":                      "${a}${b}",
		"$KOMBO_X":                      "$KOMBO_X",
		`"eu"`:                          `"eu"`,
		"eyJhbGciOi.${not-a-value}.end": "eyJhbGciOi.${not-a-value}.end",
	} {
		t.Setenv("KOMBO_X", value)
		got, set := Lookup("KOMBO_X")
		assert.Equal(t, want, got, "%q", value)
		assert.Equal(t, want != "", set, "%q", value)
		assert.Equal(t, want, Get("KOMBO_X"))
	}
}

func TestAPlaceholderIsNamed(t *testing.T) {
	t.Setenv("KOMBO_X", "${env:KEY}")
	t.Setenv("KOMBO_Y", "y")
	t.Setenv("OTHER_X", "${other}")
	assert.Equal(t, " (KOMBO_X is ${env:KEY}, a placeholder that the host did not fill in)", Why("KOMBO_X"))
	assert.Empty(t, Why("KOMBO_Y"))
	assert.Empty(t, Why("KOMBO_UNSET"))
	assert.Equal(t, []string{"KOMBO_X"}, AllUnfilled("KOMBO_"))
}
