package tools

import "github.com/kombo-mcp/kombo-mcp/kombo"

func namesOf[T any](items []T, name func(T) string) []string {
	out := make([]string, 0, len(items))
	for _, it := range items {
		out = append(out, name(it))
	}
	return out
}

func tagNames(tags []kombo.TagRef) []string {
	return namesOf(tags, func(t kombo.TagRef) string { return t.Name })
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
