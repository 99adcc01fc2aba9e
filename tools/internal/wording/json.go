package wording

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// JSON encodes v for a person to read: without the escapes that only browsers
// need, and with escapes for invisible characters. It is "" for what cannot be
// encoded.
func JSON(v any) string {
	var raw bytes.Buffer
	enc := json.NewEncoder(&raw)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return ""
	}
	var b strings.Builder
	for _, r := range strings.TrimRight(raw.String(), "\n") {
		if r >= ' ' && r < 0x7f || digest.Clean(string(r)) == string(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}
