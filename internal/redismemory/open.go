package redismemory

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// DefaultPrefix begins the name of every key unless WithPrefix says otherwise.
const DefaultPrefix = "kombo-mcp:"

const (
	// retries is how often a command is tried again when its answer was lost.
	retries    = 2
	minBackoff = 20 * time.Millisecond
	maxBackoff = 200 * time.Millisecond
)

type settings struct {
	prefix string
	now    func() time.Time
	roots  *x509.CertPool
	// dial and io bound a connection's beginning and each read and write; whole bounds an operation
	// with its retries.
	dial, io, whole time.Duration
}

// Option changes what Open does.
type Option func(*settings)

// WithPrefix begins the name of every key with prefix in place of DefaultPrefix. Servers that share
// a prefix share a memory. It holds no braces: they would choose the place in a cluster.
func WithPrefix(prefix string) Option { return func(s *settings) { s.prefix = prefix } }

// WithNow sets the clock by which the journal computes when an entry ends; time.Now by default.
func WithNow(now func() time.Time) Option { return func(s *settings) { s.now = now } }

// WithRootCAs names the authorities that may vouch for a rediss:// server; the system's by default.
func WithRootCAs(roots *x509.CertPool) Option { return func(s *settings) { s.roots = roots } }

var errAddress = errors.New("the address of Redis has the form redis://user:password@host:6379/0, " +
	"or rediss:// with TLS, or unix://user:password@/path, without options after a question mark; " +
	"special characters of the password are written as %XX")

// quiet silences the client library's own logger, which prints to stderr what the errors say anyway.
var quiet = sync.OnceFunc(logging.Disable)

// Open asks the Redis at url what it is, alone or part of a cluster, and is an error when Redis does
// not answer, refuses the password, or takes no writes. For a cluster url names any of its nodes.
// No error shows the password.
func Open(ctx context.Context, url string, opts ...Option) (*Memory, error) {
	set := settings{prefix: DefaultPrefix, now: time.Now, dial: 2 * time.Second, io: 2 * time.Second, whole: 5 * time.Second}
	for _, o := range opts {
		o(&set)
	}
	if strings.ContainsAny(set.prefix, "{}") {
		return nil, errors.New("redis: the prefix of its keys cannot hold braces")
	}
	o, err := options(url, set)
	if err != nil {
		return nil, err
	}
	quiet()
	client := redis.NewClient(o)
	m := &Memory{client: client, set: set, addr: o.Addr, hide: hiding(o.Password)}
	if err := m.settleOn(ctx, client, o); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// options never wraps the error of a parser: it quotes what it could not read, and that may be the
// password.
func options(address string, set settings) (*redis.Options, error) {
	u, err := url.Parse(address)
	if err != nil || u.Opaque != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" ||
		u.Scheme != "unix" && u.Hostname() == "" {
		return nil, errAddress
	}
	o, err := redis.ParseURL(address)
	if err != nil {
		return nil, errAddress
	}
	if o.TLSConfig != nil {
		o.TLSConfig.RootCAs = set.roots
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout = set.dial, set.io, set.io
	o.ContextTimeoutEnabled = true
	o.DialerRetries = 1
	o.MaxRetries, o.MinRetryBackoff, o.MaxRetryBackoff = retries, minBackoff, maxBackoff
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return o, nil
}

// settleOn finds out what answers and keeps the client that fits it.
func (m *Memory) settleOn(ctx context.Context, client *redis.Client, o *redis.Options) error {
	mode, role, err := m.hello(ctx, client)
	switch {
	case err != nil:
		return m.failed("connect", err)
	case mode == "sentinel":
		return m.failed("connect", errors.New("that is a sentinel, which keeps no keys; name the server it watches"))
	case mode == "cluster":
		if o.DB != 0 {
			return m.failed("connect", errors.New("a cluster has no database but 0"))
		}
		m.client = redis.NewClusterClient(clusterOptions(o))
		if err := client.Close(); err != nil {
			return m.failed("connect", err)
		}
	case role == "replica" || role == "slave":
		return m.failed("connect", errors.New("that is a replica, which takes no writes; name its primary"))
	}
	return m.Ping(ctx)
}

func (m *Memory) hello(ctx context.Context, client *redis.Client) (mode, role string, err error) {
	ctx, cancel := context.WithTimeout(ctx, m.set.whole)
	defer cancel()
	reply, err := client.Do(ctx, "HELLO", "3").Result()
	var said redis.Error
	switch {
	case errors.As(err, &said):
		// A proxy or a user without that right; what is wrong beyond that, Ping will hear.
		return "", "", nil
	case err != nil:
		return "", "", err
	}
	about, ok := reply.(map[any]any)
	if !ok {
		return "", "", errNotOurs
	}
	mode, _ = about["mode"].(string)
	role, _ = about["role"].(string)
	return mode, role, nil
}

func clusterOptions(o *redis.Options) *redis.ClusterOptions {
	return &redis.ClusterOptions{
		Addrs: []string{o.Addr}, Username: o.Username, Password: o.Password, TLSConfig: o.TLSConfig,
		DialTimeout: o.DialTimeout, ReadTimeout: o.ReadTimeout, WriteTimeout: o.WriteTimeout,
		ContextTimeoutEnabled: o.ContextTimeoutEnabled, DialerRetries: o.DialerRetries,
		// It counts lost answers as well as pointers to other nodes.
		MaxRedirects: retries + 1, MinRetryBackoff: o.MinRetryBackoff, MaxRetryBackoff: o.MaxRetryBackoff,
		MaintNotificationsConfig: o.MaintNotificationsConfig,
	}
}

// failed says what could not be done and where.
func (m *Memory) failed(what string, err error) error {
	return fmt.Errorf("redis at %s: %s: %w", m.addr, what, m.hide(err))
}

// hiding gives what retells an error without the password, should a server have repeated it.
func hiding(password string) func(error) error {
	return func(err error) error {
		if text := err.Error(); password != "" && strings.Contains(text, password) {
			return errors.New(strings.ReplaceAll(text, password, "[password]"))
		}
		return err
	}
}
