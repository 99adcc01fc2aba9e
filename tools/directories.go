package tools

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// directories are what a toolbox caches of Kombo's small lists: those in which
// references are resolved, and what Kombo says of the integration.
type directories struct {
	client *kombo.Client
	now    func() time.Time
	mask   *privacy.Mask

	jobRecords   *names.Cache[jobList]
	reasonNames  *names.Cache[*names.Directory]
	userNames    *names.Cache[*names.Directory]
	tagNames     *names.Cache[*names.Directory]
	connection   *names.Cache[*kombo.Integration]
	restrictions map[kombo.AttachmentAction]*names.Cache[*kombo.AttachmentRestrictions]
}

func newDirectories(client *kombo.Client, now func() time.Time, mask *privacy.Mask) *directories {
	d := &directories{
		client: client, now: now, mask: mask,
		jobRecords: names.NewCache[jobList](), reasonNames: names.NewCache[*names.Directory](),
		userNames: names.NewCache[*names.Directory](), tagNames: names.NewCache[*names.Directory](),
		connection:   names.NewCache[*kombo.Integration](),
		restrictions: map[kombo.AttachmentAction]*names.Cache[*kombo.AttachmentRestrictions]{},
	}
	for _, a := range []kombo.AttachmentAction{kombo.ActionCreateApplication, kombo.ActionCreateCandidate, kombo.ActionAddApplicationAttachment, kombo.ActionAddCandidateAttachment} {
		d.restrictions[a] = names.NewCache[*kombo.AttachmentRestrictions]()
	}
	return d
}

// integration is what Kombo says of the connection to the ATS.
func (d *directories) integration(ctx context.Context) (*kombo.Integration, error) {
	return d.connection.Get(ctx, d.now(), d.client.GetIntegration)
}

// fileRestrictions is what the ATS takes of files with an action.
func (d *directories) fileRestrictions(ctx context.Context, action kombo.AttachmentAction) (*kombo.AttachmentRestrictions, error) {
	return d.restrictions[action].Get(ctx, d.now(), func(ctx context.Context) (*kombo.AttachmentRestrictions, error) {
		return d.client.GetAttachmentRestrictions(ctx, action)
	})
}

// maxJobBytes is the memory that the cached jobs take at most.
const maxJobBytes = 64 << 20

// jobList are jobs, and whether there are more than are cached.
type jobList struct {
	records   []kombo.Job
	truncated bool
	// protected collects the protected questions of the jobs, once: it takes a while if
	// there are many.
	protected func() *privacy.Protected
}

// readJobs are the jobs as reads need them: deleted ones included, since
// applications still name them. The records lack what is bulky.
func (d *directories) readJobs(ctx context.Context) (jobList, error) {
	return d.jobRecords.Get(ctx, d.now(), func(ctx context.Context) (jobList, error) {
		var out jobList
		room := maxJobBytes
		for j, err := range d.client.AllJobs(ctx, kombo.JobFilter{ListOptions: kombo.ListOptions{IncludeDeleted: true}}) {
			if err != nil {
				return jobList{}, err
			}
			j.Description, j.JobPostings, j.CustomFields = "", nil, nil
			room -= names.SizeOf(j)
			if len(out.records) == names.MaxEntries || room < 0 {
				out.truncated = true
				break
			}
			out.records = append(out.records, j)
		}
		all := out.records
		out.protected = sync.OnceValue(func() *privacy.Protected { return privacy.NewProtected(all) })
		return out, nil
	})
}

// allJobs are the records of readJobs.
func (d *directories) allJobs(ctx context.Context) ([]kombo.Job, error) {
	list, err := d.readJobs(ctx)
	return list.records, err
}

// jobs are the jobs as writes need them: those that still exist.
func (d *directories) jobs(ctx context.Context) ([]kombo.Job, error) {
	list, err := d.existingJobs(ctx)
	return list.records, err
}

func (d *directories) existingJobs(ctx context.Context) (jobList, error) {
	list, err := d.readJobs(ctx)
	if err == nil && slices.ContainsFunc(list.records, isDeleted) {
		list.records = slices.DeleteFunc(slices.Clone(list.records), isDeleted)
	}
	return list, err
}

func isDeleted(j kombo.Job) bool { return !j.RemoteDeletedAt.IsZero() }

