package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

type moveArgs struct {
	ApplicationID string    `json:"application_id" alias:"application_ids,id,ids" jsonschema_description:"one or up to 25, with commas"`
	StageID       string    `json:"stage_id" alias:"stage" jsonschema_description:"id or name"`
	RemoteFields  args.JSON `json:"remote_fields,omitempty"`
	writes.Flags
}

var _ = register(write(spec{
	name: "move_application_to_stage", title: "Move application to stage", kind: replace, weighty: true,
	hint:  "advance applicant to next stage, change pipeline step",
	about: "Moves applications to another stage of their own job. Stages: get_jobs, column stages (not get_application_stages). To reject use reject_application.",
}, func(ctx context.Context, c *call, a moveArgs) (writes.Plan, error) {
	var p writes.Plan
	p.Require("stage_id", a.StageID)
	fields := remoteFields[kombo.MoveRemoteFields](&p, a.RemoteFields)
	targets, err := c.applicationTargets(ctx, &p, a.ApplicationID)
	if err != nil {
		return p, err
	}
	c.namesakes(ctx, &p, targets)
	for _, t := range targets {
		stage, err := c.stageOfJob(ctx, &p, t.id, t.who(), t.JobID, a.StageID)
		if err != nil {
			return p, err
		}
		warnDecided(&p, &t)
		if t.known && t.CurrentStageID == stage.ID {
			p.AddWarningFor(t.id, "%s is already at %s.", t.who(), quoted(stage.Name, stage.ID))
		}
		in := kombo.MoveApplicationToStageInput{StageID: stage.ID, RemoteFields: fields}
		ch := writes.Change{
			Record: t.id, Summary: fmt.Sprintf("Move %s%s to %q, which overwrites where it stands now", t.who(), t.from(), stage.Name),
			Arguments: writes.ResolvedArguments(in, "application_id", t.id), Slot: "stage:" + t.id, SlotValue: stage.ID,
			Effect: writes.Effect{Kind: writes.EffectMoved, Record: t.id, Value: stage.ID}, Done: "moved to " + stage.Name,
			Send: sendTo(c.cfg.Client.MoveApplicationToStage, t.id, in),
		}
		ch.Shows = c.shows(ch.Effect)
		p.Changes = append(p.Changes, ch)
	}
	return p, nil
}))

// from words the current stage of an application.
func (t *applicationTarget) from() string {
	if s := digest.Clean(stageOf(t.CurrentStage).Name); t.known && s != "" {
		return fmt.Sprintf(" from %q", s)
	}
	return ""
}

// warnDecided warns of an application that is no longer open.
func warnDecided(p *writes.Plan, t *applicationTarget) {
	if t.known && (t.Outcome == kombo.OutcomeDeclined || t.Outcome == kombo.OutcomeHired) {
		p.AddWarningFor(t.id, "%s is already %s.", t.who(), t.Outcome)
	}
}

// stageOfJob resolves a stage, by id or name, among those of a record's job. An id
// that the copy does not have there is a warning; a name must be that of exactly one.
func (c *call) stageOfJob(ctx context.Context, p *writes.Plan, record, who, jobID, ref string) (names.Entry, error) {
	unresolved := names.Entry{ID: ref, Name: "stage " + wording.Clip(ref, 60)}
	if strings.TrimSpace(ref) == "" {
		return unresolved, nil
	}
	jobs, err := c.directories.jobs(ctx)
	if err := c.lookupFailed(ctx, p, err, "The job's stages could not be looked up"); err != nil {
		return unresolved, err
	}
	d := &names.Directory{Noun: "stages of this job", Ordered: true}
	if i := slices.IndexFunc(jobs, func(j kombo.Job) bool { return j.ID == jobID }); i >= 0 {
		d.Noun = "stages of " + wording.Clip(digest.Clean(jobs[i].Name), 60)
		for _, s := range jobs[i].Stages {
			d.Entries = append(d.Entries, names.Entry{ID: s.ID, Name: digest.Clean(s.Name), Open: s.Status != kombo.StatusInactive, Note: stageNote(s)})
		}
	}
	found, err := d.Resolve("stage_id", ref)
	switch {
	case err == nil:
		if !found.Open {
			p.AddWarningFor(record, "The stage %s is archived.", quoted(found.Name, found.ID))
		}
		return found, nil
	case names.IsID(ref):
		p.AddWarningFor(record, "%v", err)
	case len(d.Entries) == 0:
		p.AddProblem("stage_id: Kombo's copy does not have the stages of the job of %s, so the name %q cannot be looked up; give the stage's id.", who, wording.Clip(ref, 60))
	default:
		p.AddProblem("%v", err)
	}
	return unresolved, nil
}

