package writes

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

const (
	// questionFor is how long a question may be answered.
	questionFor = 9 * time.Minute
	// codeWindow is how long a code is given out; it is accepted for one window more.
	codeWindow = 5 * time.Minute
	// nonceBytes makes each question another, codeNonce and codeSignature are the
	// characters of a code, five bits each.
	nonceBytes    = 9
	codeNonce     = 4
	codeSignature = 8
)

// sign is a signature over the parts, each with its length.
func sign(secret []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, secret)
	for _, p := range parts {
		h.Write(fmt.Appendf(nil, "%d:%s", len(p), p))
	}
	return h.Sum(nil)
}

// tokenOf names a caller's confirmation in the write memory. Nobody can confirm with it,
// and no other caller learns with the code what became of the write.
func tokenOf(of Caller, kind, nonce string) string {
	h := sha256.New()
	for _, part := range []string{kind, of.Tenant, of.Subject, nonce} {
		h.Write(fmt.Appendf(nil, "%d:%s", len(part), part))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// newCode is a confirmation code for a plan, by what is signed of it. It is short
// because a model copies it; each has a nonce, so that no two previews share one.
func newCode(secret []byte, signed string, now time.Time) string {
	nonce := rand.Text()[:codeNonce]
	mac := codeMAC(secret, signed, nonce, now)
	return nonce + "-" + mac[:codeSignature/2] + "-" + mac[codeSignature/2:]
}

func codeMAC(secret []byte, signed, nonce string, at time.Time) string {
	window := fmt.Sprint(at.Unix() / int64(codeWindow.Seconds()))
	return base32.StdEncoding.EncodeToString(sign(secret, "code", signed, nonce, window))[:codeSignature]
}

// checkCode reports whether a code was given for what is signed, and not long ago. It
// returns its token.
func checkCode(secret []byte, of Caller, code, signed string, now time.Time) (token string, ok bool) {
	code = plainCode(code)
	if len(code) != codeNonce+codeSignature {
		return "", false
	}
	nonce, mac := code[:codeNonce], code[codeNonce:]
	for _, at := range []time.Time{now, now.Add(-codeWindow)} {
		if hmac.Equal([]byte(mac), []byte(codeMAC(secret, signed, nonce, at))) {
			return tokenOf(of, "code", code), true
		}
	}
	return "", false
}

// plainCode is a code without what a model may have added to it.
func plainCode(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '2' && r <= '7' {
			return r
		}
		return -1
	}, strings.ToUpper(code))
}

// codeToken is the token of a caller's code, which is not checked.
func codeToken(of Caller, code string) string { return tokenOf(of, "code", plainCode(code)) }

// stateToken is the token of an answer's state, which is not checked; "" if it is none.
func stateToken(of Caller, state string) string {
	head, _, ok := splitState(state)
	if !ok {
		return ""
	}
	return tokenOf(of, "question", string(head[8:]))
}

// splitState takes a state apart: when the question ends and a nonce, and the signature.
func splitState(state string) (head, signature []byte, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil || len(raw) != 8+nonceBytes+sha256.Size {
		return nil, nil, false
	}
	return raw[:8+nonceBytes], raw[8+nonceBytes:], true
}

// newState is the state that goes out with a question: when the question ends, a
// nonce, and a signature over both and what is signed of the plan, so that an answer
// fits no other plan.
func newState(secret []byte, signed string, now time.Time) (string, error) {
	raw := make([]byte, 8+nonceBytes, 8+nonceBytes+sha256.Size)
	binary.BigEndian.PutUint64(raw, uint64(now.Add(questionFor).Unix())) //nolint:gosec // a time after 1970
	if _, err := rand.Read(raw[8:]); err != nil {
		return "", fmt.Errorf("make a nonce: %w", err)
	}
	raw = append(raw, sign(secret, "ask", signed, string(raw))...)
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

// checkState returns the token of an answer's state, or why it is not accepted.
func checkState(secret []byte, of Caller, state, signed string, now time.Time) (token string, err error) {
	head, signature, ok := splitState(state)
	if !ok || !hmac.Equal(signature, sign(secret, "ask", signed, string(head))) {
		return "", fmt.Errorf("%w: the confirmation belongs to another call, or what it is about has changed since. Send the call again without an answer to ask anew", errNothingSent)
	}
	ends := time.Unix(int64(binary.BigEndian.Uint64(head)), 0) //nolint:gosec // signed by this server
	if now.After(ends) {
		return "", fmt.Errorf("%w: the confirmation came after %d minutes and has expired. Send the call again to ask anew", errNothingSent, int(questionFor.Minutes()))
	}
	return tokenOf(of, "question", string(head[8:])), nil
}
