package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// TestStdoutCarriesTheProtocolAloneAndStderrNobodysData holds a session with
// all that can go wrong in one, at every log level.
func TestStdoutCarriesTheProtocolAloneAndStderrNobodysData(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	c := castOf(t, u)
	d := u.Snapshot()
	person := byID(d.Candidates, func(p sandbox.Candidate) string { return p.ID })[c.applications[0].CandidateID]
	// What was not to be said is only worth a test if it was known.
	secrets := []string{u.APIKey(), "Zacharias Neumann-Quill", "zacharias@new.example", "a note on somebody"}
	for _, p := range d.Candidates {
		for _, email := range p.Emails {
			if email != "" {
				secrets = append(secrets, email)
			}
		}
		if p.First != "" && p.Last != "" {
			secrets = append(secrets, p.Name())
		}
	}
	for _, level := range []string{"debug", "info", "warn", "error"} {
		t.Run(level, func(t *testing.T) {
			p := start(t, u.environment(t), "--log-level", level)
			p.greet()
			p.ask(2, "tools/list", object{})
			call := func(id int, tool string, arguments object) object {
				return p.ask(id, "tools/call", object{"name": tool, "arguments": arguments, "_meta": object{"progressToken": id}})
			}
			assert.Contains(t, said(call(3, "get_candidates", object{"email": person.Emails[0], "last_name": person.Last})), person.Emails[0])
			assert.Contains(t, said(call(4, "get_candidates", object{"where": `email == "` + person.Emails[0] + `"`})), person.Emails[0])
			assert.Contains(t, said(call(5, "get_application_attachments", object{"application_id": "unknown"})), `"isError":true`)
			assert.Contains(t, said(call(6, "get_candidates", object{"email": person.Name()})), `"isError":true`)
			assert.Contains(t, said(call(7, "get_candidates", object{person.Emails[0]: 1})), `"isError":true`)
			assert.Contains(t, said(call(8, "create_application", object{"job_id": c.free.ID, "candidate": object{
				"first_name": "Zacharias", "last_name": "Neumann-Quill", "email_address": level + ".zacharias@new.example",
			}})), "done")
			assert.Contains(t, said(call(9, "add_application_note", object{"application_id": c.applications[0].ID, "content": "a note on somebody, " + level})), "done")
			assert.Contains(t, said(call(10, "add_candidate_tag", object{"candidate_id": strings.Repeat("x", 24), "tag": object{"name": "x"}, "anyway": true})), `"isError":true`)
			assert.Contains(t, said(p.ask(11, "tools/call", object{"name": "no_such_tool"})), "error")
			assert.Contains(t, said(p.ask(12, "no/such/method", object{})), "error")
			p.say(object{"method": "notifications/cancelled", "params": object{"requestId": 99}})
			_, err := p.stdin.Write([]byte("this is " + person.Emails[0] + ", not JSON\n"))
			require.NoError(t, err)
			p.hear()
			assert.Contains(t, said(call(13, "get_tags", object{"limit": 1})), "result")
			require.NoError(t, p.stdin.Close())
			assertProtocol(t, strings.Join(p.heard, "")+p.end(5*time.Second))
			stderr := p.stderr.String()
			for _, s := range secrets {
				if strings.Contains(strings.ToLower(stderr), strings.ToLower(s)) {
					assert.Fail(t, "stderr tells of somebody", "%q in %s", s, stderr)
				}
			}
			switch level {
			case "debug", "info":
				assert.Contains(t, stderr, "get_candidates", "the logs are not empty at this level")
			case "error":
				assert.Empty(t, stderr)
			}
		})
	}
}

// said is a message as it was written.
func said(m object) string {
	raw, err := json.Marshal(m)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// assertProtocol asserts that every byte belongs to a message.
func assertProtocol(t *testing.T, stdout string) {
	t.Helper()
	require.NotEmpty(t, stdout)
	assert.True(t, strings.HasSuffix(stdout, "\n"))
	for line := range strings.Lines(stdout) {
		var m object
		if assert.NoError(t, json.Unmarshal([]byte(line), &m), "%q", line) {
			assert.Equal(t, "2.0", m["jsonrpc"], "%q", line)
		}
	}
}

func TestALoneServerSaysNothingByItself(t *testing.T) {
	t.Parallel()
	p := start(t, environment(t), "--sandbox")
	require.NoError(t, p.stdin.Close())
	assert.Empty(t, p.end(5*time.Second))
	assert.Empty(t, p.stderr.String())
}
