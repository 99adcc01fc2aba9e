package hosts

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// seen is what make check-hosts saw.
type seen struct {
	Date  string
	Tools int
	Hosts []seenHost
}

// seenHost is what it saw of one host; clients/hosts/observe.mjs explains the fields.
type seenHost struct {
	ID, Package, Version, Permissive, CannotRun string

	Protocol, Key string
	Tools         struct{ Described, Mentioned int }
	Read          struct {
		Forms  []string
		Tokens int
	}
	OverHTTP, Instructions, Prompts bool
	Defaults, Person                seenRejection
}

// seenRejection is what became of a rejection that an agent sends by itself.
type seenRejection struct {
	Attempts, Forms, Sent int
	RefusedByHost         bool
	Answers, Confirmed    []string
	// Told is how each answer begins that the model got.
	Told []string
}

func readSeen(t *testing.T, path string) seen {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err, "run make check-hosts")
	var s seen
	require.NoError(t, json.Unmarshal(raw, &s))
	return s
}

// seenSection returns what was seen, in Markdown.
func (s seen) section() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Seen on %s by `make check-hosts`: each host came from npm and ran with its most permissive flags, in a home\n"+
		"directory of its own; `install` wrote its configuration, the ATS was made up, and in place of a model a script\n"+
		"called the tools: a read of 20 applications, then a rejection, then the same rejection again, with the code of\n"+
		"the first answer if there was one. Tokens are counted as o200k_base.\n\n", s.Date)
	b.WriteString("| host | protocol | key | over HTTP with a token | tools that its model sees | a read as its model gets it | instructions | lists prompts | asks a person |\n" +
		"| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, h := range All() {
		r, ran := s.of(h.ID)
		if !ran {
			fmt.Fprintf(&b, "| %s | %s | | | | | | | |\n", h.Title, r.why())
			continue
		}
		fmt.Fprintf(&b, "| %s %s | %s | %s | %s | %s | %s, %d tokens | %s | %s | %s |\n", h.Title, r.Version, r.Protocol, r.Key, yesNo(r.OverHTTP), r.tools(s.Tools),
			strings.Join(r.Read.Forms, " and "), r.Read.Tokens, yesNo(r.Instructions), yesNo(r.Prompts), r.Defaults.asks())
	}
	b.WriteString("\nCan an agent reject somebody by itself, with nobody watching? With the defaults, and with `--confirm-fallback person`:\n\n" +
		"| host | run with | sent, with the defaults | sent, with `person` |\n| --- | --- | --- | --- |\n")
	for _, h := range All() {
		if r, ran := s.of(h.ID); ran {
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", h.Title, r.Permissive, r.Defaults.outcome(), r.Person.outcome())
		}
	}
	return b.String()
}

// of returns what was seen of a host, and whether it ran.
func (s seen) of(id string) (seenHost, bool) {
	i := slices.IndexFunc(s.Hosts, func(h seenHost) bool { return h.ID == id })
	if i < 0 {
		return seenHost{}, false
	}
	return s.Hosts[i], s.Hosts[i].CannotRun == ""
}

func (h seenHost) why() string {
	if h.CannotRun != "" {
		return "not run: " + h.CannotRun
	}
	return "not run: not to be had from npm"
}

func (h seenHost) tools(all int) string {
	if h.Tools.Described < h.Tools.Mentioned {
		return fmt.Sprintf("%d of %d, and %d by name, which it has to search for", h.Tools.Described, all, h.Tools.Mentioned-h.Tools.Described)
	}
	return fmt.Sprintf("%d of %d", h.Tools.Described, all)
}

func (r seenRejection) asks() string {
	switch {
	case r.RefusedByHost:
		return "by itself: it refused the call, since nobody was there"
	case r.Forms > 0:
		return "with a form; it answered " + strings.Join(slices.Compact(slices.Clone(r.Answers)), ", ") + ", since nobody was there"
	}
	return "no"
}

func (r seenRejection) outcome() string {
	switch told := strings.Join(r.Told, " "); {
	case r.Sent > 0:
		return "**yes**, confirmed by " + strings.Join(r.Confirmed, ", ")
	case r.RefusedByHost:
		return "no, the host refused both calls"
	case r.Forms > 0:
		return "no, the host answered the form with " + strings.Join(slices.Compact(slices.Clone(r.Answers)), ", ")
	case strings.Contains(told, "waiting"):
		return "no, it waits for a person"
	}
	return "no"
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
