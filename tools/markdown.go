package tools

import (
	"fmt"
	"strings"
)

// Markdown is the table of the tools in the README.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| tool | does | changes the ATS |\n| --- | --- | --- |\n")
	for _, t := range Catalogue() {
		changes := "no"
		switch {
		case t.kind.ends():
			changes = "yes, ends or removes"
		case t.Destructive():
			changes = "yes, replaces"
		case !t.ReadOnly():
			changes = "yes"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", t.name, firstSentence(t.about), changes)
	}
	return b.String()
}

func firstSentence(s string) string {
	if first, _, found := strings.Cut(s, ". "); found {
		return first
	}
	return strings.TrimSuffix(s, ".")
}
