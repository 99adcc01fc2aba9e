package writes

import (
	"encoding/json"
	"math"
	"strings"
	"unicode"
)

// canonical returns arguments without what makes no difference in the ATS, so that writes that are the
// same there have the same key: empty objects, lists and strings, null, carriage returns before line
// feeds, and blanks and invisible characters at the end of texts. The arguments are left as they are.
func canonical(arguments map[string]any) map[string]any {
	out, _ := canonicalValue(arguments).(map[string]any)
	return out
}

// canonicalValue returns nil for what is as good as absent.
func canonicalValue(v any) any {
	switch t := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(t))
		for key, e := range t {
			if c := canonicalValue(e); c != nil {
				out[key] = c
			}
		}
		if len(out) > 0 {
			return out
		}
		return nil
	case []any:
		out := make([]any, 0, len(t))
		for _, e := range t {
			if c := canonicalValue(e); c != nil {
				out = append(out, c)
			}
		}
		if len(out) > 0 {
			return out
		}
		return nil
	case string:
		if c := strings.TrimRightFunc(strings.ReplaceAll(t, "\r\n", "\n"), isBlank); c != "" {
			return c
		}
		return nil
	case json.Number:
		return canonicalNumber(t)
	}
	return v
}

// exactBelow is where a float64 begins to leave out whole numbers.
const exactBelow = 1 << 53

// canonicalNumber is the same for 1, 1.0 and 1e0. Larger numbers stay as they are.
func canonicalNumber(n json.Number) any {
	if f, err := n.Float64(); err == nil && math.Abs(f) < exactBelow {
		return f
	}
	return n
}

// brailleBlank is a letter to Unicode, and yet nothing to see.
const brailleBlank = '\u2800'

// isBlank reports whether nothing is to be seen of r.
func isBlank(r rune) bool {
	return r == brailleBlank || unicode.IsSpace(r) || unicode.IsControl(r) ||
		unicode.In(r, unicode.Cf, unicode.Zs, unicode.Zl, unicode.Zp, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}
