package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kept returns the ids of the records that match a filter and are not deleted.
func kept[T any](rows []T, record func(T) Record, keep func(T) bool) []string {
	out := []string{}
	for _, r := range rows {
		if record(r).alive() && keep(r) {
			out = append(out, record(r).ID)
		}
	}
	return out
}

func TestFiltersOfApplications(t *testing.T) {
	a := start(t, Options{})
	d := a.data()
	j, k := d.Jobs[0], d.Jobs[2]
	day := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		query string
		keep  func(x Application) bool
	}{
		"one outcome":          {"outcomes=HIRED", func(x Application) bool { return x.Outcome == "HIRED" }},
		"two outcomes":         {"outcomes=HIRED%2CPENDING", func(x Application) bool { return x.Outcome == "HIRED" || x.Outcome == "PENDING" }},
		"the deprecated one":   {"outcome=DECLINED", func(x Application) bool { return x.Outcome == "DECLINED" }},
		"both at once are and": {"outcome=DECLINED&outcomes=HIRED", func(Application) bool { return false }},
		"a blank outcome":      {"outcomes=", func(Application) bool { return true }},
		"one job":              {"job_ids=" + j.ID, func(x Application) bool { return x.JobID == j.ID }},
		"two jobs":             {"job_ids=" + j.ID + "," + k.ID, func(x Application) bool { return x.JobID == j.ID || x.JobID == k.ID }},
		"jobs by remote id":    {"job_remote_ids=" + k.RemoteID, func(x Application) bool { return x.JobID == k.ID }},
		"job and other job":    {"job_ids=" + j.ID + "&job_remote_ids=" + k.RemoteID, func(Application) bool { return false }},
		"a stage":              {"current_stage_ids=" + j.StageIDs[0], func(x Application) bool { return x.StageID == j.StageIDs[0] }},
		"a stage of two, hired": {"current_stage_ids=" + j.StageIDs[0] + "," + k.StageIDs[1] + "&outcomes=PENDING", func(x Application) bool {
			return (x.StageID == j.StageIDs[0] || x.StageID == k.StageIDs[1]) && x.Outcome == "PENDING"
		}},
		"created on the day":   {"remote_created_after=2026-08-01T17:00:00Z", func(x Application) bool { return !x.Created.IsZero() && !x.Created.Before(day) }},
		"ids":                  {"ids=" + d.Applications[3].ID + "," + d.Applications[9].ID + ",nobody", func(x Application) bool { return x.ID == d.Applications[3].ID || x.ID == d.Applications[9].ID }},
		"remote ids":           {"remote_ids=" + d.Applications[4].RemoteID, func(x Application) bool { return x.ID == d.Applications[4].ID }},
		"ids and remote ids":   {"ids=" + d.Applications[3].ID + "&remote_ids=" + d.Applications[4].RemoteID, func(Application) bool { return false }},
		"an unknown parameter": {"color=red", func(Application) bool { return true }},
	} {
		t.Run(name, func(t *testing.T) {
			want := kept(d.Applications, func(x Application) Record { return x.Record }, c.keep)
			assert.Equal(t, want, idsOf(a.in(t).all("/ats/applications", c.query)))
		})
	}
}

func TestFiltersOfCandidates(t *testing.T) {
	a := start(t, Options{})
	d := a.data()
	j := d.Jobs[0]
	mail := d.Candidates[0].Emails[0]
	applied := func(x Candidate) bool {
		return slices.ContainsFunc(x.ApplicationIDs, func(id string) bool { return d.application[id].JobID == j.ID })
	}
	for name, c := range map[string]struct {
		query string
		keep  func(x Candidate) bool
	}{
		"an e-mail in another case": {"email=" + url.QueryEscape(strings.ToUpper(mail)), func(x Candidate) bool { return slices.Contains(x.Emails, mail) }},
		"a first name":              {"first_name=anna", func(x Candidate) bool { return strings.EqualFold(x.First, "Anna") }},
		"a last name with umlaut":   {"last_name=" + url.QueryEscape("MÜLLER"), func(x Candidate) bool { return strings.EqualFold(x.Last, "Müller") }},
		"no part of a name":         {"first_name=Ann", func(Candidate) bool { return false }},
		"both names":                {"first_name=Anna&last_name=Muller", func(x Candidate) bool { return strings.EqualFold(x.First, "Anna") && x.Last == "Muller" }},
		"a job":                     {"job_ids=" + j.ID, applied},
		"a job and a name":          {"job_ids=" + j.ID + "&first_name=Anna", func(x Candidate) bool { return applied(x) && strings.EqualFold(x.First, "Anna") }},
	} {
		t.Run(name, func(t *testing.T) {
			want := kept(d.Candidates, func(x Candidate) Record { return x.Record }, c.keep)
			assert.Equal(t, want, idsOf(a.in(t).all("/ats/candidates", c.query)))
		})
	}
}

