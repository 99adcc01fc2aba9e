package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Kind is the type of the values of a column.
type Kind uint8

// The kinds of a column.
const (
	// KindMissing is the kind of [Missing], and of no column.
	KindMissing Kind = iota
	KindText
	KindNumber
	// KindCount is a number of things; its values are of KindNumber.
	KindCount
	KindBool
	// KindInstant is a point in time, shown in the query's time zone.
	KindInstant
	// KindDate is a calendar day without a time zone.
	KindDate
	// KindList is a list of texts.
	KindList
	// KindBlock is a text of several lines.
	KindBlock
)

// String returns the name of the kind in error messages.
func (k Kind) String() string {
	return [...]string{"missing", "text", "number", "count", "true/false", "time", "date", "list", "text of several lines"}[k]
}

// listSep separates the elements of a list within a Value. It cannot occur in an
// element, because Clean removes it.
const listSep = "\x1f"

// Value is one cell of a record. The zero Value is [Missing]. Values are small
// (32 bytes and the text), because a cached walk holds thousands of them.
type Value struct {
	str  string
	num  int64
	kind Kind
}

// Missing is the value of a column that the record has no value for.
var Missing Value

// Text returns a text value, cleaned by [Clean]; [Missing] if nothing is left.
func Text(s string) Value {
	s = Clean(s)
	if s == "" {
		return Missing
	}
	return Value{kind: KindText, str: s}
}

// maxIndent bounds the leading spaces that a line of a block keeps.
const maxIndent = 24

// Block returns a text value that keeps its lines and their indentation, such as
// a whole record. Each line is cleaned and empty ones are dropped; [Missing] if
// nothing is left.
func Block(s string) Value {
	var b strings.Builder
	for line := range strings.Lines(s) {
		text := Clean(line)
		if text == "" {
			continue
		}
		indent := len(line) - len(strings.TrimLeft(line, " "))
		b.WriteString(strings.Repeat(" ", min(indent, maxIndent)) + text + "\n")
	}
	if b.Len() == 0 {
		return Missing
	}
	return Value{kind: KindBlock, str: strings.TrimSuffix(b.String(), "\n")}
}

// Number returns a number value; [Missing] for NaN and infinities.
func Number(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Missing
	}
	return Value{kind: KindNumber, num: int64(math.Float64bits(f))} // #nosec G115 -- a bit pattern, not a quantity
}

// Bool returns a true/false value.
func Bool(b bool) Value {
	v := Value{kind: KindBool}
	if b {
		v.num = 1
	}
	return v
}

// Instant returns a point in time with the precision of a microsecond; [Missing]
// for the zero time.
func Instant(t time.Time) Value {
	if t.IsZero() {
		return Missing
	}
	return Value{kind: KindInstant, num: t.UnixMicro()}
}

// Date returns the calendar day of t in its own location; [Missing] for the zero
// time.
func Date(t time.Time) Value {
	if t.IsZero() {
		return Missing
	}
	return Value{kind: KindDate, num: dayOf(t)}
}

// List returns a list of texts, cleaned by [Clean], without those of which
// nothing is left; [Missing] for an empty list.
func List(elements ...string) Value {
	cleaned := make([]string, 0, len(elements))
	for _, s := range elements {
		if s = Clean(s); s != "" {
			cleaned = append(cleaned, s)
		}
	}
	if len(cleaned) == 0 {
		return Missing
	}
	return Value{kind: KindList, str: strings.Join(cleaned, listSep)}
}

// Kind returns the kind of the value; never [KindCount].
func (v Value) Kind() Kind { return v.kind }

// IsMissing reports whether the value is [Missing].
func (v Value) IsMissing() bool { return v.kind == KindMissing }

// Str returns the text of a [KindText] value, else "".
func (v Value) Str() string {
	if v.kind != KindText {
		return ""
	}
	return v.str
}

