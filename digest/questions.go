package digest

import (
	"slices"
	"strings"
)

// ScreeningAnswer is one answered screening question of a record.
type ScreeningAnswer struct {
	title string
	texts []string
}

// NewScreeningAnswer is an answer with its cleaned texts (several for a
// multiple-choice question); numbers and booleans come as their text.
func NewScreeningAnswer(title string, texts ...string) ScreeningAnswer {
	a := ScreeningAnswer{title: Clean(title)}
	for _, s := range texts {
		if s = Clean(s); s != "" {
			a.texts = append(a.texts, s)
		}
	}
	return a
}

// foldQuestion is the form in which questions are compared.
func foldQuestion(s string) string { return bareQuestion(Fold(Clean(s))) }

// bareQuestion is a question without the marks at its end, which people leave
// out or type differently.
func bareQuestion(s string) string {
	if bare := strings.TrimRight(s, " ?:.*!"); bare != "" {
		return bare
	}
	return s
}

func findAnswer(answers []ScreeningAnswer, question string) Value {
	found := -1
	for i, a := range answers {
		if equalFolded(bareQuestion(a.title), question) {
			found = i
			break
		}
		if containsFolded(a.title, question) {
			if found >= 0 {
				return Missing
			}
			found = i
		}
	}
	if found < 0 || len(answers[found].texts) == 0 {
		return Missing
	}
	return Value{kind: KindList, str: strings.Join(answers[found].texts, listSep)}
}

// isAnswer tells whether a name is answer("question") and not a column's.
func isAnswer(name string) bool { return strings.HasPrefix(name, "answer(") }

// splitNames parts a list of column names at its commas, but not at those
// within the quotes of answer("question").
func splitNames(list string) []string {
	var names []string
	quote, start := rune(0), 0
	take := func(end int) {
		if name := strings.TrimSpace(list[start:end]); name != "" {
			names = append(names, name)
		}
		start = end + 1
	}
	for i, r := range list {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == ',':
			take(i)
		}
	}
	take(len(list))
	return names
}

// withAnswers gives the table a list column for each answer("question") among
// the names, and the folded questions of these.
func withAnswers(t *Table, lists []string) (*Table, []string) {
	if !t.HasAnswers {
		return t, nil
	}
	out := *t
	out.Columns = slices.Clone(t.Columns)
	var questions []string
	for _, list := range lists {
		for _, name := range splitNames(list) {
			inner, ok := strings.CutPrefix(name, "answer(")
			inner, closed := strings.CutSuffix(strings.TrimSpace(inner), ")")
			inner = strings.Trim(strings.TrimSpace(inner), `"'`)
			question := foldQuestion(inner)
			if !ok || !closed || question == "" {
				continue
			}
			if out.index(name) < 0 {
				out.Columns = append(out.Columns, Column{Name: name, Kind: KindList})
				questions = append(questions, question)
			}
		}
	}
	return &out, questions
}

// questions remembers which of the asked questions any record answers, and
// some titles to suggest otherwise.
type questions struct {
	answered map[string]bool
	titles   []string
}

const maxTitles = 6

func (q *questions) see(row *Row, asked []string) {
	if q.answered == nil {
		q.answered = map[string]bool{}
	}
	all := true
	for _, question := range asked {
		if !q.answered[question] {
			q.answered[question] = !findAnswer(row.Answers, question).IsMissing()
			all = all && q.answered[question]
		}
	}
	if all {
		return
	}
	for _, a := range row.Answers {
		title := shorten(a.title, 2*labelRunes)
		if len(q.titles) < maxTitles && !containsString(q.titles, title) {
			q.titles = append(q.titles, title)
		}
	}
}

func containsString(list []string, s string) bool {
	for _, e := range list {
		if strings.EqualFold(e, s) {
			return true
		}
	}
	return false
}
