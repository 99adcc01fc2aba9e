package sandbox

import (
	"fmt"
	"strings"
)

// makeCandidates generates candidates, without their applications.
func (g *gen) makeCandidates(n int) {
	g.st.candidates = make([]candidate, 0, n+n/8)
	for range n {
		g.addCandidate(g.personName())
	}
}

func (g *gen) personName() name {
	if g.r.chance(0.07) {
		return pick(g.r, otherScripts)
	}
	return g.latinName()
}

// addCandidate appends a candidate, with everything but dates and applications, and
// returns the index.
func (g *gen) addCandidate(who name) int {
	i := len(g.st.candidates)
	c := candidate{row: g.st.newRow(modelCandidate, i), first: who.first, last: who.last, source: sources[g.r.weighted(sourceWeights)]}
	home := &markets[g.r.intn(len(markets))]
	g.addContacts(&c, who, home, i)
	if g.r.chance(0.85) {
		c.company = pick(g.r, companies)
	}
	if g.r.chance(0.04) {
		c.source = ""
	}
	switch g.r.intn(20) {
	case 0:
		c.noLocation = isNull
	case 1:
		c.noLocation = isMissing
	default:
		c.location = &home.place
	}
	switch g.r.intn(40) {
	case 0:
		c.confidential = yes
	case 1, 2, 3:
		c.confidential = unknown
	}
	c.customFields = g.personFields()
	c.cv = g.planCV(who, i)
	g.st.candidates = append(g.st.candidates, c)
	return i
}

// addContacts gives the candidate e-mail addresses, phone numbers and profiles. Some of
// them are missing.
func (g *gen) addContacts(c *candidate, who name, home *market, i int) {
	handle := who.latin
	if g.r.chance(0.8) {
		handle = fmt.Sprintf("%s%d", who.latin, i%9973)
	}
	c.emails = []labelled{{handle + "@" + pick(g.r, mailHosts), "PRIVATE"}}
	if g.r.chance(0.08) {
		c.emails = append(c.emails, labelled{fmt.Sprintf("%s.%d@%s", who.latin, i, "work.example"), "WORK"})
	}
	c.phones = []labelled{{g.phoneNumber(home.dialled), []string{"MOBILE", "HOME", ""}[g.r.intn(3)]}}
	if g.r.chance(0.4) {
		c.social = []labelled{{"https://www.linkedin.com/in/" + strings.ReplaceAll(handle, ".", "-"), "LINKEDIN"}}
	}
	switch g.r.intn(30) {
	case 0:
		c.emails, c.noEmails = nil, isMissing
	case 1:
		c.emails, c.noEmails = nil, isNull
	case 2:
		c.emails = []labelled{}
	case 3, 4:
		c.phones, c.noPhones = nil, isMissing
	case 5, 6:
		c.phones, c.noPhones = nil, isNull
	case 7:
		c.phones = nil
	case 8:
		c.social, c.noSocial = nil, isNull
	case 9:
		c.social, c.noSocial = nil, isMissing
	}
}

func (g *gen) phoneNumber(pattern string) string {
	out := []byte(pattern)
	for i := range out {
		if out[i] == '#' {
			out[i] = '0' + byte(g.r.intn(10)) //nolint:gosec // one digit
		}
	}
	return string(out)
}

const longNote = `Spoke for forty minutes. Strong on the basics, honest about gaps, asked good questions about the team. ` +
	`Wants to leave because the current employer moves to another city. Notice period three months to the end of the quarter. ` +
	`Salary expectation is at the upper end of our band, flexible for more holidays. `

func (g *gen) personFields() string {
	switch n := g.r.intn(100); {
	case n == 0:
		return "null"
	case n < 3:
		return fmt.Sprintf(`{"Recruiter notes":%q,"Rating":%d}`, strings.Repeat(longNote, g.r.between(4, 16)), g.r.between(1, 5))
	case n < 8:
		return fmt.Sprintf(`{"Rating":%d,"Willing to relocate":%t}`, g.r.between(1, 5), g.r.chance(0.5))
	case n < 10:
		return `{"Certificates":["Scrum Master",null,{"name":"AWS","level":2}],"Former employee":null}`
	default:
		return ""
	}
}

// cvPlan is which documents a candidate has. They are generated when needed.
type cvPlan struct {
	format  docFormat
	years   int
	pages   int
	letter  bool
	image   bool
	hostile bool
}

// planCV chooses the documents. The built-in fonts of PDF have only Western letters, so
// candidates with other names get another format.
func (g *gen) planCV(who name, i int) cvPlan {
	p := cvPlan{years: g.r.between(1, 28), pages: 1, letter: g.r.chance(0.3), image: i%50 == 17}
	switch n := g.r.intn(100); {
	case n < 4:
		return cvPlan{years: p.years} // nothing on file
	case n < 60:
		p.format = docPDF
	case n < 76:
		p.format = docDOCX
	case n < 82:
		p.format = docHTML
	case n < 87:
		p.format = docRTF
	case n < 91:
		p.format = docODT
	default:
		p.format = docText
	}
	if g.r.chance(0.15) {
		p.pages = g.r.between(2, 3)
	}
	if p.format == docPDF && !fitsPDF(who.first+who.last) {
		p.format = docDOCX
	}
	return p
}
