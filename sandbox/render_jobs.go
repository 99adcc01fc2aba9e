package sandbox

// openEnum appends a key with a value that may be any text of the ATS, null, or
// missing.
func (e *enc) openEnum(k, v string, p presence) {
	e.optional(k, p, func() {
		if v == "" {
			e.b = append(e.b, "null"...)
			return
		}
		e.quote(v)
	})
}

func (e *enc) job(st *store, i int) {
	j := &st.jobs[i]
	e.open()
	e.id("id", j.id)
	e.remote(&j.row)
	e.text("name", j.name)
	e.text("job_code", j.code)
	e.text("description", j.description)
	e.maybe("confidential", j.confidential)
	e.amount("weekly_hours", j.weeklyHours)
	e.openEnum("employment_type", j.employment, j.noEmployment)
	e.openEnum("status", j.status, j.noStatus)
	e.openEnum("visibility", j.visibility, j.noVisibility)
	e.text("category", j.category)
	e.text("department", j.department)
	e.text("post_url", j.postURL)
	e.text("experience_level", j.experience)
	e.openEnum("remote_work_status", j.remoteWork, j.noRemote)
	e.amount("salary_amount", j.salary)
	e.amount("salary_amount_from", j.salaryFrom)
	e.amount("salary_amount_to", j.salaryTo)
	e.text("salary_currency", j.currency)
	e.openEnum("salary_period", j.period, present)
	e.optional("location", j.noLocation, func() { e.place(j.location) })
	e.custom(j.customFields)
	e.list("integration_fields")
	e.closeList()
	e.link("jobs", &j.row)
	e.when("opened_at", j.opened)
	e.when("closed_at", j.closed)
	e.sourceDates(&j.row)
	if j.contact == none {
		e.null("contact_id")
	} else {
		e.id("contact_id", st.users[j.contact].id)
	}
	e.null("remote_data")
	e.ownDates(&j.row)
	e.jobLists(st, j)
	e.close()
}

func (e *enc) jobLists(st *store, j *job) {
	e.list("stages")
	for _, s := range j.stages {
		e.jobStage(&st.stages[s])
	}
	e.closeList()
	e.list("screening_questions")
	for k := range j.questions {
		e.question(j, k)
	}
	e.closeList()
	e.list("job_postings")
	for k := range j.postings {
		e.posting(&j.postings[k])
	}
	e.closeList()
	e.list("hiring_team")
	for k := range j.team {
		e.member(st, &j.team[k])
	}
	e.closeList()
}

func (e *enc) jobStage(s *stage) {
	e.open()
	e.id("id", s.id)
	e.remote(&s.row)
	e.text("name", s.name)
	e.text("status", s.status)
	e.custom("")
	e.stageIndex(s)
	e.null("remote_data")
	e.close()
}

func (e *enc) question(j *job, index int) {
	q := &j.questions[index]
	e.open()
	e.id("id", q.id)
	e.text("remote_id", q.remote)
	e.text("title", q.title)
	e.text("description", q.description)
	e.format(q)
	e.text("category", q.category)
	e.integer("index", index)
	e.flag("required", q.required)
	if q.precondition == none {
		e.null("precondition_question_id")
		e.null("precondition_options")
	} else {
		e.precondition(j, q)
	}
	e.close()
}

func (e *enc) precondition(j *job, q *question) {
	asked := &j.questions[q.precondition]
	e.id("precondition_question_id", asked.id)
	if asked.kind == "BOOLEAN" {
		if q.preconditionBool {
			e.raw("precondition_options", "[true]")
		} else {
			e.raw("precondition_options", "[false]")
		}
		return
	}
	e.list("precondition_options")
	for _, o := range q.preconditionOptions {
		e.item(asked.options[o].id.String())
	}
	e.closeList()
}

