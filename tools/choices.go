package tools

import (
	"context"
	"fmt"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
)

// Choice is something that an argument of a prompt can name.
type Choice struct {
	// ID is Kombo's, Name the one that people use, cleaned of what nobody sees.
	ID, Name string
	// Note tells namesakes apart: a job's status and place.
	Note string
	// Open holds for jobs that take applications.
	Open bool
}

// ChoiceKind is what is chosen among.
type ChoiceKind string

// What can be chosen among. None of it is about a candidate.
const (
	ChoiceJob    ChoiceKind = "job"
	ChoiceStage  ChoiceKind = "stage"
	ChoiceReason ChoiceKind = "rejection reason"
	// ChoiceQuestion are the screening questions of a job by their titles, without
	// those of equal opportunity and demographics, whose answers never show.
	ChoiceQuestion ChoiceKind = "question"
)

// tool is the read that gives the same to whoever calls it.
func (k ChoiceKind) tool() string {
	if k == ChoiceReason {
		return "get_rejection_reasons"
	}
	return "get_jobs"
}

// Choices lists what there is of a kind, open jobs first, stages and questions
// in their order. These two are those of the job with the id; other kinds do not
// look at it. The list is kept for minutes. The error is ErrUnknownTool where the
// caller may not read it with a tool either, else Kombo's.
func (b *Toolbox) Choices(ctx context.Context, who Caller, kind ChoiceKind, jobID string) ([]Choice, error) {
	d, err := b.chosenAmong(ctx, who, kind, jobID)
	if err != nil {
		return nil, err
	}
	out := make([]Choice, 0, len(d.Entries))
	for _, e := range d.OpenFirst() {
		out = append(out, choiceOf(e))
	}
	return out, nil
}

// Choose gives the one that a reference means, an id or an exact name, as a
// write would. The error is an *ArgumentError that begins with param and names
// the choices, or one of Choices.
func (b *Toolbox) Choose(ctx context.Context, who Caller, kind ChoiceKind, jobID, param, ref string) (Choice, error) {
	d, err := b.chosenAmong(ctx, who, kind, jobID)
	if err != nil {
		return Choice{}, err
	}
	found, err := d.Resolve(param, digest.Clean(ref))
	if err != nil {
		return Choice{}, args.Errorf("%v", err)
	}
	return choiceOf(found), nil
}

func choiceOf(e names.Entry) Choice {
	return Choice{ID: e.ID, Name: e.Name, Note: digest.Clean(e.Note), Open: e.Open}
}

func (b *Toolbox) chosenAmong(ctx context.Context, who Caller, kind ChoiceKind, jobID string) (*names.Directory, error) {
	if err := b.Allows(who, kind.tool()); err != nil {
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

// Today is the present in the zone that days are counted in.
func (b *Toolbox) Today() time.Time { return b.cfg.Now().In(b.cfg.Location) }

// questionDirectory lists what a job asks that may serve a decision.
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
			if title := digest.Clean(q.Title); title != "" && q.Category == "" && !info && !p.Title(q.Title) {
				d.Entries = append(d.Entries, names.Entry{ID: q.ID, Name: title})
			}
		}
	}
	return d, nil
}
