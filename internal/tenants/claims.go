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

// clockSkew is how far the issuer's clock may differ from ours.
const clockSkew = 30 * time.Second

// checkClaims checks the claims of a token whose signature is valid: issuer, audience, validity
// and scopes.
func (c *VerifierConfig) checkClaims(claims map[string]any) error {
	if iss, _ := claims["iss"].(string); iss != c.Issuer {
		return fmt.Errorf("%w: it comes from another issuer", ErrToken)
	}
	if !containsText(claims["aud"], c.Audience) {
		return fmt.Errorf("%w: it is meant for another audience than this server", ErrToken)
	}
	if err := checkValidity(claims, c.Now()); err != nil {
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

func checkValidity(claims map[string]any, now time.Time) error {
	expires, ok, err := timeClaim(claims, "exp")
	switch {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("%w: it has no expiry time", ErrToken)
	case unixSeconds(now.Add(-clockSkew)) >= expires:
		return fmt.Errorf("%w: it has expired", ErrToken)
	}
	begins, ok, err := timeClaim(claims, "nbf")
	switch {
	case err != nil:
		return err
	case ok && unixSeconds(now.Add(clockSkew)) < begins:
		return fmt.Errorf("%w: its validity has not begun", ErrToken)
	}
	return nil
}

func unixSeconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// timeClaim reads a claim in seconds since 1970; ok is false if the token does not have it.
func timeClaim(claims map[string]any, name string) (seconds float64, ok bool, err error) {
	value, ok := claims[name]
	if !ok {
		return 0, false, nil
	}
	number, isNumber := value.(json.Number)
	if isNumber {
		seconds, err = number.Float64()
	}
	if !isNumber || err != nil || math.IsNaN(seconds) || math.IsInf(seconds, 0) {
		return 0, true, fmt.Errorf("%w: its %s is not a valid time", ErrToken, name)
	}
	return seconds, true, nil
}

// containsText reports whether a claim is the text or a list that contains it. A list with an
// element that is not a text contains nothing.
func containsText(claim any, text string) bool {
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

// scopesOf returns the scopes of a token: a text separated by spaces, or a list, in the claim
// scope or, with some issuers, scp.
func scopesOf(claims map[string]any) []string {
	var out []string
	for _, name := range []string{"scope", "scp"} {
		for _, s := range claimTexts(claims[name]) {
			out = append(out, strings.Fields(s)...)
		}
	}
	return out
}

// claimTexts returns a claim, or its elements, as the texts by which a tenants file selects.
func claimTexts(claim any) []string {
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
				out = append(out, claimTexts(e)...)
			}
		}
		return out
	}
	return nil
}

// intersect reports whether two lists have an element in common.
func intersect(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
