package faults

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// kind is what a client can conclude from a fault about the work.
type kind int

const (
	// retryable: refused before any work; it may be sent again.
	retryable kind = iota
	// permanent: refused, and would be refused again.
	permanent
	// ambiguous: the work may have been done.
	ambiguous
	// timesOut: ambiguous, and the write's whole time has passed.
	timesOut
	// notKombos: a success that does not come from Kombo; so would the next one.
	notKombos
)

// fault is one way in which a write goes wrong.
type fault struct {
	name string
	kind kind
	// works marks faults that occur after the work.
	works bool
	// offline is a connection that fails before a byte is sent.
	offline bool
	sandbox.Fault
}

func status(name string, n kind, status int, code string) fault {
	return fault{name: name, kind: n, Fault: sandbox.Fault{Status: status, Code: code}}
}

const htmlPage = "<html><head><title>Gateway</title></head><body>Sorry.</body></html>"

var faultList = []fault{
	status("429 rate", retryable, 429, "PLATFORM.RATE_LIMIT_EXCEEDED"),
	status("429 concurrency", retryable, 429, "PLATFORM.CONCURRENCY_LIMIT_EXCEEDED"),
	status("429 of the ATS", retryable, 429, "REMOTE.RATE_LIMIT_EXCEEDED"),
	status("503 of the ATS", retryable, 503, "REMOTE.SERVICE_UNAVAILABLE"),
	{name: "503 HTML", kind: retryable, Fault: sandbox.Fault{Status: 503, Body: htmlPage, ContentType: "text/html"}},
	{name: "no connection", kind: retryable, offline: true},
	status("500", ambiguous, 500, ""),
	status("502", ambiguous, 502, ""),
	status("504", ambiguous, 504, ""),
	status("task timed out", ambiguous, 504, "PLATFORM.TASK_TIMED_OUT"),
	{name: "time-out before", kind: timesOut, Fault: sandbox.Fault{Hang: true}},
	{name: "time-out after", kind: timesOut, works: true, Fault: sandbox.Fault{TimeoutAfterWork: true}},
	{name: "reset before", kind: ambiguous, Fault: sandbox.Fault{ResetBefore: true}},
	{name: "reset after", kind: ambiguous, works: true, Fault: sandbox.Fault{ResetAfter: true}},
	{name: "cut answer", kind: ambiguous, works: true, Fault: sandbox.Fault{CutBody: true}},
	{name: "200 HTML", kind: notKombos, works: true, Fault: sandbox.Fault{Body: htmlPage, ContentType: "text/html"}},
	status("applied already", permanent, 409, "ATS.APPLICATION_ALREADY_EXISTS"),
	status("job closed", permanent, 400, "ATS.JOB_CLOSED"),
}

// first returns the state that the first call must answer.
func (f fault) first(w writeTool, lasting, lag bool) string {
	done := f.works
	switch {
	case f.kind == permanent || f.kind == retryable && lasting:
		return stateRefused
	case f.kind == retryable || f.kind == ambiguous && w.same && !lasting:
		return stateDone
	case done && w.visible && !lag:
		return stateDone
	}
	return stateUnknown
}

// breakingTransport fails writes while it is down, before a byte is sent.
type breakingTransport struct {
	http.RoundTripper
	down int // how many writes fail; below 0 all do
}

func (l *breakingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.down == 0 || r.Method == http.MethodGet {
		return l.RoundTripper.RoundTrip(r)
	}
	l.down--
	httptrace.ContextClientTrace(r.Context()).GetConn(r.URL.Host)
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
}

const lag = 30 * time.Minute

// cell is one write under one fault, and the same call repeated without it.
type cell struct {
	*pool
	t       *testing.T
	tool    writeTool
	fault   fault
	lasting bool
	lag     bool
}

func TestNoFaultCausesADuplicateWrite(t *testing.T) {
	t.Parallel()
	for _, lags := range []bool{false, true} {
		for _, lasting := range []bool{false, true} {
			name := map[bool]string{false: "once", true: "lasting"}[lasting] + map[bool]string{false: ", copy up to date", true: ", copy lags"}[lags]
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				rows := make([][]string, len(writeTools))
				t.Run("each", func(t *testing.T) {
					for i, w := range writeTools {
						t.Run(w.name, func(t *testing.T) {
							t.Parallel()
							synctest.Test(t, func(t *testing.T) { rows[i] = row(t, w, lasting, lags) })
						})
					}
				})
				t.Log("\n" + table(name, rows))
			})
		}
	}
}