func TestFiltersOfJobs(t *testing.T) {
	a := start(t, Options{Applications: 4000})
	d := a.data()
	first := d.Jobs[0]
	for name, c := range map[string]struct {
		query string
		keep  func(x Job) bool
	}{
		"statuses":              {"statuses=OPEN,CLOSED", func(x Job) bool { return x.Status == "OPEN" || x.Status == "CLOSED" }},
		"the deprecated status": {"status=DRAFT", func(x Job) bool { return x.Status == "DRAFT" }},
		"a code":                {"job_codes=" + first.Code, func(x Job) bool { return x.Code == first.Code }},
		"a post url":            {"post_url=" + url.QueryEscape(first.PostURL), func(x Job) bool { return x.PostURL == first.PostURL }},
		"employment":            {"employment_types=PART_TIME", func(x Job) bool { return x.Employment == "PART_TIME" }},
		"visibility":            {"visibilities=INTERNAL,CONFIDENTIAL", func(x Job) bool { return x.Visibility == "INTERNAL" || x.Visibility == "CONFIDENTIAL" }},
		"part of a name":        {"name_contains=ENGINEER", func(x Job) bool { return strings.Contains(x.Name, "Engineer") }},
		"created after":         {"remote_created_after=2026-03-01", func(x Job) bool { return !x.Created.Before(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)) }},
		"all of these": {"statuses=OPEN&name_contains=engineer&visibilities=PUBLIC", func(x Job) bool {
			return x.Status == "OPEN" && strings.Contains(x.Name, "Engineer") && x.Visibility == "PUBLIC"
		}},
	} {
		t.Run(name, func(t *testing.T) {
			want := kept(d.Jobs, func(x Job) Record { return x.Record }, c.keep)
			require.NotEmpty(t, want)
			assert.Equal(t, want, idsOf(a.in(t).all("/ats/jobs", c.query)))
		})
	}
}

func TestFiltersOfTheOtherLists(t *testing.T) {
	a := start(t, Options{})
	d := a.data()
	j := d.Jobs[0]
	interviews := kept(d.Interviews, func(x Interview) Record { return x.Record }, func(x Interview) bool { return d.application[x.ApplicationID].JobID == j.ID })
	require.NotEmpty(t, interviews)
	assert.Equal(t, interviews, idsOf(a.all("/ats/interviews", "job_ids="+j.ID)))
	users := kept(d.Users, func(x User) Record { return x.Record }, func(x User) bool { return x.Email == d.Users[1].Email || x.Email == d.Users[2].Email })
	assert.Equal(t, users, idsOf(a.all("/ats/users", "emails="+url.QueryEscape(strings.ToUpper(d.Users[1].Email)+","+d.Users[2].Email))))
	roles := kept(d.Roles, func(x Role) Record { return x.Record }, func(x Role) bool { return x.Scope == "JOB" })
	assert.Equal(t, roles, idsOf(a.all("/ats/roles", "scopes=JOB")))
	tags := kept(d.Tags, func(x Tag) Record { return x.Record }, func(x Tag) bool { return x.ID == d.Tags[5].ID })
	assert.Equal(t, tags, idsOf(a.all("/ats/tags", "ids="+d.Tags[5].ID)))
}

func TestDeletedRowsShowOnlyWhenAskedFor(t *testing.T) {
	a := start(t, Options{})
	for op, path := range lists {
		t.Run(op, func(t *testing.T) {
			whole := a.in(t).all(path, "include_deleted=true")
			living := a.in(t).all(path, "")
			gone := slices.DeleteFunc(slices.Clone(whole), func(r obj) bool { return r["remote_deleted_at"] == nil })
			assert.NotEmpty(t, gone)
			assert.Len(t, living, len(whole)-len(gone))
		})
	}
}

func TestAFilterThatTheATSDoesNotDeliverFiltersEverything(t *testing.T) {
	a := start(t, Options{UnsupportedFilters: []string{"get_jobs.job_codes"}})
	code := a.s.Snapshot().Jobs[0].Code
	assert.Empty(t, a.all("/ats/jobs", "job_codes="+code))
	assert.Len(t, a.all("/ats/jobs", "job_codes="+code+"&ignore_unsupported_filters=true"), len(a.all("/ats/jobs", "")))
	details := a.ok(http.MethodGet, "/integrations/"+a.s.IntegrationID(), nil)
	var unsupported []string
	for _, m := range details["read_models"].([]any) {
		for _, f := range m.(obj)["fields"].([]any) {
			if f.(obj)["coverage_status"] == "UNSUPPORTED" {
				unsupported = append(unsupported, m.(obj)["id"].(string)+"."+f.(obj)["id"].(string))
			}
		}
	}
	assert.Equal(t, []string{"ats_jobs.job_code"}, unsupported)
}

