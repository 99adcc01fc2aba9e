package sandbox

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// enc appends JSON. It derives from the last byte whether a comma is needed.
type enc struct{ b []byte }

func (e *enc) comma() {
	if n := len(e.b); n > 0 {
		switch e.b[n-1] {
		case '{', '[', ':', ',':
		default:
			e.b = append(e.b, ',')
		}
	}
}

func (e *enc) open()      { e.comma(); e.b = append(e.b, '{') }
func (e *enc) close()     { e.b = append(e.b, '}') }
func (e *enc) openList()  { e.comma(); e.b = append(e.b, '[') }
func (e *enc) closeList() { e.b = append(e.b, ']') }

func (e *enc) key(k string) {
	e.comma()
	e.b = append(e.b, '"')
	e.b = append(e.b, k...)
	e.b = append(e.b, '"', ':')
}

// object and list start an object and a list under a key.
func (e *enc) object(k string) { e.key(k); e.open() }
func (e *enc) list(k string)   { e.key(k); e.openList() }

func (e *enc) null(k string) { e.raw(k, "null") }

// raw appends a key with encoded JSON.
func (e *enc) raw(k, json string) {
	e.key(k)
	e.b = append(e.b, json...)
}

// text appends a key with a string, or with null if it is empty.
func (e *enc) text(k, s string) {
	if s == "" {
		e.null(k)
		return
	}
	e.str(k, s)
}

func (e *enc) str(k, s string) {
	e.key(k)
	e.quote(s)
}

// item appends a string to a list.
func (e *enc) item(s string) {
	e.comma()
	e.quote(s)
}

func (e *enc) id(k string, id komboID) {
	e.key(k)
	e.b = append(e.b, '"')
	e.b = append(e.b, id[:]...)
	e.b = append(e.b, '"')
}

func (e *enc) flag(k string, v bool) { e.raw(k, strconv.FormatBool(v)) }

func (e *enc) maybe(k string, v tri) {
	switch v {
	case yes:
		e.raw(k, "true")
	case no:
		e.raw(k, "false")
	default:
		e.null(k)
	}
}

func (e *enc) integer(k string, v int) {
	e.key(k)
	e.b = strconv.AppendInt(e.b, int64(v), 10)
}

func (e *enc) number(k string, v float64) {
	e.key(k)
	e.b = strconv.AppendFloat(e.b, v, 'f', -1, 64)
}

// amount appends a key with a number, or with null if it is 0.
func (e *enc) amount(k string, v float64) {
	if v == 0 {
		e.null(k)
		return
	}
	e.number(k, v)
}

// when appends a key with a time in milliseconds, or with null if it is 0.
func (e *enc) when(k string, t ms) {
	if t == 0 {
		e.null(k)
		return
	}
	e.key(k)
	e.b = append(e.b, '"')
	e.b = time.UnixMilli(int64(t)).UTC().AppendFormat(e.b, "2006-01-02T15:04:05.000Z")
	e.b = append(e.b, '"')
}

// remote appends the record's id in the ATS.
func (e *enc) remote(r *row) {
	if r.remote == 0 {
		e.null("remote_id")
		return
	}
	e.key("remote_id")
	e.b = append(e.b, '"')
	e.b = strconv.AppendInt(e.b, int64(r.remote), 10)
	e.b = append(e.b, '"')
}

// optional appends a key with what value appends, with null, or nothing.
func (e *enc) optional(k string, p presence, value func()) {
	switch p {
	case present:
		e.key(k)
		value()
	case isNull:
		e.null(k)
	case isMissing:
	}
}

const hexDigits = "0123456789abcdef"

func (e *enc) quote(s string) {
	e.b = append(e.b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				e.b = append(e.b, s[start:i]...)
				e.b = append(e.b, `\ufffd`...)
				start = i + 1
			}
			i += n
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		e.b = append(e.b, s[start:i]...)
		e.escape(c)
		i++
		start = i
	}
	e.b = append(e.b, s[start:]...)
	e.b = append(e.b, '"')
}

func (e *enc) escape(c byte) {
	switch c {
	case '"', '\\':
		e.b = append(e.b, '\\', c)
	case '\n':
		e.b = append(e.b, '\\', 'n')
	case '\r':
		e.b = append(e.b, '\\', 'r')
	case '\t':
		e.b = append(e.b, '\\', 't')
	default:
		e.b = append(e.b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
	}
}