// ofJobs resolves jobs that still exist.
func (d *directories) ofJobs(ctx context.Context) (*names.Directory, error) {
	return jobDirectory(d.existingJobs(ctx))
}

// ofAllJobs resolves jobs, deleted ones included.
func (d *directories) ofAllJobs(ctx context.Context) (*names.Directory, error) {
	return jobDirectory(d.readJobs(ctx))
}

func jobDirectory(list jobList, err error) (*names.Directory, error) {
	if err != nil {
		return nil, err
	}
	d := &names.Directory{Noun: "jobs", Truncated: list.truncated}
	for _, j := range list.records {
		note := strings.ToLower(digest.Clean(string(j.Status)))
		if p := digest.Clean(wording.Place(j.Location)); p != "" {
			note += ", " + p
		}
		if isDeleted(j) {
			note = "deleted in the ATS"
		}
		d.Entries = append(d.Entries, names.Entry{ID: j.ID, Name: digest.Clean(j.Name), Open: j.Status == kombo.JobOpen && !isDeleted(j), Note: note})
	}
	return d, nil
}

// ofStages resolves stages of the jobs with these ids, of all jobs if there are
// none.
func (d *directories) ofStages(jobIDs []string) func(context.Context) (*names.Directory, error) {
	return func(ctx context.Context) (*names.Directory, error) {
		list, err := d.allJobs(ctx)
		if err != nil {
			return nil, err
		}
		out := &names.Directory{Noun: "stages"}
		seen, wanted := map[string]bool{}, map[string]bool{}
		for _, id := range jobIDs {
			wanted[id] = true
		}
		for _, j := range list {
			if len(jobIDs) > 0 && !wanted[j.ID] {
				continue
			}
			for _, s := range j.Stages {
				if !seen[s.ID] {
					seen[s.ID] = true
					out.Entries = append(out.Entries, names.Entry{ID: s.ID, Name: digest.Clean(s.Name)})
				}
			}
		}
		return out, nil
	}
}

// protectedQuestions are those of all jobs, deleted ones included. Where the jobs
// are not synced, a question is recognized by its words alone.
func (d *directories) protectedQuestions(ctx context.Context) (*privacy.Protected, error) {
	list, err := d.readJobs(ctx)
	switch kombo.CodeOf(err) {
	case kombo.CodeModelNotAvailable, kombo.CodeModelDisabled:
		return privacy.NewProtected(nil), nil
	}
	if err != nil {
		return nil, err
	}
	return list.protected(), nil
}

// ofReasons resolves rejection reasons.
func (d *directories) ofReasons(ctx context.Context) (*names.Directory, error) {
	return d.reasonNames.Get(ctx, d.now(), func(ctx context.Context) (*names.Directory, error) {
		return names.Collect("rejection reasons", d.client.AllRejectionReasons(ctx, kombo.RejectionReasonFilter{}), func(r kombo.RejectionReason) names.Entry {
			return names.Entry{ID: r.ID, Name: digest.Clean(r.Name)}
		})
	})
}

// ofUsers resolves users of the ATS.
func (d *directories) ofUsers(ctx context.Context) (*names.Directory, error) {
	return d.userNames.Get(ctx, d.now(), func(ctx context.Context) (*names.Directory, error) {
		return names.Collect("users", d.client.AllUsers(ctx, kombo.UserFilter{}), func(u kombo.User) names.Entry {
			return names.Entry{ID: u.ID, Name: digest.Clean(wording.FullName(u.FirstName, u.LastName)), Note: digest.Clean(u.Email)}
		})
	})
}

// ofTags resolves tags of candidates. One whose name is masked is found by its id and by
// the name that is shown, and not by its own: that would answer a guess.
func (d *directories) ofTags(ctx context.Context) (*names.Directory, error) {
	return d.tagNames.Get(ctx, d.now(), func(ctx context.Context) (*names.Directory, error) {
		return names.Collect("tags", d.client.AllTags(ctx, kombo.TagFilter{}), func(t kombo.Tag) names.Entry {
			own := digest.Clean(t.Name)
			shown := d.mask.Text(own)
			return names.Entry{ID: t.ID, Name: shown, Masked: shown != own}
		})
	})
}

// forgetTags makes the next look at tags a fresh one; a write may have made one.
func (d *directories) forgetTags() { d.tagNames.Forget() }
