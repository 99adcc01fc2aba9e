package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// sentAs is what an argument is on the wire.
type sentAs struct {
	argument any
	query    string
}

// shared are the parameters that every list has, with two records that are in
// it.
func shared(a, b sandbox.Record) map[string]sentAs {
	return map[string]sentAs{
		"ids":                        {[]string{a.ID, b.ID}, a.ID + "," + b.ID},
		"remote_ids":                 {[]string{a.RemoteID, b.RemoteID}, a.RemoteID + "," + b.RemoteID},
		"updated_after":              {"2020-01-02T03:04:05+02:00", "2020-01-02T01:04:05.000Z"},
		"include_deleted":            {true, "true"},
		"ignore_unsupported_filters": {true, "true"},
	}
}

// listParameters are all parameters of the ten lists, with values that records
// of the sandbox have.
func listParameters(t *testing.T, u *upstream) map[string]map[string]sentAs {
	t.Helper()
	d := u.Snapshot()
	a, jobs := u.undecided(t)
	// The remote id of the second one is the first one's again where it has none.
	application, other := first(t, a, func(a sandbox.Application) bool { return a.RemoteID != "" }), a[len(a)-1]
	job := first(t, d.Jobs, func(j sandbox.Job) bool {
		return j.Code != "" && j.PostURL != "" && j.Employment == "FULL_TIME" && j.Visibility == "PUBLIC" && j.Status == "OPEN" && j.RemoteID != ""
	})
	person := byID(d.Candidates, func(c sandbox.Candidate) string { return c.ID })[application.CandidateID]
	user := first(t, d.Users, func(u sandbox.User) bool { return u.Email != "" && u.RemoteID != "" })
	out := map[string]map[string]sentAs{
		"get_applications": with(shared(application.Record, other.Record), map[string]sentAs{
			"outcomes":             {[]string{"PENDING", "HIRED"}, "PENDING,HIRED"},
			"job_ids":              {[]string{application.JobID, other.JobID}, application.JobID + "," + other.JobID},
			"job_remote_ids":       {[]string{jobs[application.JobID].RemoteID}, jobs[application.JobID].RemoteID},
			"current_stage_ids":    {[]string{application.StageID, other.StageID}, application.StageID + "," + other.StageID},
			"remote_created_after": {"2020-01-31", "2020-01-31"},
		}),
		"get_candidates": with(shared(person.Record, d.Candidates[0].Record), map[string]sentAs{
			"email": {person.Emails[0], person.Emails[0]}, "first_name": {person.First, person.First}, "last_name": {person.Last, person.Last},
			"job_ids": {[]string{application.JobID}, application.JobID},
		}),
		"get_jobs": with(shared(job.Record, d.Jobs[1].Record), map[string]sentAs{
			"job_codes": {[]string{job.Code, "X-1"}, job.Code + ",X-1"}, "post_url": {job.PostURL, job.PostURL}, "statuses": {[]string{"OPEN", "DRAFT"}, "OPEN,DRAFT"},
			"employment_types": {[]string{"FULL_TIME", "PART_TIME"}, "FULL_TIME,PART_TIME"}, "visibilities": {[]string{"PUBLIC", "INTERNAL"}, "PUBLIC,INTERNAL"},
			"remote_created_after": {"2020-01-31T23:00", "2020-01-31T23:00:00.000Z"}, "name_contains": {strings.ToUpper(job.Name[:4]), strings.ToUpper(job.Name[:4])},
		}),
		"get_interviews": with(shared(d.Interviews[0].Record, d.Interviews[1].Record), map[string]sentAs{
			"job_ids": {[]string{d.Jobs[0].ID, d.Jobs[1].ID}, d.Jobs[0].ID + "," + d.Jobs[1].ID},
		}),
		"get_offers": shared(d.Offers[0].Record, d.Offers[1].Record),
		"get_users": with(shared(user.Record, d.Users[0].Record), map[string]sentAs{
			"emails": {[]string{user.Email}, user.Email},
		}),
		"get_roles": with(shared(d.Roles[0].Record, d.Roles[1].Record), map[string]sentAs{
			"scopes": {[]string{"SYSTEM", "JOB"}, "SYSTEM,JOB"},
		}),
		"get_tags":               shared(d.Tags[0].Record, d.Tags[1].Record),
		"get_application_stages": shared(d.Stages[0].Record, d.Stages[1].Record),
		"get_rejection_reasons":  shared(d.Reasons[0].Record, d.Reasons[1].Record),
	}
	for op, parameters := range out {
		for name, p := range parameters {
			require.NotContains(t, p.query, ",,", "%s %s: pick records that have one", op, name)
			require.NotEmpty(t, p.query, "%s %s: pick records that have one", op, name)
		}
	}
	return out
}

