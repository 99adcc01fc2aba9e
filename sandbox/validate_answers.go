package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// submittedAnswer is an answer in a request, before it is matched to a question.
type submittedAnswer struct {
	path     string
	question string
	value    any
}

func (o object) submittedAnswers() []submittedAnswer {
	var out []submittedAnswer
	for _, item := range o.objects("screening_question_answers", false) {
		id := item.text("question_id", true)
		v, ok := item.value["answer"]
		if !ok {
			item.fail("answer", "Required")
			continue
		}
		out = append(out, submittedAnswer{path: item.at("answer"), question: id, value: v})
	}
	return out
}

// checkAnswers matches answers to the job's questions. An unknown question gives a
// warning; an invalid answer or a missing required one is an issue. Reads do not show
// the questions that were answered with a file.
func (j *job) checkAnswers(given []submittedAnswer, issues *issueList) (answers []answer, warnings []string) {
	answeredByFile := map[int]bool{}
	for _, g := range given {
		k := slices.IndexFunc(j.questions, func(q question) bool { return q.id.String() == g.question })
		if k < 0 {
			warnings = append(warnings, fmt.Sprintf("Screening question %q does not exist on the job and was ignored.", g.question))
			continue
		}
		q := &j.questions[k]
		switch q.kind {
		case "INFORMATION", "UNKNOWN", "":
			warnings = append(warnings, fmt.Sprintf("Screening question %q has a type that cannot be answered; the answer was not submitted.", q.title))
			continue
		case "FILE":
			checkFileAnswer(q, g, issues)
			answeredByFile[k] = true
			continue
		}
		a, problem := q.parse(g.value)
		if problem != "" {
			issues.add(g.path, problem)
		}
		a.question = k
		answers = append(answers, a)
	}
	slices.SortFunc(answers, func(a, b answer) int { return a.question - b.question })
	j.checkRequired(answers, answeredByFile, issues)
	return answers, warnings
}

func (j *job) checkRequired(answers []answer, answeredByFile map[int]bool, issues *issueList) {
	for k := range j.questions {
		q := &j.questions[k]
		answered := answeredByFile[k] || slices.ContainsFunc(answers, func(a answer) bool { return a.question == k })
		if q.required && !answered && j.applies(q, answers) {
			issues.add("screening_question_answers", fmt.Sprintf("Question %q (%s) is required", q.title, q.id))
		}
	}
}

// parse decodes an answer according to the type of the question. problem is "" if the
// answer is valid.
func (q *question) parse(v any) (a answer, problem string) {
	switch q.kind {
	case "TEXT":
		return q.parseText(v)
	case "NUMBER":
		n, ok := v.(float64)
		switch {
		case !ok:
			return a, "Expected number, received " + typeOf(v)
		case q.min != nil && n < *q.min:
			return a, fmt.Sprintf("Number must be greater than or equal to %g", *q.min)
		case q.max != nil && n > *q.max:
			return a, fmt.Sprintf("Number must be less than or equal to %g", *q.max)
		}
		return answer{number: n}, ""
	case "BOOLEAN":
		b, ok := v.(bool)
		if !ok {
			return a, "Expected boolean, received " + typeOf(v)
		}
		return answer{yes: b}, ""
	case "DATE":
		s, ok := v.(string)
		t, valid := parseDate(s)
		if !ok || !valid {
			return a, "Invalid date. Expected an ISO 8601 date"
		}
		return answer{number: float64(t)}, ""
	case "SINGLE_SELECT":
		s, ok := v.(string)
		if !ok {
			return a, "Expected string, received " + typeOf(v)
		}
		return q.chosenOptions([]any{s})
	default: // MULTI_SELECT
		list, ok := v.([]any)
		if !ok {
			return a, "Expected array, received " + typeOf(v)
		}
		return q.chosenOptions(list)
	}
}

func (q *question) parseText(v any) (a answer, problem string) {
	s, ok := v.(string)
	switch {
	case !ok:
		return a, "Expected string, received " + typeOf(v)
	case q.maxLength > 0 && utf8.RuneCountInString(s) > q.maxLength:
		return a, fmt.Sprintf("String must contain at most %d character(s)", q.maxLength)
	case q.display == "URL" && !isURL(s):
		return a, "Invalid url"
	case q.display == "EMAIL" && !emailPattern.MatchString(s):
		return a, "Invalid email"
	}
	return answer{text: s}, ""
}

// chosenOptions decodes option ids. As in Kombo, names are not accepted.
func (q *question) chosenOptions(list []any) (a answer, problem string) {
	for _, v := range list {
		s, ok := v.(string)
		if !ok {
			return a, "Expected string, received " + typeOf(v)
		}
		k := slices.IndexFunc(q.options, func(o option) bool { return o.id.String() == s })
		if k < 0 {
			return a, "Invalid option ID " + strconv.Quote(s)
		}
		a.chosen |= 1 << k
	}
	return a, ""
}

func checkFileAnswer(q *question, g submittedAnswer, issues *issueList) {
	m, ok := g.value.(map[string]any)
	if !ok {
		issues.add(g.path, "Expected object, received "+typeOf(g.value))
		return
	}
	u := object{path: g.path, value: m, issues: issues}.upload(false)
	if u.mime != "" && len(q.mimes) > 0 && !slices.Contains(q.mimes, u.mime) {
		issues.add(g.path, "File type "+u.mime+" is not accepted")
	}
	if len(u.data) > maxFileBytes {
		issues.add(g.path, "File is too large")
	}
}
