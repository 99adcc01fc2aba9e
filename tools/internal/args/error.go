package args

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// Error says what is wrong with the arguments of a call: every problem at once,
// each a whole sentence with the valid choices.
type Error struct {
	Problems []string
}

// Error joins the problems with a space.
func (e *Error) Error() string { return strings.Join(e.Problems, " ") }

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
