package digest

import (
	"encoding/json"
	"slices"
)

// keptAnswers is how many answers are kept with each walk: those of its latest
// questions.
const keptAnswers = 32

// keptAnswer is an answer that a kept walk gave to a question.
type keptAnswer struct {
	question string
	answer   *Answer
	size     int
}

// Origin is the kept walk that an answer comes from, if any.
type Origin struct{ walk *keptWalk }

// Answer gives the answer that was kept for a question, nil where there is
// none. Nobody may change it.
func (k *Cache) Answer(question string) *Answer {
	k.mu.Lock()
	defer k.mu.Unlock()
	w := k.answers[question]
	if w == nil {
		return nil
	}
	e := k.kept[w.key]
	if !k.clock().Before(w.until) {
		k.drop(e)
		return nil
	}
	k.recent.MoveToFront(e)
	i := slices.IndexFunc(w.answers, func(a keptAnswer) bool { return a.question == question })
	return w.answers[i].answer
}

// StoreAnswer keeps an answer that a kept walk gave, in both of its forms, until
// that walk goes: at the latest with the next write. The question names all
// that the answer depends on beside the walk. Nobody may change the answer any
// more. One that comes from no kept walk is not kept.
func (k *Cache) StoreAnswer(question string, from Origin, a *Answer) {
	w := from.walk
	if w == nil {
		return
	}
	a.finish()
	size := 200 + len(question) + 3*(len(a.text)+len(a.raw))
	k.mu.Lock()
	defer k.mu.Unlock()
	if e, ok := k.kept[w.key]; !ok || e.Value != w || k.answers[question] != nil {
		return
	}
	if len(w.answers) >= keptAnswers {
		k.forget(w, 0)
	}
	if k.used+size > k.bytes {
		// Answers are quickly made again; walks are not.
		return
	}
	k.used += size
	w.size += size
	w.answers = append(w.answers, keptAnswer{question, a, size})
	k.answers[question] = w
}

// forget drops one answer of a walk.
func (k *Cache) forget(w *keptWalk, i int) {
	k.used -= w.answers[i].size
	w.size -= w.answers[i].size
	delete(k.answers, w.answers[i].question)
	w.answers = slices.Delete(w.answers, i, i+1)
}

// finish makes both forms of an answer, once.
func (a *Answer) finish() {
	if a.raw == nil {
		a.text, a.raw = a.Text(), []byte(marshal(a))
	}
}

// MarshalJSON implements json.Marshaler: the form that was kept, where one was.
func (a *Answer) MarshalJSON() ([]byte, error) {
	if a.raw != nil {
		return a.raw, nil
	}
	type form Answer
	return json.Marshal((*form)(a))
}
