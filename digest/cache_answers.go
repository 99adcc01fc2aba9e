package digest

import (
	"encoding/json"
	"slices"
)

// maxAnswersPerWalk is how many answers are stored with each walk: those to its
// latest questions.
const maxAnswersPerWalk = 32

// cachedAnswer is the answer to a question that was computed from a cached walk.
type cachedAnswer struct {
	question string
	answer   *Answer
	size     int
}

// Origin is the cached walk that an answer was computed from, if any.
type Origin struct{ walk *cachedWalk }

// Answer returns the stored answer to a question, or nil. The caller must not
// change it.
func (c *Cache) Answer(question string) *Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.answers[question]
	if w == nil {
		return nil
	}
	e := c.walks[w.key]
	if !c.clock().Before(w.expires) {
		c.evict(e)
		return nil
	}
	c.recent.MoveToFront(e)
	i := slices.IndexFunc(w.answers, func(a cachedAnswer) bool { return a.question == question })
	return w.answers[i].answer
}

// StoreAnswer stores an answer in both of its forms, together with the walk it
// was computed from, and evicts it with that walk: at the latest at the next
// [Cache.Clear]. The question must name everything that the answer depends on
// besides the walk. The answer must not be changed any more. An answer whose
// run read the source, and not a cached walk, is not stored.
func (c *Cache) StoreAnswer(question string, from Origin, a *Answer) {
	w := from.walk
	if w == nil {
		return
	}
	a.render()
	size := 200 + len(question) + 3*(len(a.text)+len(a.raw))
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.walks[w.key]; !ok || e.Value != w || c.answers[question] != nil {
		return
	}
	if len(w.answers) >= maxAnswersPerWalk {
		c.evictAnswer(w, 0)
	}
	if c.used+size > c.maxBytes {
		// An answer is cheap to compute again; a walk is not, so none is evicted.
		return
	}
	c.used += size
	w.size += size
	w.answers = append(w.answers, cachedAnswer{question, a, size})
	c.answers[question] = w
}

// evictAnswer evicts the i-th answer of a walk.
func (c *Cache) evictAnswer(w *cachedWalk, i int) {
	c.used -= w.answers[i].size
	w.size -= w.answers[i].size
	delete(c.answers, w.answers[i].question)
	w.answers = slices.Delete(w.answers, i, i+1)
}

// render computes both forms of the answer, once.
func (a *Answer) render() {
	if a.raw == nil {
		a.text, a.raw = a.Text(), []byte(marshal(a))
	}
}

// MarshalJSON implements [json.Marshaler]. A cached answer is not encoded again.
func (a *Answer) MarshalJSON() ([]byte, error) {
	if a.raw != nil {
		return a.raw, nil
	}
	type form Answer
	return json.Marshal((*form)(a))
}
