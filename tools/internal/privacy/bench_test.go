package privacy_test

import (
	"fmt"
	"testing"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

// benchRows is the number of applications that are masked in one go.
const benchRows = 5000

func benchApplications() []kombo.Application {
	firsts, lasts := []string{"Anna", "Jörg", "Łukasz", "Marie-Claire", "Tom"}, []string{"Müller", "Nowak", "O'Brien", "van der Berg", "Smith"}
	out := make([]kombo.Application, benchRows)
	for i := range out {
		first, last := firsts[i%5], lasts[i/5%5]
		out[i] = kombo.Application{
			ID: fmt.Sprintf("A%023d", i), RemoteID: fmt.Sprint(4_012_000_000 + i), CandidateID: fmt.Sprintf("C%023d", i),
			Candidate: &kombo.ApplicationCandidate{
				ID: fmt.Sprintf("C%023d", i), FirstName: first, LastName: last, Source: "LinkedIn",
				EmailAddresses: []kombo.Email{{EmailAddress: fmt.Sprintf("person%d@mail.example", i)}}, PhoneNumbers: []kombo.Phone{{PhoneNumber: fmt.Sprintf("+49 170 %07d", i)}},
				Tags: []kombo.TagRef{{Name: "top"}, {Name: "referral 2024"}},
			},
			RejectionReasonName: "Salary expectations of 60,000 - 75,000 EUR", RemoteURL: fmt.Sprintf("https://ats.example/people/%d", 4_012_000_000+i),
			ScreeningQuestionAnswers: []kombo.ScreeningAnswer{
				{Question: kombo.AnsweredQuestion{Title: "Why do you want to work here?"}, Answer: kombo.AnswerValue{Content: "I have worked with Go since 2019-03-01 and would like to build tools that people use at work; see https://acme.example/blog. My notice period is 3 months."}},
				{Question: kombo.AnsweredQuestion{Title: "Erfahrung?"}, Answer: kombo.AnswerValue{Content: "Über fünf Jahre in größeren Teams, zuletzt in München."}},
			},
		}
	}
	return out
}

// BenchmarkMask masks a table of 5,000 applications.
func BenchmarkMask(b *testing.B) {
	for _, categories := range [][]string{{"contact"}, {"name"}, privacy.Categories()} {
		b.Run(fmt.Sprint(categories), func(b *testing.B) {
			m := maskOf(b, categories...)
			for b.Loop() {
				b.StopTimer()
				list := benchApplications()
				b.StartTimer()
				for i := range list {
					m.Application(&list[i], &privacy.Identity{})
				}
			}
		})
	}
}