func (e *enc) format(q *question) {
	if q.kind == "" {
		e.null("format")
		return
	}
	e.object("format")
	switch q.kind {
	case "TEXT":
		e.text("display_type", q.display)
		e.amount("max_length", float64(q.maxLength))
	case "NUMBER":
		e.text("display_type", q.display)
		e.bound("min", q.min)
		e.bound("max", q.max)
	case "SINGLE_SELECT":
		e.text("display_type", q.display)
		e.options(q)
	case "MULTI_SELECT":
		e.options(q)
	case "FILE":
		e.list("accepted_mime_types")
		for _, m := range q.mimes {
			e.item(m)
		}
		e.closeList()
		e.integer("max_file_size_bytes", maxFileBytes)
	case "UNKNOWN":
		e.raw("raw_question", `{"kind":"video","seconds":60}`)
	}
	e.str("type", q.kind)
	e.close()
}

func (e *enc) bound(k string, v *float64) {
	if v == nil {
		e.null(k)
		return
	}
	e.number(k, *v)
}

func (e *enc) options(q *question) {
	e.list("options")
	for i := range q.options {
		e.open()
		e.id("id", q.options[i].id)
		e.null("remote_id")
		e.str("name", q.options[i].name)
		e.close()
	}
	e.closeList()
}

func (e *enc) posting(p *posting) {
	e.open()
	e.id("id", p.id)
	e.null("remote_id")
	e.text("title", p.title)
	e.text("description_html", p.html)
	e.text("status", p.status)
	e.text("visibility", p.visible)
	e.text("url", p.url)
	e.null("remote_data")
	e.close()
}

func (e *enc) member(st *store, m *member) {
	e.open()
	e.userIdentity(&st.users[m.user])
	e.list("hiring_team_roles")
	for _, r := range m.roles {
		if u := st.roles[r].unified; u != "" {
			e.item(u)
		}
	}
	e.closeList()
	e.list("job_roles")
	for _, r := range m.roles {
		e.roleOf(&st.roles[r])
	}
	e.closeList()
	e.close()
}

func (e *enc) stage(st *store, i int) {
	s := &st.stages[i]
	e.open()
	e.id("id", s.id)
	e.remote(&s.row)
	e.text("name", s.name)
	e.text("status", s.status)
	e.custom("")
	e.null("remote_data")
	e.ownDates(&s.row)
	e.close()
}

func (e *enc) interview(st *store, i int) {
	v := &st.interviews[i]
	e.open()
	e.id("id", v.id)
	e.remote(&v.row)
	e.interviewBody(v)
	if v.video {
		e.str("video_conferencing_url", "https://meet.talent.example/"+v.id.String()[:10])
	} else {
		e.null("video_conferencing_url")
	}
	e.id("application_id", st.applications[v.application].id)
	if v.stage == none {
		e.null("stage_id")
	} else {
		e.id("stage_id", st.stages[v.stage].id)
	}
	e.sourceDates(&v.row)
	e.null("remote_data")
	e.ownDates(&v.row)
	e.list("users")
	for _, u := range v.users {
		e.open()
		e.userIdentity(&st.users[u])
		e.close()
	}
	e.closeList()
	a := &st.applications[v.application]
	e.object("application")
	e.id("id", a.id)
	e.remote(&a.row)
	e.text("outcome", a.outcome.String())
	if a.reason == none {
		e.null("rejection_reason_name")
	} else {
		e.text("rejection_reason_name", st.reasons[a.reason].name)
	}
	e.personAndJob(st, a)
	e.close()
	e.close()
}

func (e *enc) personAndJob(st *store, a *application) {
	if a.candidate == none {
		e.null("candidate")
	} else {
		c := &st.candidates[a.candidate]
		e.object("candidate")
		e.identity(c)
		e.emails(c)
		e.close()
	}
	e.jobOf(st, a)
}

func (e *enc) offer(st *store, i int) {
	o := &st.offers[i]
	e.open()
	e.id("id", o.id)
	e.remote(&o.row)
	e.text("status", o.status)
	e.when("employment_start_date", o.start)
	e.id("application_id", st.applications[o.application].id)
	e.custom(o.customFields)
	e.list("integration_fields")
	e.closeList()
	e.ownDates(&o.row)
	e.sourceDates(&o.row)
	e.null("remote_data")
	e.object("application")
	e.personAndJob(st, &st.applications[o.application])
	e.close()
	e.close()
}
