package tools

import (
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

func textsOf[T any](items []T, name func(T) string) []string {
	out := make([]string, 0, len(items))
	for _, it := range items {
		out = append(out, name(it))
	}
	return out
}

func tagNames(tags []kombo.TagRef) []string {
	return textsOf(tags, func(t kombo.TagRef) string { return t.Name })
}

func firstEmail(list []kombo.Email) string {
	for _, e := range list {
		if e.EmailAddress != "" {
			return e.EmailAddress
		}
	}
	return ""
}

func firstPhone(list []kombo.Phone) string {
	for _, n := range list {
		if n.PhoneNumber != "" {
			return n.PhoneNumber
		}
	}
	return ""
}

// daysBetween is the number of whole days, missing where one of the times is.
func daysBetween(from, to time.Time) digest.Value {
	if from.IsZero() || to.IsZero() {
		return digest.Missing
	}
	return digest.Number(float64(int(to.Sub(from).Hours() / 24)))
}

// one is a list of a text, nil for an empty one.
func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
