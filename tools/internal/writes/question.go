package writes

import (
	"fmt"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// Question is what a person is asked before writes are sent. It holds the truth,
// whatever is masked for the agent, and everything that is sent.
type Question struct {
	// Irreversible says that the writes cannot be undone.
	Irreversible bool
	// Items are the writes that would be sent now.
	Items []QuestionItem
	// Notes are sentences about the plan as a whole.
	Notes []string
}

// QuestionItem is one write in a question.
type QuestionItem struct {
	// Summary is a sentence: who, what, where.
	Summary string
	// Fields are all values that are sent, with their labels.
	Fields []Field
	// Warnings speak against the write and were overridden: sentences.
	Warnings []string
}

// Text words the question in lines: the summaries and the notes.
func (q Question) Text() string {
	var b strings.Builder
	switch {
	case q.Irreversible:
		b.WriteString("Really do this? It cannot be undone.\n")
	case len(q.Items) == 1:
		b.WriteString("Do this?\n")
	default:
		fmt.Fprintf(&b, "Do these %d?\n", len(q.Items))
	}
	for _, item := range q.Items {
		b.WriteString("- " + item.Summary + "\n")
	}
	for _, note := range q.Notes {
		b.WriteString("Note: " + note + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// question asks about every write that is still open.
func (e *execution) question() Question {
	q := Question{Irreversible: e.tool.Irreversible}
	for i := range e.plan.Changes {
		if !e.isOpen(i) {
			continue
		}
		ch := &e.plan.Changes[i]
		item := QuestionItem{Summary: wording.Sentence(ch.Summary), Fields: ch.Fields()}
		for _, w := range e.plan.Warnings {
			if w.Record == "" || w.Record == ch.Record {
				item.Warnings = append(item.Warnings, w.Text)
			}
		}
		q.Items = append(q.Items, item)
	}
	for _, note := range e.plan.Notes {
		q.Notes = append(q.Notes, wording.Sentence(note))
	}
	return q
}
