package faults

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// batch returns the arguments of one call of a tool for n records, and their ids.
func (d *setup) batch(tool string, n int) (args, []string) {
	d.server.t.Helper()
	var w writeTool
	for _, w = range writeTools {
		if w.name == tool {
			break
		}
	}
	var ids []string
	var arguments args
	for range n {
		next := w.arguments(d.pool)
		ids = append(ids, next[w.record].(string))
		if arguments == nil {
			arguments = next
		}
	}
	arguments[w.record] = strings.Join(ids, ", ")
	return arguments, ids
}

// outcomes returns the outcome of each record of a batch, in order.
func (r reply) outcomes() string {
	var out []string
	for _, res := range r.Results {
		out = append(out, res.Outcome)
	}
	return strings.Join(out, ", ")
}

// effectsByRecord counts the effects by record.
func (d *setup) effectsByRecord() map[string]int {
	out := map[string]int{}
	for _, e := range d.Effects() {
		out[e.RecordID]++
	}
	return out
}

var batchTools = []string{
	"add_application_attachment", "add_application_note", "add_application_result_link", "add_candidate_attachment",
	"add_candidate_result_link", "add_candidate_tag", "reject_application",
}

func TestBatchHasOnePreviewAndAResultForEachRecordInOrder(t *testing.T) {
	t.Parallel()
	for _, tool := range batchTools {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			d := newSetup(t, func(c *tools.Config) { c.Writes = tools.PolicyAllow })
			arguments, ids := d.batch(tool, 25)
			arguments["dry_run"] = true
			r := d.call(tool, arguments)
			require.Len(t, r.Results, 25, r.words)
			for i, res := range r.Results {
				assert.Equal(t, ids[i], res.Record)
				assert.Equal(t, "preview", res.Outcome)
			}
			assert.Contains(t, r.Results[0].Resolved, ids[0])
			d.nothingSent("previewed")
			delete(arguments, "dry_run")
			r = d.call(tool, arguments)
			require.Len(t, r.Results, 25, r.words)
			assert.Equal(t, stateDone, r.Outcome)
			for i, e := range d.Effects() {
				assert.Equal(t, ids[i], e.RecordID, "in order")
				assert.Equal(t, ids[i], r.Results[i].Record)
				assert.Equal(t, stateDone, r.Results[i].Outcome)
			}
			assert.Len(t, d.Effects(), 25)
			lines := intents(d.lines())
			require.Len(t, lines, 25)
			for _, l := range lines {
				assert.NotEmpty(t, l.Batch)
				assert.Equal(t, lines[0].Batch, l.Batch, "one call, one batch")
			}
			assert.Equal(t, strings.Repeat("done, ", 24)+"done", d.call(tool, arguments).outcomes())
			assert.Len(t, d.Effects(), 25, "the same call sends nothing")
		})
	}
}

func TestBatchOfTwentySixIsRefusedAsAWhole(t *testing.T) {
	d := newSetup(t, nil)
	arguments, ids := d.batch("add_application_note", 26)
	r := d.call("add_application_note", arguments)
	assert.True(t, r.failed)
	assert.Contains(t, r.words, "names 26 records")
	d.nothingSent("too many")
	arguments["application_id"] = ids[0] + "," + ids[1] + " ," + ids[0] + ",,"
	assert.Len(t, d.call("add_application_note", arguments).Results, 2, "a record named twice is one")
}

// failingTransport fails at the n-th write, before a byte is sent.
type failingTransport struct {
	http.RoundTripper
	left atomic.Int64
}

func (b *failingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet && b.left.Add(-1) < 0 {
		return (&breakingTransport{down: -1}).RoundTrip(r)
	}
	return b.RoundTripper.RoundTrip(r)
}

func TestInterruptedBatchSaysWhatWasDoneAndTheSameCallContinues(t *testing.T) {
	t.Parallel()
	const n, before = 6, 2
	rest := strings.Repeat(", not sent", n-before-1)
	cuts := map[string]struct {
		fault sandbox.Fault
		dead  bool
		// fourth is the outcome of the record that met the fault.
		fourth string
		works  int
	}{
		"a refused key":                 {fault: sandbox.Fault{Status: 401, Code: "PLATFORM.AUTHENTICATION_INVALID"}, fourth: "refused"},
		"a missing permission":          {fault: sandbox.Fault{Status: 403, Code: "INTEGRATION.PERMISSION_MISSING"}, fourth: "refused"},
		"an action switched off":        {fault: sandbox.Fault{Status: 403, Code: "INTEGRATION.ACTION_DISABLED"}, fourth: "refused"},
		"an ATS that is down":           {fault: sandbox.Fault{Status: 503, Code: "REMOTE.SERVICE_UNAVAILABLE"}, fourth: "refused"},
		"a rate limit":                  {fault: sandbox.Fault{Status: 429, Code: "PLATFORM.RATE_LIMIT_EXCEEDED"}, fourth: "refused"},
		"a connection lost before":      {fault: sandbox.Fault{ResetBefore: true}, fourth: "unknown"},
		"a connection lost after":       {fault: sandbox.Fault{ResetAfter: true}, fourth: "unknown", works: 1},
		"a time-out before":             {fault: sandbox.Fault{Hang: true}, fourth: "unknown"},
		"a time-out after":              {fault: sandbox.Fault{TimeoutAfterWork: true}, fourth: "unknown", works: 1},
		"no connection for any of them": {dead: true, fourth: "refused"},
	}
	for name, cut := range cuts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(pinned))
				d := &setup{pool: newPool(t, sandbox.Options{Applications: 150, Lag: time.Hour})}
				wire := &failingTransport{RoundTripper: d.Transport()}
				wire.left.Store(1 << 30)
				d.server = newServerOver(t, d.Sandbox, wire, nil)
				arguments, ids := d.batch("add_application_note", n)
				if cut.dead {
					wire.left.Store(before)
				} else {
					f := cut.fault
					f.Operation, f.Skip = "add_application_note", before
					d.Inject(f)
				}
				r := d.call("add_application_note", arguments)
				assert.Equal(t, "done, done, "+cut.fourth+rest, r.outcomes(), r.words)
				assert.Equal(t, "mixed", r.Outcome)
				assert.Len(t, d.Effects(), before+cut.works)

				d.ClearFaults()
				wire.left.Store(1 << 30)
				r = d.call("add_application_note", arguments)
				fourth := "done"
				if cut.fourth == "unknown" {
					fourth = "unknown"
				}
				assert.Equal(t, "done, done, "+fourth+strings.Repeat(", done", n-before-1), r.outcomes(), r.words)
				for i, id := range ids {
					want := 1
					if i == before && fourth == "unknown" {
						want = cut.works
					}
					assert.Equal(t, want, d.effectsByRecord()[id], "%d", i)
				}
				assert.Contains(t, r.words, "already done")
				total := len(d.Effects())
				d.call("add_application_note", arguments)
				assert.Len(t, d.Effects(), total, "the third call sends nothing")
				assert.NotContains(t, verified(t, d.path), "")
			})
		})
	}
}

