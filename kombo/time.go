package kombo

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// wireTime is how Kombo writes an instant: UTC with milliseconds.
const wireTime = "2006-01-02T15:04:05.000Z"

// Time is an instant as Kombo reports it. The zero Time means unknown: null, a
// missing key and unreadable text all decode to it, so that one odd timestamp
// never costs a whole page.
type Time struct{ time.Time }

// TimeOf returns t as a Time in UTC.
func TimeOf(t time.Time) Time { return Time{t.UTC()} }

// UnmarshalJSON reads RFC 3339 with or without fractions, or a plain date
// (taken as midnight UTC). It never fails: anything else is the zero Time.
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

// MarshalJSON writes the instant as the wire has it, UTC with milliseconds,
// and null for the zero Time.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + t.UTC().Format(wireTime) + `"`), nil
}

// FormatTime writes t as requests want an instant: UTC with milliseconds and Z.
func FormatTime(t time.Time) string { return t.UTC().Format(wireTime) }

// FormatDate writes the day of t, in the zone that t carries, as a plain date.
func FormatDate(t time.Time) string { return t.Format(time.DateOnly) }

// ErrBadDate is the cause of every refusal by CheckDate.
var ErrBadDate = errors.New("not a date that Kombo takes")

var offset = regexp.MustCompile(`[+-]\d{2}:?\d{2}$`)

// CheckDate tells whether Kombo takes text as a date: 2026-10-01 or
// 2026-10-01T09:30:00Z, fractions allowed. UTC offsets are refused by the
// server, so they are refused here with a hint; the error wraps ErrBadDate.
func CheckDate(text string) error {
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		return nil
	}
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		if strings.HasSuffix(text, "Z") && !strings.Contains(text, ",") {
			return nil
		}
		return fmt.Errorf("%w: %q has a UTC offset; write it as %s", ErrBadDate, text, FormatTime(at))
	}
	if strings.Contains(text, "T") && offset.MatchString(text) {
		return fmt.Errorf("%w: %q has a UTC offset; convert it to UTC and end it in Z", ErrBadDate, text)
	}
	return fmt.Errorf("%w: %q; write 2026-10-01 or 2026-10-01T09:30:00Z", ErrBadDate, text)
}
