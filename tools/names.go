package tools

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// maxNamesakes is how many of one name a note lists: a stage that every job has
// says nothing by its ids.
const maxNamesakes = 4

// maxDirectory bounds the lists that names are looked up in, in records.
const maxDirectory = 20_000

// idPattern is what Kombo's ids look like. Old ones may look otherwise, so an
// id is also recognised by standing in the list.
var idPattern = regexp.MustCompile(`^[0-9A-Za-z]{24}$`)

// named is an entry of a directory: something that parameters take by id or by
// exact name.
type named struct {
	id, name string
	// open marks what is listed first among choices: an open job.
	open bool
	// note tells entries of one name apart for a person.
	note string
}

// directory is a list of named things with what an error calls them.
type directory struct {
	noun    string
	entries []named
	// cut says that the list was longer than maxDirectory.
	cut bool
	// inOrder says that the entries have an order of their own.
	inOrder bool
}

func collect[T any](noun string, walk iter.Seq2[T, error], entry func(T) named) (*directory, error) {
	d := &directory{noun: noun}
	for rec, err := range walk {
		if err != nil {
			return nil, err
		}
		if len(d.entries) == maxDirectory {
			d.cut = true
			break
		}
		d.entries = append(d.entries, entry(rec))
	}
	return d, nil
}

// find gives the entries that a reference means: the one with that id, or all
// with that name, case and accents aside.
func (d *directory) find(ref string) []named {
	var out []named
	folded := digest.Fold(strings.TrimSpace(ref))
	for _, e := range d.entries {
		if e.id == ref {
			return []named{e}
		}
		if e.name != "" && digest.Fold(e.name) == folded {
			out = append(out, e)
		}
	}
	return out
}

// choices lists up to ten entries for an error: those like the reference first,
// then open ones.
func (d *directory) choices(ref string, among []named) string {
	folded := digest.Fold(ref)
	list := slices.Clone(among)
	likestFirst(list, folded, d.byName)
	// Where names repeat, as those of all jobs' stages do, each is shown once.
	sharing := map[string]int{}
	if once := uniqueNames(list); len(list) > 10 && len(once) > 1 {
		for _, e := range list {
			sharing[digest.Fold(e.name)]++
		}
		list = once
	}
	parts := make([]string, 0, 10)
	for _, e := range list[:min(len(list), 10)] {
		if n := sharing[digest.Fold(e.name)]; n > 1 {
			parts = append(parts, fmt.Sprintf("%q (%d of that name)", wording.Clip(e.name, 60), n))
			continue
		}
		s := fmt.Sprintf("%q %s", wording.Clip(e.name, 60), e.id)
		if e.note != "" {
			s += " (" + wording.Clip(digest.Clean(e.note), 80) + ")"
		}
		parts = append(parts, s)
	}
	more := ""
	if len(list) > 10 {
		more = fmt.Sprintf(" and %d more", len(list)-10)
	}
	return strings.Join(parts, "; ") + more
}

// likestFirst orders entries by how much of the wanted name they have, open ones
// before others, and then as then says.
func likestFirst(list []named, folded string, then func(a, b named) int) {
	slices.SortStableFunc(list, func(a, b named) int {
		return cmp.Or(cmp.Compare(likeness(b, folded), likeness(a, folded)), boolOrder(b.open, a.open), then(a, b))
	})
}

func (d *directory) byName(a, b named) int {
	if d.inOrder {
		return 0
	}
	return cmp.Compare(a.name, b.name)
}

// uniqueNames keeps the first entry of each name.
func uniqueNames(list []named) []named {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(list), func(e named) bool {
		name := digest.Fold(e.name)
		again := seen[name]
		seen[name] = true
		return again
	})
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// likeness counts the words of the wanted name that an entry's name has.
func likeness(e named, folded string) int {
	n := 0
	name := digest.Fold(e.name)
	for w := range strings.FieldsSeq(folded) {
		if strings.Contains(name, w) {
			n += 2
		}
	}
	if n == 0 && digest.EditDistance(name, folded) <= 1+len(folded)/3 {
		n = 1
	}
	return n
}

