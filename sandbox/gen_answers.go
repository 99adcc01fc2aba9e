package sandbox

// answers returns answers to the questions of a job, as applicants give them: to most
// questions, and only to those whose precondition is met.
func (g *gen) answers(jobIndex int) []answer {
	j := &g.st.jobs[jobIndex]
	if len(j.questions) == 0 || g.r.chance(0.06) {
		return nil
	}
	out := make([]answer, 0, len(j.questions))
	for k := range j.questions {
		q := &j.questions[k]
		if !j.applies(q, out) || g.skips(q) {
			continue
		}
		a := g.answer(q)
		a.question = k
		a.null = g.r.chance(0.01)
		out = append(out, a)
	}
	return out
}

func (g *gen) skips(q *question) bool {
	switch {
	case q.kind == "FILE" || q.kind == "INFORMATION" || q.kind == "": // never delivered
		return true
	case q.category != "":
		return g.r.chance(0.5)
	case q.required:
		return g.r.chance(0.02)
	default:
		return g.r.chance(0.3)
	}
}

// applies reports whether these answers meet the precondition of the question.
func (j *job) applies(q *question, given []answer) bool {
	if q.precondition == none {
		return true
	}
	asked := &j.questions[q.precondition]
	for i := range given {
		if given[i].question != q.precondition || given[i].null {
			continue
		}
		if asked.kind == "BOOLEAN" {
			return given[i].yes == q.preconditionBool
		}
		for _, o := range q.preconditionOptions {
			if given[i].chosen&(1<<o) != 0 {
				return true
			}
		}
	}
	return false
}

var languageOdds = []float64{18, 45, 70, 85, 92, 100}

func (g *gen) answer(q *question) answer {
	switch q.kind {
	case "SINGLE_SELECT":
		i := g.r.intn(len(q.options))
		if q.title == askLanguage {
			i = g.r.weighted(languageOdds)
		}
		return answer{chosen: 1 << i}
	case "MULTI_SELECT":
		return answer{chosen: uint16(g.r.between(1, 1<<len(q.options)-1))} //nolint:gosec // at most 16 options
	case "NUMBER":
		return answer{number: float64(g.r.between(0, 24))}
	case "BOOLEAN":
		return answer{yes: g.r.chance(0.85)}
	case "DATE":
		return answer{number: float64((g.now + ms(g.r.between(10, 120))*day) / day * day)}
	case "UNKNOWN":
		return answer{text: `{"video":"https://video.example/` + makeID(g.st.seed, g.r.next()).String() + `"}`}
	}
	switch q.display {
	case "URL":
		return answer{text: "https://code.example/" + makeID(g.st.seed, g.r.next()).String()[:8]}
	case "MULTI_LINE":
		return answer{text: pick(g.r, []string{"Blue Card", "Work visa, I have an offer letter", "Not sure – maybe a family permit"})}
	default:
		return answer{text: pick(g.r, []string{"Rust", "Kotlin", "Scala and some Elixir", "C#", "PHP"})}
	}
}
