package privacy

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
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
	m.finder(*k).strings(reflect.ValueOf(a))
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
	m.finder(*k).strings(reflect.ValueOf(c))
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
	m.finder(*k).strings(reflect.ValueOf(i))
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
	m.finder(*k).strings(reflect.ValueOf(o))
}

// Tag masks a tag in place by the form of what stands in it: recruiters type tags, and
// one belongs to many candidates. The identity stays as it is.
func (m *Mask) Tag(t *kombo.Tag, _ *Identity) {
	if m != nil {
		m.finder().strings(reflect.ValueOf(t))
	}
}

// HidesRemoteID reports whether an id of the ATS would be shown masked, whoever it
// belongs to.
func (m *Mask) HidesRemoteID(id string) bool {
	return m != nil && m.finder().id(id) != digest.Clean(id)
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
		emails[i].EmailAddress = m.contactName(emails[i].EmailAddress)
	}
	for i := range phones {
		phones[i].PhoneNumber = m.contactName(phones[i].PhoneNumber)
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

// strings hides personal data in every text of a record except Kombo's own ids, dates
// and the names of jobs and stages.
func (f *finder) strings(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			f.strings(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			f.strings(v.Index(i))
		}
	case reflect.Map:
		if fields, ok := reflect.TypeAssert[map[string]any](v); ok {
			f.object(fields)
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString(f.text(v.String()))
		}
	case reflect.Struct:
		f.structure(v)
	default:
	}
}

func (f *finder) structure(v reflect.Value) {
	switch t := v.Addr().Interface().(type) {
	case *kombo.JobRef, *kombo.ApplicationStage, *kombo.Time:
		return
	case *kombo.ScreeningAnswer:
		f.answer(t)
		return
	}
	for field, value := range v.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case !field.IsExported():
		case name == "country" && len(value.String()) == 2:
			// A code such as DE, which may be a word of a name.
		case name == "remote_id" && value.Kind() == reflect.String:
			// An ATS may take a name or an e-mail address for its id.
			value.SetString(f.id(value.String()))
		case name == "id" || strings.HasSuffix(name, "_id") && name != "remote_id":
			if strings.Contains(value.String(), "@") {
				f.strings(value)
			}
		default:
			f.strings(value)
		}
	}
}

// answer masks a screening answer: its question may say that it is a phone number.
func (f *finder) answer(a *kombo.ScreeningAnswer) {
	title := a.Question.Title
	f.strings(reflect.ValueOf(&a.Question))
	if n := a.Answer.Number; n != nil {
		digits := strconv.FormatFloat(*n, 'f', -1, 64)
		if masked := f.named(title, digits); masked != digits {
			a.Answer = kombo.AnswerValue{Content: masked}
		}
	}
	a.Answer.Content = f.named(title, a.Answer.Content)
	a.Answer.Choice = f.text(a.Answer.Choice)
	for i := range a.Answer.Choices {
		a.Answer.Choices[i] = f.text(a.Answer.Choices[i])
	}
	a.Answer.Raw = f.free("", a.Answer.Raw)
}

// named is text for a value under a name, such as "Phone", which may say what it is.
func (f *finder) named(name, s string) string {
	masked := f.text(s)
	if !f.mask.contact || masked != s || name == "" || len(s) > maxNamed || len(digitsOf(newView(s).folded)) < minLabelled {
		return masked
	}
	if endsInPhoneLabel(newView(digest.Clean(name)).folded) && strings.Trim(newView(s).folded, "0123456789 ()+-./") == "" {
		return f.mask.contactName(s)
	}
	return masked
}

// maxNamed is the longest value that its name can make a phone number.
const maxNamed = 40

// object masks the values of an object, and its keys.
func (f *finder) object(fields map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		value := f.free(key, fields[key])
		name := f.text(key)
		if name == digest.CleanLines(key) {
			name = key
		} else {
			delete(fields, key)
			for n := 2; ; n++ {
				if _, taken := fields[name]; !taken {
					break
				}
				name = fmt.Sprintf("%s (%d)", f.text(key), n)
			}
		}
		fields[name] = value
	}
}

// free masks a value without a fixed shape that stands under a name.
func (f *finder) free(name string, v any) any {
	switch t := v.(type) {
	case string:
		return f.named(name, t)
	case float64:
		if digits := strconv.FormatFloat(t, 'f', -1, 64); len(digits) >= minLabelled {
			if masked := f.named(name, digits); masked != digits {
				return masked
			}
		}
	case []any:
		for i := range t {
			t[i] = f.free(name, t[i])
		}
	case map[string]any:
		f.object(t)
	}
	return v
}
