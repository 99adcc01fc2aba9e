package sandbox

import (
	"slices"
	"strings"
)

var outcomes = []string{"PENDING", "HIRED", "DECLINED"}

var jobStatuses = []string{"OPEN", "CLOSED", "DRAFT", "ARCHIVED"}

var applicationList = &list{
	model: modelApplication,
	filters: []filter{
		{name: "outcomes", kind: enumList, values: outcomes}, {name: "outcome", kind: oneEnum, values: outcomes},
		{name: "job_ids", kind: textList}, {name: "job_remote_ids", kind: textList}, {name: "current_stage_ids", kind: textList},
		{name: "remote_created_after", kind: instant},
	},
	prepare: prepareApplications,
	nested:  applicationNested,
	render:  (*enc).application,
}

func prepareApplications(st *store, q *query) (func(i int) bool, []int) {
	jobSets, subset := st.jobFilter(q, "job_ids", "job_remote_ids")
	var stages map[int]bool
	if ids, ok := q.lists["current_stage_ids"]; ok {
		found := st.indexes(modelStage, ids, st.find)
		stages = setOf(found)
		subset = []int{}
		for _, s := range found {
			subset = append(subset, st.jobs[st.stages[s].job].applications...)
		}
	}
	created, byDate := q.times["remote_created_after"]
	created -= created % day
	return func(i int) bool {
		a := &st.applications[i]
		for _, jobs := range jobSets {
			if !jobs[a.job] {
				return false
			}
		}
		switch {
		case stages != nil && !stages[a.stage]:
			return false
		case byDate && (a.created == 0 || a.created < created):
			return false
		}
		return q.oneOf("outcomes", a.outcome.String()) && q.oneOf("outcome", a.outcome.String())
	}, subset
}

// jobFilter resolves the filters by job. subset are the applications for these jobs.
func (st *store) jobFilter(q *query, byID, byRemote string) (sets []map[int]bool, subset []int) {
	resolve := func(name string, find func(model, string) (int, bool)) {
		ids, ok := q.lists[name]
		if !ok {
			return
		}
		jobs := st.indexes(modelJob, ids, find)
		sets = append(sets, setOf(jobs))
		subset = []int{}
		for _, j := range jobs {
			subset = append(subset, st.jobs[j].applications...)
		}
	}
	resolve(byID, st.find)
	resolve(byRemote, st.findRemote)
	return sets, subset
}

// oneOf reports whether a list filter is not set or contains the value.
func (q *query) oneOf(name, value string) bool {
	list, ok := q.lists[name]
	return !ok || slices.Contains(list, value)
}

func applicationNested(st *store, i int, after ms) bool {
	a := &st.applications[i]
	if a.candidate != none && st.candidates[a.candidate].changed > after {
		return true
	}
	if a.stage != none && st.stages[a.stage].changed > after {
		return true
	}
	return slices.ContainsFunc(a.interviews, func(v int) bool { return st.interviews[v].changed > after }) ||
		slices.ContainsFunc(a.offers, func(o int) bool { return st.offers[o].changed > after })
}

var candidateList = &list{
	model: modelCandidate,
	filters: []filter{
		{name: "email", kind: mail}, {name: "job_ids", kind: textList}, {name: "first_name"}, {name: "last_name"},
	},
	prepare: prepareCandidates,
	nested: func(st *store, i int, after ms) bool {
		return slices.ContainsFunc(st.candidates[i].applications, func(a int) bool { return st.applications[a].changed > after })
	},
	render: (*enc).candidate,
}

func prepareCandidates(st *store, q *query) (func(i int) bool, []int) {
	var subset []int
	var appliedTo map[int]bool
	if ids, ok := q.lists["job_ids"]; ok {
		subset = []int{}
		for _, j := range st.indexes(modelJob, ids, st.find) {
			for _, a := range st.jobs[j].applications {
				if c := st.applications[a].candidate; c != none {
					subset = append(subset, c)
				}
			}
		}
		appliedTo = setOf(subset)
	}
	email, byEmail := q.texts["email"]
	if byEmail {
		subset = append([]int{}, st.byEmail[strings.ToLower(email)]...)
	}
	first, byFirst := q.texts["first_name"]
	last, byLast := q.texts["last_name"]
	return func(i int) bool {
		c := &st.candidates[i]
		switch {
		case appliedTo != nil && !appliedTo[i]:
			return false
		case byEmail && !c.hasEmail(email):
			return false
		case byFirst && !strings.EqualFold(c.first, first):
			return false
		}
		return !byLast || strings.EqualFold(c.last, last)
	}, subset
}

