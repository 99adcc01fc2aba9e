package privacy_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

func text(t *testing.T, record any) string {
	t.Helper()
	raw, err := json.Marshal(record)
	require.NoError(t, err)
	return string(raw)
}

func TestACandidateIsMaskedWholly(t *testing.T) {
	c := anna()
	maskOf(t).Candidate(c, &privacy.Identity{})
	got := text(t, c)
	for _, v := range []string{"nna", "erg", "mail.example", "1234567", "social.example", "Street", "Bonn"} {
		assert.NotContains(t, got, v)
	}
	assert.Contains(t, got, `"Top"`)
	assert.Equal(t, "c1", c.ID)
}

func TestARecordIsMaskedWithWhatIsKnownFromElsewhere(t *testing.T) {
	who := privacy.OfCandidate(anna())
	a := &kombo.Application{ID: "a1", CandidateID: "c1", RejectionReasonName: "lives in Bonn", Job: &kombo.JobRef{Name: "Bonn office"}}
	maskOf(t).Application(a, &who)
	assert.NotContains(t, a.RejectionReasonName, "Bonn")
	assert.Equal(t, "Bonn office", a.Job.Name, "the name of a job is nobody's")

	i := &kombo.Interview{Title: "Anna and Ina", Application: &kombo.InterviewApplication{Candidate: &kombo.CandidateRef{ID: "c1", FirstName: "Anna"}},
		Users: []kombo.Interviewer{{FirstName: "Anna", LastName: "Interviewer"}}}
	seen := privacy.Identity{}
	maskOf(t).Interview(i, &seen)
	assert.Regexp(t, `^Person [A-Z2-7]{10} and Ina$`, i.Title)
	assert.Equal(t, "Anna", i.Users[0].FirstName, "interviewers are not masked")
	assert.Equal(t, "c1", seen.ID)
}

func TestFreeTextAboutSomeoneUnknownIsRemoved(t *testing.T) {
	a := &kombo.Application{ID: "a1", CustomFields: map[string]any{"x": "Anna"}, RemoteURL: "https://ats.example/anna",
		Interviews: []kombo.ApplicationInterview{{Title: "Anna"}}}
	maskOf(t).Application(a, &privacy.Identity{})
	i := &kombo.Interview{Title: "Anna", VideoConferencingURL: "https://x.example/anna"}
	maskOf(t).Interview(i, &privacy.Identity{})
	o := &kombo.Offer{CustomFields: map[string]any{"x": "Anna"}}
	maskOf(t).Offer(o, &privacy.Identity{})
	for _, record := range []any{a, i, o} {
		assert.NotContains(t, text(t, record), "nna")
	}
}

func TestAnIDThatIsAnAddressIsMasked(t *testing.T) {
	c := anna()
	c.RemoteID = "anna.berg@mail.example"
	maskOf(t, "contact").Candidate(c, &privacy.Identity{})
	assert.Regexp(t, `^\[contact `, c.RemoteID)
	c = anna()
	c.RemoteID = "anna-berg-778"
	maskOf(t, "name").Candidate(c, &privacy.Identity{})
	assert.Regexp(t, `^Person [A-Z2-7]{10}-778$`, c.RemoteID)
	c = anna()
	c.RemoteID = "0151-7654-3210"
	maskOf(t, "contact").Candidate(c, &privacy.Identity{})
	assert.Equal(t, "0151-7654-3210", c.RemoteID, "a number there is the ATS's own")
}

func TestIdentitiesAreMerged(t *testing.T) {
	who := privacy.OfApplication(&kombo.Application{CandidateID: "c1", Candidate: &kombo.ApplicationCandidate{FirstName: "Anna"}})
	assert.True(t, who.Known())
	assert.Equal(t, "Bonn", maskOf(t, "address").Text("Bonn", who))
	who.Merge(privacy.OfCandidate(anna()))
	assert.NotEqual(t, "Bonn", maskOf(t, "address").Text("Bonn", who))
	assert.False(t, new(privacy.Identity).Known())

	entered := privacy.OfCandidate(&kombo.Candidate{ID: "c2", FirstName: "Eve", LastName: "Stone", EmailAddresses: []kombo.Email{{EmailAddress: "eve@x.example"}},
		SocialMedia: []kombo.SocialLink{{Link: "https://social.example/evestone"}}, Location: &kombo.Location{City: "Ulmtown"}})
	got := maskOf(t).Text("Eve Stone eve@x.example social.example/evestone Ulmtown", entered)
	assert.Regexp(t, `^Person \w+ +\[contact \w+\] \[profile \w+\] \[address \w+\]$`, got)
}

func TestCountryCodesAndColleaguesStay(t *testing.T) {
	who := kombo.Candidate{ID: "x", FirstName: "Ana", LastName: "De Silva"}
	k := privacy.OfCandidate(&who)
	i := kombo.Interview{Title: "With Ana", Location: &kombo.Location{City: "Berlin", Country: "DE"}, Application: &kombo.InterviewApplication{Candidate: &kombo.CandidateRef{ID: "x"}}}
	maskOf(t).Interview(&i, &k)
	assert.Equal(t, "DE", i.Location.Country)
	assert.NotContains(t, i.Title, "Ana")
}
