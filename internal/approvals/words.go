package approvals

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// origin says, in lines, who asks, when, and where the write goes. The tenant is left out for an
// approver of that tenant alone.
func (a Approval) origin(s Scope, now time.Time, zone *time.Location) []string {
	by := "Requested by a program that does not give its name"
	if a.Client != "" {
		by = "Requested by a program that calls itself " + quoted(a.Client)
	}
	if a.Subject != "" {
		by += ", signed in as " + quoted(a.Subject)
	}
	lines := []string{
		by + ".",
		fmt.Sprintf("Requested %s, at %s. It can be approved until %s.", ago(now.Sub(a.Created)), clock(a.Created, zone), clock(a.Expires, zone)),
	}
	var where []string
	if a.Integration != "" {
		where = append(where, "integration "+visibleLine(a.Integration))
	}
	if _, all := s.Tenant(); all && a.Tenant != "" {
		where = append(where, "tenant "+visibleLine(a.Tenant))
	}
	if len(where) > 0 {
		lines = append(lines, "It goes to "+strings.Join(where, ", ")+".")
	}
	return lines
}

// quoted returns a name that a stranger chose in quotes, so that it cannot be mistaken for the words
// around it.
func quoted(name string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(visibleLine(name)) + `"`
}

// outcome says what was decided and what happens next.
func (a Approval) outcome(zone *time.Location) string {
	by := fmt.Sprintf("by %s (%s) at %s", visibleLine(a.DecidedBy), visibleLine(a.DecidedHow), clock(a.DecidedAt, zone))
	switch a.State {
	case Approved:
		return fmt.Sprintf("Approved %s. It is sent as soon as the agent asks again before %s, and only once.", by, clock(a.Expires, zone))
	case Declined:
		return fmt.Sprintf("Declined %s. Nothing is sent. The agent is told when it asks again.", by)
	case Spent:
		return fmt.Sprintf("Approved %s. The agent asked again at %s, and the approval was used. The journal has the outcome.", by, clock(a.SpentAt, zone))
	}
	return fmt.Sprintf("It is waiting, until %s.", clock(a.Expires, zone))
}

// title returns a tool's name as a heading: "Reject application".
func title(tool string) string {
	words := []rune(visibleLine(strings.ReplaceAll(tool, "_", " ")))
	words[0] = unicode.ToUpper(words[0])
	return string(words)
}

// clock formats a time of day with its zone, since a server may be in another one than its users.
func clock(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("15:04 MST")
}

func ago(d time.Duration) string {
	if d < time.Minute {
		return "just now"
	}
	return plural(int(d.Minutes()), "minute", "minutes") + " ago"
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
