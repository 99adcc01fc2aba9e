package redismemory

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSettingsByWhichRedisForgetsAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		policy, appendonly, save string
		want                     []string
	}{
		"keeps all, appending":        {"noeviction", "yes", "", nil},
		"keeps all, with save points": {"noeviction", "no", "3600 1 300 100", nil},
		"evicts":                      {"allkeys-lru", "yes", "", []string{"maxmemory-policy"}},
		"evicts what expires":         {"volatile-ttl", "yes", "", []string{"maxmemory-policy"}},
		"forgets at a restart":        {"noeviction", "no", "", []string{"appendonly"}},
		"both":                        {"allkeys-lru", "no", "", []string{"maxmemory-policy", "appendonly"}},
	} {
		t.Run(name, func(t *testing.T) {
			values := map[string]string{"maxmemory-policy": c.policy, "appendonly": c.appendonly, "save": c.save}
			m := opened(t, "redis://"+speak(t, standalone(func(command []string) string {
				setting := command[2]
				return "*2\r\n" + bulk(setting) + bulk(values[setting])
			})), hasty)
			risks, err := m.Risks(t.Context())
			require.NoError(t, err)
			var got []string
			for _, r := range risks {
				got = append(got, r.Setting)
				assert.True(t, strings.HasPrefix(r.Cure, "CONFIG SET "+r.Setting), r.Cure)
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestSettingsThatMayNotBeReadAreAnError(t *testing.T) {
	for _, answer := range []string{"-NOPERM no permissions to run the 'config|get' command\r\n", "-ERR unknown command 'CONFIG'\r\n", "*0\r\n"} {
		m := opened(t, "redis://"+speak(t, standalone(func([]string) string { return answer })), hasty)
		risks, err := m.Risks(t.Context())
		require.Error(t, err)
		assert.Empty(t, risks)
	}
}
