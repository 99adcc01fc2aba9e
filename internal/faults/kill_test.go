package faults

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

func TestAfterAKillNothingIsSentTwiceOrForgotten(t *testing.T) {
	t.Parallel()
	testbinary.Path(t)
	met := playRuns(t, *kills, func(t *testing.T, n int) map[string]int { return newRun(t, n).play() })
	t.Logf("%d runs, of writes: %v", *kills, met)
	for _, what := range []string{"recorded as done", "intent without an outcome", "never begun"} {
		assert.Positive(t, met[what], "no kill left a write %s", what)
	}
}

// playRuns plays runs at the same time and adds up what they found.
func playRuns(t *testing.T, runs int, play func(t *testing.T, n int) map[string]int) map[string]int {
	t.Helper()
	var mu sync.Mutex
	met := map[string]int{}
	t.Run("runs", func(t *testing.T) {
		for n := range runs {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				found := play(t, n)
				mu.Lock()
				defer mu.Unlock()
				for what, times := range found {
					met[what] += times
				}
			})
		}
	})
	return met
}

// job is one call of a killRun.
type job struct {
	tool      string
	arguments args
	// records are the ids that it writes to, "" for a new record.
	records []string
}

// killRun is a series of writes that ends in a kill, and the recovery after it.
type killRun struct {
	*pool
	t    *testing.T
	r    *rand.Rand
	two  bool
	home string
	jobs []job
	// killAt is the number of the write at whose arrival the process is killed, 0 for
	// none.
	mu      sync.Mutex
	arrived int
	killAt  int
	trigger chan struct{}
	// told are the states that were answered before the kill, by write.
	told map[string][]string
}

func newRun(t *testing.T, n int) *killRun {
	t.Helper()
	o := sandbox.Options{Applications: 300}
	if n%4 >= 2 {
		o.Lag = time.Hour
	}
	run := &killRun{
		pool: newPool(t, o), t: t, two: n%2 == 1, r: rand.New(rand.NewPCG(11, uint64(n))), home: t.TempDir(), trigger: make(chan struct{}), told: map[string][]string{},
	}
	run.jobs = run.plan()
	total := 0
	for _, j := range run.jobs {
		total += len(j.records)
	}
	if run.killAt = run.r.IntN(total + 1); run.killAt == 0 {
		close(run.trigger) // before anything arrives
	}
	return run
}

// plan returns the writes of the run: batches and single ones.
func (k *killRun) plan() []job {
	batch := func(n int, id func(sandbox.Application) string) []string {
		var out []string
		for range n {
			out = append(out, id(k.application()))
		}
		return out
	}
	application := func(a sandbox.Application) string { return a.ID }
	candidate := func(a sandbox.Application) string { return a.CandidateID }
	several := func(tool, param string, records []string, more args) job {
		more[param] = strings.Join(records, ",")
		return job{tool: tool, arguments: more, records: records}
	}
	one := k.application()
	person := k.newcomer()
	jobs := []job{
		several("add_application_note", "application_id", batch(5, application), args{"content": "Speaks Finnish."}),
		several("reject_application", "application_id", batch(4, application), args{"rejection_reason_id": k.reason()}),
		several("add_candidate_tag", "candidate_id", batch(4, candidate), args{"tag": args{"name": "Speaks Finnish"}}),
		several("add_candidate_attachment", "candidate_id", batch(2, candidate), args{"attachment": args{"type": "OTHER", "name": "notes.txt", "text": "Work sample."}}),
		several("move_application_to_stage", "application_id", []string{one.ID}, args{"stage_id": k.nextStage(one).ID}),
		several("add_application_result_link", "application_id", batch(1, application), args{"label": "Test", "url": "https://results.example/1"}),
		{tool: "create_application", arguments: args{"job_id": k.plainJob().ID, "candidate": person}, records: []string{""}},
	}
	k.r.Shuffle(len(jobs), func(i, j int) { jobs[i], jobs[j] = jobs[j], jobs[i] })
	return jobs
}