// one resolves a reference of a write: it must mean exactly one entry.
func (d *directory) one(param, ref string) (named, error) {
	found := d.find(ref)
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return named{}, fmt.Errorf("%s: %d %s are called %q; give the id of the one you mean: %s", param, len(found), d.noun, wording.Clip(ref, 60), d.choices(ref, found))
	case len(d.entries) == 0:
		return named{}, fmt.Errorf("%s: there are no %s to choose from", param, d.noun)
	}
	return named{}, fmt.Errorf("%s: no %s are called or have the id %q. Choices: %s", param, d.noun, wording.Clip(ref, 60), d.choices(ref, d.entries))
}

// many resolves the references of a filter: a name that several share means
// all of them, and a note says so.
func (d *directory) many(param string, refs []string) (ids, notes []string, err error) {
	for _, ref := range d.split(refs) {
		found := d.find(ref)
		switch {
		case len(found) == 0 && (idPattern.MatchString(ref) || d.cut):
			// The copy may hold a record that its list no longer shows.
			found = []named{{id: ref}}
		case len(found) == 0:
			_, err := d.one(param, ref)
			return nil, nil, err
		case len(found) > 1:
			note := fmt.Sprintf("%d %s are called %q; all are meant", len(found), d.noun, wording.Clip(ref, 60))
			if len(found) <= maxNamesakes {
				note += ": " + d.choices(ref, found)
			}
			notes = append(notes, note)
		}
		for _, e := range found {
			if !slices.Contains(ids, e.id) {
				ids = append(ids, e.id)
			}
		}
	}
	return ids, notes, nil
}

