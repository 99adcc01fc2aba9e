package privacy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

// TestSpellingsOfOthersAreFound has spellings that a reader undoes without thinking, of
// people of whom nothing is known.
func TestSpellingsOfOthersAreFound(t *testing.T) {
	m := maskOf(t)
	for text, secrets := range map[string][]string{
		`{"mail":"jane.doe\u0040other.example"}`:            {"jane.doe", "other"},
		`{"mail":"jane.doe\\u0040other.example"}`:           {"jane.doe", "other"},
		`\u006aane.doe\x40other.example`:                    {"ane.doe", "other"},
		`jane.doe\@other.example`:                           {"jane.doe", "other"},
		"j\\u200bane.doe@oth\\u200ber.example":              {"ane.doe", "er.example"},
		"jane.doe@@other.example":                           {"jane.doe", "other"},
		"jane.doe@\nother.example":                          {"jane.doe", "other"},
		`"jane.doe"@other.example`:                          {"jane.doe", "other"},
		"jane.doe!@other.example":                           {"jane.doe", "other"},
		"jane.doe<!-- no robots -->@other.example":          {"jane.doe", "other"},
		"jane.doe&amp;#64;other.example":                    {"jane.doe", "other"},
		"jane.doe&amp;amp;#64;other.example":                {"jane.doe", "other"},
		"jane.doe (Klammeraffe) other.example":              {"jane.doe", "other"},
		"jane.doe [arroba] other.example":                   {"jane.doe", "other"},
		`call \u002b442079460012`:                           {"9460012"},
		"+ 44 2079 460012":                                  {"460012"},
		"телефон 442079460012":                              {"460012"},
		"电话442079460012":                                    {"460012"},
		"https://github.com:443/jane-doe":                   {"jane-doe"},
		"主页github.com/jane-doe":                             {"jane-doe"},
		"github.com\u2215jane-doe, github.com\u2044jim-doe": {"jane-doe", "jim-doe"},
		`https:\/\/github.com\/jane-doe`:                    {"jane-doe"},
	} {
		masked := m.Text(text)
		for _, secret := range secrets {
			assert.NotContains(t, masked, secret, text)
		}
	}
	for _, plain := range []string{
		`C:\temp\new\users\report.txt`, `a\b`, `x\u12`, "C++ 2011 to 2024", "1 + 12345", "10:30 + 60 minutes", "ratio 3:4", "at sign", "(at sign)", "see (at signing) x.y", "50 000 + 10 000 EUR",
	} {
		assert.Equal(t, plain, m.Text(plain))
	}
}

// TestKnownNumbersAreFoundWhateverPartsTheirDigits has spellings of a number of the
// record's own candidate.
func TestKnownNumbersAreFoundWhateverPartsTheirDigits(t *testing.T) {
	who := privacy.OfCandidate(&kombo.Candidate{ID: "x", PhoneNumbers: []kombo.Phone{{PhoneNumber: "+49 7071 5550199"}}})
	m := maskOf(t)
	for _, sign := range []string{"|", ";", ":", "→", "] [", "=", "\n", " • "} {
		masked := m.Text("number "+strings.Join([]string{"+49", "7071", "5550199"}, sign)+" end", who)
		assert.NotContains(t, masked, "5550199", sign)
	}
	long := strings.Repeat("1;", 100_000)
	assert.Len(t, m.Text(long, who), len(long), "and it costs in proportion")
}

func TestFilesHideWhatTheirTypesAndIdsSay(t *testing.T) {
	files := []kombo.Attachment{{ID: "jane@other.example", FileName: "a.pdf", ContentType: "text/plain; name=jane@other.example"}}
	maskOf(t).FileNames(files, privacy.Identity{})
	assert.NotContains(t, files[0].ID+files[0].ContentType, "jane")
}
