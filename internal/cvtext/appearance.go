package cvtext

import (
	"slices"
	"strconv"
	"strings"
)

// setting is a property that may be left open: 0 not said, 1 yes, -1 no.
type setting int8

const (
	unsaid setting = 0
	yes    setting = 1
	no     setting = -1
)

func said(is bool) setting {
	if is {
		return yes
	}
	return no
}

// look is what of a text's style decides whether a person sees it.
type look struct {
	hidden, white, tiny setting
}

// over lays the settings of a nearer style on these.
func (l look) over(nearer look) look {
	if nearer.hidden != unsaid {
		l.hidden = nearer.hidden
	}
	if nearer.white != unsaid {
		l.white = nearer.white
	}
	if nearer.tiny != unsaid {
		l.tiny = nearer.tiny
	}
	return l
}

// unseen tells whether a person would not see text of this look; onPage says
// that it stands on the bare page, where white does not show.
func (l look) unseen(onPage bool) bool {
	return l.hidden == yes || l.tiny == yes || onPage && l.white == yes
}

// whitish tells a colour, six hexadecimal digits, that does not show on white.
func whitish(colour string) bool {
	rgb, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil {
		return false
	}
	return nearWhite(uint8(rgb>>16), uint8(rgb>>8), uint8(rgb)) //nolint:gosec // cut to a byte on purpose
}

// leastWhite is the darkest channel that a person does not tell from white on
// a screen or in print.
const leastWhite = 0xf0

func nearWhite(r, g, b uint8) bool { return min(r, g, b) >= leastWhite }

// leastPoints is the smallest type, in points, that a person can read.
const leastPoints = 2

// style is a named style, with the one that it builds on.
type style struct {
	base   string
	look   look
	shaded bool
}

// resolve follows a style to its root; a cycle ends at the depth no real style
// reaches.
func resolve(styles map[string]style, name string) (look, bool) {
	var chain []look
	shaded := false
	for range 32 {
		st, ok := styles[name]
		if !ok {
			break
		}
		chain = append(chain, st.look)
		shaded = shaded || st.shaded
		if name = st.base; name == "" {
			break
		}
	}
	var out look
	for _, nearer := range slices.Backward(chain) {
		out = out.over(nearer)
	}
	return out, shaded
}
