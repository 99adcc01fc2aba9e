package privacy

import (
	"cmp"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// Identity is the personal data of one candidate that masks look for. The zero
// Identity is that of an unknown person.
type Identity struct {
	// ID is the candidate's, from which the pseudonym of the name is made; "" if it is
	// unknown who the person is.
	ID                         string
	first, last                string
	contacts, places, profiles []string
}

// Known reports whether it is known who the person is.
func (k *Identity) Known() bool { return k.ID != "" }

func (k *Identity) emails(list []kombo.Email) {
	for _, e := range list {
		k.contacts = append(k.contacts, e.EmailAddress)
	}
}

func (k *Identity) phones(list []kombo.Phone) {
	for _, p := range list {
		k.contacts = append(k.contacts, p.PhoneNumber)
	}
}

func (k *Identity) socials(list []kombo.SocialLink) {
	for _, s := range list {
		k.profile(s.Link)
		k.profiles = append(k.profiles, s.Username)
	}
}

// profile adds the address of a profile, the address as people shorten it, and the
// user name that it ends in.
func (k *Identity) profile(link string) {
	_, short, found := strings.Cut(link, "://")
	if !found {
		short = link
	}
	short = strings.TrimRight(strings.TrimPrefix(short, "www."), "/")
	k.profiles = append(k.profiles, link, short)
	if handle := path.Base(short); strings.Contains(short, "/") && utf8.RuneCountInString(handle) >= wholeWordBelow {
		k.profiles = append(k.profiles, handle)
	}
}

// place adds an address and its parts: those that commas separate where it comes in one
// piece, and the street without the number of the house.
func (k *Identity) place(l *kombo.Location) {
	if l == nil {
		return
	}
	k.places = append(k.places, l.Raw, l.Street1, l.Street2, l.City, l.State, l.ZipCode)
	for _, part := range append(strings.FieldsFunc(l.Raw, isListMark), l.Street1, l.Street2) {
		k.places = append(k.places, part)
		if street := strings.TrimFunc(part, notLetter); street != part && utf8.RuneCountInString(street) >= wholeWordBelow {
			k.places = append(k.places, street)
		}
	}
}

func isListMark(r rune) bool { return strings.ContainsRune(",;|\n", r) }

// Merge adds what another source says of the same person.
func (k *Identity) Merge(o Identity) {
	k.ID, k.first, k.last = cmp.Or(k.ID, o.ID), cmp.Or(k.first, o.first), cmp.Or(k.last, o.last)
	k.contacts = append(k.contacts, o.contacts...)
	k.places = append(k.places, o.places...)
	k.profiles = append(k.profiles, o.profiles...)
}

// OfApplication is what an application says of its candidate: everything except the
// address.
func OfApplication(a *kombo.Application) Identity {
	k := Identity{ID: a.CandidateID}
	if c := a.Candidate; c != nil {
		k.ID, k.first, k.last = cmp.Or(k.ID, c.ID), c.FirstName, c.LastName
		k.emails(c.EmailAddresses)
		k.phones(c.PhoneNumbers)
		k.socials(c.SocialMedia)
	}
	return k
}

// OfCandidate is what a candidate's record says.
func OfCandidate(c *kombo.Candidate) Identity {
	k := Identity{ID: c.ID, first: c.FirstName, last: c.LastName}
	k.emails(c.EmailAddresses)
	k.phones(c.PhoneNumbers)
	k.socials(c.SocialMedia)
	k.place(c.Location)
	return k
}
