package tools

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// answer gives the cached answer to the same question, or else makes it. What an
// answer costs once its walk is cached is counting its tokens and encoding it: a list
// of jobs that is asked for again takes a tenth of the time. An answer is not cached
// that rests on more than its walk: on other lists, on the integration, on what was
// just written.
func (t *listTool) answer(ctx context.Context, d *listDeps, q question) (*digest.Answer, error) {
	key := t.cacheKey(d, q)
	useCache := d.progress == nil
	if useCache && !t.justWritten(d) {
		if a := d.cache.Answer(key); a != nil {
			return a, nil
		}
	}
	r, err := t.resolve(ctx, d, q)
	if err != nil {
		return nil, err
	}
	w := newWalk(d, r)
	a, err := w.run(ctx)
	if err != nil {
		return nil, err
	}
	d.recent.AddNotes(t.of, d.now, a)
	for _, note := range w.emptyNotes(ctx, &a.Summary) {
		a.AddNote(note)
	}
	if useCache && a.Summary.Matched > 0 && w.lookups == nil && !t.justWritten(d) {
		d.cache.StoreAnswer(key, w.origin, a)
	}
	return a, nil
}

// cacheKey names all that an answer depends on beside its walk. What is compared
// with the present is at most a minute old, as the walk is.
func (t *listTool) cacheKey(d *listDeps, q question) string {
	raw, err := json.Marshal(q.arguments)
	if err != nil {
		// It cannot fail: the arguments are texts, numbers and lists of them.
		return ""
	}
	return t.name + d.now.UTC().Format(time.RFC3339[:16]) + string(raw)
}

// justWritten reports whether an answer has to mention recent writes.
func (t *listTool) justWritten(d *listDeps) bool { return d.recent.Tokens(t.of, d.now) > 0 }
