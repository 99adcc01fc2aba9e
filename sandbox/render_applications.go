package sandbox

// result appends the outcome of an application and what belongs to it.
func (e *enc) result(st *store, a *application) {
	e.text("outcome", a.outcome.String())
	if a.reason == none {
		e.null("rejection_reason_name")
	} else {
		e.text("rejection_reason_name", st.reasons[a.reason].name)
	}
	e.when("rejected_at", a.rejected)
}

func (e *enc) applicationLink(a *application) {
	if a.noURL || a.remote == 0 {
		e.null("remote_url")
		return
	}
	e.link("applications", &a.row)
}

// stageOf appends the current stage. whole includes what only the list of applications
// shows.
func (e *enc) stageOf(st *store, a *application, whole bool) {
	if a.stage == none {
		e.null("current_stage")
		return
	}
	s := &st.stages[a.stage]
	e.object("current_stage")
	e.id("id", s.id)
	e.remote(&s.row)
	e.text("name", s.name)
	if whole {
		e.text("status", s.status)
		e.custom("")
	}
	e.stageIndex(s)
	e.close()
}

func (e *enc) stageIndex(s *stage) {
	if s.index == none {
		e.null("index")
		return
	}
	e.integer("index", s.index)
}

func (e *enc) jobOf(st *store, a *application) {
	if a.job == none {
		e.null("job")
		return
	}
	j := &st.jobs[a.job]
	e.object("job")
	e.id("id", j.id)
	e.remote(&j.row)
	e.text("name", j.name)
	e.close()
}

func (e *enc) application(st *store, i int) {
	a := &st.applications[i]
	e.open()
	e.applicationBody(st, a)
	if a.candidate == none {
		e.null("candidate")
	} else {
		e.personOf(st, &st.candidates[a.candidate])
	}
	e.stageOf(st, a, true)
	e.jobOf(st, a)
	e.list("interviews")
	// Deleted records are not in nested lists. That they were removed affects
	// updated_after.
	for _, v := range a.interviews {
		if st.interviews[v].deleted == 0 {
			e.interviewOf(&st.interviews[v])
		}
	}
	e.closeList()
	e.list("offers")
	for _, o := range a.offers {
		if st.offers[o].deleted != 0 {
			continue
		}
		e.open()
		e.id("id", st.offers[o].id)
		e.remote(&st.offers[o].row)
		e.text("status", st.offers[o].status)
		e.close()
	}
	e.closeList()
	e.close()
}

// applicationBody appends what the list and a created application have in common.
func (e *enc) applicationBody(st *store, a *application) {
	e.id("id", a.id)
	e.remote(&a.row)
	e.result(st, a)
	if a.stage == none {
		e.null("current_stage_id")
	} else {
		e.id("current_stage_id", st.stages[a.stage].id)
	}
	if a.job == none {
		e.null("job_id")
	} else {
		e.id("job_id", st.jobs[a.job].id)
	}
	if a.candidate == none {
		e.null("candidate_id")
	} else {
		e.id("candidate_id", st.candidates[a.candidate].id)
	}
	e.optional("screening_question_answers", a.noAnswers, func() { e.answers(st, a) })
	e.custom(a.customFields)
	e.list("integration_fields")
	e.closeList()
	e.applicationLink(a)
	e.ownDates(&a.row)
	e.sourceDates(&a.row)
	e.null("remote_data")
}

func (e *enc) personOf(st *store, c *candidate) {
	e.object("candidate")
	e.identity(c)
	e.emails(c)
	e.phones(c)
	e.social(c)
	e.text("source", c.source)
	e.link("people", &c.row)
	e.tags(st, c)
	e.close()
}

func (e *enc) interviewOf(v *interview) {
	e.open()
	e.id("id", v.id)
	e.remote(&v.row)
	e.interviewBody(v)
	e.close()
}

func (e *enc) interviewBody(v *interview) {
	e.text("title", v.title)
	e.when("starting_at", v.start)
	e.when("ending_at", v.end)
	e.optional("location", v.noLocation, func() { e.place(v.location) })
	e.maybe("canceled", v.canceled)
}

func (e *enc) answers(st *store, a *application) {
	e.openList()
	for i := range a.answers {
		e.answer(&st.jobs[a.job].questions[a.answers[i].question], &a.answers[i])
	}
	e.closeList()
}

func (e *enc) answer(q *question, a *answer) {
	e.open()
	e.object("answer")
	e.answerValue(q, a)
	e.close()
	e.object("question")
	e.text("remote_id", q.remote)
	e.str("title", q.title)
	e.str("type", q.kind)
	e.close()
	e.close()
}

// answerValue appends an answer as reads show it: choices as text, dates with a time.
// The choices of a multiple choice cannot be null, only missing.
func (e *enc) answerValue(q *question, a *answer) {
	switch q.kind {
	case "SINGLE_SELECT":
		e.text("choice", q.choice(a))
	case "MULTI_SELECT":
		if a.null {
			return
		}
		e.list("choices")
		for i := range q.options {
			if a.chosen&(1<<i) != 0 {
				e.item(q.options[i].name)
			}
		}
		e.closeList()
	case "BOOLEAN":
		v := no
		if a.yes {
			v = yes
		}
		if a.null {
			v = unknown
		}
		e.maybe("checked", v)
	case "NUMBER":
		if a.null {
			e.null("number")
			return
		}
		e.number("number", a.number)
	case "DATE":
		if a.null {
			e.null("date")
			return
		}
		e.when("date", ms(a.number))
	case "UNKNOWN":
		if a.null || a.text == "" {
			e.null("raw")
			return
		}
		e.raw("raw", a.text)
	default:
		if a.null {
			e.null("content")
			return
		}
		e.str("content", a.text)
	}
}

// choice returns the text of a single choice, "" if there is none.
func (q *question) choice(a *answer) string {
	if a.null {
		return ""
	}
	for i := range q.options {
		if a.chosen&(1<<i) != 0 {
			return q.options[i].name
		}
	}
	return ""
}
