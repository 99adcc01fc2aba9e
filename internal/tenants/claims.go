package tenants

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// skew is how far the issuer's clock may be from ours.
const skew = 30 * time.Second

// check holds the claims of a token whose signature is good against what the server expects.
func (c *VerifierConfig) check(claims map[string]any) error {
	if iss, _ := claims["iss"].(string); iss != c.Issuer {
		return fmt.Errorf("%w: it comes from another issuer", ErrToken)
	}
	if !contains(claims["aud"], c.Audience) {
		return fmt.Errorf("%w: it is meant for another audience than this server", ErrToken)
	}
	if err := inTime(claims, c.Now()); err != nil {
		return err
	}
	granted := scopesOf(claims)
	for _, s := range c.Scopes {
		if !slices.Contains(granted, s) {
			return fmt.Errorf("%w: %s", ErrScope, s)
		}
	}
	return nil
}

func inTime(claims map[string]any, now time.Time) error {
	expires, there, err := moment(claims, "exp")
	switch {
	case err != nil:
		return err
	case !there:
		return fmt.Errorf("%w: it has no time of expiry", ErrToken)
	case seconds(now.Add(-skew)) >= expires:
		return fmt.Errorf("%w: it has expired", ErrToken)
	}
	begins, there, err := moment(claims, "nbf")
	switch {
	case err != nil:
		return err
	case there && seconds(now.Add(skew)) < begins:
		return fmt.Errorf("%w: its time has not begun", ErrToken)
	}
	return nil
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// moment reads a claim that holds seconds since 1970.
func moment(claims map[string]any, name string) (at float64, there bool, err error) {
	value, there := claims[name]
	if !there {
		return 0, false, nil
	}
	number, ok := value.(json.Number)
	if ok {
		at, err = number.Float64()
	}
	if !ok || err != nil || math.IsNaN(at) || math.IsInf(at, 0) {
		return 0, true, fmt.Errorf("%w: its %s is no time", ErrToken, name)
	}
	return at, true, nil
}

// contains tells whether a claim is the text or a list with it. A list of anything but texts
// contains nothing.
func contains(claim any, text string) bool {
	switch c := claim.(type) {
	case string:
		return c == text
	case []any:
		found := false
		for _, e := range c {
			s, ok := e.(string)
			if !ok {
				return false
			}
			found = found || s == text
		}
		return found
	}
	return false
}

// scopesOf reads the scopes of a token where issuers put them: a text with spaces or a list,
// under scope or, as some do, scp.
func scopesOf(claims map[string]any) []string {
	var out []string
	for _, name := range []string{"scope", "scp"} {
		for _, s := range texts(claims[name]) {
			out = append(out, strings.Fields(s)...)
		}
	}
	return out
}

// texts gives a claim as the texts that a tenants file can name: itself, or its elements.
func texts(claim any) []string {
	switch c := claim.(type) {
	case string:
		return []string{c}
	case bool:
		return []string{strconv.FormatBool(c)}
	case json.Number:
		return []string{c.String()}
	case float64:
		return []string{strconv.FormatFloat(c, 'f', -1, 64)}
	case []any:
		var out []string
		for _, e := range c {
			if _, nested := e.([]any); !nested {
				out = append(out, texts(e)...)
			}
		}
		return out
	}
	return nil
}

// meet tells whether two lists have an element in common.
func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
