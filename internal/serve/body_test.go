package serve

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// spaces gives n bytes of nothing, without holding them.
type spaces struct{ n int }

func (s *spaces) Read(p []byte) (int, error) {
	if s.n == 0 {
		return 0, io.EOF
	}
	p = p[:min(len(p), s.n)]
	for i := range p {
		p[i] = ' '
	}
	s.n -= len(p)
	return len(p), nil
}

// pour posts a body of a size; -1 does not say how long it is.
func (h *house) pour(t *testing.T, path string, size int, said int64) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+path, io.MultiReader(strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"`), &spaces{size}, strings.NewReader("}")))
	require.NoError(t, err)
	r.ContentLength = said
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0 // the connection was closed on what still came
	}
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode
}

func TestABodyOfAHundredMegabytesIsRefusedHoweverItComes(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := h.stream()
	const huge = 100 << 20
	for _, path := range []string{"/mcp", s.messages} {
		for _, said := range []int64{-1, huge + int64(len(`{"jsonrpc":"2.0","id":1,"method":"ping"}`))} {
			assert.Contains(t, []int{http.StatusRequestEntityTooLarge, 0}, h.pour(t, path, huge, said), "%s %d", path, said)
		}
	}
	assert.Equal(t, http.StatusRequestEntityTooLarge, h.pour(t, "/mcp", maxBody, -1), "one that is hardly too large hears why")
	s.say(rpc(7, "ping", nil))
	heard := s.next()
	for strings.Contains(heard, `"method":"ping"`) {
		heard = s.next() // the library asks now and then whether somebody listens
	}
	assert.Contains(t, heard, `"id":7`, "the stream goes on")
}

func TestAFileInAMessageIsNotTooLarge(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	id := h.greet()
	a := h.post(id, calling(1, "add_candidate_attachment", object{"candidate_id": "x", "attachment": object{"data": strings.Repeat("QUFB", 5<<20), "name": "a.pdf", "type": "CV", "content_type": "application/pdf"}}))
	assert.Equal(t, http.StatusOK, a.status)
	assert.Contains(t, a.body, `"result"`)
}

func TestFewLargeMessagesAreReadAtOnce(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	id := h.greet()
	body := calling(1, "get_tags", object{"where": strings.Repeat(" ", 2<<20)})
	var wg sync.WaitGroup
	for range 3 * largeBodies {
		wg.Go(func() {
			a, err := h.try(t.Context(), http.MethodPost, "/mcp", body, "Mcp-Session-Id", id)
			assert.NoError(t, err)
			assert.Equal(t, http.StatusOK, a.status)
			assert.LessOrEqual(t, len(h.http.large), largeBodies)
		})
	}
	wg.Wait()
	assert.Empty(t, h.http.large)
}

func TestWhatIsNoMessageIsRefusedAndTheNextIsServed(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	id := h.greet()
	ping := rpc(1, "ping", nil)
	for name, c := range map[string]struct {
		body string
		code string
	}{
		"a batch":                {"[" + ping + "," + ping + "]", "-32600"},
		"a batch after spaces":   {" \n\t[" + ping + "]", "-32600"},
		"an empty batch":         {"[]", "-32600"},
		"nothing":                {"", "-32700"},
		"a word":                 {`"ping"`, "-32700"},
		"half an object":         {`{"jsonrpc":`, "-32700"},
		"an object and more":     {ping + ping, "-32700"},
		"a method of no text":    {`{"jsonrpc":"2.0","id":1,"method":7}`, "-32700"},
		"depth":                  {`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}}`, "-32600"},
		"depth without an end":   {`{"a":` + strings.Repeat(`{"a":`, 100_000), "-32600"},
		"depth behind a quote":   {`{"\"[":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + "}", "-32600"},
		"depth behind backslash": {`{"\\":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + "}", "-32600"},
	} {
		a := h.post(id, c.body)
		assert.Equal(t, http.StatusBadRequest, a.status, name)
		assert.Contains(t, a.body, c.code, name)
		assert.Equal(t, http.StatusOK, h.post(id, ping).status, "after %s", name)
	}
	assert.Equal(t, http.StatusOK, h.post(id, rpc(1, "ping", object{"x": strings.Repeat("[", 1000)})).status, "brackets in a text are no depth")
	for _, kind := range []string{"text/plain", "", "application/jsonx", "multipart/form-data; boundary=x"} {
		assert.Equal(t, http.StatusUnsupportedMediaType, h.post(id, ping, "Content-Type", kind).status, kind)
		assert.Equal(t, http.StatusUnsupportedMediaType, h.send(http.MethodPost, h.stream().messages, ping, "Content-Type", kind).status, kind)
	}
}

func FuzzLook(f *testing.F) {
	for _, s := range []string{hello, "[]", "{", `{"method":1}`, `{"params":{"_meta":[]}}`, `{"params":"x","method":"ping"}`, "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := look(raw)
		assert.Equal(t, err == nil, m != nil)
		if m != nil {
			assert.False(t, deeper(m.raw, maxDepth))
		}
	})
}
