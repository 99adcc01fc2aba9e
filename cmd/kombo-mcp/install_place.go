package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/internal/hosts"
)

// ownPath is the absolute path by which hosts start this program. A name on the
// PATH, which an update leaves where it is, goes before the file that it leads
// to.
func ownPath() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	if strings.Contains(filepath.ToSlash(self), "/go-build") && !strings.HasSuffix(self, ".test") && !strings.HasSuffix(self, ".test.exe") {
		return "", errors.New("go run builds a program that is gone when it ends: build it first, for example with make build")
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

// wantsToken tells whether a server at that address is to be sent a token: one
// on this machine may be open to all who can reach it.
func wantsToken(address string) (bool, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return false, fmt.Errorf("--url: %q is no address such as https://mcp.example.com/mcp", address)
	}
	if u.User != nil || u.RawQuery != "" {
		return false, errors.New("--url: an address with a password or a query would stand in the open in the host's file; the token comes from KOMBO_AUTH_TOKEN")
	}
	name := u.Hostname()
	ip := net.ParseIP(name)
	loopback := name == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme == "http" && !loopback {
		return false, fmt.Errorf("--url: %s would send the token in the open: use https", address)
	}
	return !loopback || os.Getenv(hosts.VarToken) != "", nil
}
