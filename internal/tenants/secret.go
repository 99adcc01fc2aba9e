package tenants

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"runtime"
	"strings"
)

const (
	// tokenPrefix lets scanners of leaked secrets recognise a token.
	tokenPrefix = "kmcp_"
	tokenBytes  = 32
	// leastToken is the length below which a token could be guessed.
	leastToken = 20
	// mostSecret is how long a file that holds one secret may be.
	mostSecret = 16 << 10
)

// NewToken makes a bearer token out of 256 random bits.
func NewToken() string {
	raw := make([]byte, tokenBytes)
	// It never fails: the runtime ends the process first.
	_, _ = rand.Read(raw)
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(raw)
}

// Hash gives what a tenants file holds in place of a token: its SHA-256 in hex.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// CheckToken tells what keeps a token from being used: that it could be guessed, or could not
// stand in a header. The error does not contain it.
func CheckToken(token string) error {
	if len(token) < leastToken {
		return fmt.Errorf("the token is shorter than %d characters, so it could be guessed; kombo-mcp token makes a good one", leastToken)
	}
	if !isToken68(token) {
		return errors.New("the token may hold letters, digits and -._~+/ only, with = at its end; kombo-mcp token makes a good one")
	}
	return nil
}

// isToken68 tells whether s has the form that RFC 6750 gives bearer tokens.
func isToken68(s string) bool {
	body := strings.TrimRight(s, "=")
	return body != "" && strings.IndexFunc(body, func(r rune) bool {
		return !isAlphanumeric(r) && !strings.ContainsRune("-._~+/", r)
	}) < 0
}

func isAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// Bearer takes the token out of a request's headers. It is "" without an error where the request
// carries no credentials; anything but one bearer token is an ErrToken.
func Bearer(h http.Header) (string, error) {
	lines := h.Values("Authorization")
	switch len(lines) {
	case 0:
		return "", nil
	case 1:
	default:
		return "", fmt.Errorf("%w: the request carries more than one", ErrToken)
	}
	scheme, token, _ := strings.Cut(lines[0], " ")
	token = strings.Trim(token, " ")
	if !strings.EqualFold(scheme, "Bearer") || !isToken68(token) {
		return "", fmt.Errorf("%w: the Authorization header has to be Bearer and a token", ErrToken)
	}
	return token, nil
}

// TokenFromFile reads the bearer token of a server with one tenant, and checks it.
func TokenFromFile(path string) (string, error) {
	token, err := readSecret(path)
	if err != nil {
		return "", fmt.Errorf("%s %w", path, err)
	}
	if err := CheckToken(token); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return token, nil
}

// APIKey reads the tenant's API key of Kombo. It is "" where the tenant has none of its own and
// uses the server's. The error names neither the file nor the variable, in case somebody wrote
// the key in its place.
func (t *Tenant) APIKey() (string, error) {
	switch {
	case t.APIKeyFile != "":
		key, err := readSecret(t.APIKeyFile)
		if err != nil {
			return "", fmt.Errorf("api_key_file: the file %w", err)
		}
		return key, nil
	case t.APIKeyEnv != "":
		key := strings.TrimSpace(os.Getenv(t.APIKeyEnv))
		if key == "" {
			return "", errors.New("api_key_env: the environment variable of this name is not set")
		}
		if err := checkSecret(key); err != nil {
			return "", fmt.Errorf("api_key_env: the environment variable %w", err)
		}
		return key, nil
	}
	return "", nil
}

// readSecret reads a file that holds one line. The error completes "the file …".
func readSecret(path string) (string, error) {
	raw, err := readAtMost(path, mostSecret)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(raw))
	if secret == "" {
		return "", errors.New("is empty")
	}
	return secret, checkSecret(secret)
}

// checkSecret refuses what could not stand in a header.
func checkSecret(s string) error {
	if strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
		return errors.New("holds more than one word of printable ASCII")
	}
	return nil
}

// readAtMost reads a file of most bytes or less. The error completes "the file …" and does not
// contain the path.
func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, cannotRead(err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, cannotRead(err)
	}
	if int64(len(raw)) > most {
		return nil, fmt.Errorf("is larger than %d KiB", most>>10)
	}
	return raw, nil
}

func cannotRead(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	return fmt.Errorf("cannot be read: %w", err)
}

// exposure says how others than the owner may reach a file, "" if they may not.
func exposure(path string) string {
	fi, err := os.Stat(path)
	// Windows has no such bits and reports all of them.
	if err != nil || runtime.GOOS == "windows" {
		return ""
	}
	switch mode := fi.Mode().Perm(); {
	case mode&0o022 != 0:
		return fmt.Sprintf("others may write it (mode %04o); chmod 600 keeps it to its owner", mode)
	case mode&0o004 != 0:
		return fmt.Sprintf("everybody may read it (mode %04o); chmod 600 keeps it to its owner", mode)
	}
	return ""
}
