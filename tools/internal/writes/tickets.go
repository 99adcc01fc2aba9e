package writes

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"sync"
	"time"
)

const (
	// questionFor is how long a question may be answered.
	questionFor = 9 * time.Minute
	// codeWindow is how long a code is given out; it is accepted for one window more.
	codeWindow = 5 * time.Minute
	nonceBytes = 9
)

// sign is a signature over the parts, each with its length.
func sign(secret []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, secret)
	for _, p := range parts {
		h.Write(fmt.Appendf(nil, "%d:%s", len(p), p))
	}
	return h.Sum(nil)
}

// codeFor is the confirmation code of a plan, by its hash, for a window of time. It is
// short because a model copies it.
func codeFor(secret []byte, hash string, at time.Time) string {
	window := fmt.Sprint(at.Unix() / int64(codeWindow.Seconds()))
	return base32.StdEncoding.EncodeToString(sign(secret, "code", hash, window))[:8]
}

// tickets are the states that go out with questions and come back with answers; each
// is accepted once.
type tickets struct {
	mu   sync.Mutex
	used map[string]time.Time
}

// issue makes the state for a question about the plan with that hash: when the
// question ends, a nonce, and a signature over both and the hash, so that an answer
// fits no other plan.
func (t *tickets) issue(secret []byte, hash string, now time.Time) (string, error) {
	raw := make([]byte, 8+nonceBytes, 8+nonceBytes+sha256.Size)
	binary.BigEndian.PutUint64(raw, uint64(now.Add(questionFor).Unix())) //nolint:gosec // a time after 1970
	if _, err := rand.Read(raw[8:]); err != nil {
		return "", fmt.Errorf("make a nonce: %w", err)
	}
	raw = append(raw, sign(secret, "ask", hash, string(raw))...)
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

// redeem accepts the state of an answer, once.
func (t *tickets) redeem(secret []byte, state, hash string, now time.Time) error {
	raw, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil || len(raw) != 8+nonceBytes+sha256.Size || !hmac.Equal(raw[8+nonceBytes:], sign(secret, "ask", hash, string(raw[:8+nonceBytes]))) {
		return fmt.Errorf("%w: the confirmation belongs to another call, or what it is about has changed since. Send the call again without an answer to ask anew", errNothingSent)
	}
	ends := time.Unix(int64(binary.BigEndian.Uint64(raw)), 0) //nolint:gosec // signed by this server
	if now.After(ends) {
		return fmt.Errorf("%w: the confirmation came after %d minutes and has expired. Send the call again to ask anew", errNothingSent, int(questionFor.Minutes()))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.used == nil {
		t.used = map[string]time.Time{}
	}
	for nonce, until := range t.used {
		if now.After(until) {
			delete(t.used, nonce)
		}
	}
	nonce := string(raw[8 : 8+nonceBytes])
	if _, used := t.used[nonce]; used {
		return fmt.Errorf("%w: this confirmation was used before. Send the call again to ask anew", errNothingSent)
	}
	t.used[nonce] = ends
	return nil
}