func (c *candidate) hasEmail(address string) bool {
	return slices.ContainsFunc(c.emails, func(m labelled) bool { return strings.EqualFold(m.value, address) })
}

var jobList = &list{
	model: modelJob,
	filters: []filter{
		{name: "job_codes", kind: textList}, {name: "post_url"},
		{name: "statuses", kind: enumList, values: jobStatuses}, {name: "status", kind: oneEnum, values: jobStatuses},
		{name: "employment_types", kind: enumList, values: []string{"FULL_TIME", "PART_TIME", "CONTRACT", "SEASONAL", "INTERNSHIP"}},
		{name: "visibilities", kind: enumList, values: []string{"PUBLIC", "INTERNAL", "UNLISTED", "CONFIDENTIAL"}},
		{name: "remote_created_after", kind: instant}, {name: "name_contains"},
	},
	prepare: prepareJobs,
	nested: func(st *store, i int, after ms) bool {
		return slices.ContainsFunc(st.jobs[i].postings, func(p posting) bool { return p.changed > after })
	},
	render: (*enc).job,
}

func prepareJobs(st *store, q *query) (func(i int) bool, []int) {
	url, byURL := q.texts["post_url"]
	part, byName := q.texts["name_contains"]
	part = strings.ToLower(part)
	created, byDate := q.times["remote_created_after"]
	created -= created % day
	return func(i int) bool {
		j := &st.jobs[i]
		switch {
		case byURL && j.postURL != url:
			return false
		case byName && !strings.Contains(strings.ToLower(j.name), part):
			return false
		case byDate && (j.created == 0 || j.created < created):
			return false
		}
		return q.oneOf("job_codes", j.code) && q.oneOf("statuses", j.status) && q.oneOf("status", j.status) &&
			q.oneOf("employment_types", j.employment) && q.oneOf("visibilities", j.visibility)
	}, nil
}

var interviewList = &list{
	model:   modelInterview,
	filters: []filter{{name: "job_ids", kind: textList}},
	prepare: func(st *store, q *query) (func(i int) bool, []int) {
		sets, applications := st.jobFilter(q, "job_ids", "")
		if sets == nil {
			return func(int) bool { return true }, nil
		}
		subset := []int{}
		for _, a := range applications {
			subset = append(subset, st.applications[a].interviews...)
		}
		return func(i int) bool { return sets[0][st.applications[st.interviews[i].application].job] }, subset
	},
	nested: func(st *store, i int, after ms) bool {
		return st.applications[st.interviews[i].application].changed > after
	},
	render: (*enc).interview,
}

var offerList = &list{
	model: modelOffer,
	nested: func(st *store, i int, after ms) bool {
		return st.applications[st.offers[i].application].changed > after
	},
	render: (*enc).offer,
}

var userList = &list{
	model:   modelUser,
	filters: []filter{{name: "emails", kind: textList}},
	prepare: func(st *store, q *query) (func(i int) bool, []int) {
		emails, ok := q.lists["emails"]
		return func(i int) bool {
			return !ok || slices.ContainsFunc(emails, func(m string) bool { return strings.EqualFold(m, st.users[i].email) })
		}, nil
	},
	render: (*enc).user,
}

var roleList = &list{
	model:   modelRole,
	filters: []filter{{name: "scopes", kind: enumList, values: []string{"SYSTEM", "JOB"}}},
	prepare: func(st *store, q *query) (func(i int) bool, []int) {
		return func(i int) bool { return q.oneOf("scopes", st.roles[i].scope) }, nil
	},
	render: (*enc).role,
}

var tagList = &list{
	model:  modelTag,
	render: func(e *enc, st *store, i int) { e.named(&st.tags[i].row, st.tags[i].name) },
}

var stageList = &list{model: modelStage, render: (*enc).stage}

var reasonList = &list{
	model:  modelReason,
	render: func(e *enc, st *store, i int) { e.named(&st.reasons[i].row, st.reasons[i].name) },
}
