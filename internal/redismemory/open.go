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
	// retries is how often a command is repeated if its answer was lost.
	retries    = 2
	minBackoff = 20 * time.Millisecond
	maxBackoff = 200 * time.Millisecond
)

type settings struct {
	prefix string
	now    func() time.Time
	roots  *x509.CertPool
	// totalTimeout is for an operation with its retries.
	dialTimeout, ioTimeout, totalTimeout time.Duration
}

// Option changes what Open does.
type Option func(*settings)

// WithPrefix begins the name of every key with prefix instead of DefaultPrefix. Servers with the same
// prefix share a memory. It must not contain braces, which choose the node in a cluster.
func WithPrefix(prefix string) Option { return func(s *settings) { s.prefix = prefix } }

// WithNow sets the clock by which the journal computes when an entry expires; time.Now by default.
func WithNow(now func() time.Time) Option { return func(s *settings) { s.now = now } }

// WithRootCAs sets the certificate authorities for a rediss:// server; those of the system by default.
func WithRootCAs(roots *x509.CertPool) Option { return func(s *settings) { s.roots = roots } }

var errAddress = errors.New("the address of Redis has the form redis://user:password@host:6379/0, " +
	"or rediss:// with TLS, or unix://user:password@/path, without options after a question mark; " +
	"special characters of the password are written as %XX")

// quiet disables the logger of the client library, which prints to stderr what its errors say anyway.
var quiet = sync.OnceFunc(logging.Disable)

// Open connects to the Redis at url, a lone server or any node of a cluster. It returns an error if
// Redis does not answer, refuses the password, or accepts no writes. No error shows the password.
func Open(ctx context.Context, url string, opts ...Option) (*Memory, error) {
	set := settings{prefix: DefaultPrefix, now: time.Now, dialTimeout: 2 * time.Second, ioTimeout: 2 * time.Second, totalTimeout: 5 * time.Second}
	for _, o := range opts {
		o(&set)
	}
	if strings.ContainsAny(set.prefix, "{}") {
		return nil, errors.New("redis: the prefix of keys must not contain braces")
	}
	o, err := options(url, set)
	if err != nil {
		return nil, err
	}
	quiet()
	client := redis.NewClient(o)
	m := &Memory{client: client, set: set, addr: o.Addr, removePassword: passwordRemover(o.Password)}
	if err := m.detectMode(ctx, client, o); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// options does not wrap the error of a parser, which quotes what it could not read: that may be the
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
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout = set.dialTimeout, set.ioTimeout, set.ioTimeout
	o.ContextTimeoutEnabled = true
	o.DialerRetries = 1
	o.MaxRetries, o.MinRetryBackoff, o.MaxRetryBackoff = retries, minBackoff, maxBackoff
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return o, nil
}

// detectMode finds out what kind of server answers and keeps the client for it.
func (m *Memory) detectMode(ctx context.Context, client *redis.Client, o *redis.Options) error {
	mode, role, err := m.hello(ctx, client)
	switch {
	case err != nil:
		return m.failed("connect", err)
	case mode == "sentinel":
		return m.failed("connect", errors.New("this is a sentinel, which stores no keys; use the address of the server it monitors"))
	case mode == "cluster":
		if o.DB != 0 {
			return m.failed("connect", errors.New("a cluster has only database 0"))
		}
		m.client = redis.NewClusterClient(clusterOptions(o))
		if err := client.Close(); err != nil {
			return m.failed("connect", err)
		}
	case role == "replica" || role == "slave":
		return m.failed("connect", errors.New("this is a replica, which accepts no writes; use the address of its primary"))
	}
	return m.Ping(ctx)
}

func (m *Memory) hello(ctx context.Context, client *redis.Client) (mode, role string, err error) {
	ctx, cancel := context.WithTimeout(ctx, m.set.totalTimeout)
	defer cancel()
	reply, err := client.Do(ctx, "HELLO", "3").Result()
	var said redis.Error
	switch {
	case errors.As(err, &said):
		// A proxy, or a user without the right to HELLO. If anything else is wrong, Ping will find out.
		return "", "", nil
	case err != nil:
		return "", "", err
	}
	about, ok := reply.(map[any]any)
	if !ok {
		return "", "", errForeign
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
		// It counts lost answers as well as redirects to other nodes.
		MaxRedirects: retries + 1, MinRetryBackoff: o.MinRetryBackoff, MaxRetryBackoff: o.MaxRetryBackoff,
		MaintNotificationsConfig: o.MaintNotificationsConfig,
	}
}

// failed adds what failed and at which address.
func (m *Memory) failed(what string, err error) error {
	return fmt.Errorf("redis at %s: %s: %w", m.addr, what, m.removePassword(err))
}

// passwordRemover returns a function that removes the password from an error, in case a server has
// repeated it.
func passwordRemover(password string) func(error) error {
	return func(err error) error {
		if text := err.Error(); password != "" && strings.Contains(text, password) {
			return errors.New(strings.ReplaceAll(text, password, "[password]"))
		}
		return err
	}
}
