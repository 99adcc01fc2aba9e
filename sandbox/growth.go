package sandbox

// AddApplications adds n applications by new people to open jobs, made just
// now. They show up in reads after the lag, as writes do.
func (s *Sandbox) AddApplications(n int) {
	s.load()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.change(s.stamp(), func(st *store, at, seen ms) { st.grow(n, at, seen) })
}

// grow makes the new people from a stream of its own, so that the same steps
// give the same data whatever was written between them.
func (st *store) grow(n int, at, seen ms) {
	st.grown++
	g := &gen{st: st, now: at, r: newRNG(st.seed, streamGrowth+uint64(st.grown))} //nolint:gosec // counts up from 1
	for i := range st.jobs {
		if st.jobs[i].status == "OPEN" && st.jobs[i].deleted == 0 && len(st.jobs[i].stages) > 0 {
			g.open, g.ready = grow(g.open, g.ready, i, g.popularity(i))
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
