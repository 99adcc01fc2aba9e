package tools

import (
	"context"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// protected are the questions whose answers must not reach whoever decides on
// an application: those that a job marks as equal-opportunity or demographic.
// Reads of answers carry no such mark, so they are told by remote id and title.
type protected struct {
	remoteIDs, titles map[string]bool
}

// protectedWords tell such a question where the ATS gives no category. Whole
// words, folded.
var protectedWords = []string{
	"gender", "sex", "pronouns", "ethnicity", "ethnic", "race", "racial", "hispanic", "latino", "veteran", "disability", "disabled",
	"sexual orientation", "transgender", "religion", "religious", "marital status", "date of birth", "how old are you", "nationality",
	"geschlecht", "schwerbehinderung", "behinderung", "religionszugehorigkeit", "familienstand", "geburtsdatum", "staatsangehorigkeit",
	"genre", "sexe", "handicap", "discapacidad", "genero",
}

// protectedQuestions collects them from all jobs, deleted ones too. An ATS
// whose jobs cannot be read leaves only the words to go by.
func (b *Toolbox) protectedQuestions(ctx context.Context) (*protected, error) {
	p := &protected{remoteIDs: map[string]bool{}, titles: map[string]bool{}}
	jobs, err := b.directories.allJobs(ctx)
	switch kombo.CodeOf(err) {
	case kombo.CodeModelNotAvailable, kombo.CodeModelDisabled:
		return p, nil
	}
	if err != nil {
		return nil, err
	}
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
	return p, nil
}

func (p *protected) is(q kombo.AnsweredQuestion) bool {
	return q.RemoteID != "" && p.remoteIDs[q.RemoteID] || p.title(q.Title)
}

// asked tells whether answer("question") means a protected question.
func (p *protected) asked(question string) bool {
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

// title tells by the words of a question alone.
func (p *protected) title(title string) bool {
	folded := digest.Fold(digest.Clean(title))
	return p.titles[folded] || mentionsProtected(folded)
}

func mentionsProtected(folded string) bool {
	padded := " " + strings.Join(strings.FieldsFunc(folded, notLetter), " ") + " "
	return slices.ContainsFunc(protectedWords, func(w string) bool { return strings.Contains(padded, " "+w+" ") })
}

// strip takes the protected answers out of an application and tells how many.
func (p *protected) strip(a *application) int {
	before := len(a.ScreeningQuestionAnswers)
	a.ScreeningQuestionAnswers = slices.DeleteFunc(a.ScreeningQuestionAnswers, func(s kombo.ScreeningAnswer) bool { return p.is(s.Question) })
	return before - len(a.ScreeningQuestionAnswers)
}
