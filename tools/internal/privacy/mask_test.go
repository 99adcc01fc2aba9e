package privacy_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

func maskOf(t require.TestingT, categories ...string) *privacy.Mask {
	if len(categories) == 0 {
		categories = privacy.Categories()
	}
	m, err := privacy.New(categories, []byte("a secret"))
	require.NoError(t, err)
	return m
}

func anna() *kombo.Candidate {
	return &kombo.Candidate{
		ID: "c1", FirstName: "Ánna", LastName: "Müller-Berg",
		EmailAddresses: []kombo.Email{{EmailAddress: "anna.berg@mail.example"}},
		PhoneNumbers:   []kombo.Phone{{PhoneNumber: "+49 170 1234567"}},
		SocialMedia:    []kombo.SocialLink{{Link: "https://www.social.example/in/annaberg/", Username: "annab"}},
		Location:       &kombo.Location{Street1: "Long Street 5", City: "Bonn", Country: "DE"},
		Tags:           []kombo.TagRef{{Name: "Top"}},
		CustomFields:   map[string]any{"about": []any{"Call Anna at 0170/1234567", map[string]any{"x": "Bonn"}}},
	}
}

func TestAMaskHidesItsCategoriesAlone(t *testing.T) {
	for _, c := range privacy.Categories() {
		m := maskOf(t, " "+c+" ")
		assert.Equal(t, []string{c}, m.Categories())
		for _, other := range privacy.Categories() {
			assert.Equal(t, c == other, m.Hides(privacy.Category(other)))
		}
		assert.False(t, m.Hides(""))
	}
	_, err := privacy.New([]string{"face"}, nil)
	assert.EqualError(t, err, `"face" cannot be masked: it must be one of contact, name, address, social`)
}

func TestNoMaskHidesNothing(t *testing.T) {
	m, err := privacy.New(nil, nil)
	require.NoError(t, err)
	require.Nil(t, m)
	who, c := privacy.OfCandidate(anna()), anna()
	m.Candidate(c, &privacy.Identity{})
	assert.Equal(t, anna(), c)
	for _, s := range []string{m.Text("Anna\u202e", who), m.WithholdText("Anna\u202e", privacy.Concern{SomeoneUnknown: true})} {
		assert.Equal(t, "Anna\u202e", s)
	}
	fails := errors.New("Anna failed")
	assert.Nil(t, m.Hider(who))
	assert.Equal(t, fails, m.Error(fails, func(string) string { return "" }))
	assert.Equal(t, fails, m.Withhold(fails, privacy.Concern{SomeoneUnknown: true}))
	assert.Empty(t, m.Categories())
	files := []kombo.Attachment{{FileName: "Anna.pdf"}}
	m.FileNames(files, who)
	assert.Equal(t, "Anna.pdf", files[0].FileName)
}

func TestPersonalDataIsFoundHoweverItIsWritten(t *testing.T) {
	who := privacy.OfCandidate(anna())
	for category, texts := range map[string][]string{
		"contact": {"anna.berg@mail.example", "ANNA.BERG@MAIL.EXAMPLE", "mailto:anna.berg%40mail.example", "anna.berg&#64;mail.example", "an\u200bna.berg@mail.example",
			"+49 170 1234567", "0170/1234567", "(0170) 123-45-67", "0049 170 12 345 67"},
		"name":    {"Anna", "ÁNNA MÜLLER", "anna müller-berg", "Berg, Anna", "annamuellerx annaMüllerBerg", "amüllerberg"},
		"address": {"long  street 5", "BONN"},
		"social":  {"https://www.social.example/in/annaberg/", "social.example/in/annaberg", "@annaberg"},
	} {
		for _, s := range texts {
			got := maskOf(t, category).Text("before "+s+" after", who)
			assert.Regexp(t, `^before .*(\[[a-z]+ [A-Z2-7]{10}\]|Person [A-Z2-7]{10}).* after$`, got, "%s: %s", category, s)
			assert.NotContains(t, strings.ToLower(got), "berg", "%s: %s", category, s)
		}
	}
}