func TestOneFailedRecordDoesNotEndTheBatch(t *testing.T) {
	d := newSetup(t, func(c *tools.Config) { c.Writes = tools.PolicyAllow })
	arguments, ids := d.batch("add_application_note", 4)
	d.Inject(sandbox.Fault{Operation: "add_application_note", Status: 400, Code: "REMOTE.INPUT_INVALID", Skip: 1, Times: 1})
	d.Inject(sandbox.Fault{Operation: "add_application_note", Status: 500, Skip: 1, Times: 1})
	r := d.call("add_application_note", arguments)
	assert.Equal(t, "done, refused, unknown, done", r.outcomes(), r.words)
	assert.Equal(t, "mixed", r.Outcome)
	r = d.call("add_application_note", arguments)
	assert.Equal(t, "done, done, unknown, done", r.outcomes(), r.words)
	for i, id := range ids {
		assert.Equal(t, map[bool]int{true: 0, false: 1}[i == 2], d.effectsByRecord()[id])
	}
}

func TestBatchContinuesAfterTheCopyCaughtUp(t *testing.T) {
	d := newSetup(t, func(c *tools.Config) { c.Writes = tools.PolicyAllow })
	arguments, _ := d.batch("reject_application", 5)
	d.Inject(sandbox.Fault{Operation: "reject_application", Status: 401, Code: "PLATFORM.AUTHENTICATION_INVALID", Skip: 2})
	r := d.call("reject_application", arguments)
	assert.Equal(t, "done, done, refused, not sent, not sent", r.outcomes(), r.words)
	d.ClearFaults()
	r = d.call("reject_application", arguments)
	assert.Equal(t, "done, done, done, done, done", r.outcomes(), r.words)
	assert.Len(t, d.Effects(), 5)
}

func TestCancelledBatchEndsAfterTheWriteInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(pinned))
		d := &setup{pool: newPool(t, sandbox.Options{Applications: 150, Lag: time.Hour})}
		d.server = newServer(t, d.Sandbox, nil)
		arguments, ids := d.batch("add_application_note", 4)
		d.Inject(sandbox.Fault{Operation: "add_application_note", Delay: time.Minute, Skip: 1, Times: 1})
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		answer, err := d.box.Run(ctx, d.who, "add_application_note", plain(t, arguments))
		require.NoError(t, err)
		r := reply{WriteAnswer: *answer.(*tools.WriteAnswer)}
		assert.Equal(t, "done, done, not sent, not sent", r.outcomes(), "the write in flight was finished")
		assert.Contains(t, r.Results[2].Says, "cancelled")
		assert.Equal(t, map[string]int{ids[0]: 1, ids[1]: 1}, d.effectsByRecord())
		assert.Equal(t, "done, done, done, done", d.call("add_application_note", arguments).outcomes())
		assert.Len(t, d.Effects(), 4)
	})
}

// failingMemory is a write memory that fails from the n-th write on.
type failingMemory struct {
	once.Memory
	left int
}

func (f *failingMemory) Begin(ctx context.Context, in once.Intent) (once.Claim, error) {
	if f.left--; f.left < 0 {
		return once.Claim{}, errors.New("the disk is full")
	}
	return f.Memory.Begin(ctx, in)
}

func TestWriteThatCannotBeRecordedIsNotSent(t *testing.T) {
	d := newSetup(t, func(c *tools.Config) {
		c.Writes = tools.PolicyAllow
		c.Memory = &failingMemory{c.Memory, 2}
	})
	arguments, _ := d.batch("add_application_note", 5)
	r := d.call("add_application_note", arguments)
	assert.Equal(t, "done, done, not sent, not sent, not sent", r.outcomes(), r.words)
	assert.Contains(t, r.words, "the disk is full")
	assert.Len(t, d.Effects(), 2)
	r = d.call("add_application_note", args{"application_id": d.application().ID, "content": "Alone."})
	assert.True(t, r.failed)
	assert.Contains(t, r.words, "nothing was sent")
	assert.Len(t, d.Effects(), 2)
}
