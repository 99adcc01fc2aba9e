// Command release makes the parts of a release other than the programs: a bundle for
// each system, the packages of npm, and the entry of the registry of MCP servers.
//
//	go run ./packaging/release bundle -version 0.1.0 -os linux -program bin/kombo-mcp -out kombo-mcp.mcpb
//	go run ./packaging/release npm -version 0.1.0 -os linux -arch amd64 -program bin/kombo-mcp -out bin/npm
//	go run ./packaging/release npm -version 0.1.0 -out bin/npm
//	go run ./packaging/release registry -version 0.1.0 kombo-mcp_linux_amd64.mcpb …
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/kombo-mcp/kombo-mcp/internal/plainjson"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil { //nolint:forbidigo // it is no server
		fmt.Fprintln(os.Stderr, "release: "+err.Error())
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	if len(args) == 0 {
		return errors.New("the first argument must be bundle, npm or registry")
	}
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	switch args[0] {
	case "bundle":
		return makeBundle(o)
	case "npm":
		return makeNPMPackage(o)
	case "registry":
		return printRegistryEntry(o, stdout)
	}
	return fmt.Errorf("the first argument must be bundle, npm or registry, not %q", args[0])
}

func printRegistryEntry(o options, stdout io.Writer) error {
	sums := map[string]string{}
	for _, file := range o.files {
		raw, err := given(file)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(raw)
		sums[filepath.Base(file)] = hex.EncodeToString(sum[:])
	}
	text, err := readable(newRegistryEntry(o.version, sums))
	if err == nil {
		_, err = stdout.Write(text)
	}
	return err
}

// given reads a file that the caller names.
func given(path string) ([]byte, error) { return os.ReadFile(path) } //nolint:gosec // so it is meant

func readable(v any) ([]byte, error) {
	raw, err := plainjson.MarshalIndent(v)
	return append(raw, '\n'), err
}
