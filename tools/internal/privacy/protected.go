package privacy

import (
	"slices"
	"strings"
	"sync"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// Protected are the screening questions about protected topics (age, birth,
// nationality, family, disability, health, religion, orientation, gender, ethnicity,
// military service, union, politics), whose answers must not serve decisions. Jobs mark
// some of them; answers carry no such mark and are recognized by the question's remote
// id, its title, its words and the form of the answer.
//
// It is safe for concurrent use.
type Protected struct {
	// remoteIDs and titles of the questions of jobs: true if protected, false if not.
	// Both are folded.
	remoteIDs, titles map[string]bool
	// marked are the words of the protected titles, for titles that differ slightly.
	marked [][]string
	byName memo[bool]
}

// NewProtected collects the protected questions of jobs. Without jobs, a question
// is recognized by its words alone.
func NewProtected(jobs []kombo.Job) *Protected {
	p := &Protected{remoteIDs: map[string]bool{}, titles: map[string]bool{}}
	var byOptions []string
	for i := range jobs {
		for k := range jobs[i].ScreeningQuestions {
			q := &jobs[i].ScreeningQuestions[k]
			id, title := foldedID(q.RemoteID), foldedTitle(q.Title)
			optional := hasProtectedOptions(q)
			protected := q.Category != "" || optional || isProtectedText(questionText(q))
			p.remoteIDs[id] = p.remoteIDs[id] || protected
			if protected && optional && q.Category == "" {
				// Other questions may have the same title, such as "Please choose".
				byOptions = append(byOptions, title)
				continue
			}
			p.titles[title] = p.titles[title] || protected
		}
	}
	for _, title := range byOptions {
		if _, elsewhere := p.titles[title]; !elsewhere {
			p.titles[title] = true
		}
	}
	// What has no id or no title is not recognized by it.
	delete(p.remoteIDs, "")
	delete(p.titles, "")
	for title, protected := range p.titles {
		if words := titleWords(title); protected && len(words) > 0 {
			p.marked = append(p.marked, words)
		}
	}
	return p
}

// questionText is what a question of a job asks: its title, or its description if it
// has none.
func questionText(q *kombo.ScreeningQuestion) string {
	if foldedTitle(q.Title) == "" {
		return q.Description
	}
	return q.Title
}

// Question reports whether a question of a job is protected.
func (p *Protected) Question(q *kombo.ScreeningQuestion) bool {
	return q.Category != "" || p.remoteIDs[foldedID(q.RemoteID)] || hasProtectedOptions(q) || p.Title(questionText(q))
}

// answered reports whether an answer must not be shown.
func (p *Protected) answered(s *kombo.ScreeningAnswer) bool {
	id := foldedID(s.Question.RemoteID)
	protected, known := p.remoteIDs[id]
	switch {
	case protected, p.Title(s.Question.Title), isProtectedText(id), isProtectedAnswer(&s.Answer):
		return true
	case foldedTitle(s.Question.Title) == "":
		// Nobody can say what was asked.
		return !known
	}
	return false
}

// Title reports whether a title, or what answer("…") asks for, is that of a protected
// question.
func (p *Protected) Title(title string) bool {
	return p.byName.get(title, func() bool { return isProtectedText(title) || p.marks(foldedTitle(title)) })
}

// marks reports whether jobs mark the question with a title, or one with almost the
// same.
func (p *Protected) marks(title string) bool {
	if protected, known := p.titles[title]; known {
		return protected
	}
	words := titleWords(title)
	return slices.ContainsFunc(p.marked, func(m []string) bool { return similar(m, words) })
}

// similar reports whether three of four words of two titles are the same.
func similar(a, b []string) bool {
	shared, rest := 0, slices.Clone(b)
	for _, w := range a {
		if i := slices.Index(rest, w); i >= 0 {
			shared++
			rest = slices.Delete(rest, i, i+1)
		}
	}
	return shared > 0 && 4*shared >= 3*max(len(a), len(b))
}

// titleWords are the words of a folded title, without numbers.
func titleWords(folded string) []string {
	words := strings.FieldsFunc(folded, func(r rune) bool { return !isLetterOrDigit(r) })
	return slices.DeleteFunc(words, func(w string) bool { return isDigit(w[0]) })
}

func foldedTitle(title string) string {
	return strings.Trim(strings.Join(strings.Fields(foldQuestionText(title)), " "), " ?:.*!")
}

func foldedID(id string) string { return strings.TrimSpace(digest.Fold(digest.Clean(id))) }

// Strip removes the protected answers from an application and returns their number.
func (p *Protected) Strip(a *kombo.Application) int {
	before := len(a.ScreeningQuestionAnswers)
	a.ScreeningQuestionAnswers = slices.DeleteFunc(a.ScreeningQuestionAnswers, func(s kombo.ScreeningAnswer) bool { return p.answered(&s) })
	for i := range a.ScreeningQuestionAnswers {
		answer := &a.ScreeningQuestionAnswers[i].Answer
		answer.Raw, _ = stripValue(answer.Raw)
		if left, n := stripJSON(answer.Content); n > 0 {
			answer.Content = wording.JSON(left)
		}
	}
	return before - len(a.ScreeningQuestionAnswers)
}

// isProtectedText reports whether the words of a title, or of the name of a custom field,
// in any language, ask about a protected topic.
func isProtectedText(title string) bool {
	return protectedTexts.get(title, func() bool { return topics().of(title) != "" })
}

// protectedTexts remembers what was said of a text, since the same few questions are
// answered in each of many thousand applications.
var protectedTexts memo[bool]

// memo remembers some values by text. It is safe for concurrent use.
type memo[T any] struct {
	mu     sync.RWMutex
	values map[string]T
}

// Long texts are not remembered, and all are forgotten when there are too many: 4 MB.
const (
	memoTexts = 8000
	memoBytes = 500
)

func (m *memo[T]) get(text string, compute func() T) T {
	m.mu.RLock()
	v, ok := m.values[text]
	m.mu.RUnlock()
	if ok {
		return v
	}
	v = compute()
	if len(text) > memoBytes {
		return v
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil || len(m.values) >= memoTexts {
		m.values = map[string]T{}
	}
	m.values[strings.Clone(text)] = v
	return v
}
