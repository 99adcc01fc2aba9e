package systemd

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

const root = "../.."

func TestMain(m *testing.M) { os.Exit(testbinary.Run(m)) }

// settings returns the values of a unit or of an environment file by key.
func settings(t *testing.T, file string) map[string][]string {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	out := map[string][]string{}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if key, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			out[key] = append(out[key], value)
		}
	}
	return out
}

func TestTheUnitGivesTheServerOnlyTheRightsThatItNeeds(t *testing.T) {
	unit := settings(t, "kombo-mcp.service")
	for key, want := range map[string]string{
		"DynamicUser": "yes", "CapabilityBoundingSet": "", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
		"PrivateTmp": "yes", "PrivateDevices": "yes", "RestrictNamespaces": "yes", "SystemCallArchitectures": "native", "UMask": "0077",
		"RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
	} {
		assert.Equal(t, []string{want}, unit[key], key)
	}
	assert.Contains(t, unit["SystemCallFilter"], "@system-service")
	assert.NotContains(t, unit, "MemoryDenyWriteExecute", "the PDF engine is compiled as it runs")
	grace, err := time.ParseDuration(unit["TimeoutStopSec"][0] + "s")
	require.NoError(t, err)
	assert.GreaterOrEqual(t, grace, 15*time.Second, "a write in flight has ten seconds")
	assert.Equal(t, []string{"XDG_STATE_HOME=/var/lib XDG_CACHE_HOME=/var/cache"}, unit["Environment"], "the journal is in StateDirectory")
	assert.Equal(t, []string{"kombo-mcp"}, unit["StateDirectory"])
}

func TestThePackagesInstallTheUnitAndItsSettings(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(root, ".goreleaser.yaml"))
	require.NoError(t, err)
	var release struct {
		Packages []struct {
			Contents []struct {
				Source      string `yaml:"src"`
				Destination string `yaml:"dst"`
				Type        string `yaml:"type"`
				Info        struct {
					Mode int `yaml:"mode"`
				} `yaml:"file_info"`
			} `yaml:"contents"`
		} `yaml:"nfpms"`
	}
	require.NoError(t, yaml.Unmarshal(raw, &release))
	require.Len(t, release.Packages, 1)
	placed := map[string]int{}
	for _, c := range release.Packages[0].Contents {
		assert.FileExists(t, filepath.Join(root, c.Source))
		placed[c.Destination] = c.Info.Mode
		if strings.HasPrefix(c.Destination, "/etc/") {
			assert.Equal(t, "config|noreplace", c.Type, "%s: an update keeps what an operator wrote", c.Destination)
		}
	}
	unit := settings(t, "kombo-mcp.service")
	assert.Equal(t, 0o644, placed["/usr/lib/systemd/system/kombo-mcp.service"])
	assert.Equal(t, 0o600, placed[unit["EnvironmentFile"][0]], "it holds the key")
}

// TestTheServerRunsAsTheUnitStartsIt starts the program with the unit's arguments and the
// settings of the environment file, those in comments too, with made-up data.
func TestTheServerRunsAsTheUnitStartsIt(t *testing.T) {
	program, args, found := strings.Cut(settings(t, "kombo-mcp.service")["ExecStart"][0], " ")
	require.True(t, found)
	require.Equal(t, "/usr/bin/kombo-mcp", program, "where the packages install it")
	help, err := exec.CommandContext(t.Context(), testbinary.Path(t), "--help").Output()
	require.NoError(t, err)
	raw, err := os.ReadFile("environment")
	require.NoError(t, err)
	for line := range strings.Lines(string(raw)) {
		if name, _, ok := strings.Cut(strings.TrimPrefix(line, "#"), "="); ok && strings.HasPrefix(name, "KOMBO_") {
			assert.Contains(t, string(help), name)
		}
	}
	state := t.TempDir()
	testbinary.AssertServes(t, []string{
		"KOMBO_SANDBOX=true", "KOMBO_AUTH_TOKEN=0123456789abcdef0123456789abcdef", "KOMBO_LISTEN=127.0.0.1:0",
		"XDG_STATE_HOME=" + state, "XDG_CACHE_HOME=" + state,
	}, strings.Fields(args)...)
}
