package image

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../.."

// instruction is an instruction of a Dockerfile with its arguments.
type instruction struct{ name, rest string }

// stages returns the instructions of the Dockerfile by stage.
func stages(t *testing.T) [][]instruction {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	require.NoError(t, err)
	var out [][]instruction
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, rest, _ := strings.Cut(line, " ")
		if name == "FROM" {
			out = append(out, nil)
		}
		require.NotEmpty(t, out, "an instruction before FROM")
		last := len(out) - 1
		out[last] = append(out[last], instruction{name, rest})
	}
	return out
}

func only(t *testing.T, stage []instruction, name string) string {
	t.Helper()
	var found []string
	for _, i := range stage {
		if i.name == name {
			found = append(found, i.rest)
		}
	}
	require.Len(t, found, 1, name)
	return found[0]
}

func TestImageHasOnlyTheProgramAndNoRoot(t *testing.T) {
	all := stages(t)
	require.Len(t, all, 2)
	final := all[1]
	assert.Equal(t, "gcr.io/distroless/static-debian12:nonroot", only(t, final, "FROM"))
	assert.Equal(t, "--from=build /out/kombo-mcp /kombo-mcp", only(t, final, "COPY"))
	assert.Equal(t, "65532:65532", only(t, final, "USER"), "a number, so that Kubernetes can check that it is not root")
	assert.Equal(t, `["/kombo-mcp"]`, only(t, final, "ENTRYPOINT"))
	for _, i := range final {
		assert.NotContains(t, []string{"RUN", "ADD", "CMD", "SHELL"}, i.name, "the last stage only copies")
		assert.NotRegexp(t, `(?i)(key|token|secret)=`, i.rest)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(string(mod))
	require.NotNil(t, version)
	assert.Equal(t, "--platform=$BUILDPLATFORM golang:"+version[1]+" AS build", only(t, all[0], "FROM"), "the Go of go.mod")
}

// TestFilesOfImageStart builds the files of the image as the Dockerfile does, and starts
// its entry point as its user, without other files if this machine allows that.
func TestFilesOfImageStart(t *testing.T) {
	all := stages(t)
	build := ""
	for _, i := range all[0] {
		if i.name == "RUN" && strings.Contains(i.rest, "go build") {
			assert.Contains(t, i.rest, "GOOS=${TARGETOS} GOARCH=${TARGETARCH} ", "it is compiled for the platform that is wanted")
			build = strings.NewReplacer("${VERSION}", "9.9.9", "${TARGETOS}", runtime.GOOS, "${TARGETARCH}", runtime.GOARCH).Replace(i.rest)
		}
	}
	require.NotEmpty(t, build)
	dir := t.TempDir()
	files := filepath.Join(dir, "files")
	_, to, _ := strings.Cut(only(t, all[1], "COPY"), " ")
	from, to, _ := strings.Cut(to, " ")
	placed := filepath.Join(files, filepath.FromSlash(to))
	require.NoError(t, os.MkdirAll(filepath.Dir(placed), 0o755))
	sh := exec.CommandContext(t.Context(), "sh", "-ec", strings.ReplaceAll(build, from, placed))
	sh.Dir = root
	out, err := sh.CombinedOutput()
	require.NoError(t, err, string(out))
	for d := files; len(d) >= len(filepath.Dir(t.TempDir())); d = filepath.Dir(d) {
		require.NoError(t, os.Chmod(d, 0o755))
	}

	entry := strings.Trim(only(t, all[1], "ENTRYPOINT"), `[]"`)
	for _, c := range []struct {
		args []string
		in   string
		says string
	}{
		{[]string{"--version"}, "", "kombo-mcp version 9.9.9"},
		{[]string{"--sandbox", "--timezone", "Europe/Berlin"}, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}` + "\n", "serverInfo"},
	} {
		cmd := exec.CommandContext(t.Context(), placed, c.args...)
		cmd.Env = []string{"HOME=/"}
		cmd.Dir = files
		if confine(cmd, files, 65532) {
			cmd.Path, cmd.Dir = path.Clean(entry), "/"
		}
		cmd.Stdin = strings.NewReader(c.in)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		require.NoError(t, err, stderr.String())
		assert.Contains(t, string(out), c.says)
	}
}
