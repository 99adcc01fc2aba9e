package tools

import (
	"cmp"
	"reflect"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// The records of candidates, masked in place right after they were read, so
// that whatever is made of them shows no more.

// Each takes what was looked up of the candidate and adds what the record tells.

func (m *mask) application(a *application, k *known) {
	own := knownOf(a)
	own.join(*k)
	*k = own
	if c := a.Candidate; c != nil {
		m.person(&c.FirstName, &c.LastName, k.id)
		m.contacts(c.EmailAddresses, c.PhoneNumbers)
		m.profiles(c.SocialMedia)
	}
	if k.id == "" {
		a.ScreeningQuestionAnswers, a.CustomFields, a.RemoteURL = nil, nil, ""
		for i := range a.Interviews {
			a.Interviews[i].Title, a.Interviews[i].Location = "", nil
		}
	}
	m.strings(reflect.ValueOf(a).Elem(), *k)
}

func (m *mask) candidate(c *candidate, k *known) {
	*k = knownCandidate(c)
	m.person(&c.FirstName, &c.LastName, k.id)
	m.contacts(c.EmailAddresses, c.PhoneNumbers)
	m.profiles(c.SocialMedia)
	if m.address && c.Location != nil {
		c.Location = &kombo.Location{Raw: m.standIn("address", cmp.Or(c.Location.Raw, wording.Place(c.Location)))}
	}
	m.strings(reflect.ValueOf(c).Elem(), *k)
}

func (m *mask) interview(i *interview, k *known) {
	m.ref(interviewApplication(i).Candidate, k)
	if k.id == "" {
		i.Title, i.Location, i.VideoConferencingURL = "", nil, ""
	}
	// The interviewers are no candidates, though one may share a name.
	users := i.Users
	i.Users = nil
	m.strings(reflect.ValueOf(i).Elem(), *k)
	i.Users = users
}

func (m *mask) offer(o *offer, k *known) {
	m.ref(offerApplication(o).Candidate, k)
	if k.id == "" {
		o.CustomFields = nil
	}
	m.strings(reflect.ValueOf(o).Elem(), *k)
}

// ref masks a candidate as other records carry her. Of a record that names no
// one, free texts are left out: whom they name cannot be known.
func (m *mask) ref(c *kombo.CandidateRef, k *known) {
	if c == nil {
		return
	}
	own := known{id: c.ID, first: c.FirstName, last: c.LastName}
	own.emails(c.EmailAddresses)
	own.join(*k)
	*k = own
	m.person(&c.FirstName, &c.LastName, k.id)
	m.contacts(c.EmailAddresses, nil)
}

// person puts the stand-in in place of a name in fields of its own; an unnamed
// person stays unnamed.
func (m *mask) person(first, last *string, id string) {
	if m.name && *first+*last != "" {
		*first, *last = "Person", m.alias("person", id)
	}
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
		list[i] = kombo.SocialLink{Link: m.standIn("profile", cmp.Or(list[i].Link, list[i].Username)), Type: list[i].Type}
	}
}

// strings hides the known values in every free text of a record: all but ids,
// dates and the names of jobs and stages.
func (m *mask) strings(v reflect.Value, k known) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			m.strings(v.Elem(), k)
		}
	case reflect.Slice:
		for i := range v.Len() {
			m.strings(v.Index(i), k)
		}
	case reflect.Map:
		m.mapped(v, k)
	case reflect.String:
		if v.CanSet() {
			v.SetString(m.text(v.String(), k))
		}
	case reflect.Struct:
		switch v.Interface().(type) {
		case kombo.JobRef, kombo.ApplicationStage, kombo.Time:
			return
		}
		for f, value := range v.Fields() {
			name := f.Tag.Get("json")
			// An ATS may take an e-mail address for its id.
			if f.IsExported() && (name != "id" && !strings.HasSuffix(name, "_id") || strings.Contains(value.String(), "@")) {
				m.strings(value, k)
			}
		}
	default:
	}
}

func (m *mask) mapped(v reflect.Value, k known) {
	fields, ok := reflect.TypeAssert[map[string]any](v)
	if !ok {
		return
	}
	for key, value := range fields {
		fields[key] = m.free(value, k)
	}
}

func (m *mask) free(v any, k known) any {
	switch t := v.(type) {
	case string:
		return m.text(t, k)
	case []any:
		for i := range t {
			t[i] = m.free(t[i], k)
		}
	case map[string]any:
		for key := range t {
			t[key] = m.free(t[key], k)
		}
	}
	return v
}
