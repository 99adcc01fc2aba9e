package privacy

import (
	"cmp"
	"reflect"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// Application masks an application in place. The identity is what was looked up of the
// candidate, and becomes that with what the application says. Of an application whose
// candidate is unknown, free texts are removed: whom they mention cannot be known.
func (m *Mask) Application(a *kombo.Application, k *Identity) {
	if m == nil {
		return
	}
	own := OfApplication(a)
	own.Merge(*k)
	*k = own
	if c := a.Candidate; c != nil {
		m.person(&c.FirstName, &c.LastName, k.ID)
		m.contacts(c.EmailAddresses, c.PhoneNumbers)
		m.profiles(c.SocialMedia)
	}
	if !k.Known() {
		a.ScreeningQuestionAnswers, a.CustomFields, a.RemoteURL = nil, nil, ""
		for i := range a.Interviews {
			a.Interviews[i].Title, a.Interviews[i].Location = "", nil
		}
	}
	m.strings(reflect.ValueOf(a).Elem(), *k)
}

// Candidate masks a candidate in place and sets the identity.
func (m *Mask) Candidate(c *kombo.Candidate, k *Identity) {
	if m == nil {
		return
	}
	*k = OfCandidate(c)
	m.person(&c.FirstName, &c.LastName, k.ID)
	m.contacts(c.EmailAddresses, c.PhoneNumbers)
	m.profiles(c.SocialMedia)
	if m.address && c.Location != nil {
		c.Location = &kombo.Location{Raw: m.pseudonym("address", cmp.Or(c.Location.Raw, wording.Place(c.Location)))}
	}
	m.strings(reflect.ValueOf(c).Elem(), *k)
}

// Interview masks an interview in place, as [Mask.Application] does.
func (m *Mask) Interview(i *kombo.Interview, k *Identity) {
	if m == nil {
		return
	}
	if i.Application != nil {
		m.ref(i.Application.Candidate, k)
	}
	if !k.Known() {
		i.Title, i.Location, i.VideoConferencingURL = "", nil, ""
	}
	// Interviewers are not candidates, but may have the same name.
	users := i.Users
	i.Users = nil
	m.strings(reflect.ValueOf(i).Elem(), *k)
	i.Users = users
}

// Offer masks an offer in place, as [Mask.Application] does.
func (m *Mask) Offer(o *kombo.Offer, k *Identity) {
	if m == nil {
		return
	}
	if o.Application != nil {
		m.ref(o.Application.Candidate, k)
	}
	if !k.Known() {
		o.CustomFields = nil
	}
	m.strings(reflect.ValueOf(o).Elem(), *k)
}

// ref masks a candidate as other records contain them.
func (m *Mask) ref(c *kombo.CandidateRef, k *Identity) {
	if c == nil {
		return
	}
	own := Identity{ID: c.ID, first: c.FirstName, last: c.LastName}
	own.emails(c.EmailAddresses)
	own.Merge(*k)
	*k = own
	m.person(&c.FirstName, &c.LastName, k.ID)
	m.contacts(c.EmailAddresses, nil)
}

// person replaces a name in fields of its own; a person without a name stays
// without.
func (m *Mask) person(first, last *string, id string) {
	if m.name && *first+*last != "" {
		*first, *last = "Person", m.personHash(id)
	}
}

func (m *Mask) contacts(emails []kombo.Email, phones []kombo.Phone) {
	if !m.contact {
		return
	}
	for i := range emails {
		emails[i].EmailAddress = m.pseudonym("contact", emails[i].EmailAddress)
	}
	for i := range phones {
		phones[i].PhoneNumber = m.pseudonym("contact", phones[i].PhoneNumber)
	}
}

func (m *Mask) profiles(list []kombo.SocialLink) {
	if !m.social {
		return
	}
	for i := range list {
		list[i] = kombo.SocialLink{Link: m.pseudonym("profile", cmp.Or(list[i].Link, list[i].Username)), Type: list[i].Type}
	}
}

// strings hides the identity in every text of a record except ids, dates and the
// names of jobs and stages.
func (m *Mask) strings(v reflect.Value, k Identity) {
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
			v.SetString(m.Text(v.String(), k))
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

func (m *Mask) mapped(v reflect.Value, k Identity) {
	fields, ok := reflect.TypeAssert[map[string]any](v)
	if !ok {
		return
	}
	for key, value := range fields {
		fields[key] = m.free(value, k)
	}
}

func (m *Mask) free(v any, k Identity) any {
	switch t := v.(type) {
	case string:
		return m.Text(t, k)
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
