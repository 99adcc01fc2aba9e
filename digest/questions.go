package digest

import (
	"slices"
	"strings"
)

// ScreeningAnswer is a record's answer to one screening question.
type ScreeningAnswer struct {
	title string
	texts []string
}

// NewScreeningAnswer returns the answer to the question of that title. It has
// several texts if several choices were picked; numbers and booleans are passed
// as text. Title and texts are cleaned.
func NewScreeningAnswer(title string, texts ...string) ScreeningAnswer {
	a := ScreeningAnswer{title: Clean(title)}
	for _, s := range texts {
		if s = Clean(s); s != "" {
			a.texts = append(a.texts, s)
		}
	}
	return a
}

// foldQuestion returns the form in which questions are compared.
func foldQuestion(s string) string { return trimQuestion(Fold(Clean(s))) }

// trimQuestion removes punctuation from the end of a question, where people
// leave it out or type it differently.
func trimQuestion(s string) string {
	if bare := strings.TrimRight(s, " ?:.*!"); bare != "" {
		return bare
	}
	return s
}

func findAnswer(answers []ScreeningAnswer, question string) Value {
	found := -1
	for i, a := range answers {
		if equalFolded(trimQuestion(a.title), question) {
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

// isAnswer reports whether the name is answer("question"), not that of a column.
func isAnswer(name string) bool { return strings.HasPrefix(name, "answer(") }

// splitNames splits a list of column names at commas, but not at those within the
// quotes of answer("question").
func splitNames(list string) []string {
	var names []string
	quote, start := rune(0), 0
	add := func(end int) {
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
			add(i)
		}
	}
	add(len(list))
	return names
}

// withAnswers returns the table with a list column added for each
// answer("question") in the lists of names, and the folded questions of these.
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

// seenQuestions records which of the query's questions any record answers, and
// some titles to suggest for the others.
type seenQuestions struct {
	answered map[string]bool
	titles   []string
}

const maxTitles = 6

func (q *seenQuestions) observe(row *Row, asked []string) {
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
		if len(q.titles) < maxTitles && !slices.ContainsFunc(q.titles, func(t string) bool { return strings.EqualFold(t, title) }) {
			q.titles = append(q.titles, title)
		}
	}
}