func TestWhatOnlyLooksLikePersonalDataStays(t *testing.T) {
	who := privacy.OfCandidate(anna())
	for _, s := range []string{"Bonnie and Havanna", "order 4917", "Annalena", "street 5", "Tom & Jerry"} {
		assert.Equal(t, s, maskOf(t).Text(s, who))
	}
	short := privacy.OfCandidate(&kombo.Candidate{ID: "c2", FirstName: "O", LastName: "Xu", PhoneNumbers: []kombo.Phone{{PhoneNumber: "12"}}})
	assert.Equal(t, "O 12 tuxus", maskOf(t).Text("O 12 tuxus", short))
	assert.Equal(t, "Anna", maskOf(t).Text("Anna"), "of nobody nothing is known")
}

func TestTheSamePersonHasTheSamePseudonym(t *testing.T) {
	m, person := maskOf(t), regexp.MustCompile(`Person [A-Z2-7]{10}`)
	c, who := anna(), privacy.Identity{}
	m.Candidate(c, &who)
	name := c.FirstName + " " + c.LastName
	assert.Regexp(t, `^Person [A-Z2-7]{10}$`, name)
	assert.Equal(t, name, person.FindString(m.Text("For Anna.", who)))

	a := &kombo.Application{ID: "a1", CandidateID: "c1", Candidate: &kombo.ApplicationCandidate{ID: "c1", FirstName: "Anna", LastName: "Berg"}}
	m.Application(a, &privacy.Identity{})
	assert.Equal(t, name, a.Candidate.FirstName+" "+a.Candidate.LastName)

	other, err := privacy.New([]string{"name"}, []byte("another"))
	require.NoError(t, err)
	assert.NotEqual(t, name, other.Text("Anna", who), "another secret says nothing of the first")
}

func TestAnyEmailAddressIsHidden(t *testing.T) {
	got := maskOf(t, "contact").Text("Reference: boss@corp.example", privacy.Identity{})
	assert.Regexp(t, `^Reference: \[contact [A-Z2-7]{10}\]$`, got)
	assert.Equal(t, "boss@corp.example", maskOf(t, "name").Text("boss@corp.example"))
}

func TestCustomFieldsKeepTheirShape(t *testing.T) {
	c := anna()
	c.CustomFields = map[string]any{"note": "Anna <3", "list": []any{"x", 5.0, map[string]any{"to": "Müller"}}, "Anna": 1.0, "Müller": 2.0, "Phone": 1709998877.0, "count": 1709998877.0, "mobile": "1709998877", "number": 491701234567.0}
	maskOf(t, "name", "contact").Candidate(c, &privacy.Identity{})
	got := text(t, c.CustomFields)
	assert.Regexp(t, `^\{"Person (\w{10})":1,"Person (\w{10}) \(2\)":2,"Phone":"\[contact \w{10}\]","count":1709998877,"list":\["x",5,\{"to":"Person (\w{10})"\}\],"mobile":"\[contact \w{10}\]","note":"Person (\w{10}) \\u003c3","number":"\[contact \w{10}\]"\}$`, strings.ReplaceAll(got, "<", "\\u003c"))
}

func TestFileNamesKeepTheirExtension(t *testing.T) {
	who := privacy.OfCandidate(anna())
	name := func(m *privacy.Mask, who privacy.Identity) string {
		files := []kombo.Attachment{{FileName: "CV Anna anna.berg@mail.example.pdf", Type: "CV"}}
		m.FileNames(files, who)
		return files[0].FileName
	}
	assert.Equal(t, "cv.pdf", name(maskOf(t, "name"), who))
	assert.Equal(t, "cv.pdf", name(maskOf(t, "contact"), privacy.Identity{}))
	assert.Regexp(t, `^CV Anna \[contact [A-Z2-7]{10}\]\.pdf$`, name(maskOf(t, "contact"), who))
}

func TestNoKnownValueSurvives(t *testing.T) {
	m, who := maskOf(t), privacy.OfCandidate(anna())
	values := []string{"anna.berg@mail.example", "Müller", "Long Street 5", "social.example/in/annaberg", "+49 170 1234567"}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SampledFrom(values).Draw(t, "value")
		s := rapid.StringMatching(`[ .,;:!\n]{0,4}`).Draw(t, "before") + v + rapid.StringMatching(`[ .,;:!\n]{0,4}`).Draw(t, "after")
		assert.NotContains(t, m.Text(s, who), v)
		assert.NotContains(t, m.Text(strings.ToUpper(s), who), strings.ToUpper(v))
	})
}
