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

	jobRecords   *names.Cache[[]kombo.Job]
	reasonNames  *names.Cache[*names.Directory]
	userNames    *names.Cache[*names.Directory]
	tagNames     *names.Cache[*names.Directory]
	connection   *names.Cache[*kombo.Integration]
	restrictions map[kombo.AttachmentAction]*names.Cache[*kombo.AttachmentRestrictions]
	protected    protectedOfJobs
}

func newDirectories(client *kombo.Client, now func() time.Time) *directories {
	d := &directories{
		client: client, now: now,
		jobRecords: names.NewCache[[]kombo.Job](), reasonNames: names.NewCache[*names.Directory](),
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

// allJobs are the jobs as reads need them: deleted ones included, since
// applications still name them. The records lack what is bulky.
func (d *directories) allJobs(ctx context.Context) ([]kombo.Job, error) {
	return d.jobRecords.Get(ctx, d.now(), func(ctx context.Context) ([]kombo.Job, error) {
		var out []kombo.Job
		for j, err := range d.client.AllJobs(ctx, kombo.JobFilter{ListOptions: kombo.ListOptions{IncludeDeleted: true}}) {
			if err != nil {
				return nil, err
			}
			if len(out) == names.MaxEntries {
				break
			}
			j.Description, j.JobPostings, j.CustomFields = "", nil, nil
			out = append(out, j)
		}
		return out, nil
	})
}

// jobs are the jobs as writes need them: those that still exist.
func (d *directories) jobs(ctx context.Context) ([]kombo.Job, error) {
	list, err := d.allJobs(ctx)
	if err != nil || !slices.ContainsFunc(list, isDeleted) {
		return list, err
	}
	return slices.DeleteFunc(slices.Clone(list), isDeleted), nil
}

func isDeleted(j kombo.Job) bool { return !j.RemoteDeletedAt.IsZero() }

// ofJobs resolves jobs that still exist.
func (d *directories) ofJobs(ctx context.Context) (*names.Directory, error) {
	return jobDirectory(d.jobs(ctx))
}

// ofAllJobs resolves jobs, deleted ones included.
func (d *directories) ofAllJobs(ctx context.Context) (*names.Directory, error) {
	return jobDirectory(d.allJobs(ctx))
}

func jobDirectory(list []kombo.Job, err error) (*names.Directory, error) {
	if err != nil {
		return nil, err
	}
	d := &names.Directory{Noun: "jobs", Truncated: len(list) >= names.MaxEntries}
	for _, j := range list {
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
		seen := map[string]bool{}
		for _, j := range list {
			if len(jobIDs) > 0 && !slices.Contains(jobIDs, j.ID) {
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
// cannot be read, the words of a question alone tell.
func (d *directories) protectedQuestions(ctx context.Context) (*privacy.Protected, error) {
	jobs, err := d.allJobs(ctx)
	switch kombo.CodeOf(err) {
	case kombo.CodeModelNotAvailable, kombo.CodeModelDisabled:
		err = nil
	}
	if err != nil {
		return nil, err
	}
	return d.protected.of(jobs), nil
}

// protectedOfJobs keeps the protected questions of the jobs it was last asked about:
// collecting them takes a while if there are many.
type protectedOfJobs struct {
	mu        sync.Mutex
	jobs      []kombo.Job
	questions *privacy.Protected
}

func (p *protectedOfJobs) of(jobs []kombo.Job) *privacy.Protected {
	p.mu.Lock()
	defer p.mu.Unlock()
	same := len(jobs) == len(p.jobs) && (len(jobs) == 0 || &jobs[0] == &p.jobs[0])
	if p.questions == nil || !same {
		p.jobs, p.questions = jobs, privacy.NewProtected(jobs)
	}
	return p.questions
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

// ofTags resolves tags of candidates.
func (d *directories) ofTags(ctx context.Context) (*names.Directory, error) {
	return d.tagNames.Get(ctx, d.now(), func(ctx context.Context) (*names.Directory, error) {
		return names.Collect("tags", d.client.AllTags(ctx, kombo.TagFilter{}), func(t kombo.Tag) names.Entry {
			return names.Entry{ID: t.ID, Name: digest.Clean(t.Name)}
		})
	})
}

// forgetTags makes the next look at tags a fresh one; a write may have made one.
func (d *directories) forgetTags() { d.tagNames.Forget() }
