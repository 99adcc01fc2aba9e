package faults

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

func TestAWriteThatIsTheSameInTheATSIsNotSentAgain(t *testing.T) {
	d := newSetup(t, func(c *tools.Config) { c.Writes = tools.PolicyAllow })
	a := d.application()
	there := d.nextStage(a).ID
	move := func(fields any) string {
		return d.call("move_application_to_stage", args{"application_id": a.ID, "stage_id": there, "remote_fields": fields, "anyway": true}).words
	}
	assert.NotContains(t, move(args{}), "already done")
	assert.Contains(t, move("{}"), "already done")
	assert.Contains(t, move(args{"greenhouse": args{"post_headers": args{}}}), "already done")
	headers := args{"greenhouse": args{"post_headers": args{"On-Behalf-Of": "1"}}}
	assert.NotContains(t, move(headers), "already done", "headers make it another write")
	assert.Contains(t, move(args{}), "already done", "which undid nothing: the stage is the same")
	assert.Len(t, intents(d.lines()), 2)

	note := func(content string) string {
		return d.call("add_application_note", args{"application_id": a.ID, "content": content}).words
	}
	assert.NotContains(t, note("Hello."), "already done")
	for _, blank := range []string{" ", "\n", "\r\n", "\u200b", "\u00a0\ufeff"} {
		assert.Contains(t, note("Hello."+blank), "already done", "%q", blank)
	}
	assert.Len(t, intents(d.lines()), 3)
}
