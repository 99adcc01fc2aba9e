package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestYesAndNoAreTakenInEveryUsualSpelling(t *testing.T) {
	t.Parallel()
	write := []string{"call", "--sandbox", "add_candidate_tag", `{"candidate_id":"x","tag":{"name":"a"},"dry_run":true}`}
	for spelling, readOnly := range map[string]bool{
		"yes": true, "Y": true, "on": true, "TRUE": true, "1": true, " true ": true,
		"no": false, "N": false, "off": false, "False": false, "0": false, "": false, "${user_config.read_only}": false,
	} {
		out := run(t, environment(t, "KOMBO_READ_ONLY="+spelling), "", write...)
		assert.Equal(t, readOnly, strings.Contains(out.stdout, "read-only"), "%q: %s %s", spelling, out.stdout, out.stderr)
	}
	out := run(t, environment(t, "KOMBO_READ_ONLY=perhaps"), "", "tools")
	assert.Equal(t, exitUsage, out.code)
	assert.Contains(t, out.stderr, "it must be true or false (or yes, no, on, off, 1, 0)")
	out = run(t, environment(t), "", append([]string{"--read-only=yes"}, write...)...)
	assert.Contains(t, out.stdout, "read-only", out.stderr)
}

func TestAnEmptyVariableIsNotSet(t *testing.T) {
	t.Parallel()
	var blank []string
	for _, f := range append(serverFlags(newSettings()), listenFlags(newSettings())...) {
		if b, ok := bound(f); ok {
			for _, s := range b.sources.Chain {
				if e, ok := s.(*envVar); ok && e.name != "KOMBO_SANDBOX" {
					blank = append(blank, e.name+"=", e.name+"=  ", e.name+"=${x}")
				}
			}
		}
	}
	assert.Greater(t, len(blank), 40)
	for i := range 3 {
		var env []string
		for j := i; j < len(blank); j += 3 {
			env = append(env, blank[j])
		}
		out := run(t, environment(t, env...), "", "call", "--sandbox", "get_tags", `{"limit":1}`)
		assert.Equal(t, 0, out.code, out.stderr)
	}
}