// Float returns the number of a [KindNumber] value, else 0.
func (v Value) Float() float64 {
	if v.kind != KindNumber {
		return 0
	}
	return math.Float64frombits(uint64(v.num)) // #nosec G115 -- a bit pattern, not a quantity
}

// IsTrue reports whether the value is the boolean true.
func (v Value) IsTrue() bool { return v.kind == KindBool && v.num != 0 }

// Time returns an instant, or the midnight in loc at which a date begins; the
// zero time for any other value.
func (v Value) Time(loc *time.Location) time.Time {
	switch v.kind {
	case KindInstant:
		return time.UnixMicro(v.num).In(loc)
	case KindDate:
		return midnight(v.num, loc)
	default:
		return time.Time{}
	}
}

// Elements returns the elements of a list, or a text as the only one; nil for
// any other value.
func (v Value) Elements() []string {
	switch v.kind {
	case KindList:
		return strings.Split(v.str, listSep)
	case KindText:
		return []string{v.str}
	default:
		return nil
	}
}

// size is the memory of the value in addition to its own 32 bytes.
func (v Value) size() int { return len(v.str) }

const (
	secondsOfDay = 24 * 60 * 60
	microsOfDay  = secondsOfDay * 1_000_000
)

// dayOf returns the number of days from 1970-01-01 to the date of t in its own
// location.
func dayOf(t time.Time) int64 {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsOfDay
}

func midnight(day int64, loc *time.Location) time.Time {
	y, m, d := time.Unix(day*secondsOfDay, 0).UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, loc)
}

// dayIn returns the day of a date, or of an instant in loc, as dayOf does.
func (v Value) dayIn(loc *time.Location) int64 {
	if v.kind == KindDate {
		return v.num
	}
	if loc == time.UTC {
		return floorDiv(v.num, microsOfDay)
	}
	return dayOf(time.UnixMicro(v.num).In(loc))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// format returns the value as a cell: an instant as a day, or with hour and
// minute, and the elements of a list separated by "; ". It takes at most limit
// characters of text; the cell says if it was cut.
func (v Value) format(loc *time.Location, minutes bool, limit int) string {
	switch v.kind {
	case KindText:
		return shorten(v.str, limit)
	case KindBlock:
		return shorten(v.str, max(limit, maxBlockRunes))
	case KindNumber:
		return formatNumber(v.Float())
	case KindBool:
		return strconv.FormatBool(v.num != 0)
	case KindInstant:
		if minutes {
			return v.Time(loc).Format("2006-01-02 15:04")
		}
		return formatDay(v.dayIn(loc))
	case KindDate:
		return formatDay(v.num)
	case KindList:
		return formatList(v.str, limit)
	default:
		return ""
	}
}

func formatNumber(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatInt(int64(f), 10)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func formatDay(day int64) string {
	return time.Unix(day*secondsOfDay, 0).UTC().Format(time.DateOnly)
}

// shorten cuts s to limit characters, and if so adds how many it had.
func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		if n == limit {
			n += utf8.RuneCountInString(s[i:])
			return s[:i] + "… (" + strconv.Itoa(n) + " characters)"
		}
		n++
	}
	return s
}

// truncateName shortens the name of a group or count, and keeps it unique: a long
// one ends with a hash of the whole.
func truncateName(s string) string {
	const most = 256
	if len(s) <= most {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return cutBytes(s, most-16) + "… #" + hex.EncodeToString(sum[:4])
}

// formatList joins the elements of a stored list; after limit characters it says
// how many more there are.
func formatList(stored string, limit int) string {
	if len(stored) <= limit {
		return strings.ReplaceAll(stored, listSep, "; ")
	}
	var b strings.Builder
	for stored != "" {
		element, rest, more := strings.Cut(stored, listSep)
		if b.Len() > 0 && b.Len()+len(element) > limit {
			b.WriteString("; … " + strconv.Itoa(strings.Count(stored, listSep)+1) + " more")
			break
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(shorten(element, limit))
		stored = rest
		if !more {
			break
		}
	}
	return b.String()
}
