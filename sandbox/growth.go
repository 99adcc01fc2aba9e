package sandbox

// AddApplications adds n applications of new candidates for open jobs, created just
// now. Like writes, they show in reads after the lag.
func (s *Sandbox) AddApplications(n int) {
	s.load()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.change(s.stamp(), func(st *store, at, seen ms) { st.grow(n, at, seen) })
}

// grow generates new candidates from a random stream of their own, so that the same
// calls give the same data whatever was written in between.
func (st *store) grow(n int, at, seen ms) {
	st.grown++
	g := &gen{st: st, now: at, r: newRNG(st.seed, streamGrowth+uint64(st.grown))} //nolint:gosec // counts up from 1
	for i := range st.jobs {
		if st.jobs[i].status == "OPEN" && st.jobs[i].deleted == 0 && len(st.jobs[i].stages) > 0 {
			g.open, g.ready = addWeight(g.open, g.ready, i, g.popularity(i))
		}
	}
	for range n {
		c := g.addCandidate(g.personName())
		j := g.ready[g.r.weighted(g.open)]
		a := g.newApplication(c, j)
		a.outcome, a.stage = pending, st.jobs[j].stages[0]
		a.answers = g.answers(j)
		a.created = at
		a.bump(at, seen)
		i := g.attach(a)
		person := &st.candidates[c]
		person.created = at
		person.bump(at, seen)
		st.register(modelCandidate, &person.row, c)
		st.register(modelApplication, &st.applications[i].row, i)
		st.indexEmails(c)
	}
}