// serve serves the sandbox on a socket. end waits for the requests in flight.
func (k *killRun) serve() (address string, end func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(k.t, err)
	srv := &http.Server{Handler: http.HandlerFunc(k.handle), ReadHeaderTimeout: time.Minute}
	go func() { _ = srv.Serve(l) }()
	return "http://" + l.Addr().String() + "/v1", func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		assert.NoError(k.t, srv.Shutdown(ctx))
	}
}

// handle pauses before and after the work of a write, so that a kill can come at any
// moment.
func (k *killRun) handle(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		k.ServeHTTP(w, r)
		return
	}
	k.mu.Lock()
	k.arrived++
	if k.arrived == k.killAt {
		close(k.trigger)
	}
	before, after := k.pause(), k.pause()
	k.mu.Unlock()
	time.Sleep(before)
	k.ServeHTTP(&delayedWriter{w, after}, r)
}

// pause returns up to a few milliseconds, or zero.
func (k *killRun) pause() time.Duration {
	return time.Duration(max(0, k.r.IntN(6000)-2000)) * time.Microsecond
}

// delayedWriter delays a response after its work is done.
type delayedWriter struct {
	http.ResponseWriter
	after time.Duration
}

func (l *delayedWriter) WriteHeader(status int) {
	time.Sleep(l.after)
	l.ResponseWriter.WriteHeader(status)
}

func (k *killRun) flags() []string {
	return []string{"--writes=allow", "--max-writes-per-minute=1000", "--journal=" + k.journal()}
}

func (k *killRun) journal() string { return filepath.Join(k.home, "journal.jsonl") }

// play writes, kills, restarts and repeats every call. It counts the states that the
// kill left.
func (k *killRun) play() map[string]int {
	address, end := k.serve()
	children := []*child{startChild(k.t, environment(k.home, k.Sandbox, address), k.flags()...)}
	if k.two {
		children = append(children, startChild(k.t, environment(k.home, k.Sandbox, address), k.flags()...))
	}
	spare := len(children) == 2 && k.r.IntN(3) == 0 // one of the two lives on
	wait := k.pause()
	var group sync.WaitGroup
	for i, c := range children {
		order := slices.Clone(k.jobs)
		if i == 1 {
			slices.Reverse(order)
		}
		group.Go(func() { k.write(c, order) })
	}
	select {
	case <-k.trigger:
		time.Sleep(wait)
	case <-time.After(time.Minute):
		assert.Fail(k.t, "the write at which to kill never arrived")
	}
	for i, c := range children {
		if i == 0 || !spare {
			c.kill()
		}
	}
	group.Wait()
	for _, c := range children {
		c.end()
	}
	end()
	return k.after()
}

// write makes the calls and keeps the answers, until the process has ended.
func (k *killRun) write(c *child, jobs []job) {
	for _, j := range jobs {
		r, err := c.call(j.tool, j.arguments)
		if err != nil {
			return
		}
		k.mu.Lock()
		for name, state := range states(k.t, j, r) {
			k.told[name] = append(k.told[name], state)
		}
		k.mu.Unlock()
	}
}

// states returns the state of each write of an answer.
func states(t *testing.T, j job, r reply) map[string]string {
	out := map[string]string{}
	if r.failed {
		state := "refused: " + r.words
		if strings.Contains(r.words, "not known") {
			state = stateUnknown
		}
		for _, id := range j.records {
			out[name(j.tool, id)] = state
		}
		return out
	}
	assert.Len(t, r.Results, len(j.records))
	for _, res := range r.Results {
		state := res.Outcome
		if state != stateDone && state != stateUnknown {
			state += ": " + res.Says
		}
		out[name(j.tool, res.Record)] = state
	}
	return out
}

func name(tool, record string) string { return tool + " " + record }

