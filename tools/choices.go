package tools

import (
	"context"
	"fmt"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
)

// Choice is a valid value of a prompt's argument.
type Choice struct {
	// ID is Kombo's id, Name the name that people use, without invisible characters.
	ID, Name string
	// Note distinguishes choices of the same name: a job's status and place.
	Note string
	// Open is set for jobs that take applications.
	Open bool
}

// ChoiceKind is a kind of choices.
type ChoiceKind string

// The kinds of choices. None is about a candidate.
const (
	ChoiceJob    ChoiceKind = "job"
	ChoiceStage  ChoiceKind = "stage"
	ChoiceReason ChoiceKind = "rejection reason"
	// ChoiceQuestion are the screening questions of a job by their titles, except
	// protected ones.
	ChoiceQuestion ChoiceKind = "question"
)

// Tool is the name of the tool that reads the same.
func (k ChoiceKind) Tool() string {
	if k == ChoiceReason {
		return "get_rejection_reasons"
	}
	return "get_jobs"
}

// Choices lists the choices of a kind: open jobs first, stages and questions in their
// order. These two are of the job with the id; other kinds ignore it. The list is
// cached for minutes. The error is ErrUnknownTool if the caller may not use the tool
// that reads the same, else Kombo's.
func (b *Toolbox) Choices(ctx context.Context, who Caller, kind ChoiceKind, jobID string) ([]Choice, error) {
	d, err := b.chosenAmong(ctx, who, kind, jobID)
	if err != nil {
		return nil, b.screened(err)
	}
	out := make([]Choice, 0, len(d.Entries))
	for _, e := range d.OpenFirst() {
		out = append(out, choiceOf(e))
	}
	return out, nil
}

// Choose resolves a reference that a person typed: an id or a name, as writes do, or a
// beginning or a word of a single name. The error is an *ArgumentError that begins with
// param and offers choices, or that of Choices.
func (b *Toolbox) Choose(ctx context.Context, who Caller, kind ChoiceKind, jobID, param, ref string) (Choice, error) {
	d, err := b.chosenAmong(ctx, who, kind, jobID)
	if err != nil {
		return Choice{}, b.screened(err)
	}
	found, err := d.ResolveTyped(param, digest.Clean(ref))
	if err != nil {
		return Choice{}, args.Errorf("%v", err)
	}
	return choiceOf(found), nil
}

func choiceOf(e names.Entry) Choice {
	return Choice{ID: e.ID, Name: e.Name, Note: digest.Clean(e.Note), Open: e.Open}
}

func (b *Toolbox) chosenAmong(ctx context.Context, who Caller, kind ChoiceKind, jobID string) (*names.Directory, error) {
	if err := b.Allows(who, kind.Tool()); err != nil {
		return nil, err
	}
	switch kind {
	case ChoiceJob:
		return b.directories.ofJobs(ctx)
	case ChoiceStage:
		return b.directories.ofStages([]string{jobID})(ctx)
	case ChoiceQuestion:
		return b.questionDirectory(ctx, jobID)
	case ChoiceReason:
		return b.directories.ofReasons(ctx)
	}
	return nil, fmt.Errorf("tools: there are no choices of %q", kind)
}

// Today is the current time in the time zone that days are counted in.
func (b *Toolbox) Today() time.Time { return b.cfg.Now().In(b.cfg.Location) }

// questionDirectory resolves the screening questions of a job, except protected ones.
func (b *Toolbox) questionDirectory(ctx context.Context, jobID string) (*names.Directory, error) {
	list, err := b.directories.jobs(ctx)
	if err != nil {
		return nil, err
	}
	p, err := b.directories.protectedQuestions(ctx)
	if err != nil {
		return nil, err
	}
	d := &names.Directory{Noun: "questions"}
	for _, j := range list {
		if j.ID != jobID {
			continue
		}
		for _, q := range j.ScreeningQuestions {
			info := q.Format != nil && q.Format.Type == "INFORMATION"
			if title := digest.Clean(q.Title); title != "" && !info && !p.Question(&q) {
				d.Entries = append(d.Entries, names.Entry{ID: q.ID, Name: title})
			}
		}
	}
	return d, nil
}