// split takes references apart that stand in one string with commas between,
// unless the whole is a name.
func (d *directory) split(refs []string) []string {
	var out []string
	for _, ref := range refs {
		if !strings.Contains(ref, ",") || len(d.find(ref)) > 0 {
			out = append(out, strings.TrimSpace(ref))
			continue
		}
		for part := range strings.SplitSeq(ref, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

// allIDs reports whether every reference looks like an id, so that no list
// needs to be walked.
func allIDs(refs []string) bool {
	return !slices.ContainsFunc(refs, func(s string) bool {
		for part := range strings.SplitSeq(s, ",") {
			if !idPattern.MatchString(strings.TrimSpace(part)) {
				return true
			}
		}
		return false
	})
}

// resolveFilter turns the references of a filter into ids. References that all
// look like ids are taken as they stand.
func resolveFilter(ctx context.Context, param string, refs *[]string, load func(context.Context) (*directory, error)) ([]string, error) {
	if allIDs(*refs) {
		*refs = commas(*refs)
		return nil, nil
	}
	d, err := load(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: look the names up: %w", param, err)
	}
	ids, notes, err := d.many(param, *refs)
	if err != nil {
		return nil, err
	}
	*refs = ids
	return notes, nil
}

// allJobs are the jobs of the integration as filters need them: those that were
// deleted too, since applications still name them.
func (b *Toolbox) allJobs(ctx context.Context) ([]kombo.Job, error) {
	return b.kept.jobs.get(ctx, b.cfg.Now(), func(ctx context.Context) ([]kombo.Job, error) {
		var out []kombo.Job
		for j, err := range b.cfg.Client.AllJobs(ctx, kombo.JobFilter{ListOptions: kombo.ListOptions{IncludeDeleted: true}}) {
			if err != nil {
				return nil, err
			}
			if len(out) == maxDirectory {
				break
			}
			// What is bulky and not needed here would be kept for minutes.
			j.Description, j.JobPostings, j.CustomFields = "", nil, nil
			out = append(out, j)
		}
		return out, nil
	})
}

// jobList is the jobs of the integration as writes need them.
func (b *Toolbox) jobList(ctx context.Context) ([]kombo.Job, error) {
	list, err := b.allJobs(ctx)
	if err != nil || !slices.ContainsFunc(list, isDeleted) {
		return list, err
	}
	return slices.DeleteFunc(slices.Clone(list), isDeleted), nil
}

func isDeleted(j kombo.Job) bool { return !j.RemoteDeletedAt.IsZero() }

// jobDirectory is where a write finds a job by its name.
func (b *Toolbox) jobDirectory(ctx context.Context) (*directory, error) {
	return directoryOf(b.jobList(ctx))
}

// everyJob is where a read does.
func (b *Toolbox) everyJob(ctx context.Context) (*directory, error) {
	return directoryOf(b.allJobs(ctx))
}

func directoryOf(list []kombo.Job, err error) (*directory, error) {
	if err != nil {
		return nil, err
	}
	d := &directory{noun: "jobs", cut: len(list) >= maxDirectory}
	for _, j := range list {
		note := strings.ToLower(digest.Clean(string(j.Status)))
		if p := digest.Clean(wording.Place(j.Location)); p != "" {
			note += ", " + p
		}
		if isDeleted(j) {
			note = "deleted in the ATS"
		}
		d.entries = append(d.entries, named{id: j.ID, name: digest.Clean(j.Name), open: j.Status == kombo.JobOpen && !isDeleted(j), note: note})
	}
	return d, nil
}

// stageDirectory lists the stages of the jobs with these ids, of all jobs if
// there are none.
func (b *Toolbox) stageDirectory(jobIDs []string) func(context.Context) (*directory, error) {
	return func(ctx context.Context) (*directory, error) {
		list, err := b.allJobs(ctx)
		if err != nil {
			return nil, err
		}
		d := &directory{noun: "stages"}
		seen := map[string]bool{}
		for _, j := range list {
			if len(jobIDs) > 0 && !slices.Contains(jobIDs, j.ID) {
				continue
			}
			for _, s := range j.Stages {
				if !seen[s.ID] {
					seen[s.ID] = true
					d.entries = append(d.entries, named{id: s.ID, name: digest.Clean(s.Name)})
				}
			}
		}
		return d, nil
	}
}

func (b *Toolbox) reasonDirectory(ctx context.Context) (*directory, error) {
	return b.kept.reasons.get(ctx, b.cfg.Now(), func(ctx context.Context) (*directory, error) {
		return collect("rejection reasons", b.cfg.Client.AllRejectionReasons(ctx, kombo.ListOptions{}), func(r kombo.RejectionReason) named { return named{id: r.ID, name: digest.Clean(r.Name)} })
	})
}

func (b *Toolbox) userDirectory(ctx context.Context) (*directory, error) {
	return b.kept.users.get(ctx, b.cfg.Now(), func(ctx context.Context) (*directory, error) {
		return collect("users", b.cfg.Client.AllUsers(ctx, kombo.UserFilter{}), func(u kombo.User) named {
			return named{id: u.ID, name: digest.Clean(wording.FullName(u.FirstName, u.LastName)), note: digest.Clean(u.Email)}
		})
	})
}

func (b *Toolbox) tagDirectory(ctx context.Context) (*directory, error) {
	return b.kept.tags.get(ctx, b.cfg.Now(), func(ctx context.Context) (*directory, error) {
		return collect("tags", b.cfg.Client.AllTags(ctx, kombo.ListOptions{}), func(t kombo.Tag) named { return named{id: t.ID, name: digest.Clean(t.Name)} })
	})
}

// directories are the lists that names are looked up in.
type directories struct {
	jobs    *kept[[]kombo.Job]
	reasons *kept[*directory]
	users   *kept[*directory]
	tags    *kept[*directory]
	// integration is what Kombo says of the connection; restrictions are the
	// files that each action takes.
	integration  *kept[*kombo.Integration]
	restrictions map[kombo.AttachmentAction]*kept[*kombo.AttachmentRestrictions]
}

func newDirectories() directories {
	d := directories{
		jobs: newKept[[]kombo.Job](), reasons: newKept[*directory](), users: newKept[*directory](), tags: newKept[*directory](),
		integration: newKept[*kombo.Integration](), restrictions: map[kombo.AttachmentAction]*kept[*kombo.AttachmentRestrictions]{},
	}
	for _, a := range []kombo.AttachmentAction{kombo.ActionCreateApplication, kombo.ActionCreateCandidate, kombo.ActionAddApplicationAttachment, kombo.ActionAddCandidateAttachment} {
		d.restrictions[a] = newKept[*kombo.AttachmentRestrictions]()
	}
	return d
}
