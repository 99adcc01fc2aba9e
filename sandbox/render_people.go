package sandbox

import "strconv"

// ownDates appends when Kombo's copy changed and when the record was deleted.
func (e *enc) ownDates(r *row) {
	e.when("changed_at", r.changed)
	e.when("remote_deleted_at", r.deleted)
}

// sourceDates appends the dates of the ATS.
func (e *enc) sourceDates(r *row) {
	e.when("remote_created_at", r.created)
	e.when("remote_updated_at", r.updated)
}

func (e *enc) custom(json string) {
	if json == "" {
		json = "{}"
	}
	e.raw("custom_fields", json)
}

// link appends the URL of a record in the ATS.
func (e *enc) link(kind string, r *row) {
	e.key("remote_url")
	e.b = append(e.b, `"https://ats.talent.example/`...)
	e.b = append(e.b, kind...)
	e.b = append(e.b, '/')
	e.b = strconv.AppendInt(e.b, int64(r.remote), 10)
	e.b = append(e.b, '"')
}

func (e *enc) place(p *place) {
	if p == nil {
		e.b = append(e.b, "null"...)
		return
	}
	e.open()
	e.text("city", p.city)
	e.text("country", p.country)
	e.text("raw", p.raw)
	e.text("state", p.state)
	e.text("street_1", p.street)
	e.null("street_2")
	e.text("zip_code", p.zip)
	e.close()
}

func (e *enc) emails(c *candidate) {
	e.optional("email_addresses", c.noEmails, func() {
		e.openList()
		for _, m := range c.emails {
			e.open()
			e.text("email_address", m.value)
			e.text("type", m.kind)
			e.close()
		}
		e.closeList()
	})
}

func (e *enc) phones(c *candidate) {
	e.optional("phone_numbers", c.noPhones, func() {
		e.openList()
		for _, p := range c.phones {
			e.open()
			e.str("phone_number", p.value)
			e.text("type", p.kind)
			e.close()
		}
		e.closeList()
	})
}

func (e *enc) social(c *candidate) {
	e.optional("social_media", c.noSocial, func() {
		e.openList()
		for _, s := range c.social {
			e.open()
			e.text("link", s.value)
			e.text("type", s.kind)
			e.null("username")
			e.close()
		}
		e.closeList()
	})
}

func (e *enc) tags(st *store, c *candidate) {
	e.list("tags")
	for _, t := range c.tags {
		e.open()
		e.id("id", st.tags[t].id)
		e.remote(&st.tags[t].row)
		e.text("name", st.tags[t].name)
		e.close()
	}
	e.closeList()
}

// identity appends the ids and names of a candidate.
func (e *enc) identity(c *candidate) {
	e.id("id", c.id)
	e.remote(&c.row)
	e.text("first_name", c.first)
	e.text("last_name", c.last)
}

// personBody appends what the list of candidates and a created application have in
// common.
func (e *enc) personBody(st *store, c *candidate) {
	e.identity(c)
	e.text("company", c.company)
	e.text("title", c.title)
	e.maybe("confidential", c.confidential)
	e.text("source", c.source)
	e.phones(c)
	e.emails(c)
	e.social(c)
	e.optional("location", c.noLocation, func() { e.place(c.location) })
	e.custom(c.customFields)
	e.list("integration_fields")
	e.closeList()
	e.link("people", &c.row)
	e.sourceDates(&c.row)
	e.null("remote_data")
	e.ownDates(&c.row)
	e.tags(st, c)
}

func (e *enc) candidate(st *store, i int) {
	c := &st.candidates[i]
	e.open()
	e.personBody(st, c)
	e.list("applications")
	for _, a := range c.applications {
		if st.applications[a].deleted == 0 {
			e.applicationOfPerson(st, a)
		}
	}
	e.closeList()
	e.close()
}

// applicationOfPerson appends an application nested in a candidate.
func (e *enc) applicationOfPerson(st *store, i int) {
	a := &st.applications[i]
	e.open()
	e.id("id", a.id)
	e.remote(&a.row)
	e.result(st, a)
	e.applicationLink(a)
	e.when("changed_at", a.changed)
	e.sourceDates(&a.row)
	e.stageOf(st, a, false)
	e.jobOf(st, a)
	e.close()
}

func (e *enc) user(st *store, i int) {
	u := &st.users[i]
	e.open()
	e.userIdentity(u)
	if u.noStatus {
		e.null("status")
	} else if u.inactive {
		e.str("status", "INACTIVE")
	} else {
		e.str("status", "ACTIVE")
	}
	e.null("remote_data")
	e.ownDates(&u.row)
	e.list("system_roles")
	for _, r := range u.roles {
		e.roleOf(&st.roles[r])
	}
	e.closeList()
	e.close()
}

func (e *enc) userIdentity(u *user) {
	e.id("id", u.id)
	e.remote(&u.row)
	e.text("first_name", u.first)
	e.text("last_name", u.last)
	e.optional("email", u.noEmail, func() { e.quote(u.email) })
}

func (e *enc) roleOf(r *role) {
	e.open()
	e.remote(&r.row)
	e.roleBody(r)
	e.close()
}

func (e *enc) roleBody(r *role) {
	e.text("remote_label", r.label)
	e.text("scope", r.scope)
	e.text("unified_type", r.unified)
}

func (e *enc) role(st *store, i int) {
	r := &st.roles[i]
	e.open()
	e.id("id", r.id)
	e.remote(&r.row)
	e.roleBody(r)
	e.null("remote_data")
	e.ownDates(&r.row)
	e.close()
}

// named appends a record with nothing but a name.
func (e *enc) named(r *row, text string) {
	e.open()
	e.id("id", r.id)
	e.remote(r)
	e.text("name", text)
	e.null("remote_data")
	e.ownDates(r)
	e.close()
}
