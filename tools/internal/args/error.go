package args

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

const (
	// MaxProblems is how many problems the text of an Error has, and [Decode] collects.
	MaxProblems = 10
	// MaxErrorBytes is the length of the text of an Error at most.
	MaxErrorBytes = 2 << 10
	// maxQuoted is how many characters of a quoted value the text shows.
	maxQuoted = 100
)

// Error says what is wrong with the arguments of a call: every problem at once,
// each a whole sentence with the valid choices.
type Error struct {
	Problems []string
}

// Error joins the problems with a space, up to MaxProblems of them and
// MaxErrorBytes, with long quoted values shortened.
func (e *Error) Error() string {
	// Room for the sentence about the rest.
	const room = MaxErrorBytes - 64
	var b strings.Builder
	for i, p := range e.Problems {
		p = clipQuoted(p)
		if b.Len() == 0 {
			b.WriteString(wording.ClipBytes(p, room))
			continue
		}
		if i >= MaxProblems || b.Len()+1+len(p) > room {
			b.WriteString(" There are more problems.")
			break
		}
		b.WriteString(" " + p)
	}
	return b.String()
}

// clipQuoted shortens the long values in double quotes, as strconv.Quote writes them,
// in a text.
func clipQuoted(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, `"`)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		end := closingQuote(rest)
		b.WriteString(`"` + wording.Clip(rest[:end], maxQuoted))
		if end == len(rest) {
			return b.String()
		}
		b.WriteByte('"')
		s = rest[end+1:]
	}
}

// closingQuote is the index of the first double quote without a backslash before it,
// the length of s if there is none.
func closingQuote(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(s)
}

// Errorf is an Error of one problem; a full stop is added where there is none.
func Errorf(format string, a ...any) *Error {
	return &Error{Problems: []string{wording.Sentence(fmt.Sprintf(format, a...))}}
}

// JSON is a parameter that holds JSON as text. Objects without fixed keys have no
// portable schema, so the schema says string; [Decode] also takes the native
// value, as its JSON.
type JSON string

// Unmarshal reads the text into v, as [json.Unmarshal] does. Its error says what
// is wrong without naming Go types.
func (j JSON) Unmarshal(v any) error {
	err := json.Unmarshal([]byte(j), v)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s cannot be a %s", orTheArguments(wrong.Field), wrong.Value)
	}
	return err
}
