// Package jsonlimit counts the values of JSON from callers before it is decoded: a decoded value
// takes many times the memory of its two bytes of text. It holds whole messages, and JSON inside
// their strings, which is decoded a second time, to the same limits.
package jsonlimit

import (
	"errors"
	"fmt"
)

const (
	// MaxDepth is how deep the values of a message may be nested; arguments of tools need a handful
	// of levels.
	MaxDepth = 64
	// MaxValues is how many values a message may have, those in its strings included.
	MaxValues = 100_000
)

var (
	// ErrTooDeep says that values are nested deeper than MaxDepth.
	ErrTooDeep = fmt.Errorf("it is nested deeper than %d levels", MaxDepth)
	// ErrTooManyValues says that there are more values than allowed.
	ErrTooManyValues = errors.New("it has too many values")
)

// Count returns how many values JSON has, an upper bound if it is not valid. The error is ErrTooDeep,
// or ErrTooManyValues if there are more than most. It allocates nothing.
func Count[T string | []byte](raw T, most int) (values int, err error) {
	depth, quoted, escaped := 0, false, false
	for i := range len(raw) {
		switch c := raw[i]; {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > MaxDepth {
				return values, ErrTooDeep
			}
			values++
		case c == '}' || c == ']':
			depth--
		case c == ',':
			values++
		}
		if values > most {
			return values, ErrTooManyValues
		}
	}
	return values, nil
}
