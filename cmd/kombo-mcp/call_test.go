package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOnlyAPlainYesConfirms(t *testing.T) {
	for answer, want := range map[string]bool{"y\n": true, "Yes\n": true, " y ": true, "\n": false, "": false, "no\n": false, "yes please\n": false, "n\ny\n": false} {
		var out strings.Builder
		drained := ""
		assert.Equal(t, want, askYesNo(strings.NewReader(answer), func() { drained = out.String() }, &out, "Do this?\n- Reject \"Anna\"."), "%q", answer)
		assert.Equal(t, "Do this?\n- Reject \"Anna\".\n", drained, "what was typed before is discarded once the statement stands there")
		assert.Equal(t, "Do this?\n- Reject \"Anna\".\nSend it? [y/N] ", out.String())
	}
}
