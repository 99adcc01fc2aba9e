package tools

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// keptAnswer gives the answer that was kept for the same question, with its
// walk, or else makes it. An answer is not kept that knows more than the walk
// does: of other lists, of the integration, of what was just written.
func (l *listing[A, F, T]) keptAnswer(ctx context.Context) (*digest.Answer, error) {
	if l.Progress != nil {
		return l.answer(ctx)
	}
	question := l.question()
	if !l.justWritten() {
		if a := l.keeper.Answer(question); a != nil {
			return a, nil
		}
	}
	a, err := l.answer(ctx)
	if err != nil {
		return nil, err
	}
	if a.Summary.Matched > 0 && l.of.needsOf(l.plan.Uses) == 0 && !l.justWritten() {
		l.keeper.StoreAnswer(question, l.origin, a)
	}
	return a, nil
}

// question names all that an answer depends on beside its walk. What compares
// with the present is at most a minute old, as the walk is.
func (l *listing[A, F, T]) question() string {
	raw, err := json.Marshal(l.args)
	if err != nil {
		// It cannot fail: the arguments are texts, numbers and lists of them.
		return ""
	}
	return l.name + l.cfg.Now().UTC().Format(time.RFC3339[:16]) + string(raw)
}

// justWritten tells whether an answer has something to tell of recent writes.
func (l *listing[A, F, T]) justWritten() bool {
	return l.recent.room(&l.of.resource, l.cfg.Now()) > 0
}
