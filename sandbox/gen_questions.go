package sandbox

import "fmt"

// Titles of questions, which applications repeat with the answers.
const (
	askLanguage = "What is your main programming language?"
	askDegree   = "What is your highest degree?"
	askYears    = "How many years of relevant experience do you have?"
)

func choice(title string, required bool, names ...string) question {
	q := question{title: title, kind: "SINGLE_SELECT", display: "DROPDOWN", required: required, precondition: none}
	for _, n := range names {
		q.options = append(q.options, option{name: n})
	}
	return q
}

func ask(kind, title string, required bool) question {
	return question{title: title, kind: kind, required: required, precondition: none}
}

// questionsFor returns the questions of the i-th job. A precondition refers to an earlier
// question of the same job.
func questionsFor(i int, j *job) []question {
	if j.status == "DRAFT" || j.deleted != 0 || i == 3 {
		return nil
	}
	var qs []question
	if j.category == "Technical Job" {
		qs = append(qs, choice(askLanguage, true, "Go", "Java", "Python", "TypeScript", "C++", "Other"))
		other := ask("TEXT", "Which other language is it?", true)
		other.display, other.maxLength, other.precondition, other.preconditionOptions = "SINGLE_LINE", 40, 0, []int{5}
		qs = append(qs, other)
	} else {
		qs = append(qs, choice(askDegree, i%2 == 0, "Apprenticeship", "Bachelor", "Master", "Doctorate", "None"))
		qs[0].display = "RADIO"
	}
	low, high := 0.0, 40.0
	years := ask("NUMBER", askYears, true)
	years.display, years.min, years.max = "FIELD", &low, &high
	qs = append(qs, years)
	permit := len(qs)
	qs = append(qs, ask("BOOLEAN", "Do you already have a work permit for the EU?", i%3 == 0))
	which := ask("TEXT", "Which permit would you need?", true)
	which.display, which.description = "MULTI_LINE", "<p>We support you with the <b>Blue Card</b>.</p>"
	which.precondition, which.preconditionBool = permit, false
	qs = append(qs, which)
	return append(qs, moreQuestions(i)...)
}

func moreQuestions(i int) []question {
	var qs []question
	if i%2 == 0 {
		spoken := choice("Which languages do you speak?", false, "German", "English", "French", "Polish", "Turkish", "Arabic")
		spoken.kind, spoken.display = "MULTI_SELECT", ""
		qs = append(qs, spoken)
	}
	qs = append(qs, ask("DATE", "When could you start?", false))
	switch i % 4 {
	case 0:
		link := ask("TEXT", "Link to your portfolio or code", false)
		link.display = "URL"
		sample := ask("FILE", "Work sample", false)
		sample.mimes = []string{mimePDF, mimePNG}
		qs = append(qs, link, sample, choice("Gender", false, "Female", "Male", "Non-binary", "I prefer not to say"))
		qs[len(qs)-1].category = "EEO"
		qs[len(qs)-1].description = "<p>Voluntary. Your answer is not used in the hiring decision.</p>"
	case 1:
		qs = append(qs, ask("INFORMATION", "How we treat your data", false), choice("Age group", false, "Under 30", "30 to 50", "Over 50"))
		qs[len(qs)-1].category = "DEMOGRAPHIC"
		qs[len(qs)-2].description = "<p>We keep your application for six months.</p>"
	case 2:
		qs = append(qs, choice("Are you a protected veteran?", false, "Yes", "No", "I prefer not to say"))
		qs[len(qs)-1].category = "EEO"
		qs = append(qs, ask("UNKNOWN", "Record a short video", false))
	default:
		// Some ATS deliver such questions without a category.
		qs = append(qs, choice("Race / ethnicity", false, "Asian", "Black", "Hispanic", "White", "Two or more", "Decline to answer"))
		qs = append(qs, ask("", "A question of a kind without a format", false))
	}
	return qs
}

func (g *gen) makeQuestions(i int) {
	j := &g.st.jobs[i]
	j.questions = questionsFor(i, j)
	for k := range j.questions {
		q := &j.questions[k]
		number := uint64(i*32 + k) //nolint:gosec // never negative
		q.id = makeID(g.st.seed, questionSpace+number)
		q.remote = fmt.Sprintf("q-%d-%d", j.remote, k+1)
		for o := range q.options {
			q.options[o].id = makeID(g.st.seed, optionSpace+number*16+uint64(o))
		}
	}
}
