package serve

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// Metrics are the Prometheus metrics of a process. A nil *Metrics counts nothing.
// No label contains data of a record or a caller.
type Metrics struct {
	registry      *prometheus.Registry
	calls         *prometheus.CounterVec
	latency       *prometheus.HistogramVec
	tokens        *prometheus.HistogramVec
	requests      *prometheus.CounterVec
	retries       *prometheus.CounterVec
	rateRemaining *prometheus.GaugeVec
	refused       *prometheus.CounterVec

	lastAnswers sync.Map // of tool names to countedAnswer
}

// countedAnswer is the last answer of a tool and its number of tokens.
type countedAnswer struct {
	text   string
	tokens int
}

// NewMetrics returns the metrics of a process, in a registry of their own.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry:      prometheus.NewRegistry(),
		calls:         prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kombo_mcp_calls_total", Help: "Tool calls by tool, tenant and outcome."}, []string{"tool", "tenant", "outcome"}),
		latency:       prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "kombo_mcp_call_seconds", Help: "Time of a tool call.", Buckets: []float64{.001, .005, .02, .1, .5, 2, 10, 60, 300}}, []string{"tool"}),
		tokens:        prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "kombo_mcp_answer_tokens", Help: "Tokens of an answer's text (o200k_base).", Buckets: []float64{50, 200, 500, 1000, 2500, 5000, 16000}}, []string{"tool"}),
		requests:      prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kombo_mcp_upstream_requests_total", Help: "Requests to Kombo by operation and status; 0 means no response."}, []string{"operation", "status"}),
		retries:       prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kombo_mcp_upstream_retries_total", Help: "Requests to Kombo that were retries."}, []string{"operation"}),
		refused:       prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kombo_mcp_refused_total", Help: "Messages, calls and sessions refused because a limit was reached, by limit and tenant."}, []string{"limit", "tenant"}),
		rateRemaining: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "kombo_mcp_upstream_rate_limit_remaining", Help: "Requests left in Kombo's rate limit window, by its last response."}, []string{"integration"}),
	}
	m.registry.MustRegister(m.calls, m.latency, m.tokens, m.requests, m.retries, m.rateRemaining, m.refused, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Watch registers the gauges of a handler: sessions, calls in flight, unanswered messages.
func (m *Metrics) Watch(h *HTTP) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "kombo_mcp_sessions", Help: "Sessions open."}, func() float64 { return float64(h.Sessions()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "kombo_mcp_calls_in_flight", Help: "Tool calls that are running."}, func() float64 { return float64(h.queue.inFlight()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "kombo_mcp_unanswered_bytes", Help: "Memory counted for messages that are unanswered or whose answer is unread."}, func() float64 { return float64(h.held.held()) }),
	)
}

// The limits as the metrics name them.
const (
	boundMessage      = "message"
	boundSessionBytes = "session_unanswered"
	boundTenantBytes  = "tenant_unanswered"
	boundServerBytes  = "server_unanswered"
	boundQueue        = "waiting_calls"
	boundSessions     = "sessions"
	boundStreams      = "streams"
)

// refuse counts a refusal because of a limit.
func (m *Metrics) refuse(limit, tenant string) {
	if m != nil {
		m.refused.WithLabelValues(limit, tenant).Inc()
	}
}

// Handler serves the metrics in the Prometheus format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// MetricsHandler serves the metrics to requests from this machine, if the server listens on
// loopback, and to callers with a token if HTTPOptions.MetricsWithToken is set.
func (h *HTTP) MetricsHandler() http.Handler {
	metrics := h.opts.Metrics.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.opts.Guard.isLocal(r) {
			metrics.ServeHTTP(w, r)
			return
		}
		login, err := h.opts.Auth.Authenticate(r)
		switch {
		case err != nil:
			h.refuseCredentials(w, err)
		case login.Owner == "" || !h.opts.MetricsWithToken:
			// Whoever needs no token is let in on this machine only, and the metrics
			// are those of all tenants.
			respond(w, http.StatusForbidden, "metrics are served to this machine, or on --admin-listen")
		default:
			metrics.ServeHTTP(w, r)
		}
	})
}

// Attempt counts a request to Kombo; use it with kombo.WithObserver.
func (m *Metrics) Attempt(a kombo.Attempt) {
	if m == nil {
		return
	}
	m.requests.WithLabelValues(a.Operation, strconv.Itoa(a.Status)).Inc()
	if a.Number > 1 {
		m.retries.WithLabelValues(a.Operation).Inc()
	}
	if a.RateRemaining >= 0 {
		m.rateRemaining.WithLabelValues(a.Integration).Set(float64(a.RateRemaining))
	}
}

func (m *Metrics) observeCall(tool, tenant, outcome string, took time.Duration, tokens int) {
	if m == nil {
		return
	}
	m.calls.WithLabelValues(tool, tenant, outcome).Inc()
	m.latency.WithLabelValues(tool).Observe(took.Seconds())
	m.tokens.WithLabelValues(tool).Observe(float64(tokens))
}

// maxCountedBytes is how much of an answer's text is counted: more than max_tokens
// can hold.
const maxCountedBytes = 64 << 10

// countTokens returns the number of tokens of an answer, up to maxCountedBytes. It does
// not count again if the tool's last answer was the same.
func (m *Metrics) countTokens(tool, text string) int {
	if m == nil {
		return 0
	}
	if len(text) > maxCountedBytes {
		text = strings.Clone(text[:maxCountedBytes])
	}
	if last, ok := m.lastAnswers.Load(tool); ok {
		if last, _ := last.(countedAnswer); last.text == text {
			return last.tokens
		}
	}
	n := digest.CountTokens(text)
	m.lastAnswers.Store(tool, countedAnswer{text, n})
	return n
}

// Sessions returns the number of open sessions.
func (h *HTTP) Sessions() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, t := range h.tenants {
		n += t.sessions.count()
	}
	return n
}