func with(a, b map[string]sentAs) map[string]sentAs {
	maps.Copy(a, b)
	return a
}

// shortWalks keeps small what has to be compared with the contract.
func shortWalks(u *upstream) { u.pages = "20" }

func TestEveryFilterOfEveryListReachesTheWire(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, shortWalks)
	all := listParameters(t, u)
	s := u.connect(t, "--walk-records", "20")
	for op, o := range theContract().ofATS() {
		parameters, isList := all[op]
		if !isList {
			continue
		}
		t.Run(op, func(t *testing.T) {
			s := s.in(t)
			want := slices.Sorted(maps.Keys(o.Query))
			assert.Equal(t, want, slices.Sorted(maps.Keys(with(maps.Clone(parameters), map[string]sentAs{"cursor": {}, "page_size": {}}))), "a parameter of the contract is not driven here: give it a value in listParameters, or in shared if every list has it")
			together := object{"page_size": 1}
			expected := map[string]string{"page_size": "250"}
			for name, p := range parameters {
				together[name], expected[name] = p.argument, p.query
			}
			// Together first: what they narrow no wider walk that is kept can answer.
			x := only(t, op, u.since(func() { s.ok(op, together) }))
			assert.Equal(t, expected, x.query)
			assert.Equal(t, o.Method, x.method)
			assert.Equal(t, "/v1"+o.Path, x.path)
			for _, name := range slices.Sorted(maps.Keys(parameters)) {
				sent := of(op, u.since(func() { s.ok(op, object{name: parameters[name].argument, "limit": 1}) }))
				require.NotEmpty(t, sent, name)
				assert.Equal(t, map[string]string{"page_size": "250", name: parameters[name].query}, sent[0].query, "%s alone", name)
			}
		})
	}
}

