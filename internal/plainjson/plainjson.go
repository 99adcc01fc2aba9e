// Package plainjson encodes JSON that people or other programs read: without the
// escapes of <, > and &, which only a page of HTML needs and which cost tokens.
package plainjson

import (
	"bytes"
	"encoding/json"
)

// Marshal returns v as JSON on one line.
func Marshal(v any) ([]byte, error) { return marshal(v, "") }

// MarshalIndent returns v as JSON indented by two spaces. There is no line break
// at the end.
func MarshalIndent(v any) ([]byte, error) { return marshal(v, "  ") }

func marshal(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
