package writes

import "fmt"

// Policy says which writes a person must confirm.
type Policy string

// The policies. The zero value is PolicyAllow.
const (
	PolicyAllow Policy = "allow"
	// PolicyConfirm asks before a write that changes where a person stands: reject,
	// move and both creates; see [Tool.Weighty].
	PolicyConfirm Policy = "confirm"
	// PolicyConfirmAll asks before every write.
	PolicyConfirmAll Policy = "confirm-all"
	// PolicyDeny refuses every write; dry runs still work.
	PolicyDeny Policy = "deny"
)

// Fallback says what happens where a person must confirm and the client cannot ask.
type Fallback string

// The fallbacks. The zero value is FallbackPreview.
const (
	// FallbackAllow trusts the host to have asked.
	FallbackAllow Fallback = "allow"
	// FallbackPreview answers with a preview and a code, which a second call carries.
	FallbackPreview Fallback = "preview"
	// FallbackPerson waits until a person has approved the write outside the client. It
	// holds for clients that can ask as well: a host can accept a form by itself, and an
	// agent can send a code.
	FallbackPerson Fallback = "person"
	FallbackDeny   Fallback = "deny"
)

// ParsePolicy reads a policy; "" is PolicyAllow. The error lists the valid ones.
func ParsePolicy(s string) (Policy, error) {
	switch p := Policy(s); p {
	case "":
		return PolicyAllow, nil
	case PolicyAllow, PolicyConfirm, PolicyConfirmAll, PolicyDeny:
		return p, nil
	}
	return "", fmt.Errorf("%q must be one of allow, confirm, confirm-all, deny", s)
}

// ParseFallback reads a fallback; "" is FallbackPreview. The error lists the valid ones.
func ParseFallback(s string) (Fallback, error) {
	switch f := Fallback(s); f {
	case "":
		return FallbackPreview, nil
	case FallbackAllow, FallbackPreview, FallbackPerson, FallbackDeny:
		return f, nil
	}
	return "", fmt.Errorf("%q must be one of allow, preview, person, deny", s)
}
