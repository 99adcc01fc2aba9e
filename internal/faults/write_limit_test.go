package faults

import (
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

func withWriteLimit(t *testing.T, most int) *setup {
	t.Helper()
	return newSetup(t, func(c *tools.Config) { c.Writes, c.WritesPerMinute = tools.PolicyAllow, most })
}

var seconds = regexp.MustCompile(`in (\d+) seconds`)

func TestWriteLimitRefusesTheWholeBatchAndSaysWhenToRetry(t *testing.T) {
	d := withWriteLimit(t, 5)
	first, _ := d.batch("add_application_note", 3)
	assert.Equal(t, stateDone, d.call("add_application_note", first).Outcome)
	d.clock.Advance(20 * time.Second)
	second, _ := d.batch("add_application_note", 3)
	r := d.call("add_application_note", second)
	assert.True(t, r.failed, r.words)
	assert.Contains(t, r.words, "5 writes a minute")
	assert.Len(t, d.Effects(), 3, "nothing of the batch is sent")
	wait, err := strconv.Atoi(seconds.FindStringSubmatch(r.words)[1])
	require.NoError(t, err, r.words)
	d.clock.Advance(time.Duration(wait)*time.Second - 2*time.Second)
	assert.True(t, d.call("add_application_note", second).failed, "sooner than it said")
	d.clock.Advance(2 * time.Second)
	assert.Equal(t, stateDone, d.call("add_application_note", second).Outcome, "when it said")
	assert.Len(t, d.Effects(), 6)
}

func TestBatchLargerThanTheWriteLimitIsRefused(t *testing.T) {
	d := withWriteLimit(t, 5)
	arguments, _ := d.batch("add_application_note", 6)
	r := d.call("add_application_note", arguments)
	assert.True(t, r.failed)
	assert.Contains(t, r.words, "name fewer records")
	d.nothingSent("haste")
}

func TestOnlySentWritesCountTowardsTheWriteLimit(t *testing.T) {
	d := withWriteLimit(t, 3)
	arguments, _ := d.batch("add_application_note", 3)
	for range 3 {
		assert.Equal(t, "preview", d.call("add_application_note", args{"application_id": arguments["application_id"], "content": "x", "dry_run": true}).Outcome)
	}
	assert.Equal(t, stateDone, d.call("add_application_note", arguments).Outcome)
	for range 3 {
		assert.Equal(t, stateDone, d.call("add_application_note", arguments).Outcome, "a remembered write is not sent")
	}
	assert.Len(t, d.Effects(), 3)
}