func stageNote(s kombo.JobStage) string {
	if s.Status == kombo.StatusInactive {
		return "archived"
	}
	return ""
}

type rejectArgs struct {
	ApplicationID     string    `json:"application_id" alias:"application_ids,id,ids" jsonschema_description:"one or up to 25, with commas"`
	RejectionReasonID string    `json:"rejection_reason_id" alias:"reason,rejection_reason,reason_id" jsonschema_description:"id or name"`
	Note              string    `json:"note,omitempty"`
	RemoteFields      args.JSON `json:"remote_fields,omitempty"`
	writes.Flags
}

var _ = register(write(spec{
	name: "reject_application", title: "Reject application", kind: destroy, weighty: true,
	hint:  "decline, turn down, disqualify applicant",
	about: "Rejects applications for a reason of get_rejection_reasons. It cannot be undone, and the ATS may mail the candidate: make sure that a person wants it. note is for colleagues.",
}, func(ctx context.Context, c *call, a rejectArgs) (writes.Plan, error) {
	var p writes.Plan
	p.Require("rejection_reason_id", a.RejectionReasonID)
	fields := remoteFields[kombo.RejectRemoteFields](&p, a.RemoteFields)
	reason, err := c.reference(ctx, &p, "rejection_reason_id", a.RejectionReasonID, c.directories.ofReasons)
	if err != nil {
		return p, err
	}
	targets, err := c.applicationTargets(ctx, &p, a.ApplicationID)
	if err != nil {
		return p, err
	}
	c.namesakes(ctx, &p, targets)
	in := kombo.RejectApplicationInput{RejectionReasonID: reason.ID, Note: a.Note, RemoteFields: fields}
	for _, t := range targets {
		warnDecided(&p, &t)
		ch := writes.Change{
			Record: t.id, Summary: fmt.Sprintf("Reject %s, reason %q%s%s; the ATS may mail the candidate", t.who(), reason.Name, withNote(a.Note), t.ahead(c.cfg.Now(), c.cfg.Location)),
			Said:      []string{"note"},
			Arguments: writes.ResolvedArguments(in, "application_id", t.id),
			Effect:    writes.Effect{Kind: writes.EffectRejected, Record: t.id, Value: string(kombo.OutcomeDeclined)}, Done: "rejected",
			Send: sendTo(c.cfg.Client.RejectApplication, t.id, in),
		}
		ch.Shows = c.shows(ch.Effect)
		p.Changes = append(p.Changes, ch)
	}
	return p, nil
}))

func withNote(note string) string {
	if note == "" {
		return ""
	}
	return fmt.Sprintf(", with a note that colleagues see: %q", wording.Clip(digest.Clean(note), 80))
}

// ahead words the interview that a rejection would leave in the calendar.
func (t *applicationTarget) ahead(now time.Time, loc *time.Location) string {
	next := nextInterview(t.Interviews, now)
	if !t.known || next.IsMissing() {
		return ""
	}
	return ", who has an interview on " + next.Time(loc).Format("2006-01-02 15:04 MST")
}

// reference resolves a parameter of a write that takes an id or an exact name. An id
// that the copy does not have is a warning.
func (c *call) reference(ctx context.Context, p *writes.Plan, param, ref string, load func(context.Context) (*names.Directory, error)) (names.Entry, error) {
	unresolved := names.Entry{ID: ref, Name: wording.Clip(ref, 60)}
	if strings.TrimSpace(ref) == "" {
		return unresolved, nil
	}
	d, err := load(ctx)
	if err != nil {
		return unresolved, c.lookupFailed(ctx, p, err, param+" could not be looked up")
	}
	found, err := d.Resolve(param, ref)
	switch {
	case err == nil:
		found.Name = digest.Clean(found.Name)
		return found, nil
	case names.IsID(ref):
		p.AddWarning("%v", err)
	default:
		p.AddProblem("%v", err)
	}
	return unresolved, nil
}
