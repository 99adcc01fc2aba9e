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

// Kind is what a column holds.
type Kind uint8

// The kinds of a column. A count is a number that says how many; an instant
// is a moment that is shown in the query's time zone; a date is a plain day;
// a list holds texts.
const (
	KindMissing Kind = iota
	KindText
	KindNumber
	KindCount
	KindBool
	KindInstant
	KindDate
	KindList
	KindBlock
)

// String names the kind as error sentences do.
func (k Kind) String() string {
	return [...]string{"missing", "text", "number", "count", "true/false", "time", "date", "list", "text of several lines"}[k]
}

// listSep parts the elements of a list inside a Value: Clean strips it from
// every element, so it cannot occur in one.
const listSep = "\x1f"

// Value is one cell of a record. The zero Value is a missing one. Values are
// small (32 bytes and the text) because a kept walk holds thousands.
type Value struct {
	str  string
	num  int64
	kind Kind
}

// Missing is the value of a cell that the record does not have.
var Missing Value

// Text is a cleaned text; one that shows nothing is [Missing].
func Text(s string) Value {
	s = Clean(s)
	if s == "" {
		return Missing
	}
	return Value{kind: KindText, str: s}
}

// maxIndent bounds the spaces that a line of a block keeps at its beginning.
const maxIndent = 24

// Block is a text that keeps its lines and their indentation, such as a whole
// record; each line is cleaned.
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

// Number is a number; NaN and infinities are [Missing].
func Number(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Missing
	}
	return Value{kind: KindNumber, num: int64(math.Float64bits(f))} // #nosec G115 -- a bit pattern, not a quantity
}

// Bool is true or false.
func Bool(b bool) Value {
	v := Value{kind: KindBool}
	if b {
		v.num = 1
	}
	return v
}

// Instant is an instant with the precision of a microsecond; the zero time is
// [Missing].
func Instant(t time.Time) Value {
	if t.IsZero() {
		return Missing
	}
	return Value{kind: KindInstant, num: t.UnixMicro()}
}

// Date is the plain day that t has in its own location; the zero time is
// [Missing].
func Date(t time.Time) Value {
	if t.IsZero() {
		return Missing
	}
	return Value{kind: KindDate, num: dayOf(t)}
}

// List is a list of cleaned texts; elements that show nothing are left out,
// and an empty list is [Missing].
func List(items ...string) Value {
	kept := make([]string, 0, len(items))
	for _, s := range items {
		if s = Clean(s); s != "" {
			kept = append(kept, s)
		}
	}
	if len(kept) == 0 {
		return Missing
	}
	return Value{kind: KindList, str: strings.Join(kept, listSep)}
}

// Kind tells what the value is.
func (v Value) Kind() Kind { return v.kind }

// IsMissing tells whether the record lacks the value.
func (v Value) IsMissing() bool { return v.kind == KindMissing }

// Str is the text of a text value, else "".
func (v Value) Str() string {
	if v.kind != KindText {
		return ""
	}
	return v.str
}

// Float is the number of a number value, else 0.
func (v Value) Float() float64 {
	if v.kind != KindNumber {
		return 0
	}
	return math.Float64frombits(uint64(v.num)) // #nosec G115 -- a bit pattern, not a quantity
}

// IsTrue tells whether the value is the boolean true.
func (v Value) IsTrue() bool { return v.kind == KindBool && v.num != 0 }

// Time is the moment of an instant, or midnight in loc of a plain day; the
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

// Elements are the elements of a list value; a text is a list of one.
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

// size is the memory that the value holds beside its own 32 bytes.
func (v Value) size() int { return len(v.str) }

const (
	secondsOfDay = 24 * 60 * 60
	microsOfDay  = secondsOfDay * 1_000_000
)

// dayOf is the number of days from 1970-01-01 to the day that t shows.
func dayOf(t time.Time) int64 {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsOfDay
}

func midnight(day int64, loc *time.Location) time.Time {
	y, m, d := time.Unix(day*secondsOfDay, 0).UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, loc)
}

// dayIn is the day of an instant or date value as seen in loc.
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

// show writes the value as a cell: days for instants unless minutes are asked
// for, list elements parted by "; ". At most limit characters of text are
// taken; what was cut is told in the cell.
func (v Value) show(loc *time.Location, minutes bool, limit int) string {
	switch v.kind {
	case KindText:
		return shorten(v.str, limit)
	case KindBlock:
		return shorten(v.str, max(limit, maxBlock))
	case KindNumber:
		return showNumber(v.Float())
	case KindBool:
		return strconv.FormatBool(v.num != 0)
	case KindInstant:
		if minutes {
			return v.Time(loc).Format("2006-01-02 15:04")
		}
		return showDay(v.dayIn(loc))
	case KindDate:
		return showDay(v.num)
	case KindList:
		return showList(v.str, limit)
	default:
		return ""
	}
}

func showNumber(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatInt(int64(f), 10)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func showDay(day int64) string {
	return time.Unix(day*secondsOfDay, 0).UTC().Format(time.DateOnly)
}

// shorten cuts s to limit characters and says how many it had.
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

// boundName keeps the text that names a group or a count short, yet different
// from others: a long one ends in a digest of the whole.
func boundName(s string) string {
	const most = 256
	if len(s) <= most {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return cutBytes(s, most-16) + "… #" + hex.EncodeToString(sum[:4])
}

// showList joins the elements of a stored list and, past limit characters,
// says how many more there are.
func showList(stored string, limit int) string {
	if len(stored) <= limit {
		return strings.ReplaceAll(stored, listSep, "; ")
	}
	var b strings.Builder
	for stored != "" {
		item, rest, more := strings.Cut(stored, listSep)
		if b.Len() > 0 && b.Len()+len(item) > limit {
			b.WriteString("; … " + strconv.Itoa(strings.Count(stored, listSep)+1) + " more")
			break
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(shorten(item, limit))
		stored = rest
		if !more {
			break
		}
	}
	return b.String()
}