// row tries one write under every fault, in one ATS.
func row(t *testing.T, w writeTool, lasting, lags bool) []string {
	t.Helper()
	time.Sleep(time.Until(pinned))
	o := sandbox.Options{Applications: 300}
	if lags {
		o.Lag = lag
	}
	g := newPool(t, o)
	var out []string
	for _, f := range faultList {
		c := cell{g, t, w, f, lasting, lags}
		out = append(out, c.run())
	}
	return out
}

func (c *cell) run() string {
	name := fmt.Sprintf("%s under %q", c.tool.name, c.fault.name)
	wire := &breakingTransport{RoundTripper: c.Transport()}
	s := newServerOver(c.t, c.Sandbox, wire, nil)
	arguments := c.tool.arguments(c.pool)
	before := len(c.Effects())
	c.schedule(wire)

	first := s.call(c.tool.name, arguments)
	done := len(c.effectsSince(before))
	state := c.stateOf(first, name)
	expected := c.fault.first(c.tool, c.lasting, c.lag)
	assert.Equal(c.t, expected, state, "%s: %s", name, first.words)
	c.checkOutcome(name, state, done, first.words)
	assert.Equal(c.t, []string{state}, verified(c.t, s.path), "%s: the journal", name)

	c.ClearFaults()
	wire.down = 0
	again := s.call(c.tool.name, arguments)
	total := len(c.effectsSince(before))
	second := c.stateOf(again, name)
	c.checkOutcome(name+", again", second, total, again.words)
	switch state {
	case stateRefused:
		assert.Equal(c.t, stateDone, second, "%s: refused, and then sent again: %s", name, again.words)
		assert.Equal(c.t, []string{state, second}, verified(c.t, s.path), "%s: the journal", name)
	case stateDone:
		assert.Equal(c.t, state, second, "%s: %s", name, again.words)
		assert.Contains(c.t, again.words, "already done", name)
		assert.Len(c.t, verified(c.t, s.path), 1, "%s: a line for what was not sent", name)
	default:
		assert.Equal(c.t, state, second, "%s: %s", name, again.words)
		assert.Equal(c.t, done, total, "%s: unknown, and sent again", name)
	}
	c.later(s, arguments, state, name, before)
	return fmt.Sprintf("%s %d", state, done)
}

// later repeats the call once the copy has caught up: it settles what a read can
// show.
func (c *cell) later(s *server, arguments args, first, name string, before int) {
	if first != stateUnknown {
		return
	}
	done := len(c.effectsSince(before))
	time.Sleep(lag + time.Minute)
	r := s.call(c.tool.name, arguments)
	state := c.stateOf(r, name)
	want := stateUnknown
	if done == 1 && c.tool.visible {
		want = stateDone
	}
	assert.Equal(c.t, want, state, "%s, later: %s", name, r.words)
	assert.Len(c.t, c.effectsSince(before), done, "%s, later", name)
	assert.Equal(c.t, []string{want}, verified(c.t, s.path), "%s, later: the journal", name)
}

// schedule makes the fault meet the write.
func (c *cell) schedule(wire *breakingTransport) {
	times := 1
	if c.lasting {
		times = 0
	}
	if c.fault.offline {
		wire.down = map[bool]int{false: 1, true: -1}[c.lasting]
		return
	}
	f := c.fault.Fault
	f.Operation, f.Times = c.tool.name, times
	c.Inject(f)
}

// stateOf returns the state of the write in an answer.
func (c *cell) stateOf(r reply, name string) string {
	switch {
	case !r.failed:
		require.Len(c.t, r.Results, 1, name)
		return r.Outcome
	case strings.Contains(r.words, "not known whether") || strings.Contains(r.words, "outcome unknown"):
		return stateUnknown
	}
	return stateRefused
}

// checkOutcome compares the state in an answer with the effects in the ATS.
func (c *cell) checkOutcome(name, state string, done int, words string) {
	c.t.Helper()
	assert.LessOrEqual(c.t, done, 1, "%s: done more than once", name)
	switch state {
	case stateDone:
		assert.Equal(c.t, 1, done, "%s: answered as done: %s", name, words)
	case stateRefused:
		assert.Zero(c.t, done, "%s: answered as refused: %s", name, words)
	}
}

// table formats the matrix: a row per write, a column per fault.
func table(name string, rows [][]string) string {
	var text strings.Builder
	_, _ = fmt.Fprintf(&text, "Fault %s: what was answered, and how often the ATS did the write.\n", name)
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, f := range faultList {
		_, _ = fmt.Fprintf(w, "\t%s", f.name)
	}
	for i, tool := range writeTools {
		_, _ = fmt.Fprintf(w, "\n%s\t%s", tool.name, strings.Join(rows[i], "\t"))
	}
	_, _ = fmt.Fprintln(w)
	_ = w.Flush()
	return text.String()
}
