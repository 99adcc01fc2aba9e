package app

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/internal/environ"
	"github.com/kombo-mcp/kombo-mcp/internal/ownfile"
)

// The variables that hold a secret; one with _FILE at its end names a file that does.
const (
	varKey      = "KOMBO_API_KEY"
	varToken    = "KOMBO_AUTH_TOKEN"     //nolint:gosec // the name of a variable
	varApprover = "KOMBO_APPROVER_TOKEN" //nolint:gosec // the name of a variable
	varSecret   = "KOMBO_SECRET"         //nolint:gosec // the name of a variable
)

// maxSecretBytes is more than any secret has.
const maxSecretBytes = 64 << 10

// errNoKey names both ways out, since a newcomer meets it first.
var errNoKey = errors.New("no API key. Set KOMBO_API_KEY (or KOMBO_API_KEY_FILE, the path of a file that holds it) and KOMBO_INTEGRATION_ID to work in your ATS, or add --sandbox to try everything on made-up data, without a key")

// APIKey reads Kombo's key from KOMBO_API_KEY or from the file that KOMBO_API_KEY_FILE names.
func APIKey() (string, error) {
	key, err := secretFrom(varKey, "")
	switch {
	case err != nil:
		return "", err
	case key == "" && environ.Unfilled(varKey) != "":
		return "", fmt.Errorf("no API key%s. Write the key in its place, set KOMBO_API_KEY_FILE to the path of a file that holds it, or set KOMBO_SANDBOX=true (--sandbox) to try everything on made-up data, without a key", environ.Why(varKey))
	case key == "":
		return "", errNoKey
	case key[0] == '$':
		return "", errors.New("no API key: what is set begins with $, as a variable that nobody filled in. Write the key in its place, or set KOMBO_API_KEY_FILE to the path of a file that holds it")
	case isQuoted(key):
		return "", errors.New("the API key stands in quotes, which are not part of it: set KOMBO_API_KEY, or the file with the key, without them")
	}
	return key, nil
}

// isQuoted reports whether a value stands in quotes, as in a file that is not read by a shell.
func isQuoted(s string) bool {
	return len(s) > 1 && s[0] == s[len(s)-1] && strings.ContainsRune(`"'`+"`", rune(s[0]))
}

// secretFrom reads a secret from the environment or from a file, which the variable of the same name
// with _FILE names where path is empty; "" where there is none.
func secretFrom(name, path string) (string, error) {
	if s, set := environ.Lookup(name); set {
		return s, nil
	}
	if path == "" {
		path = environ.Get(name + "_FILE")
	}
	if path == "" {
		return "", nil
	}
	raw, err := ownfile.ReadRegular(path, maxSecretBytes)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	if s := strings.TrimSpace(string(raw)); s != "" {
		return s, nil
	}
	return "", fmt.Errorf("%s_FILE: %s is empty", name, path)
}

// secretOf derives from a key the secret that seals cursors, confirmations and pseudonyms, so that
// they stay valid across a restart and reveal nothing of the key.
func secretOf(key string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte("kombo-mcp: cursors, confirmations and pseudonyms"))
	return h.Sum(nil)
}
