package privacy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// Category is a kind of a candidate's personal data that can be masked.
type Category string

// The categories.
const (
	// Contact is e-mail addresses and phone numbers.
	Contact Category = "contact"
	// Name is first and last name, in files' names too.
	Name Category = "name"
	// Address is where a candidate lives.
	Address Category = "address"
	// Social is profiles in social networks.
	Social Category = "social"
)

// Categories lists the categories by name, in a fixed order.
func Categories() []string {
	return []string{string(Contact), string(Name), string(Address), string(Social)}
}

// Mask hides some categories of candidates' personal data. A nil Mask hides nothing.
type Mask struct {
	contact, name, address, social bool
	secret                         []byte
}

// New makes a mask for the named categories, nil for none. Pseudonyms depend on the
// secret, so that nobody else can compute them. The error lists the valid names.
func New(categories []string, secret []byte) (*Mask, error) {
	if len(categories) == 0 {
		return nil, nil
	}
	m := &Mask{secret: secret}
	for _, c := range categories {
		switch Category(strings.TrimSpace(c)) {
		case Contact:
			m.contact = true
		case Name:
			m.name = true
		case Address:
			m.address = true
		case Social:
			m.social = true
		default:
			return nil, fmt.Errorf("%q cannot be masked: it must be one of %s", c, strings.Join(Categories(), ", "))
		}
	}
	return m, nil
}

// Hides reports whether a category is masked.
func (m *Mask) Hides(c Category) bool {
	if m == nil {
		return false
	}
	switch c {
	case Contact:
		return m.contact
	case Name:
		return m.name
	case Address:
		return m.address
	case Social:
		return m.social
	}
	return false
}

// Categories lists what is masked by name, in the order of [Categories].
func (m *Mask) Categories() []string {
	var out []string
	for _, name := range Categories() {
		if m.Hides(Category(name)) {
			out = append(out, name)
		}
	}
	return out
}

// hashLength is the length of a hash: 50 bits, so that among a million values two share
// one with a probability of 1 in 2,000.
const hashLength = 10

// hash is a short name for a value, the same each time.
func (m *Mask) hash(kind, value string) string {
	h := hmac.New(sha256.New, m.secret)
	h.Write([]byte(kind + ":" + value))
	return base32.StdEncoding.EncodeToString(h.Sum(nil))[:hashLength]
}

// pseudonym replaces a value of a kind; no value stays none.
func (m *Mask) pseudonym(kind, value string) string {
	if value == "" {
		return ""
	}
	return "[" + kind + " " + m.hash(kind, digest.Fold(value)) + "]"
}

// PersonName is the pseudonym of a name in texts, "" if names are not masked.
func (m *Mask) PersonName(k *Identity) string {
	if !m.Hides(Name) {
		return ""
	}
	return "Person " + m.personHash(k.ID)
}

// contactName is the pseudonym of an e-mail address or a phone number, the same however
// it is written; no value stays none.
func (m *Mask) contactName(v string) string {
	if folded := newView(digest.Clean(v)).folded; !strings.Contains(folded, "@") {
		if key := phoneKey(folded); len(key) >= minLabelled {
			return m.pseudonym("contact", key)
		}
	}
	return m.pseudonym("contact", v)
}

// personHash is what follows "Person" in the pseudonym of a name.
func (m *Mask) personHash(id string) string { return m.hash("person", id) }