func TestWhatIsSwitchedOffIsRefused(t *testing.T) {
	a := start(t, Options{Disabled: []string{"reject_application", "get_offers"}})
	code, _ := a.refused(http.MethodPost, "/ats/applications/x/reject", obj{}, http.StatusForbidden)
	assert.Equal(t, codeActionDisabled, code)
	code, _ = a.refused(http.MethodGet, "/ats/offers", nil, http.StatusForbidden)
	assert.Equal(t, codeModelDisabled, code)
}

// changedAfter returns from a snapshot which rows updated_after must return.
func TestUpdatedAfterAlsoSeesNestedChanges(t *testing.T) {
	a := start(t, Options{})
	d := a.data()
	for _, age := range []time.Duration{6 * time.Hour, 48 * time.Hour, 30 * 24 * time.Hour} {
		after := today.Add(-age)
		query := "updated_after=" + after.Format("2006-01-02T15:04:05.000Z")
		late := func(r Record) bool { return r.Changed.After(after) || r.Nested.After(after) }
		changed := func(r Record) bool { return r.Changed.After(after) }
		assert.Equal(t, kept(d.Applications, func(x Application) Record { return x.Record }, func(x Application) bool {
			return late(x.Record) || changed(d.candidate[x.CandidateID].Record) || changed(d.stage[x.StageID].Record) ||
				slices.ContainsFunc(x.InterviewIDs, func(id string) bool { return changed(d.interview[id].Record) }) ||
				slices.ContainsFunc(x.OfferIDs, func(id string) bool { return changed(d.offer[id].Record) })
		}), idsOf(a.all("/ats/applications", query)), "applications")
		assert.Equal(t, kept(d.Candidates, func(x Candidate) Record { return x.Record }, func(x Candidate) bool {
			return late(x.Record) || slices.ContainsFunc(x.ApplicationIDs, func(id string) bool { return changed(d.application[id].Record) })
		}), idsOf(a.all("/ats/candidates", query)), "candidates")
		assert.Equal(t, kept(d.Interviews, func(x Interview) Record { return x.Record }, func(x Interview) bool {
			return late(x.Record) || changed(d.application[x.ApplicationID].Record)
		}), idsOf(a.all("/ats/interviews", query)), "interviews")
		assert.Equal(t, kept(d.Offers, func(x Offer) Record { return x.Record }, func(x Offer) bool {
			return late(x.Record) || changed(d.application[x.ApplicationID].Record)
		}), idsOf(a.all("/ats/offers", query)), "offers")
		assert.Equal(t, kept(d.Tags, func(x Tag) Record { return x.Record }, func(x Tag) bool { return late(x.Record) }),
			idsOf(a.all("/ats/tags", query)), "tags")
	}
}

func TestUpdatedAfterSeesATagOnTheCandidateButNotOnTheApplication(t *testing.T) {
	a := start(t, Options{})
	x, _ := a.pendingApplication()
	a.ok(http.MethodPost, "/ats/candidates/"+x.CandidateID+"/tags", obj{"tag": obj{"name": "Brand new"}})
	query := "updated_after=" + today.Add(-time.Millisecond).Format("2006-01-02T15:04:05.000Z")
	assert.Contains(t, idsOf(a.all("/ats/candidates", query)), x.CandidateID)
	assert.NotContains(t, idsOf(a.all("/ats/applications", query)), x.ID)
}

func TestUpdatedAfterTellsSuccessiveWritesApartUnderAPinnedClock(t *testing.T) {
	a := start(t, Options{})
	x, j := a.pendingApplication()
	a.ok(http.MethodPut, "/ats/applications/"+x.ID+"/stage", obj{"stage_id": j.StageIDs[1]})
	seen := a.one("/ats/applications", x.ID)["changed_at"].(string)
	assert.NotContains(t, idsOf(a.all("/ats/applications", "updated_after="+seen)), x.ID)
	a.ok(http.MethodPut, "/ats/applications/"+x.ID+"/stage", obj{"stage_id": j.StageIDs[2]})
	assert.Contains(t, idsOf(a.all("/ats/applications", "updated_after="+seen)), x.ID)
}
