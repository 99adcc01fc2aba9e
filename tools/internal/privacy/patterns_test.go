package privacy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

// strangers are data of people of whom nothing is known, in many spellings; what stands
// between * and * must not show.
var strangers = map[string][]string{
	"contact": {
		"write to *jane@mail.example*", "*jane.doe+jobs@mail.example*!", "<*jane@mail.example*>", "mailto:*jane@mail.example*?subject=x", "*JANE@MAIL.EXAMPLE*",
		"*jane @ mail.example*", "*jane.doe @mail . example*", "*jane(at)mail.example*", "*jane [at] mail [dot] example*", "*jane.doe (at) mail (dot) co (dot) uk*", "*jane{at}mail.example*",
		"*jane ( at ) mail.example*", "*jane dot doe at mail dot example*", "*jane.doe at mail.example*", "*jane_doe AT mail.example*", "*jane<at>mail.example*", "*jane(ät)mail(punkt)example*",
		"*jane[@]mail[.]example*", "*jane.doe (a) mail.example*", "*jane%40mail.example*", "*jane%2540mail.example*", "*jane&#64;mail.example*", "*jane&commat;mail.example*",
		"*jörg.doe@bücher.example*", "*jo%CC%88rg@bücher.example*", "*иван@почта.example*", "*jane@xn--bcher-kva.example*", "*jane＠mail．example*", "*jane﹫mail.example*", "*jane@mail。example*",
		"*j\u200bane@ma\u00adil.example*", "*ja<b>ne</b>@mail.example*", "请联系*jane@mail.example*谢谢",
		"call *+49 170 1234567*", "*+49 (0)170 1234567*", "*+49–170–123–45–67*", "*+49 170 / 123 45 67*", "*0049 170 1234567*", "*(0170) 123-45-67*", "*0170/1234567*", "*0170.123.4567*", "*0170_123_4567*",
		"*0170·123·4567*", "*0170,123,4567*", "*01701234567*", "*０１７０ １２３４５６７*", "*٠١٧٠ ١٢٣٤٥٦٧*", "*०१७० १२३४५६७*", "*0170‑123‑4567*", "*0170\u00a0123\u202f4567*", "*𝟎𝟏𝟕𝟎 𝟏𝟐𝟑𝟒𝟓𝟔𝟕*", "*%2B49 170 1234567*",
		"*06 12 34 56 78*", "*(212) 555-0134*", "*212-555-0134*", "*212.555.0134*", "*1-212-555-0134*", "*+1 (212) 555‐0134*", "*612 34 56 78*", "*512 345 678*", "*98765 43210*", "*20 12 34 56*", "*+81 90-1234-5678*",
		"Mobile: *1701234567*", "tel.: *555-0134*", "WhatsApp *49170123456*", "https://wa.me/*491701234567*", "tel:*1701234567*", "my phone number is *5550134*", "*0170 1234567*, *0151 7654321*", "*0170 1234567* / *0151 7654321*", "*0170<i>123</i>4567*",
	},
	"social": {
		"*https://www.linkedin.com/in/jane-doe*", "*linkedin.com/in/jane-doe/*", "*de.linkedin.com/in/jane*", "*https%3A%2F%2Flinkedin.com%2Fin%2Fjane-doe*", "*LINKEDIN.COM/IN/JANE*", "*linkedin(dot)com/in/jane*", "*linkedin . com / in/jane*",
		"see *github.com/janedoe*.", "(*https://github.com/janedoe/repo*)", "*gitlab.com/janedoe*", "*https://www.xing.com/profile/Jane_Doe*", "*x.com/janedoe*", "*twitter.com/janedoe*", "*instagram.com/jane*", "*t.me/janedoe*", "*janedoe.github.io*",
		"*facebook.com/jane.doe*", "*medium.com/@jane*", "*stackoverflow.com/users/123/jane*", "*bsky.app/profile/jane*", "*orcid.org/0000-0002-1825-0097*", "*kaggle.com/jane*",
		"GitHub: *janedoe*", "Twitter @*janedoe*", "LinkedIn profile: *jane-doe-1234*", "Skype: *live.jane*", "*github。com/janedoe*", "*ｇｉｔｈｕｂ．ｃｏｍ/janedoe*", "*git<wbr>hub.com/janedoe*",
	},
}

func TestWhatHasTheFormOfContactDataIsHidden(t *testing.T) {
	for category, list := range strangers {
		m, other := maskOf(t, category), maskOf(t, "address")
		for _, marked := range list {
			plain := strings.ReplaceAll(marked, "*", "")
			got := m.Text(plain)
			parts := strings.Split(marked, "*")
			for i := 1; i < len(parts); i += 2 {
				for word := range strings.FieldsFuncSeq(parts[i], func(r rune) bool { return strings.ContainsRune(" @./()[]{}<>-_,:%&#;", r) }) {
					if len(word) > 3 && word != "mail" && word != "https" && word != "profile" && word != "users" {
						assert.NotContains(t, got, word, "%s: %s", category, plain)
					}
				}
				assert.NotContains(t, got, parts[i], "%s: %s", category, plain)
			}
			for i := 0; i < len(parts); i += 2 {
				assert.Contains(t, got, strings.TrimSpace(parts[i]), "%s: %s: what stands around it stays", category, plain)
			}
			assert.Equal(t, digest.Clean(plain), digest.Clean(other.Hider()(plain)), "another category hides nothing of it")
		}
	}
}

