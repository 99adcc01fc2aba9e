package sandbox

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

const maxRequestBytes = 64 << 20

// Sandbox is one ATS behind one Kombo integration. It is an http.Handler and
// safe for concurrent use.
type Sandbox struct {
	opts        Options
	key         string
	integration string
	environment string
	unsupported map[string]bool
	disabled    map[string]bool
	limiter     limiter
	slots       chan struct{}
	faults      faultList
	requests    requestLog
	files       fileTokens

	once sync.Once
	// mu guards the fields below. live is the ATS itself, mirror Kombo's copy of
	// it, which is the same store unless there is a lag.
	mu           sync.RWMutex
	live, mirror *store
	queue        []lateChange
	lastWrite    ms
	lastSync     ms
	unlisted     unlistedData
	effects      []Effect
}

// New returns a sandbox. It is cheap: the data are generated when first needed.
func New(o Options) *Sandbox {
	o = o.normalised()
	s := &Sandbox{
		opts:        o,
		key:         "ks_dev_" + makeID(o.Seed, otherSpace+1).String(),
		integration: "sandbox:" + makeID(o.Seed, otherSpace+2).String(),
		environment: makeID(o.Seed, otherSpace+3).String(),
		unsupported: set(o.UnsupportedFilters),
		disabled:    set(o.Disabled),
		slots:       make(chan struct{}, concurrencyLimit),
	}
	s.limiter.limit = o.RateLimit
	return s
}

func set(list []string) map[string]bool {
	out := make(map[string]bool, len(list))
	for _, v := range list {
		out[v] = true
	}
	return out
}

// APIKey returns the only key that the sandbox accepts.
func (s *Sandbox) APIKey() string { return s.key }

// IntegrationID returns the id of the sandbox's only integration, for the header
// X-Integration-Id.
func (s *Sandbox) IntegrationID() string { return s.integration }

// BaseURL returns the base URL of the API, /v1 included: that of Options.BaseURL, or
// the one under which Transport serves it without a socket.
func (s *Sandbox) BaseURL() string {
	if s.opts.BaseURL != "" {
		return s.opts.BaseURL + "/v1"
	}
	return inProcessOrigin + "/v1"
}

// Now returns the time of the sandbox's clock, to which its data are relative.
func (s *Sandbox) Now() time.Time { return s.opts.now() }

// load generates the data, once.
func (s *Sandbox) load() {
	s.once.Do(func() {
		now := s.opts.now()
		if !s.opts.Today.IsZero() {
			now = s.opts.Today
		}
		made := ms(now.UnixMilli())
		s.lastWrite = made // writes are later than all generated data
		s.live = generate(s.opts.Seed, s.opts.Applications, made)
		s.mirror = s.live
		if s.opts.Lag > 0 {
			s.mirror = generate(s.opts.Seed, s.opts.Applications, made)
		}
	})
}

// ServeHTTP responds to a request as Kombo would.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.answer(r).write(w)
}

// answer serves a request and records it.
func (s *Sandbox) answer(r *http.Request) reply {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequestBytes+1))
	if err != nil {
		return reply{reset: true}
	}
	c := &call{r: r, raw: body, op: ""}
	var out reply
	switch path := r.URL.EscapedPath(); {
	case len(body) > maxRequestBytes:
		out = refuse(http.StatusRequestEntityTooLarge, codeInputInvalid, "Request body is too large").reply()
	case strings.HasPrefix(path, "/v1/"):
		out = s.api(c, strings.TrimPrefix(path, "/v1/"))
	case strings.HasPrefix(path, "/files/"):
		return s.download(r, strings.TrimPrefix(path, "/files/"))
	case strings.HasPrefix(path, "/_sandbox/"):
		return s.admin(c, strings.TrimPrefix(path, "/_sandbox/"))
	default:
		out = notFound(r.URL.Path).reply()
	}
	s.requests.add(Request{
		Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Body: shorten(body),
		Operation: c.op, Time: s.opts.now(), Status: out.sentStatus(),
	})
	s.opts.Logger.DebugContext(r.Context(), "sandbox request", "method", r.Method, "path", r.URL.Path, "operation", c.op, "status", out.sentStatus())
	return out
}

// api serves requests under /v1. It checks key, rate limit, path, integration and
// concurrency limit before it does any work.
func (s *Sandbox) api(c *call, path string) reply {
	if !s.authentic(c.r) {
		return refuse(http.StatusUnauthorized, codeKey, "The provided API key is missing, invalid or expired.").reply()
	}
	header := http.Header{}
	if r := s.limiter.take(s.opts.tick(), header); r != nil {
		return r.reply().with(header)
	}
	rt, params := match(c.r.Method, path)
	if rt == nil {
		return notFound(c.r.URL.Path).reply().with(header)
	}
	c.op, c.params = rt.op, params
	if rt.integration {
		if r := s.checkIntegration(c.r); r != nil {
			return r.reply().with(header)
		}
	}
	if rt.action {
		release, r := s.acquireSlot(header)
		if r != nil {
			return r.reply().with(header)
		}
		defer release()
	}
	return s.perform(c, rt).with(header)
}

func (s *Sandbox) authentic(r *http.Request) bool {
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && key == s.key
}

func (s *Sandbox) checkIntegration(r *http.Request) *refusal {
	switch id := r.Header.Get("X-Integration-Id"); id {
	case s.integration:
		return nil
	case "":
		return invalid("headers.x-integration-id: Required")
	default:
		return unknownIntegration(id)
	}
}

// perform runs a call, with the effects of an injected fault before and after it.
func (s *Sandbox) perform(c *call, rt *route) reply {
	f := s.faults.take(c.op, c.r.Method, c.r.URL.Path)
	if f != nil {
		if out, done := f.before(c.r.Context()); done {
			return out
		}
	}
	s.load()
	out := s.work(c, rt)
	if f != nil {
		out = f.after(c.r.Context(), out)
	}
	return out
}

func (s *Sandbox) work(c *call, rt *route) reply {
	if s.disabled[rt.op] {
		if rt.action {
			return refuse(http.StatusForbidden, codeActionDisabled, "The action \""+rt.op+"\" is disabled in the scope configuration.").reply()
		}
		return refuse(http.StatusForbidden, codeModelDisabled, "The model of \""+rt.op+"\" is disabled in the scope configuration.").reply()
	}
	body, r := rt.serve(s, c)
	if r != nil {
		return r.reply()
	}
	return jsonReply(http.StatusOK, body)
}

// view runs f on Kombo's copy, after applying the changes that are due.
func (s *Sandbox) view(f func(st *store)) {
	s.catchUp()
	s.mu.RLock()
	defer s.mu.RUnlock()
	f(s.mirror)
}

// pause waits for d and reports whether it did, or returns early if the caller goes
// away.
func pause(done <-chan struct{}, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-done:
		return false
	}
}
