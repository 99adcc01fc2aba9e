package tools

import (
	"reflect"
	"slices"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// The records of candidates, masked in place right after they were read, so
// that whatever is made of them shows no more.

func (m *mask) application(a *application) {
	if m == nil || a.Candidate == nil {
		return
	}
	k := knownOf(a)
	c := a.Candidate
	if m.name {
		c.FirstName, c.LastName = m.alone(c.FirstName, c.LastName, k.id)
	}
	m.contacts(c.EmailAddresses, c.PhoneNumbers)
	m.profiles(c.SocialMedia)
	m.strings(reflect.ValueOf(a).Elem(), k)
}

func (m *mask) candidate(c *candidate) {
	if m == nil {
		return
	}
	k := knownCandidate(c)
	if m.name {
		c.FirstName, c.LastName = m.alone(c.FirstName, c.LastName, k.id)
	}
	m.contacts(c.EmailAddresses, c.PhoneNumbers)
	m.profiles(c.SocialMedia)
	if m.address && c.Location != nil {
		c.Location = &kombo.Location{Raw: m.standIn("address", orDefault(c.Location.Raw, place(c.Location)))}
	}
	m.strings(reflect.ValueOf(c).Elem(), k)
}

func (m *mask) interview(i *interview) {
	if m == nil {
		return
	}
	if c := interviewApplication(i).Candidate; c != nil {
		// The interviewers are no candidates, though one may share a name.
		users := i.Users
		i.Users = nil
		m.ref(c, reflect.ValueOf(i).Elem())
		i.Users = users
	}
}

func (m *mask) offer(o *offer) {
	if m == nil {
		return
	}
	if c := offerApplication(o).Candidate; c != nil {
		m.ref(c, reflect.ValueOf(o).Elem())
	}
}

// ref masks a record that carries a candidate in short.
func (m *mask) ref(c *kombo.CandidateRef, whole reflect.Value) {
	k := known{id: c.ID, first: c.FirstName, last: c.LastName}
	k.emails(c.EmailAddresses)
	if m.name {
		c.FirstName, c.LastName = m.alone(c.FirstName, c.LastName, k.id)
	}
	m.contacts(c.EmailAddresses, nil)
	m.strings(whole, k)
}

// alone gives the stand-in for a name that stands in fields of its own; an
// unnamed person stays unnamed.
func (m *mask) alone(first, last, id string) (string, string) {
	if first == "" && last == "" {
		return "", ""
	}
	return "Person", m.alias("person", id)
}

func (m *mask) contacts(emails []kombo.Email, phones []kombo.Phone) {
	if !m.contact {
		return
	}
	for i := range emails {
		emails[i].EmailAddress = m.standIn("contact", emails[i].EmailAddress)
	}
	for i := range phones {
		phones[i].PhoneNumber = m.standIn("contact", phones[i].PhoneNumber)
	}
}

func (m *mask) profiles(list []kombo.SocialLink) {
	if !m.social {
		return
	}
	for i := range list {
		list[i] = kombo.SocialLink{Link: m.standIn("profile", orDefault(list[i].Link, list[i].Username)), Type: list[i].Type}
	}
}

func knownOf(a *application) known {
	k := known{id: a.CandidateID}
	if c := a.Candidate; c != nil {
		k.id, k.first, k.last = orDefault(k.id, c.ID), c.FirstName, c.LastName
		k.emails(c.EmailAddresses)
		k.phones(c.PhoneNumbers)
		k.socials(c.SocialMedia)
	}
	return k
}

func knownCandidate(c *candidate) known {
	k := known{id: c.ID, first: c.FirstName, last: c.LastName}
	k.emails(c.EmailAddresses)
	k.phones(c.PhoneNumbers)
	k.socials(c.SocialMedia)
	k.place(c.Location)
	return k
}

// knownInput is a person about to be entered, who has no id yet.
func knownInput(c kombo.CandidateInput) known {
	k := known{id: digest.Fold(fullName(c.FirstName, c.LastName)), first: c.FirstName, last: c.LastName, contacts: []string{c.EmailAddress, c.PhoneNumber}}
	for _, e := range c.AdditionalEmailAddresses {
		k.contacts = append(k.contacts, e.EmailAddress)
	}
	for _, p := range c.AdditionalPhoneNumbers {
		k.contacts = append(k.contacts, p.PhoneNumber)
	}
	for _, l := range c.SocialLinks {
		k.profiles = append(k.profiles, l.URL)
	}
	if l := c.Location; l != nil {
		k.places = append(k.places, l.Street1, l.City, l.ZipCode)
	}
	return k
}

// Which columns and parameters show or compare what a kind of redaction hides.
var (
	maskedColumns = map[string][]string{
		"contact": {"email", "phone"}, "name": {"candidate"}, "address": {"location"},
	}
	maskedParams = map[string][]string{
		"contact": {"email"}, "name": {"first_name", "last_name"},
	}
)

// aboutCandidates are the tables whose columns of those names are a candidate's.
var aboutCandidates = []string{"applications", "candidates", "interviews", "offers"}

// kinds are the redactions that are on.
func (m *mask) kinds() []string {
	if m == nil {
		return nil
	}
	var out []string
	for i, on := range []bool{m.contact, m.name, m.address, m.social} {
		if on {
			out = append(out, Redactions[i])
		}
	}
	return out
}

// table is the table with what is masked marked so, since comparing with it
// would tell what it hides.
func (m *mask) table(t *digest.Table) *digest.Table {
	if m == nil || !slices.Contains(aboutCandidates, t.Name) {
		return t
	}
	out := *t
	out.Columns = slices.Clone(t.Columns)
	for _, kind := range m.kinds() {
		for i := range out.Columns {
			if slices.Contains(maskedColumns[kind], out.Columns[i].Name) {
				out.Columns[i].Masked = "this server masks " + kind + " data"
			}
		}
	}
	return &out
}

// refuses tells why a parameter cannot be used, "" if it can.
func (m *mask) refuses(table, param string) string {
	if m == nil || !slices.Contains(aboutCandidates, table) {
		return ""
	}
	for _, kind := range m.kinds() {
		if slices.Contains(maskedParams[kind], param) {
			return "this server masks " + kind + " data, so " + param + " cannot be filtered by"
		}
	}
	return ""
}

// answer masks what a write says.
func (m *mask) answer(a *WriteAnswer, people []known) *WriteAnswer {
	if m == nil || a == nil {
		return a
	}
	for i := range a.Results {
		a.Results[i].Says = m.text(a.Results[i].Says, people...)
		a.Results[i].Resolved = m.text(a.Results[i].Resolved, people...)
	}
	for i := range a.Notes {
		a.Notes[i] = m.text(a.Notes[i], people...)
	}
	return a
}

// maskedError is an error whose words must not name a person.
type maskedError struct {
	error
	mask   *mask
	people []known
}

func (e *maskedError) Unwrap() error { return e.error }

// Error masks the words below.
func (e *maskedError) Error() string { return e.mask.text(e.error.Error(), e.people...) }

// err masks what an error says; the question to the person shows the truth.
func (m *mask) err(err error, people []known) error {
	if _, asks := err.(*askError); m == nil || err == nil || asks { //nolint:errorlint // the question itself, never wrapped
		return err
	}
	return &maskedError{err, m, people}
}
