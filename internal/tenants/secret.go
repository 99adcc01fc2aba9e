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

	"github.com/kombo-mcp/kombo-mcp/internal/environ"
	"github.com/kombo-mcp/kombo-mcp/internal/ownfile"
)

const (
	// tokenPrefix lets secret scanners recognize a leaked token.
	tokenPrefix = "kmcp_"
	tokenBytes  = 32
	// minTokenBytes is the length below which a token could be guessed.
	minTokenBytes = 20
	// maxSecretBytes is the largest size of a file with a secret.
	maxSecretBytes = 16 << 10
)

// NewToken returns a new bearer token of 256 random bits.
func NewToken() string {
	raw := make([]byte, tokenBytes)
	// Read never returns an error; if it fails, the process crashes.
	_, _ = rand.Read(raw)
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(raw)
}

// Hash returns the SHA-256 of a token in hex, which a tenants file has instead of the token.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// CheckToken returns an error if a token is short enough to be guessed or contains what a header
// cannot. The error does not contain the token.
func CheckToken(token string) error {
	if len(token) < minTokenBytes {
		return fmt.Errorf("the token is shorter than %d characters, so it could be guessed; kombo-mcp token makes a good one", minTokenBytes)
	}
	if !isToken68(token) {
		return errors.New("the token may only have letters, digits and -._~+/, with = at its end; kombo-mcp token makes a good one")
	}
	return nil
}

// isToken68 reports whether s has the form of a bearer token in RFC 6750.
func isToken68(s string) bool {
	body := strings.TrimRight(s, "=")
	return body != "" && strings.IndexFunc(body, func(r rune) bool {
		return !isAlphanumeric(r) && !strings.ContainsRune("-._~+/", r)
	}) < 0
}

func isAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// Bearer returns the bearer token in the headers of a request, "" if they have no credentials. The
// error is an [ErrToken], for anything but a single bearer token.
func Bearer(h http.Header) (string, error) {
	lines := h.Values("Authorization")
	switch len(lines) {
	case 0:
		return "", nil
	case 1:
	default:
		return "", fmt.Errorf("%w: the request has more than one", ErrToken)
	}
	scheme, token, _ := strings.Cut(lines[0], " ")
	token = strings.Trim(token, " ")
	if !strings.EqualFold(scheme, "Bearer") || !isToken68(token) {
		return "", fmt.Errorf("%w: the Authorization header must be Bearer and a token", ErrToken)
	}
	return token, nil
}

// APIKey reads the tenant's API key for Kombo. It is "" if the tenant has no key of its own and uses
// that of the server. The error names neither the file nor the variable, in case someone wrote the key
// in its place.
func (t *Tenant) APIKey() (string, error) {
	switch {
	case t.APIKeyFile != "":
		key, err := readSecret(t.APIKeyFile)
		if err != nil {
			return "", fmt.Errorf("api_key_file: the file %w", err)
		}
		return key, nil
	case t.APIKeyEnv != "":
		key := environ.Get(t.APIKeyEnv)
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

// readSecret reads a file with a single line. The error continues the sentence "the file …".
func readSecret(path string) (string, error) {
	raw, err := readAtMost(path, maxSecretBytes)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(raw))
	if secret == "" {
		return "", errors.New("is empty")
	}
	return secret, checkSecret(secret)
}

// checkSecret refuses a secret that cannot be sent in a header. The error continues the sentence "the
// file …".
func checkSecret(s string) error {
	if strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
		return errors.New("has more than one word of printable ASCII")
	}
	return nil
}

// readAtMost reads a file of at most maxBytes. The error continues the sentence "the file …" and
// does not contain the path.
func readAtMost(path string, maxBytes int64) ([]byte, error) {
	f, err := ownfile.OpenRegular(path)
	if errors.Is(err, ownfile.ErrRefused) {
		return nil, errors.New("cannot be read: it is not a regular file")
	}
	if err != nil {
		return nil, readError(err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, readError(err)
	}
	if int64(len(raw)) > maxBytes {
		return nil, fmt.Errorf("is larger than %d KiB", maxBytes>>10)
	}
	return raw, nil
}

func readError(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	return fmt.Errorf("cannot be read: %w", err)
}

// permissionWarning says whether anyone but the owner can write or read a file; "" if not.
func permissionWarning(path string) string {
	fi, err := os.Stat(path)
	// Windows has no such bits and reports all of them as set.
	if err != nil || runtime.GOOS == "windows" {
		return ""
	}
	switch mode := fi.Mode().Perm(); {
	case mode&0o022 != 0:
		return fmt.Sprintf("others may write it (mode %04o); run chmod 600 on it", mode)
	case mode&0o004 != 0:
		return fmt.Sprintf("everyone may read it (mode %04o); run chmod 600 on it", mode)
	}
	return ""
}