// harmless are texts in which nothing may be hidden.
var harmless = []string{
	"2024-01-15", "15.01.2024", "01/15/2024", "2024-01-15 10:30", "2024-01-15T10:30:00Z", "01.02.2024 - 03.04.2025", "2019-2023", "01/2019 – 03/2023", "2019.01-2023.03", "Jan 2019 to 03.2021", "15.01.24 - 20.02.24", "20240115", "9:00-17:30", "10:30 - 11:00",
	"01J8Z3NDEKTSV4RRFFQ69G5FAV", "3fa85f64-5717-4562-b3fc-2c963f66afa6", "CM4012345002", "4012345002", "1234567", "17301234567", "ID 0012345678", "#0123456789", "REQ-2024-10453", "2024-10453", "JOB-0170-1234567", "order 4917", "Ref. 0123456789", "a1b2c3d4e5f6", "application 00012345",
	"60000", "60,000", "60.000 €", "60000-75000", "60000 - 75000", "60.000 - 75.000 EUR", "60,000–75,000", "€ 1.200.000,00", "$120,000.00", "1 200 000", "30 000 – 40 000", "12 345 678", "EUR 55000 65000", "100 000 000", "0.12345678", "0,12345678", "3.14159265358", "1234567.89", "50%", "40h/week", "1e10",
	"version 1.2.3.4567", "17.10.35027.167", "10.0.19045.3803", "192.168.100.200", "Go 1.26.0", "Python 3.11/3.12", "ISO 27001", "ISBN 978-3-16-148410-0", "52.520008, 13.404954", "52.5200 13.4050", "DE89 3704 0044 0532 0130 00", "24/7", "C++ 2023", "1st, 2nd and 3rd", "10 000 users", "100-200 people", "5-10 years", "90210", "12345-6789", "grades 1 2 3 4 5 6 7 8",
	"Meet me at the office", "worked at Booking.com", "engineer at github.com", "@home", "5 @ 10", "CTO @ Google", "I'm at 10.30", "a (at) b", "look at it. Then go", "at.", "dot com boom", "Node.js at Booking.com", "data@rest", "f(a)b.c", "what about (a) first.second", "from a.b to c.d", "npm i @angular/core", "e.g. at work",
	"github.com", "linkedin.com", "https://www.linkedin.com/company/acme", "https://www.linkedin.com/jobs/view/4012345002", "https://acme.example/jobs/4012345002", "https://ats.example/people/40123456789", "either/or", "and/or", "TCP/IP", "I use GitHub, GitLab and Jira", "LinkedIn: yes", "Source: LinkedIn", "GitHub: none", "skills: Go, Rust", "text/plain", "x: 5", "netflix.com/title", "w/o", "km/h",
	"Senior Engineer (m/w/d)", "Berlin, Germany", "Q1 2024", "phone screen", "phone screen 2024-01-15", "call on 15.01.2024", "Mobile developer 2019-2023", "Handy mit Excel", "100 % remote", "Room 4.12", "42", "", "-", "n/a", "日本語のテキスト", "Ünïcödé text", "50% of 100%", "%20", "5 x 5", "Team 1-2-3", "3,000,000,000", "level 7-8", "ABC-123-456-7890-XYZ",
}

func TestHarmlessTextsStay(t *testing.T) {
	m, who := maskOf(t), privacy.OfCandidate(&kombo.Candidate{ID: "c1", FirstName: "Zoltan", LastName: "Quixby", PhoneNumbers: []kombo.Phone{{PhoneNumber: "+36 20 9998887"}}})
	for _, s := range harmless {
		assert.Equal(t, s, m.Text(s, who))
		assert.Equal(t, s, m.Hider(who)(s))
	}
}

func TestAnyTextCanBeMasked(t *testing.T) {
	who := privacy.OfCandidate(anna())
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{
			"a", "anna", "Müller", "@", " at ", "(at)", "[dot]", " dot ", ".", "/", "linkedin.com", "in/", "%", "%25", "%4", "40", "0170", "+", "(", ")", "-", " ", "\n", "<b>", "</", ">", "&#64;", "\u0301", "٣", "日本", "\xff", "2024", "tel", ":", "github",
		}), 0, 30).Draw(t, "parts")
		once := maskOf(t).Text(strings.Join(parts, ""), who)
		assert.NotPanics(t, func() { maskOf(t).Text(once, who) })
	})
}

// TestTheSearchTakesTimeInProportion masks texts that are as bad as can be for it.
func TestTheSearchTakesTimeInProportion(t *testing.T) {
	who := privacy.OfCandidate(anna())
	for _, part := range []string{"a@", "a dot ", " at a", "a/", "0 ", "01701234567 ", "anna ", "a.b@c.example ", "%2525", "<a ", "&", "github:", "./", "日@", "(at)"} {
		took := func(n int) time.Duration {
			s := strings.Repeat(part, n/len(part))
			began := time.Now()
			maskOf(t).Text(s, who)
			return time.Since(began)
		}
		short := took(20_000)
		assert.Less(t, took(200_000), 40*short+200*time.Millisecond, part)
	}
}
