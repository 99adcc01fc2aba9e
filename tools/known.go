package tools

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// known are the values of one person that must not show.
type known struct {
	// id makes the stand-in of the name; "" where nobody knows who it is.
	id                         string
	first, last                string
	contacts, places, profiles []string
}

func (k *known) emails(list []kombo.Email) {
	for _, e := range list {
		k.email(e.EmailAddress)
	}
}

// email takes an address as it stands and as it stands in other addresses.
func (k *known) email(s string) {
	k.contacts = append(k.contacts, s)
	if in := url.QueryEscape(s); in != s {
		k.contacts = append(k.contacts, in)
	}
}

func (k *known) phones(list []kombo.Phone) {
	for _, p := range list {
		k.contacts = append(k.contacts, p.PhoneNumber)
	}
}

func (k *known) socials(list []kombo.SocialLink) {
	for _, s := range list {
		k.profile(s.Link)
		k.profiles = append(k.profiles, s.Username)
	}
}

// profile takes the address of a profile, also as people shorten it, and the
// name that it ends in.
func (k *known) profile(link string) {
	_, short, found := strings.Cut(link, "://")
	if !found {
		short = link
	}
	short = strings.TrimRight(strings.TrimPrefix(short, "www."), "/")
	k.profiles = append(k.profiles, link, short)
	if handle := path.Base(short); strings.Contains(short, "/") && utf8.RuneCountInString(handle) >= wholeBelow {
		k.profiles = append(k.profiles, handle)
	}
}

func (k *known) place(l *kombo.Location) {
	if l != nil {
		k.places = append(k.places, l.Raw, l.Street1, l.Street2, l.City, l.State, l.ZipCode)
	}
}

// join adds what another source tells of the same person.
func (k *known) join(o known) {
	k.id, k.first, k.last = cmp.Or(k.id, o.id), cmp.Or(k.first, o.first), cmp.Or(k.last, o.last)
	k.contacts = append(k.contacts, o.contacts...)
	k.places = append(k.places, o.places...)
	k.profiles = append(k.profiles, o.profiles...)
}

// knownOf is what an application tells of its candidate: all but the address.
func knownOf(a *application) known {
	k := known{id: a.CandidateID}
	if c := a.Candidate; c != nil {
		k.id, k.first, k.last = cmp.Or(k.id, c.ID), c.FirstName, c.LastName
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
	k := known{id: digest.Fold(wording.FullName(c.FirstName, c.LastName)), first: c.FirstName, last: c.LastName, contacts: []string{c.EmailAddress, c.PhoneNumber}}
	for _, e := range c.AdditionalEmailAddresses {
		k.contacts = append(k.contacts, e.EmailAddress)
	}
	for _, p := range c.AdditionalPhoneNumbers {
		k.contacts = append(k.contacts, p.PhoneNumber)
	}
	for _, l := range c.SocialLinks {
		k.profile(l.URL)
	}
	if l := c.Location; l != nil {
		k.places = append(k.places, l.Street1, l.City, l.State, l.ZipCode)
	}
	return k
}

const (
	// ownersAtOnce is how many candidates one look-up names: more would make
	// its address longer than servers take.
	ownersAtOnce = 100
	// maxOwners is how many are kept.
	maxOwners = 20_000
)

// owners keeps what is known of candidates, where something of them must not
// show in records that tell less of them.
type owners struct {
	mu   sync.Mutex
	kept map[string]keptOwner
}

type keptOwner struct {
	known
	at time.Time
}

// find gives those of the ids that are kept, and the ids that are not.
func (o *owners) find(ids []string, now time.Time) (found map[string]known, missing []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	found = map[string]known{}
	for _, id := range ids {
		switch k, ok := o.kept[id]; {
		case ok && now.Sub(k.at) < names.CacheFor:
			found[id] = k.known
		case id != "" && !slices.Contains(missing, id):
			missing = append(missing, id)
		}
	}
	return found, missing
}

func (o *owners) keep(k known, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.kept == nil || len(o.kept) >= maxOwners {
		o.kept = map[string]keptOwner{}
	}
	o.kept[k.id] = keptOwner{k, now}
}

// ownersOf looks up what is known of candidates. One that the copy does not
// have is known by nothing more than what names her.
func (b *Toolbox) ownersOf(ctx context.Context, ids []string) (map[string]known, error) {
	now := b.cfg.Now()
	found, missing := b.owners.find(ids, now)
	for some := range slices.Chunk(missing, ownersAtOnce) {
		page, err := b.cfg.Client.GetCandidates(ctx, kombo.CandidateFilter{ListOptions: kombo.ListOptions{IDs: some, IncludeDeleted: true, PageSize: ownersAtOnce}})
		switch kombo.CodeOf(err) {
		case kombo.CodeModelNotAvailable, kombo.CodeModelDisabled:
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("what must not be shown of the candidates could not be looked up: %w", err)
		}
		for i := range page.Results {
			k := knownCandidate(&page.Results[i])
			b.owners.keep(k, now)
			found[k.id] = k
		}
	}
	return found, nil
}

// hideIn takes out of a page of records what must not show, and gives for each
// what that is.
func hideIn[T any](ctx context.Context, b *Toolbox, of *records[T], facts *lookup, page []T) ([]known, error) {
	people := make([]known, len(page))
	if of.mask != nil && b.mask != nil {
		var ids []string
		for i := range page {
			if id := of.owner(&page[i]); id != "" && of.lacks(b.mask, &page[i]) {
				ids = append(ids, id)
			}
		}
		found, err := b.ownersOf(ctx, ids)
		if err != nil {
			return nil, err
		}
		for i := range page {
			people[i] = found[of.owner(&page[i])]
		}
	}
	for i := range page {
		of.hide(facts, b.mask, &page[i], &people[i])
	}
	return people, nil
}
