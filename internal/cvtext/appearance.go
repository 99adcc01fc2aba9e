package cvtext

import (
	"slices"
	"strconv"
	"strings"
)

// setting is a property that may be unset.
type setting int8

const (
	unset setting = 0
	yes   setting = 1
	no    setting = -1
)

func settingOf(is bool) setting {
	if is {
		return yes
	}
	return no
}

// appearance is the part of a text's style that decides whether a person can see it.
type appearance struct {
	hidden, white, tiny setting
}

// with returns the appearance with the settings of a more specific style.
func (a appearance) with(nearer appearance) appearance {
	if nearer.hidden != unset {
		a.hidden = nearer.hidden
	}
	if nearer.white != unset {
		a.white = nearer.white
	}
	if nearer.tiny != unset {
		a.tiny = nearer.tiny
	}
	return a
}

// isHidden reports whether a person could not see text of this appearance. onWhite is
// set if it is on the white page.
func (a appearance) isHidden(onWhite bool) bool {
	return a.hidden == yes || a.tiny == yes || onWhite && a.white == yes
}

// isNearWhiteHex reports whether a color of six hexadecimal digits cannot be seen on
// white.
func isNearWhiteHex(color string) bool {
	rgb, err := strconv.ParseUint(strings.TrimPrefix(color, "#"), 16, 32)
	if err != nil {
		return false
	}
	return isNearWhite(uint8(rgb>>16), uint8(rgb>>8), uint8(rgb)) //nolint:gosec // cut to a byte on purpose
}

// minWhiteChannel is the least value of each color channel that a person cannot
// distinguish from white, on a screen or in print.
const minWhiteChannel = 0xf0

func isNearWhite(r, g, b uint8) bool { return min(r, g, b) >= minWhiteChannel }

// minPoints is the smallest font size, in points, that a person can read.
const minPoints = 2

// style is a named style and the name of the one that it is based on.
type style struct {
	base       string
	appearance appearance
	shaded     bool
}

// resolve returns the appearance of a style, including those that it is based on. A
// cycle ends at a depth that no real style has.
func resolve(styles map[string]style, name string) (appearance, bool) {
	var chain []appearance
	shaded := false
	for range 32 {
		st, ok := styles[name]
		if !ok {
			break
		}
		chain = append(chain, st.appearance)
		shaded = shaded || st.shaded
		if name = st.base; name == "" {
			break
		}
	}
	var out appearance
	for _, nearer := range slices.Backward(chain) {
		out = out.with(nearer)
	}
	return out, shaded
}
