package kombo

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// timeLayout is how Kombo writes a time: in UTC with milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z"

// Time is a time as Kombo reports it. The zero Time means unknown: null, a missing
// key and text that is not a time all decode to it, so that one bad timestamp
// never costs a whole page.
type Time struct{ time.Time }

// TimeOf returns t as a Time in UTC.
func TimeOf(t time.Time) Time { return Time{t.UTC()} }

// UnmarshalJSON decodes RFC 3339 with or without fractions of a second, or a plain
// date, which means midnight UTC. It never fails: anything else is the zero Time.
func (t *Time) UnmarshalJSON(data []byte) error {
	t.Time = time.Time{}
	text := strings.Trim(string(data), `"`)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly} {
		if parsed, err := time.Parse(layout, text); err == nil {
			t.Time = parsed.UTC()
			return nil
		}
	}
	return nil
}

// MarshalJSON encodes the time as Kombo does, in UTC with milliseconds, and the
// zero Time as null.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + t.UTC().Format(timeLayout) + `"`), nil
}

// FormatTime formats t as requests expect it: in UTC with milliseconds and Z.
func FormatTime(t time.Time) string { return t.UTC().Format(timeLayout) }

// FormatDate formats the day of t, in the location of t, as YYYY-MM-DD.
func FormatDate(t time.Time) string { return t.Format(time.DateOnly) }

// ErrInvalidDate is matched by every error of CheckDate.
var ErrInvalidDate = errors.New("not a valid date for Kombo")

var offsetSuffix = regexp.MustCompile(`[+-]\d{2}:?\d{2}$`)

// CheckDate returns an error unless Kombo accepts text as a date: 2026-10-01 or
// 2026-10-01T09:30:00Z, with optional fractions of a second. Kombo rejects UTC
// offsets, so for those the error names the same time in UTC.
func CheckDate(text string) error {
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		return nil
	}
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		if strings.HasSuffix(text, "Z") && !strings.Contains(text, ",") {
			return nil
		}
		return fmt.Errorf("%w: %q has a UTC offset; write it as %s", ErrInvalidDate, text, FormatTime(at))
	}
	if strings.Contains(text, "T") && offsetSuffix.MatchString(text) {
		return fmt.Errorf("%w: %q has a UTC offset; convert it to UTC and end it with Z", ErrInvalidDate, text)
	}
	return fmt.Errorf("%w: %q; write 2026-10-01 or 2026-10-01T09:30:00Z", ErrInvalidDate, text)
}
