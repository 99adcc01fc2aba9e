package serve

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (p *pipe) write(text string) {
	p.t.Helper()
	_, err := io.WriteString(p.in, text)
	require.NoError(p.t, err)
}

func TestStdioFinishesWhatItReadBeforeTheInputEnded(t *testing.T) {
	p := openSilentPipe(t)
	p.write("\xef\xbb\xbf" + hello + "\r\n \n\n" + calling(7, "wait", object{"name": "x"}))
	require.NoError(t, p.in.Close())
	assert.Contains(t, p.next(), "serverInfo", "a byte order mark is not part of the message")
	heard(t, p.began)
	time.Sleep(20 * time.Millisecond)
	close(p.open)
	assert.Contains(t, p.next(), `"id":7,"result":{"content":[{"type":"text","text":"waited x"`)
	_, more := <-p.lines
	assert.False(t, more, "blank lines are not answered")
}

func TestTheEndOfTheInputEndsWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]*wire{
		"by time":     newWire(t.Context(), strings.NewReader(rpc(1, "ping", nil)), io.Discard, time.Millisecond, func() {}),
		"by shutdown": newWire(cancelled(t), strings.NewReader(rpc(1, "ping", nil)), io.Discard, time.Hour, func() {}),
	} {
		ended := false
		w.ended = func() { ended = true }
		raw, err := io.ReadAll(w)
		require.NoError(t, err, name)
		assert.Equal(t, rpc(1, "ping", nil)+"\n", string(raw), name)
		assert.True(t, ended, name)
	}
}

func cancelled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func TestStdioReturnsEveryIDAsItWas(t *testing.T) {
	p := openPipe(t)
	for _, id := range []string{`1`, `-3`, `1.0`, `1e2`, `4012345678901234567`, `4012345678901234568`, `"a"`, `"<\u00e9>"`, `"number:5"`, `"1"`} {
		p.say(`{"jsonrpc":"2.0","id":` + id + `,"method":"ping"}`)
		said := p.next()
		assert.True(t, strings.Contains(said, `"id":`+id) || id[0] == '"' && strings.Contains(said, "é"), "%s: %s", id, said)
	}
	p.say(`{"jsonrpc":"2.0","id":9007199254740993,"method":"tools/call","params":{"name":"wait","arguments":{"name":"big"}}}`)
	heard(t, p.began)
	p.say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9007199254740993}}`)
	assert.Equal(t, "big", heard(t, p.gone))
	p.say(rpc(5, "ping", nil))
	assert.Contains(t, p.next(), `"id":5`)
}

func TestStdioTakesBatchesInTheVersionThatHasThem(t *testing.T) {
	ping := func(id int) string { return rpc(id, "ping", nil) }
	p := openSilentPipe(t)
	p.say("[" + ping(1) + "]")
	assert.Contains(t, p.next(), "only protocol version 2025-03-26 has batches")
	p.say(strings.Replace(hello, "2025-06-18", "2025-03-26", 1))
	require.Contains(t, p.next(), "2025-03-26")

	p.say("[" + rpc(nil, "notifications/initialized", nil) + "]") // is not answered
	p.say("[" + ping(1) + "," + rpc(nil, "notifications/x", nil) + ", 5 ," + calling(2, "panic", nil) + "]")
	said := p.next()
	assert.True(t, strings.HasPrefix(said, "[") && strings.HasSuffix(said, "]"), said)
	for _, part := range []string{`"id":1`, `"id":2`, `"id":null`, "-32600"} {
		assert.Contains(t, said, part)
	}
	assert.Equal(t, 3, strings.Count(said, `"jsonrpc"`), said)

	p.say("[" + calling(3, "wait", object{"name": "a"}) + "," + ping(4) + "]")
	heard(t, p.began)
	p.say(rpc(nil, "notifications/cancelled", object{"requestId": 3}))
	said = p.next()
	assert.Contains(t, said, `"id":4`)
	assert.NotContains(t, said, `"id":3`)

	// The library answers none of these with its id, so nothing may wait for that.
	p.say("[" + `{"jsonrpc":2,"id":5,"method":"ping"},{"jsonrpc":"2.0","id":6,"method":"ping","result":{}},` + hello + "," + ping(7) + "]")
	said = p.next()
	assert.Contains(t, said, `"id":7`)
	assert.Contains(t, said, "initialize")

	for _, wrong := range []string{"[]", "[" + strings.Repeat(ping(1)+",", maxBatch) + ping(1) + "]", "[1,"} {
		p.say(wrong)
		assert.Contains(t, p.next(), "batch")
	}
	p.say(ping(9))
	assert.Contains(t, p.next(), `"id":9`)
}

func TestTheEndOfTheInputWaitsForNoAnswerThatNeverComes(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		`{"jsonrpc":2,"id":1,"method":"ping"}`, `{"jsonrpc":"2.0","id":1,"method":7}`, `{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}`,
		`{"jsonrpc":"2.0","id":1,"error":{}}`, `{"jsonrpc":"2.0"`,
	} {
		w := newWire(t.Context(), strings.NewReader(raw), io.Discard, time.Hour, func() {})
		read, err := io.ReadAll(w)
		require.NoError(t, err)
		assert.Equal(t, raw+"\n", string(read), "the library refuses it")
	}
}

func TestALineThatIsTooLongIsRefusedAndTheNextIsRead(t *testing.T) {
	t.Parallel()
	long := bytes.Repeat([]byte("x"), maxMessageBytes+1)
	var out bytes.Buffer
	w := newWire(t.Context(), io.MultiReader(bytes.NewReader(long), strings.NewReader("\n"+rpc(nil, "x", nil)+"\n")), &out, 0, func() {})
	raw, err := io.ReadAll(w)
	require.NoError(t, err)
	assert.Equal(t, rpc(nil, "x", nil)+"\n", string(raw))
	assert.Contains(t, out.String(), fmt.Sprintf("larger than %d MiB", maxMessageBytes>>20))
}
