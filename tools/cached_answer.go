package tools

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// answer gives the cached answer to the same question, or else makes it. An answer
// is not cached that rests on more than its walk: on other lists, on the
// integration, on what was just written.
func (t *listTool) answer(ctx context.Context, c *call, q question) (*digest.Answer, error) {
	key := t.cacheKey(c, q)
	useCache := c.Progress == nil
	if useCache && !t.justWritten(c) {
		if a := c.keeper.Answer(key); a != nil {
			return a, nil
		}
	}
	r, err := t.resolve(ctx, c, q)
	if err != nil {
		return nil, err
	}
	w := newWalk(c, r)
	a, err := w.answer(ctx)
	if err != nil {
		return nil, err
	}
	if useCache && a.Summary.Matched > 0 && w.lookups == nil && !t.justWritten(c) {
		c.keeper.StoreAnswer(key, w.origin, a)
	}
	return a, nil
}

// cacheKey names all that an answer depends on beside its walk. What is compared
// with the present is at most a minute old, as the walk is.
func (t *listTool) cacheKey(c *call, q question) string {
	raw, err := json.Marshal(q.arguments)
	if err != nil {
		// It cannot fail: the arguments are texts, numbers and lists of them.
		return ""
	}
	return t.name + c.cfg.Now().UTC().Format(time.RFC3339[:16]) + string(raw)
}

// justWritten reports whether an answer has to mention recent writes.
func (t *listTool) justWritten(c *call) bool { return c.recent.room(t.of, c.cfg.Now()) > 0 }