// happened counts the effects of each write in the ATS.
func (k *killRun) happened() map[string]int {
	out := map[string]int{}
	for _, e := range k.Effects() {
		id := e.RecordID
		if e.Operation == "create_application" {
			id = ""
		}
		out[name(e.Operation, id)]++
	}
	return out
}

// recorded returns the last state of each write in the journal, "" for an intent
// without an outcome.
func (k *killRun) recorded() map[string]string {
	out, of := map[string]string{}, map[string]string{}
	for _, l := range linesOf(k.t, k.journal()) {
		switch l.Kind {
		case journal.KindIntent:
			of[l.ID] = name(l.Tool, recordOf(k.t, l))
			if _, known := out[of[l.ID]]; known {
				assert.NotEqual(k.t, stateUnknown, out[of[l.ID]], "%s: begun again although unknown", of[l.ID])
			}
			out[of[l.ID]] = ""
		case journal.KindOutcome:
			out[of[l.ID]] = l.State
		}
	}
	return out
}

// after starts a server on the journal that the kill left, repeats every call and
// compares effects, journal and answers.
func (k *killRun) after() map[string]int {
	report, err := journal.Verify(k.t.Context(), k.journal())
	require.NoError(k.t, err)
	assert.Nil(k.t, report.Bad, "after the kill: %v", report.Bad)
	was, left := k.happened(), k.recorded()

	address, end := k.serve()
	c := startChild(k.t, environment(k.home, k.Sandbox, address), k.flags()...)
	now := map[string]string{}
	for _, j := range k.jobs {
		r, err := c.call(j.tool, j.arguments)
		require.NoError(k.t, err, "%s", &c.stderr)
		maps.Copy(now, states(k.t, j, r))
	}
	c.end()
	end()
	found := map[string]int{}
	done, settled := k.happened(), k.recorded()
	for name := range now {
		found[k.compare(name, was, done, left, settled, now)]++
	}
	if report, err = journal.Verify(k.t.Context(), k.journal()); assert.NoError(k.t, err) {
		assert.Nil(k.t, report.Bad, "at the end: %v", report.Bad)
		assert.Zero(k.t, report.Open)
		assert.Zero(k.t, report.Torn)
	}
	return found
}

// compare checks that everything known of one write agrees, and returns the state in
// which the kill left it.
func (k *killRun) compare(name string, was, done map[string]int, left, settled, now map[string]string) string {
	t := k.t
	assert.LessOrEqual(t, done[name], 1, "%s was done more than once", name)
	for _, state := range k.told[name] {
		switch state {
		case stateDone:
			assert.Equal(t, 1, was[name], "%s was answered as done", name)
			assert.Equal(t, stateDone, left[name], "%s was answered as done: the journal", name)
		case stateUnknown:
			assert.Contains(t, left, name, "%s was answered as unknown: the journal", name)
		default:
			assert.Fail(t, "an answer without a question", "%s: %s", name, state)
		}
	}
	state, begun := left[name]
	switch {
	case !begun:
		assert.Zero(t, was[name], "%s was done, but is not recorded", name)
		assert.Equal(t, stateDone, now[name], "%s was never sent, and the same call sends it", name)
		assert.Equal(t, 1, done[name], name)
		return "never begun"
	case state == stateDone:
		assert.Equal(t, 1, was[name], "%s: the journal says done", name)
		assert.Equal(t, stateDone, now[name], name)
		return "recorded as done"
	case state == stateRefused:
		assert.Fail(t, "no fault here refuses", name)
	}
	assert.Equal(t, was[name], done[name], "%s is unknown, and was sent again", name)
	if now[name] == stateDone {
		assert.Equal(t, 1, was[name], "%s is answered as done", name)
	} else {
		assert.Equal(t, stateUnknown, now[name], name)
	}
	assert.Equal(t, now[name], settled[name], "%s: the journal at the end", name)
	return "intent without an outcome"
}
