package tools

import (
	"fmt"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

// dateForms are the forms in which agents write an instant. Kombo takes a plain date,
// or an instant that ends in Z.
var dateForms = []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.999", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"}

// wireDate converts a date as agents write it to the form that Kombo takes. An
// instant with an offset becomes UTC, since Kombo refuses offsets; one without a zone
// is taken as UTC. The error begins with the parameter's name.
func wireDate(name, s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	if _, err := time.Parse(time.DateOnly, s); err == nil {
		return s, nil
	}
	for _, form := range dateForms {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC().Format("2006-01-02T15:04:05.000Z"), nil
		}
	}
	return "", fmt.Errorf("%s is %q, which is not a valid date; write 2026-11-24 or 2026-11-24T09:30:00Z", name, wording.Clip(s, 40))
}

// planDate is wireDate with an error that becomes a problem of the plan.
func planDate(p *writes.Plan, name, s string) string {
	out, err := wireDate(name, s)
	if err != nil {
		p.AddProblem("%v", err)
	}
	return out
}