// answer is what a list gives back, as far as these tests look.
type answer struct {
	Summary struct {
		Matched  int  `json:"matched"`
		Complete bool `json:"complete"`
	} `json:"summary"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
	Next    string     `json:"next"`
	Notes   []string   `json:"notes"`
}

func TestEveryListFollowsItsPagesWithTheSameFilters(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, func(u *upstream) { u.pages = "5" })
	s := u.connect(t, "--walk-records", "25")
	for op := range listParameters(t, u) {
		t.Run(op, func(t *testing.T) {
			s := s.in(t)
			arguments := object{"include_deleted": true, "updated_after": "2020-01-01", "limit": 3, "fields": []string{"id"}}
			filters := map[string]string{"page_size": "250", "include_deleted": "true", "updated_after": "2020-01-01"}
			var page answer
			sent := of(op, u.since(func() { s.fields(op, arguments, &page) }))
			require.Greater(t, len(sent), 1, "the walk has one page only")
			for i, x := range sent {
				want := maps.Clone(filters)
				if i > 0 {
					want["cursor"] = x.query["cursor"]
					assert.NotEmpty(t, x.query["cursor"], "page %d", i)
					assert.Contains(t, string(sent[i-1].answer), `"`+x.query["cursor"]+`"`, "page %d", i)
				}
				assert.Equal(t, want, x.query)
			}
			seen := map[string]bool{}
			for range 3 {
				require.NotEmpty(t, page.Rows)
				for _, row := range page.Rows {
					assert.False(t, seen[row[0]], "%s is shown twice", row[0])
					seen[row[0]] = true
				}
				require.NotEmpty(t, page.Next)
				arguments["cursor"] = page.Next
				page = answer{}
				s.fields(op, arguments, &page)
			}
		})
	}
}

func TestNamesBecomeIDsBeforeTheyReachTheWire(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, shortWalks)
	s := u.connect(t, "--walk-records", "20")
	applications, jobs := u.undecided(t)
	counts := map[string]int{}
	for _, j := range jobs {
		counts[j.Name]++
	}
	a := first(t, applications, func(a sandbox.Application) bool { return counts[jobs[a.JobID].Name] == 1 })
	job := jobs[a.JobID]
	stage := first(t, u.Snapshot().Stages, func(s sandbox.Stage) bool { return s.ID == a.StageID })
	for _, op := range []string{"get_candidates", "get_interviews", "get_applications"} {
		x := of(op, u.since(func() { s.in(t).ok(op, object{"job_ids": []string{strings.ToUpper(job.Name)}, "limit": 0}) }))
		require.NotEmpty(t, x, op)
		assert.Equal(t, job.ID, x[0].query["job_ids"], op)
	}
	x := of("get_applications", u.since(func() {
		s.ok("get_applications", object{"job_ids": job.Name, "current_stage_ids": strings.ToLower(stage.Name), "outcomes": "HIRED", "include_deleted": true})
	}))
	require.NotEmpty(t, x)
	assert.Equal(t, map[string]string{"page_size": "250", "job_ids": job.ID, "current_stage_ids": stage.ID, "outcomes": "HIRED", "include_deleted": "true"}, x[0].query)
	assert.Len(t, of("get_jobs", u.exchanges()), 1, "the list of names is kept")
}

func TestWhatWhereSaysIsSentAsAFilterWhereKomboHasOne(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, shortWalks)
	s := u.connect(t, "--walk-records", "20")
	d := u.Snapshot()
	email := first(t, d.Candidates, func(c sandbox.Candidate) bool { return len(c.Emails) > 0 }).Emails[0]
	user := first(t, d.Users, func(u sandbox.User) bool { return u.Email != "" }).Email
	job := d.Jobs[0]
	for _, c := range []struct{ op, where, param, value string }{
		{"get_applications", `outcome == "hired"`, "outcomes", "HIRED"},
		{"get_applications", `outcome in ["PENDING", "HIRED"]`, "outcomes", "PENDING,HIRED"},
		{"get_applications", `job_id == "` + job.ID + `" && source != nil`, "job_ids", job.ID},
		{"get_applications", `stage_id == "` + job.StageIDs[0] + `"`, "current_stage_ids", job.StageIDs[0]},
		{"get_applications", `created >= date("2026-10-31")`, "remote_created_after", "2026-10-31"},
		{"get_candidates", `email == "` + email + `"`, "email", email},
		{"get_jobs", `job_status == "OPEN"`, "statuses", "OPEN"},
		{"get_jobs", `employment_type == "FULL_TIME"`, "employment_types", "FULL_TIME"},
		{"get_jobs", `visibility == "INTERNAL"`, "visibilities", "INTERNAL"},
		{"get_interviews", `job_id == "` + job.ID + `"`, "job_ids", job.ID},
		{"get_users", `email == "` + user + `"`, "emails", user},
		{"get_roles", `scope == "JOB"`, "scopes", "JOB"},
	} {
		t.Run(c.op+" "+c.where, func(t *testing.T) {
			x := of(c.op, u.since(func() { s.in(t).ok(c.op, object{"where": c.where, "limit": 1}) }))
			require.NotEmpty(t, x)
			assert.Equal(t, map[string]string{"page_size": "250", c.param: c.value}, x[0].query)
		})
	}
}
