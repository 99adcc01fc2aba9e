package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/internal/environ"
	"github.com/kombo-mcp/kombo-mcp/internal/hosts"
	"github.com/kombo-mcp/kombo-mcp/internal/loopback"
)

// ownPath is the absolute path by which hosts start this program. A link on the
// PATH, which stays the same after an update, is preferred to the file that it
// points to.
func ownPath() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	if strings.Contains(filepath.ToSlash(self), "/go-build") && !strings.HasSuffix(self, ".test") && !strings.HasSuffix(self, ".test.exe") {
		return "", errors.New("go run deletes the program when it ends: build it first, for example with make build")
	}
	if called, err := exec.LookPath(os.Args[0]); err == nil {
		if called, err = filepath.Abs(called); err == nil && sameFile(called, self) {
			return called, nil
		}
	}
	return self, nil
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a) //nolint:gosec // this program's own file
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// wantsToken reports whether a server at that address gets a token: one on this
// machine may be open to all who can reach it.
func wantsToken(address string) (bool, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return false, fmt.Errorf("--url: %q is not an address such as https://mcp.example.com/mcp", address)
	}
	if u.User != nil || u.RawQuery != "" {
		return false, errors.New("--url: a password or a query in the address would be readable in the host's file; the token comes from KOMBO_AUTH_TOKEN")
	}
	local := loopback.Is(u.Hostname())
	if u.Scheme == "http" && !local {
		return false, fmt.Errorf("--url: %s would send the token unencrypted: use https", address)
	}
	return !local || environ.Get(hosts.VarToken) != "", nil
}
