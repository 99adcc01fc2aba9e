package compose

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

func TestMain(m *testing.M) { os.Exit(testbinary.Run(m)) }

// service is what the Compose file says of one. An unknown key is a mistake, or must be
// added here.
type service struct {
	Image           string            `yaml:"image"`
	Command         []string          `yaml:"command"`
	Environment     map[string]string `yaml:"environment"`
	MemoryLimit     string            `yaml:"mem_limit"`
	ReadOnly        bool              `yaml:"read_only"`
	CapDrop         []string          `yaml:"cap_drop"`
	SecurityOptions []string          `yaml:"security_opt"`
	StopGrace       time.Duration     `yaml:"stop_grace_period"`
	Restart         string            `yaml:"restart"`
	DependsOn       []string          `yaml:"depends_on"`
	Networks        []string          `yaml:"networks"`
	Ports           []string          `yaml:"ports"`
	Volumes         []string          `yaml:"volumes"`
}

func services(t *testing.T) map[string]service {
	t.Helper()
	raw, err := os.ReadFile("compose.yaml")
	require.NoError(t, err)
	var file struct {
		Services map[string]service        `yaml:"services"`
		Volumes  map[string]any            `yaml:"volumes"`
		Networks map[string]map[string]any `yaml:"networks"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	require.NoError(t, dec.Decode(&file))
	require.Len(t, file.Services, 3)
	assert.Equal(t, true, file.Networks["inside"]["internal"])
	for name, s := range file.Services {
		for _, n := range s.Networks {
			assert.Contains(t, file.Networks, n, name)
		}
		for _, d := range s.DependsOn {
			assert.Contains(t, file.Services, d, name)
		}
	}
	return file.Services
}

func TestOnlyTheProxyCanBeReachedAndOnlyTheServerReachesRedis(t *testing.T) {
	all := services(t)
	server, redis, nginx := all["server"], all["redis"], all["nginx"]
	assert.Empty(t, server.Ports)
	assert.Empty(t, redis.Ports)
	assert.Equal(t, []string{"443:443"}, nginx.Ports)
	assert.Equal(t, []string{"inside"}, redis.Networks)
	assert.NotContains(t, nginx.Networks, "inside")
	assert.True(t, server.ReadOnly)
	assert.Equal(t, []string{"ALL"}, server.CapDrop)
	assert.Contains(t, server.SecurityOptions, "no-new-privileges:true")
	assert.GreaterOrEqual(t, server.StopGrace, 15*time.Second, "a write in flight has ten seconds")
	entry, err := os.ReadFile("../../server.json")
	require.NoError(t, err)
	assert.Contains(t, string(entry), `"`+server.Image+`"`, "the image that is released")
	assert.Subset(t, redis.Command, []string{"noeviction", "--appendonly"}, "a write is remembered")
	for name, value := range server.Environment {
		if strings.Contains(name, "KEY") || strings.Contains(name, "TOKEN") {
			assert.True(t, strings.HasPrefix(value, "${"+name+":?"), "%s: not in the file, and asked for", name)
		}
	}
}

func TestTheProxyLeadsToTheServerAndHoldsNoStreamBack(t *testing.T) {
	raw, err := os.ReadFile("nginx.conf")
	require.NoError(t, err)
	conf, server := string(raw), services(t)["server"]
	for _, line := range []string{
		"proxy_pass http://server:8787;", "proxy_buffering off;", "proxy_read_timeout 1h;", "proxy_next_upstream off;", "proxy_set_header Host $host;",
	} {
		assert.Contains(t, conf, line)
	}
	assert.Contains(t, server.Command, "--listen=0.0.0.0:8787")
	_, name, _ := strings.Cut(conf, "server_name ")
	name, _, _ = strings.Cut(name, ";")
	assert.Contains(t, server.Command, "--allow-host="+name, "the server answers to the name by which it is called")
}

// TestTheServerStartsWithTheseArguments starts the program with them on another port, with
// made-up data in place of Kombo and Redis.
func TestTheServerStartsWithTheseArguments(t *testing.T) {
	args := []string{"--sandbox"}
	for _, a := range services(t)["server"].Command {
		if strings.HasPrefix(a, "--listen=") {
			a = "--listen=127.0.0.1:0"
		}
		args = append(args, a)
	}
	testbinary.AssertServes(t, []string{"HOME=/nonexistent", "KOMBO_AUTH_TOKEN=0123456789abcdef0123456789abcdef"}, args...)
}
