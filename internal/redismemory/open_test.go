package redismemory

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func defaults() settings {
	return settings{prefix: DefaultPrefix, now: time.Now, dialTimeout: 2 * time.Second, ioTimeout: 2 * time.Second, totalTimeout: 5 * time.Second}
}

func TestAnAddressSaysWhereRedisIs(t *testing.T) {
	for address, want := range map[string]struct {
		network, addr, user, password string
		db                            int
		tls                           bool
	}{
		"redis://redis":                         {network: "tcp", addr: "redis:6379"},
		"redis://127.0.0.1:7000/3":              {network: "tcp", addr: "127.0.0.1:7000", db: 3},
		"redis://[::1]:7000":                    {network: "tcp", addr: "[::1]:7000"},
		"rediss://u:p%40ss@redis.example.com/0": {network: "tcp", addr: "redis.example.com:6379", user: "u", password: "p@ss", tls: true},
		"unix://u:p@/run/redis.sock":            {network: "unix", addr: "/run/redis.sock", user: "u", password: "p"},
	} {
		t.Run(address, func(t *testing.T) {
			o, err := options(address, defaults())
			require.NoError(t, err)
			assert.Equal(t, want.network, o.Network)
			assert.Equal(t, want.addr, o.Addr)
			assert.Equal(t, want.user, o.Username)
			assert.Equal(t, want.password, o.Password)
			assert.Equal(t, want.db, o.DB)
			assert.Equal(t, want.tls, o.TLSConfig != nil)
			assert.Equal(t, 2*time.Second, o.DialTimeout)
			assert.Equal(t, 2*time.Second, o.ReadTimeout)
			assert.Equal(t, 2*time.Second, o.WriteTimeout)
			if want.tls {
				assert.Equal(t, "redis.example.com", o.TLSConfig.ServerName)
				assert.False(t, o.TLSConfig.InsecureSkipVerify)
			}
		})
	}
}

func TestAnAddressThatIsNoneIsRefusedWithoutAWordOfIt(t *testing.T) {
	for _, address := range []string{
		"", "redis://", "redis", "redis:6379", "localhost:6379", "http://:hunter2@redis:6379",
		"redis://:hunter2@", "redis://:hun/ter2@redis", "redis://:hun#ter2@redis", "redis://:hun?ter2@redis",
		"redis://u:12/hunter2@redis", "redis://u:12/hunter2/@redis", "redis://:hunter2%zz@redis",
		"redis://:hunter2@red is", "redis://:hunter2@redis:port", "redis://:hunter2@redis/first",
		"redis://redis?password=hunter2", "rediss://:hunter2@redis?skip_verify=true", "redis://redis?",
		"unix://:hunter2@", "redis://:hunter2\x00@redis", " redis://:hunter2@redis",
	} {
		t.Run(address, func(t *testing.T) {
			m, err := Open(t.Context(), address)
			require.ErrorIs(t, err, errAddress)
			assert.Nil(t, m)
			assert.NotContains(t, err.Error(), "ter2")
		})
	}
}

func TestAPrefixWithBracesIsRefused(t *testing.T) {
	for _, prefix := range []string{"{}", "a{b}:", "a{", "}"} {
		_, err := Open(t.Context(), "redis://127.0.0.1:1", WithPrefix(prefix))
		require.ErrorContains(t, err, "braces")
	}
}

func TestNoErrorShowsThePassword(t *testing.T) {
	for name, answer := range map[string]func([]string) string{
		"refuses it": func([]string) string {
			return "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
		},
		"repeats it": func(c []string) string { return "-ERR no such command: " + strings.Join(c, " ") + "\r\n" },
		"babbles":    func(c []string) string { return "hunter2\r\n" },
		"says that it needs one": func(c []string) string {
			return "-NOAUTH Authentication required, not hunter2.\r\n"
		},
	} {
		t.Run("a server that "+name, func(t *testing.T) {
			_, err := Open(t.Context(), "redis://someone:hunter2@"+speak(t, answer), hasty)
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "hunter2")
			assert.Contains(t, err.Error(), "redis at 127.0.0.1:")
		})
	}
	t.Run("nor does printing the memory", func(t *testing.T) {
		m := opened(t, "redis://someone:hunter2@"+speak(t, standalone(nil)), hasty)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			assert.NotContains(t, fmt.Sprintf(verb, m), "hunter2")
		}
	})
}

func TestOpenRefusesWhatCannotKeepWrites(t *testing.T) {
	for name, c := range map[string]struct{ mode, role, path, says string }{
		"a sentinel":                     {mode: "sentinel", role: "sentinel", says: "sentinel"},
		"a replica":                      {mode: "standalone", role: "replica", says: "replica"},
		"a replica of Redis 6":           {mode: "standalone", role: "slave", says: "replica"},
		"a database of a cluster but 0":  {mode: "cluster", role: "master", path: "/1", says: "only database 0"},
		"a cluster that does not answer": {mode: "cluster", role: "master", says: "redis at"},
	} {
		t.Run(name, func(t *testing.T) {
			addr := speak(t, func(command []string) string {
				switch command[0] {
				case "hello", "HELLO":
					return hello(c.mode, c.role)
				case "select", "client":
					return "+OK\r\n"
				}
				return "-ERR no\r\n"
			})
			_, err := Open(t.Context(), "redis://"+addr+c.path, hasty)
			assert.ErrorContains(t, err, c.says)
		})
	}
}

func TestOpenRefusesWhenNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	_, err = Open(t.Context(), "redis://:hunter2@"+l.Addr().String(), hasty)
	require.ErrorContains(t, err, "redis at "+l.Addr().String()+": connect:")
	assert.NotContains(t, err.Error(), "hunter2")
}

func TestOpenDoesNotWaitForAServerThatHangs(t *testing.T) {
	addr := speak(t, func([]string) string { return "" })
	began := time.Now()
	_, err := Open(t.Context(), "redis://"+addr, hasty)
	require.Error(t, err)
	assert.Less(t, time.Since(began), 2*time.Second)
}
