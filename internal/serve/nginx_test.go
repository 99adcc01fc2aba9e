//go:build nginx

package serve

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// nginxConfig is Debian's, where it matters here, with a location that is nothing but
// proxy_pass. It runs in the foreground and without rights.
const nginxConfig = `
daemon off;
pid %[1]s/pid;
error_log %[1]s/error.log;
worker_processes 1;
events { worker_connections 100; }
http {
	sendfile on;
	tcp_nopush on;
	types_hash_max_size 2048;
	access_log off;
	gzip on;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	server {
		listen 127.0.0.1:%[2]d;
		%[4]s
		location / { proxy_pass %[3]s; }
	}
}
`

// behindNginx puts nginx before a server: what the test sends goes through it.
func behindNginx(t *testing.T, h *testServer, settings string) {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		program = "/usr/sbin/nginx" // not on the path of everybody
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	require.NoError(t, l.Close())
	dir := t.TempDir()
	config := filepath.Join(dir, "nginx.conf")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, nginxConfig, dir, port, h.url, settings), 0o600))
	require.NoError(t, os.Chmod(dir, 0o755)) // nginx may give up its rights
	cmd := exec.Command(program, "-p", dir, "-c", config, "-e", filepath.Join(dir, "error.log"))
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	h.url = fmt.Sprintf("http://127.0.0.1:%d", port)
	require.Eventually(t, func() bool {
		resp, err := http.Get(h.url + "/healthz")
		if err != nil {
			return false
		}
		return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
	}, soon, 20*time.Millisecond)
}

// TestNginxAsItComesLetsAPersonAnswer asks through nginx with buffering on: the question
// must arrive at once, and the call must outlast a person who thinks for longer than nginx
// waits for a silent server. That is a minute, and three seconds here.
func TestNginxAsItComesLetsAPersonAnswer(t *testing.T) {
	box := newBox(t, func(c *tools.Config) { c.Writes, c.Fallback = tools.PolicyConfirmAll, tools.FallbackPreview })
	h := startServer(t, func(o *HTTPOptions, limits *HTTP) {
		o.Auth, limits.timeouts.silence = tokenAuth{"": {Name: "one", Box: box}}, time.Second
	})
	behindNginx(t, h, "proxy_read_timeout 3s;")
	session := greetWith(t, h, "{}")
	call := calling(1, "add_candidate_tag", object{"candidate_id": firstCandidate(t, box), "tag": "Referral"})
	began := time.Now()
	var askedAfter time.Duration
	result, asked := askingClientWith(t, h, session, call, func(any) string {
		askedAfter = time.Since(began)
		time.Sleep(7 * time.Second)
		return `"result":{"action":"accept","content":{"confirm":true}}`
	})
	assert.True(t, asked)
	assert.Less(t, askedAfter, 2*time.Second)
	assert.Contains(t, result, `"outcome":"done"`)
}

// TestNginxAsItComesPassesEveryStream holds that a slow call outlasts nginx's patience
// without a question, too, and that the streams of both transports deliver at once.
func TestNginxAsItComesPassesEveryStream(t *testing.T) {
	h := startServer(t, func(_ *HTTPOptions, limits *HTTP) { limits.timeouts.silence = time.Second })
	behindNginx(t, h, "proxy_read_timeout 3s;")
	session := h.greet()
	slow := h.later(session, calling(1, "wait", object{"name": "x"}))
	batch := h.later(h.greetAs("2025-03-26"), batchOf(calling(1, "wait", object{"name": "x"})))
	heard(t, h.began)
	heard(t, h.began)
	status, events := h.getStream(t.Context(), session)
	assert.Equal(t, http.StatusOK, status)
	first := make([]byte, 6)
	_, err := events.Read(first)
	require.NoError(t, err, "a ping, after a second")
	sse := h.stream() // reads answers
	sse.say(rpc(3, "ping", nil))
	assert.Contains(t, sse.nextButPings(), `"id":3`)
	time.Sleep(5 * time.Second)
	close(h.open)
	a := <-slow
	assert.True(t, strings.HasPrefix(a.body, ": wait"), a.body)
	assert.Contains(t, a.body, `"waited x"`)
	assert.Contains(t, (<-batch).body, `data: [{"jsonrpc"`)
}
