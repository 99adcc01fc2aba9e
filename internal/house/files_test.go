package house

import (
	"bytes"
	"crypto/sha256"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

// root is the top of the repository, seen from this package.
const root = "../.."

// maxLines is the most lines of a Go file: a longer one has more than one idea.
const maxLines = 450

// walk calls fn for every file of the repository, except generated and built ones.
func walk(t *testing.T, fn func(path string, content []byte)) {
	t.Helper()
	// rapid keeps failed cases for the next run. In a worktree of git, .git is a file.
	built := []string{".git", "bin", "node_modules", "rapid"}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(built, entry.Name()):
			return filepath.SkipDir
		case !entry.Type().IsRegular(), entry.Name() == ".git":
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		fn(filepath.ToSlash(rel), content)
		return nil
	})
	require.NoError(t, err)
}

func TestGoFilesHoldOneIdeaEach(t *testing.T) {
	walk(t, func(path string, content []byte) {
		if strings.HasSuffix(path, ".go") {
			assert.LessOrEqual(t, bytes.Count(content, []byte("\n")), maxLines, path)
		}
	})
}

func TestNothingRefersToOneMachine(t *testing.T) {
	// In pieces, so that this file does not refer to them either.
	place := regexp.MustCompile(`(^|[\s"'(=` + "`" + `])/(` + strings.Join([]string{"work", "tmp", "root", "home"}, "|") + `)/` +
		`|\bshared` + `/(kombo|[a-z]+\.md)`)
	walk(t, func(path string, content []byte) {
		if bytes.IndexByte(content, 0) >= 0 {
			return
		}
		for i, line := range bytes.Split(content, []byte("\n")) {
			assert.False(t, place.Match(line), "%s:%d refers to a place outside the repository: %.120s", path, i+1, line)
		}
	})
}

func TestNoTestIsSkippedAndNothingIsLeftToDo(t *testing.T) {
	skip := regexp.MustCompile(`\b[tbf]\.Skip(f|Now)?\(`)
	todo := regexp.MustCompile(`//.*\b(TO` + `DO|FIX` + `ME)\b`)
	walk(t, func(path string, content []byte) {
		if !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".mjs") {
			return
		}
		assert.Empty(t, skip.FindString(string(content)), path)
		assert.Empty(t, todo.FindString(string(content)), path)
	})
}

func TestNpmInstallsTheSameFromAnyRegistry(t *testing.T) {
	lock, err := os.ReadFile(filepath.Join(root, "clients", "package-lock.json"))
	require.NoError(t, err)
	assert.NotContains(t, string(lock), `"resolved"`, "download addresses tie the lock file to one registry")
	manifest, err := os.ReadFile(filepath.Join(root, "clients", "package.json"))
	require.NoError(t, err)
	loose := regexp.MustCompile(`"[^"]+": "[\^~><*][^"]*"`)
	for line := range strings.Lines(string(manifest)) {
		if !strings.Contains(line, `"node":`) {
			assert.Empty(t, loose.FindString(line), "versions are pinned")
		}
	}
}

// TestAllThatBuildTheProgramShareTheFlagsOfARelease makes sure that all share one build
// cache, and that tests start the program as it is released.
func TestAllThatBuildTheProgramShareTheFlagsOfARelease(t *testing.T) {
	flags := strings.Join(testbinary.BuildFlags, " ")
	for path, want := range map[string]string{
		"Makefile":         "RELEASE_FLAGS := " + flags + "\n",
		"Dockerfile":       "CGO_ENABLED=0 go build " + flags + " ",
		".goreleaser.yaml": "env: [CGO_ENABLED=0]",
	} {
		raw, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err)
		assert.Contains(t, string(raw), want, path)
	}
}

// TestNoFileIsKeptTwice: of two copies one is edited and the other forgotten.
func TestNoFileIsKeptTwice(t *testing.T) {
	const worthKeepingOnce = 1 << 10
	seen := map[[sha256.Size]byte]string{}
	walk(t, func(path string, content []byte) {
		if len(content) < worthKeepingOnce {
			return
		}
		sum := sha256.Sum256(content)
		assert.Empty(t, seen[sum], "%s is a copy of it: keep one and read it from both places", path)
		seen[sum] = path
	})
}

// TestNothingThatGitIgnoresIsCommitted: what a run leaves, such as rapid's failed cases,
// names the machine that it ran on.
func TestNothingThatGitIgnoresIsCommitted(t *testing.T) {
	if _, err := os.Stat(filepath.Join(root, ".git")); err != nil {
		return // the sources alone, as an archive
	}
	cmd := exec.Command("git", "ls-files", "--cached", "--ignored", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	assert.Empty(t, string(out))
}
