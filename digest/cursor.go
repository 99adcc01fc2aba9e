package digest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"sync"
)

// mode is how a cursor finds its place again.
type mode byte

const (
	// modeFirstPage is a query without a cursor: how the walk ends decides the mode
	// of the next cursor.
	modeFirstPage mode = iota
	// modeSorted resumes after a sort value and an id, over a complete walk.
	modeSorted
	// modeSourceOrder resumes after a record in the order of the source.
	modeSourceOrder
	// modeGrouped resumes after a group.
	modeGrouped
)

const (
	sealBytes = 12
	hashBytes = 6
	// maxCursor bounds, in bytes, what is decoded at all; real cursors are far
	// shorter.
	maxCursor = 8 << 10
)

// position is the content of a cursor.
type position struct {
	mode mode
	// key and id are those of the last row; in delivered mode only the id counts.
	key sortKey
	id  string
	// index is the row's place on its page, or the group's place among the groups.
	index uint64
	// upstream is the source's cursor for the page that contains the row.
	upstream string
}

var (
	errForeignCursor = errors.New("cursor: this is not a cursor of this server, or it was altered; send the next of an answer unchanged, or leave cursor out to start again")
	errOtherQuestion = errors.New("cursor: this cursor belongs to another question; send the same filters, where, sort and group_by as the call that gave it (limit, max_tokens and fields may differ), or leave cursor out to start again")
)

// processSecret seals cursors if the query has no secret; they are then valid
// until the process ends.
var processSecret = sync.OnceValue(func() []byte {
	b := make([]byte, 32)
	// Read never returns an error; if it fails, the process crashes.
	_, _ = rand.Read(b)
	return b
})

// sealer encrypts cursors, because sort values and ids are personal data, and
// authenticates them. It is deterministic (a synthetic IV): the same position
// in the same answer always gives the same text.
type sealer struct{ mac, enc []byte }

func newSealer(secret []byte) sealer {
	if len(secret) == 0 {
		secret = processSecret()
	}
	derive := func(purpose string) []byte {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(purpose))
		return h.Sum(nil)
	}
	return sealer{derive("digest cursor mac"), derive("digest cursor encryption")}
}

func (s sealer) tag(plain []byte) []byte {
	h := hmac.New(sha256.New, s.mac)
	h.Write(plain)
	return h.Sum(nil)[:sealBytes]
}

func (s sealer) xor(tag, data []byte) ([]byte, error) {
	block, err := aes.NewCipher(s.enc)
	if err != nil {
		return nil, err
	}
	iv := make([]byte, aes.BlockSize)
	copy(iv, tag)
	out := make([]byte, len(data))
	cipher.NewCTR(block, iv).XORKeyStream(out, data)
	return out, nil
}

func (s sealer) seal(plain []byte) (string, error) {
	tag := s.tag(plain)
	body, err := s.xor(tag, plain)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(append(tag, body...)), nil
}

func (s sealer) open(text string) ([]byte, error) {
	if len(text) > maxCursor {
		return nil, errForeignCursor
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) <= sealBytes {
		return nil, errForeignCursor
	}
	plain, err := s.xor(raw[:sealBytes], raw[sealBytes:])
	if err != nil {
		return nil, err
	}
	if !hmac.Equal(s.tag(plain), raw[:sealBytes]) {
		return nil, errForeignCursor
	}
	return plain, nil
}

// encode seals a position together with the hash of the query's arguments.
func (s sealer) encode(p position, args [hashBytes]byte) (string, error) {
	b := append([]byte{byte(p.mode)}, args[:]...)
	switch p.mode {
	case modeSorted:
		b = append(b, p.key.flags())
		if p.key.text == "" {
			b = binary.BigEndian.AppendUint64(b, p.key.num)
		} else {
			b = appendString(b, p.key.text)
		}
		b = append(b, p.id...)
	case modeSourceOrder:
		b = binary.AppendUvarint(b, p.index)
		b = appendString(b, p.id)
		b = append(b, packCursor(p.upstream)...)
	case modeGrouped:
		b = binary.AppendUvarint(b, p.index)
		b = append(b, p.id...)
	}
	return s.seal(b)
}

// decode opens a cursor and checks that it was made for the same arguments. An
// empty text is the zero position.
func (s sealer) decode(text string, args [hashBytes]byte) (position, error) {
	if text == "" {
		return position{}, nil
	}
	b, err := s.open(text)
	if err != nil {
		return position{}, err
	}
	if len(b) < 1+hashBytes {
		return position{}, errForeignCursor
	}
	if !bytes.Equal(b[1:1+hashBytes], args[:]) {
		return position{}, errOtherQuestion
	}
	p := position{mode: mode(b[0])}
	r := reader{rest: b[1+hashBytes:]}
	switch p.mode {
	case modeSorted:
		flags := r.byte()
		if flags&keyHasText == 0 {
			p.key.num = r.uint64()
		} else {
			p.key.text = r.string()
		}
		p.key.missing = flags&keyMissing != 0
		p.id = string(r.rest)
	case modeSourceOrder:
		p.index = r.uvarint()
		p.id = r.string()
		p.upstream = unpackCursor(r.rest)
	case modeGrouped:
		p.index = r.uvarint()
		p.id = string(r.rest)
	default:
		return position{}, errForeignCursor
	}
	if r.short {
		return position{}, errForeignCursor
	}
	return p, nil
}

// packCursor stores an upstream cursor. One that is base64 itself is decoded
// first, or it would be encoded twice and cost more tokens.
func packCursor(s string) []byte {
	for i, enc := range cursorEncodings {
		if raw, err := enc.DecodeString(s); err == nil && len(raw) > 0 && enc.EncodeToString(raw) == s {
			return append([]byte{byte(i + 1)}, raw...)
		}
	}
	return append([]byte{0}, s...)
}

var cursorEncodings = []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawURLEncoding}

func unpackCursor(b []byte) string {
	switch {
	case len(b) == 0:
		return ""
	case b[0] == 0:
		return string(b[1:])
	case int(b[0]) <= len(cursorEncodings):
		return cursorEncodings[b[0]-1].EncodeToString(b[1:])
	}
	return ""
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// reader reads fields from a buffer; short is set once it has too few bytes.
type reader struct {
	rest  []byte
	short bool
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.short, r.rest = true, nil
		return nil
	}
	head := r.rest[:n]
	r.rest = r.rest[n:]
	return head
}

func (r *reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if b := r.bytes(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.short = true
		return 0
	}
	r.bytes(uint64(n))
	return v
}

func (r *reader) string() string { return string(r.bytes(r.uvarint())) }
