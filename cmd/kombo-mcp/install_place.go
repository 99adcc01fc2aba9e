package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

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

// findHost returns the host with that id. For an unknown one the error names those
// that may be meant.
func findHost(id string) (hosts.Host, error) {
	h, err := hosts.Find(id)
	if err == nil {
		return h, nil
	}
	if near := nearHosts(strings.ToLower(id)); len(near) > 0 {
		err = fmt.Errorf("%w. Did you mean %s?", err, strings.Join(near, " or "))
	}
	return h, err
}

// nearHosts returns the hosts whose id or title shares a word with the given one, else
// one that is spelled almost the same.
func nearHosts(id string) []string {
	var shared []string
	var all []*cli.Command
	for _, h := range hosts.All() {
		all = append(all, &cli.Command{Name: h.ID})
		names := h.ID + " " + strings.ToLower(h.Title)
		if len(id) > 2 && strings.Contains(names, id) || strings.Contains(id, h.ID) {
			shared = append(shared, h.ID)
		}
	}
	if len(shared) > 0 || id == "" {
		return shared
	}
	// The library always suggests something; one with another first letter does not help.
	if near := cli.SuggestCommand(all, id); near != "" && near[0] == id[0] {
		return []string{near}
	}
	return nil
}

// tokenNeed says whether the entry of a server over HTTP gets a token. warning says what
// a user has to know about that.
type tokenNeed struct {
	wanted  bool
	warning string
}

// wantsToken finds out whether a server at that address gets a token: one on this
// machine may be open to all who can reach it, so it is asked.
func wantsToken(ctx context.Context, address string) (tokenNeed, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return tokenNeed{}, fmt.Errorf("--url: %q is not an address such as https://mcp.example.com/mcp", address)
	}
	if u.User != nil || u.RawQuery != "" {
		return tokenNeed{}, errors.New("--url: a password or a query in the address would be readable in the host's file; the token comes from KOMBO_AUTH_TOKEN")
	}
	local := loopback.Is(u.Hostname())
	if u.Scheme == "http" && !local {
		return tokenNeed{}, fmt.Errorf("--url: %s would send the token unencrypted: use https", address)
	}
	if !local || environ.Get(hosts.VarToken) != "" {
		return tokenNeed{wanted: true}, nil
	}
	switch status, err := probe(ctx, address); {
	case err != nil:
		return tokenNeed{warning: fmt.Sprintf("Nothing answers at %s yet, and KOMBO_AUTH_TOKEN is not set, so the entry has no token. If the server is started with one, hosts will fail to connect (401): start it, then run this again.", address)}, nil
	case status == http.StatusUnauthorized:
		return tokenNeed{wanted: true, warning: fmt.Sprintf("%s wants a token (401).", address)}, nil
	case status == http.StatusNotFound:
		return tokenNeed{warning: fmt.Sprintf("There is no MCP server at %s (404): the path is usually /mcp.", address)}, nil
	}
	return tokenNeed{}, nil
}

// probeTimeout is for a server on this machine, for which a person is waiting.
const probeTimeout = 2 * time.Second

// probe returns the status with which a server answers a caller without a token.
func probe(ctx context.Context, address string) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	ping := strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"}`)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, ping)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json, text/event-stream")
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}
