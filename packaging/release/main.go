// Command release makes the parts of a release other than the programs: a bundle for
// each system, and the entry of the registry of MCP servers.
//
//	go run ./packaging/release bundle -version 0.1.0 -os linux -program bin/kombo-mcp -out kombo-mcp.mcpb
//	go run ./packaging/release registry -version 0.1.0 kombo-mcp_linux_amd64.mcpb …
package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

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
		return errors.New("the first argument must be bundle or registry")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	version := flags.String("version", "0.1.0", "the version of the release")
	goos := flags.String("os", "linux", "the system of the program, as Go names it")
	path := flags.String("program", "", "the built program")
	out := flags.String("out", "", "the bundle to write")
	dir := flags.String("dir", "", "write the bundle's files to this folder instead of packing them")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	switch args[0] {
	case "bundle":
		files, err := bundleFiles(*version, *goos, *path)
		if err != nil {
			return err
		}
		if *dir != "" {
			return unpacked(*dir, files)
		}
		return packed(*out, files)
	case "registry":
		sums := map[string]string{}
		for _, file := range flags.Args() {
			raw, err := os.ReadFile(file) //nolint:gosec // the caller names the files
			if err != nil {
				return err
			}
			sum := sha256.Sum256(raw)
			sums[filepath.Base(file)] = hex.EncodeToString(sum[:])
		}
		text, err := readable(newRegistryEntry(*version, sums))
		if err == nil {
			_, err = stdout.Write(text)
		}
		return err
	}
	return fmt.Errorf("the first argument must be bundle or registry, not %q", args[0])
}

// bundled is one file of a bundle.
type bundled struct {
	name    string
	mode    os.FileMode
	content []byte
}

// bundleFiles returns the files of a bundle.
func bundleFiles(version, goos, path string) ([]bundled, error) {
	m, err := newManifest(version, goos)
	if err != nil {
		return nil, err
	}
	text, err := readable(m)
	if err != nil {
		return nil, err
	}
	binary, err := os.ReadFile(path) //nolint:gosec // the caller names the program
	if err != nil {
		return nil, err
	}
	return []bundled{{"manifest.json", 0o644, text}, {m.Server.EntryPoint, 0o755, binary}}, nil
}

// packed writes a bundle, reproducibly: the same files give the same bytes.
func packed(path string, files []bundled) error {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		h.SetMode(f.mode)
		part, err := w.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := part.Write(f.content); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644) //nolint:gosec // it is for everyone
}

func unpacked(dir string, files []bundled) error {
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // it is for everyone
			return err
		}
		if err := os.WriteFile(path, f.content, f.mode); err != nil { //nolint:gosec // the caller names the folder
			return err
		}
	}
	return nil
}

func readable(v any) ([]byte, error) {
	raw, err := plainjson.MarshalIndent(v)
	return append(raw, '\n'), err
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
