package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// opensByPath are the ways of opening a file that wait for the other end of a pipe.
var opensByPath = regexp.MustCompile(`os\.(Open|OpenFile|ReadFile)\(|tls\.LoadX509KeyPair\(|\.Files\.(Open|OpenFile|ReadFile)\(`)

// mayOpen are the files whose paths are not settings of a server that runs, or whose names
// are new, and how often they open one.
var mayOpen = map[string]int{
	"internal/ownfile/ownfile.go": 1, "internal/ownfile/ownfile_unix.go": 1, "internal/ownfile/regular.go": 2,
	"internal/golden/golden.go": 3, "internal/hosts/file.go": 2, "packaging/release/main.go": 1,
	"cmd/kombo-mcp/install_plan.go": 1, "cmd/kombo-mcp/approve_web.go": 1,
	"tools/files.go": 1, // the folder itself
}

func TestFilesOfSettingsAreOpenedWithoutWaiting(t *testing.T) {
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if found := opensByPath.FindAllString(string(raw), -1); err == nil && len(found) > 0 {
			assert.LessOrEqual(t, len(found), mayOpen[filepath.ToSlash(name)], "%s: use ownfile.OpenRegular, which refuses pipes and devices, not %v", name, found)
		}
		return err
	})
	require.NoError(t, err)
}
