//go:build !race

package bench

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// today is the day of the questions: a Tuesday, so that next week begins in six days.
var today = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// world is the data set, indexed by id. Records are in the order of their ids, so that
// the first match has the lowest id. Deleted records are in the maps only.
type world struct {
	now          time.Time
	candidates   []sandbox.Candidate
	applications []sandbox.Application
	jobs         []sandbox.Job
	stages       []sandbox.Stage
	users        []sandbox.User
	offers       []sandbox.Offer
	interviews   []sandbox.Interview
	tags         []sandbox.Tag
	reasons      []sandbox.RejectionReason

	candidate   map[string]sandbox.Candidate
	application map[string]sandbox.Application
	job         map[string]sandbox.Job
	stage       map[string]sandbox.Stage
	user        map[string]sandbox.User
}

func newWorld(d *sandbox.Data) *world {
	w := &world{now: d.Now}
	w.candidates, w.candidate = ordered(d.Candidates, func(r sandbox.Candidate) sandbox.Record { return r.Record })
	w.applications, w.application = ordered(d.Applications, func(r sandbox.Application) sandbox.Record { return r.Record })
	w.jobs, w.job = ordered(d.Jobs, func(r sandbox.Job) sandbox.Record { return r.Record })
	w.stages, w.stage = ordered(d.Stages, func(r sandbox.Stage) sandbox.Record { return r.Record })
	w.users, w.user = ordered(d.Users, func(r sandbox.User) sandbox.Record { return r.Record })
	w.offers, _ = ordered(d.Offers, func(r sandbox.Offer) sandbox.Record { return r.Record })
	w.interviews, _ = ordered(d.Interviews, func(r sandbox.Interview) sandbox.Record { return r.Record })
	w.tags, _ = ordered(d.Tags, func(r sandbox.Tag) sandbox.Record { return r.Record })
	w.reasons, _ = ordered(d.Reasons, func(r sandbox.RejectionReason) sandbox.Record { return r.Record })
	return w
}

// ordered returns the records that are not deleted, by id, and all of them in a map.
func ordered[T any](all []T, record func(T) sandbox.Record) ([]T, map[string]T) {
	byID := make(map[string]T, len(all))
	var living []T
	for _, r := range all {
		byID[record(r).ID] = r
		if record(r).Deleted.IsZero() {
			living = append(living, r)
		}
	}
	slices.SortFunc(living, func(a, b T) int { return cmp.Compare(record(a).ID, record(b).ID) })
	return living, byID
}

// fold returns a text for comparison as people compare names: without case and accents.
func fold(s string) string {
	out, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn))), s)
	if err != nil {
		return strings.ToLower(s)
	}
	return strings.ToLower(out)
}

// named returns the candidates of that name.
func (w *world) named(name string) []sandbox.Candidate {
	return filter(w.candidates, func(c sandbox.Candidate) bool { return fold(c.Name()) == fold(name) })
}

// nameCounts counts the candidates of each name.
func (w *world) nameCounts() map[string]int {
	return tally(w.candidates, func(c sandbox.Candidate) string { return fold(c.Name()) })
}

// hasUniqueName reports whether no other job has the name of j: otherwise a question
// that names it has no single answer.
func (w *world) hasUniqueName(j sandbox.Job) bool { return len(w.jobsNamed(j.Name)) == 1 }

func (w *world) jobsNamed(name string) []sandbox.Job {
	return filter(w.jobs, func(j sandbox.Job) bool { return fold(j.Name) == fold(name) })
}

// jobNamed returns the job of that name.
func (w *world) jobNamed(name string) sandbox.Job { return w.jobsNamed(name)[0] }

// open returns the open jobs with unique names.
func (w *world) open() []sandbox.Job {
	return filter(w.jobs, func(j sandbox.Job) bool { return j.Status == "OPEN" && w.hasUniqueName(j) })
}

// stageNamed returns the stage of a job by its name.
func (w *world) stageNamed(j sandbox.Job, name string) sandbox.Stage {
	return filter(w.stagesOf(j), func(s sandbox.Stage) bool { return s.Name == name })[0]
}

// stagesOf returns the stages in use of a job, in their order.
func (w *world) stagesOf(j sandbox.Job) []sandbox.Stage {
	var out []sandbox.Stage
	for _, id := range j.StageIDs {
		if s := w.stage[id]; s.Deleted.IsZero() && s.Status != "INACTIVE" {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b sandbox.Stage) int { return cmp.Compare(a.Index, b.Index) })
	return out
}

// applicationsFor returns the applications for a job with that outcome, or with any if
// it is "".
func (w *world) applicationsFor(jobID, outcome string) []sandbox.Application {
	return filter(w.applications, func(a sandbox.Application) bool {
		return a.JobID == jobID && (outcome == "" || a.Outcome == outcome)
	})
}

func (w *world) applicationsOf(candidateID string) []sandbox.Application {
	return filter(w.applications, func(a sandbox.Application) bool { return a.CandidateID == candidateID })
}

func (w *world) nameOf(candidateID string) string { return seen(w.candidate[candidateID].Name()) }

// seen returns the visible part of a text: without control and format characters.
func seen(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf) {
			return -1
		}
		return r
	}, s)
}

func userName(u sandbox.User) string { return strings.TrimSpace(u.First + " " + u.Last) }

// days returns the days since t, which must not be zero.
func (w *world) days(t time.Time) float64 { return w.now.Sub(t).Hours() / 24 }

func filter[T any](all []T, keep func(T) bool) []T {
	var out []T
	for _, v := range all {
		if keep(v) {
			out = append(out, v)
		}
	}
	return out
}

// most returns the element with the largest n, the first of several; the zero value if
// n is positive for none.
func most[T any](all []T, n func(T) int) T {
	var best T
	largest := 0
	for _, v := range all {
		if k := n(v); k > largest {
			best, largest = v, k
		}
	}
	return best
}

// first returns the first element that fits, or the zero value.
func first[T any](all []T, fits func(T) bool) T {
	if i := slices.IndexFunc(all, fits); i >= 0 {
		return all[i]
	}
	var none T
	return none
}

// tally counts elements by a key.
func tally[T any](all []T, key func(T) string) map[string]int {
	out := map[string]int{}
	for _, v := range all {
		out[key(v)]++
	}
	return out
}
