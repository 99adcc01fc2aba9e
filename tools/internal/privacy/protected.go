package privacy

import (
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// Protected are the screening questions about equal opportunity and demographics,
// whose answers must not serve decisions. Jobs mark them; answers carry no such mark
// and are recognized by the question's remote id, its title or its words.
type Protected struct {
	remoteIDs, titles map[string]bool
}

// protectedWords indicate a protected question that the ATS does not mark: whole
// words, folded.
var protectedWords = []string{
	"gender", "sex", "pronouns", "ethnicity", "ethnic", "race", "racial", "hispanic", "latino", "veteran", "disability", "disabled",
	"sexual orientation", "transgender", "religion", "religious", "marital status", "date of birth", "how old are you", "nationality",
	"geschlecht", "schwerbehinderung", "behinderung", "religionszugehorigkeit", "familienstand", "geburtsdatum", "staatsangehorigkeit",
	"genre", "sexe", "handicap", "discapacidad", "genero",
}

// NewProtected collects the protected questions of jobs. Without jobs the words of a
// question alone tell that it is protected.
func NewProtected(jobs []kombo.Job) *Protected {
	p := &Protected{remoteIDs: map[string]bool{}, titles: map[string]bool{}}
	for _, j := range jobs {
		for _, q := range j.ScreeningQuestions {
			if q.Category == "" {
				continue
			}
			if q.RemoteID != "" {
				p.remoteIDs[q.RemoteID] = true
			}
			p.titles[digest.Fold(digest.Clean(q.Title))] = true
		}
	}
	return p
}

func (p *Protected) is(q kombo.AnsweredQuestion) bool {
	return q.RemoteID != "" && p.remoteIDs[q.RemoteID] || p.Title(q.Title)
}

// Asked reports whether answer("question"), folded, means a protected question.
func (p *Protected) Asked(question string) bool {
	if mentionsProtected(question) {
		return true
	}
	for title := range p.titles {
		if strings.TrimRight(title, " ?:.*!") == question {
			return true
		}
	}
	return false
}

// Title reports whether a title is that of a protected question.
func (p *Protected) Title(title string) bool {
	folded := digest.Fold(digest.Clean(title))
	return p.titles[folded] || mentionsProtected(folded)
}

func mentionsProtected(folded string) bool {
	padded := " " + strings.Join(strings.FieldsFunc(folded, notLetter), " ") + " "
	return slices.ContainsFunc(protectedWords, func(w string) bool { return strings.Contains(padded, " "+w+" ") })
}

// Strip removes the protected answers from an application and returns their number.
func (p *Protected) Strip(a *kombo.Application) int {
	before := len(a.ScreeningQuestionAnswers)
	a.ScreeningQuestionAnswers = slices.DeleteFunc(a.ScreeningQuestionAnswers, func(s kombo.ScreeningAnswer) bool { return p.is(s.Question) })
	return before - len(a.ScreeningQuestionAnswers)
}
