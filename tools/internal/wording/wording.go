package wording

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// Clip cuts s to at most n characters and marks the cut with "…", which is not
// counted.
func Clip(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i] + "…"
		}
		n--
	}
	return s
}

// ClipBytes cuts s between two characters, to at most n bytes including the "…"
// that marks the cut.
func ClipBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n = max(n-len("…"), 0)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// Sentence trims s and adds a full stop unless it ends in ".", "!" or "?".
func Sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".!?") {
		return s
	}
	return s + "."
}

// Plural is one for 1, and else the number before many: Plural(3, "1 file",
// "files") is "3 files".
func Plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Ago words how long ago something was: "just now", "5 minutes ago", "2 hours ago".
func Ago(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return "just now"
	case d < 90*time.Minute:
		return fmt.Sprintf("%d minutes ago", int(d.Minutes()+0.5))
	}
	return fmt.Sprintf("%d hours ago", int(d.Hours()+0.5))
}

// Bytes words a size in whole KB, from 1 MB on in tenths of a MB.
func Bytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", (n+1023)/1024)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

// FullName joins the parts of a person's name; either may be empty.
func FullName(first, last string) string { return strings.TrimSpace(first + " " + last) }

// Place gives a location in one line, the town first, "" for nil. Where the ATS has
// no fields for it, it is the ATS's own text.
func Place(l *kombo.Location) string {
	if l == nil {
		return ""
	}
	parts := make([]string, 0, 3)
	for _, s := range []string{l.City, l.State, l.Country} {
		if s != "" && (len(parts) == 0 || parts[len(parts)-1] != s) {
			parts = append(parts, s)
		}
	}
	if len(parts) == 0 {
		return l.Raw
	}
	return strings.Join(parts, ", ")
}

// Within cuts a text of one line so that it takes at most limit tokens as a JSON
// string, and marks the cut with "…".
func Within(s string, limit int) string {
	head := digest.TokenPrefix(s, limit)
	for {
		cost := digest.CountTokens(strconv.Quote(head))
		if cost <= limit || head == "" {
			break
		}
		head = strings.ToValidUTF8(head[:len(head)*min(limit, cost-1)/cost], "")
	}
	if head == s {
		return s
	}
	return head + "…"
}

// Quote begins every line of s with indent and "| ", an empty line with "|" alone,
// so that nothing in it can pass for something outside it.
func Quote(s, indent string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		b.WriteString(indent + "|")
		if line != "" {
			b.WriteString(" " + line)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
