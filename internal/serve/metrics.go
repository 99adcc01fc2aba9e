package serve

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// Metrics counts what a server does. A nil one counts nothing. No label holds
// anything of a record or a caller.
type Metrics struct {
	registry *prometheus.Registry
	calls    *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	tokens   *prometheus.HistogramVec
	requests *prometheus.CounterVec
	retries  *prometheus.CounterVec
	room     *prometheus.GaugeVec

	counted sync.Map // of tools to countedText
}

// countedText is the last answer of a tool and how many tokens it has.
type countedText struct {
	text   string
	tokens int
}

// NewMetrics makes the metrics of one process.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		calls:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kombo_mcp_calls_total", Help: "Tool calls by tool, tenant and outcome."}, []string{"tool", "tenant", "outcome"}),
		latency:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "kombo_mcp_call_seconds", Help: "Time of a tool call.", Buckets: []float64{.001, .005, .02, .1, .5, 2, 10, 60, 300}}, []string{"tool"}),
		tokens:   prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "kombo_mcp_answer_tokens", Help: "Tokens of an answer's text (o200k_base).", Buckets: []float64{50, 200, 500, 1000, 2500, 5000, 16000}}, []string{"tool"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kombo_mcp_upstream_requests_total", Help: "Requests to Kombo by operation and status; 0 is no answer."}, []string{"operation", "status"}),
		retries:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kombo_mcp_upstream_retries_total", Help: "Requests to Kombo that were repetitions."}, []string{"operation"}),
		room:     prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "kombo_mcp_upstream_rate_limit_remaining", Help: "Requests left in Kombo's window, as its last answer said."}, []string{"integration"}),
	}
	m.registry.MustRegister(m.calls, m.latency, m.tokens, m.requests, m.retries, m.room, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Watch adds the gauges of a handler: sessions and calls in flight.
func (m *Metrics) Watch(h *HTTP) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "kombo_mcp_sessions", Help: "Sessions open."}, func() float64 { return float64(h.Sessions()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "kombo_mcp_calls_in_flight", Help: "Tool calls that run now."}, func() float64 { return float64(h.queue.inFlight()) }),
	)
}

// Handler serves the metrics in Prometheus's form.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Attempt counts a request to Kombo; it is the observer of kombo.WithObserver.
func (m *Metrics) Attempt(a kombo.Attempt) {
	if m == nil {
		return
	}
	m.requests.WithLabelValues(a.Operation, strconv.Itoa(a.Status)).Inc()
	if a.Number > 1 {
		m.retries.WithLabelValues(a.Operation).Inc()
	}
	if a.RateRemaining >= 0 {
		m.room.WithLabelValues(a.Integration).Set(float64(a.RateRemaining))
	}
}

func (m *Metrics) call(tool, tenant, outcome string, took time.Duration, tokens int) {
	if m == nil {
		return
	}
	m.calls.WithLabelValues(tool, tenant, outcome).Inc()
	m.latency.WithLabelValues(tool).Observe(took.Seconds())
	m.tokens.WithLabelValues(tool).Observe(float64(tokens))
}

// count counts the tokens of an answer, not again where it is the one before.
func (m *Metrics) count(tool, text string) int {
	if m == nil {
		return 0
	}
	if last, ok := m.counted.Load(tool); ok {
		if last, _ := last.(countedText); last.text == text {
			return last.tokens
		}
	}
	n := digest.CountTokens(text)
	m.counted.Store(tool, countedText{text, n})
	return n
}

// Sessions is how many sessions are open.
func (h *HTTP) Sessions() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, t := range h.tenants {
		n += t.sessions.count()
	}
	return n
}
