package tools_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/fake"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// plantedKombo is Kombo over a sandbox in which one candidate has data that a caller tries to
// guess: in every place that holds free text, and in the fields of their own.
type plantedKombo struct {
	next http.RoundTripper
	// candidate is whose data they are, and text what stands in every free text of theirs.
	candidate, text string
	// fields are the candidate's own.
	fields map[string]any
}

// RoundTrip implements http.RoundTripper.
func (p *plantedKombo) RoundTrip(r *http.Request) (*http.Response, error) {
	query := r.URL.Query()
	// The sandbox does not have the planted address, so Kombo's filter is played here.
	asked := query.Get("email")
	if asked != "" {
		query.Del("email")
		r = r.Clone(r.Context())
		r.URL.RawQuery = query.Encode()
	}
	resp, err := p.next.RoundTrip(r)
	if err != nil || r.Method != http.MethodGet || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	var body map[string]any
	if json.Unmarshal(raw, &body) == nil {
		if data, ok := body["data"].(map[string]any); ok {
			if list, ok := data["results"].([]any); ok {
				data["results"] = p.plant(r.URL.Path, list, asked)
			}
		}
		if raw, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(string(raw))), int64(len(raw))
	resp.Header.Del("Content-Length")
	return resp, nil
}

func (p *plantedKombo) plant(path string, list []any, email string) []any {
	out := []any{}
	for _, item := range list {
		rec, ok := item.(map[string]any)
		if !ok {
			continue
		}
		who, _ := rec["candidate"].(map[string]any)
		if application, ok := rec["application"].(map[string]any); ok {
			who, _ = application["candidate"].(map[string]any)
		}
		if strings.HasSuffix(path, "/candidates") {
			who = rec
		}
		if who["id"] == p.candidate {
			for key, value := range p.fields {
				if _, has := who[key]; has {
					who[key] = value
				}
			}
			p.spread(path, rec, who)
		}
		if email == "" || strings.Contains(fmt.Sprint(who["email_addresses"]), email+"]") || strings.Contains(fmt.Sprint(who["email_addresses"]), email+" ") {
			out = append(out, rec)
		}
	}
	return out
}

// spread puts the text in every place for free text.
func (p *plantedKombo) spread(path string, rec, who map[string]any) {
	if p.text == "" {
		return
	}
	rec["custom_fields"] = map[string]any{"About": p.text, p.text: "x", "List": []any{p.text, map[string]any{"deep": p.text}}}
	rec["remote_url"] = "https://ats.example/people?q=" + p.text
	for _, key := range []string{"rejection_reason_name", "title", "company", "source"} {
		if _, has := rec[key]; has {
			rec[key] = p.text
		}
		if _, has := who[key]; has {
			who[key] = p.text
		}
	}
	who["tags"] = []any{map[string]any{"id": "t1", "name": p.text}}
	if strings.HasSuffix(path, "/applications") {
		rec["screening_question_answers"] = []any{map[string]any{"answer": map[string]any{"content": p.text}, "question": map[string]any{"title": "Who are you?", "type": "TEXT"}}}
	}
	if strings.HasSuffix(path, "/interviews") {
		rec["location"] = map[string]any{"raw": p.text}
	}
}

// newPlanted makes a masked toolbox over a sandbox with planted data.
func newPlanted(t testing.TB, redact []string, change func(*plantedKombo, *tools.Config)) (*tools.Toolbox, *plantedKombo, *sandbox.Data) {
	t.Helper()
	s := sandbox.New(sandbox.Options{Seed: 7, Applications: 60, RateLimit: -1})
	data := s.Snapshot()
	p := &plantedKombo{next: s.Transport(), candidate: data.Applications[0].CandidateID}
	cfg := tools.Config{Client: fake.KomboOver(t, s, p), Redact: redact, Secret: []byte("a secret"), Now: s.Now}
	if change != nil {
		change(p, &cfg)
	}
	box, err := tools.New(cfg)
	require.NoError(t, err)
	return box, p, data
}

// said is the whole result of a call.
func said(t testing.TB, box *tools.Toolbox, tool string, arguments map[string]any) string {
	t.Helper()
	raw, err := json.Marshal(box.Call(t.Context(), tools.Caller{Client: "guessing"}, tool, arguments))
	require.NoError(t, err)
	return string(raw)
}

// TestGuessesTellNothing asks every tool with right and wrong guesses of masked data: the
// answers must be alike but for the guess.
func TestGuessesTellNothing(t *testing.T) {
	first, last, email, phone, city := "Zenobia", "Quixworth", "zenobia.quixworth@mail.example", "+49 170 5550199", "Quixburg"
	own := map[string]any{
		"first_name": first, "last_name": last, "email_addresses": []any{map[string]any{"email_address": email, "type": "PRIVATE"}},
		"phone_numbers": []any{map[string]any{"phone_number": phone, "type": "HOME"}}, "location": map[string]any{"city": city, "country": "DE", "raw": city},
		"tags":      []any{map[string]any{"id": "t1", "name": "friend of " + first}, map[string]any{"id": "t2", "name": "call " + phone}},
		"remote_id": "zenobia-quixworth",
	}
	box, p, data := newPlanted(t, tools.Redactions, func(p *plantedKombo, _ *tools.Config) { p.fields = own })
	application := data.Applications[0]
	wrong := map[string][]string{
		first: {"Zenobio", "Zacharia"}, last: {"Quixwurth"}, email: {"zenobia.quixwurth@mail.example"},
		phone: {"+49 170 5550198", "+49 170 0000199"}, city: {"Quixdorf"}, "friend of " + first: {"friend of Anabell"}, "call " + phone: {"call +49 170 5550198"},
		"zenobia-quixworth": {"zenobio-quixworth"},
	}
	candidate := func(g string) map[string]any {
		c := map[string]any{"first_name": "Some", "last_name": "One", "email_address": "some.one@mail.example"}
		switch {
		case strings.Contains(g, "@"):
			c["email_address"] = g
		case strings.HasPrefix(g, "+"):
			c["phone_number"] = g
		default:
			c["first_name"], c["last_name"], c["company"] = first, g, g
			if g[0] == first[0] {
				c["first_name"], c["last_name"] = g, last
			}
		}
		return c
	}
	calls := map[string]func(g string) (string, map[string]any){
		"note": func(g string) (string, map[string]any) {
			return "add_application_note", map[string]any{"application_id": application.ID, "content": "Call " + g}
		},
		"link": func(g string) (string, map[string]any) {
			return "add_application_result_link", map[string]any{"application_id": application.ID, "label": g, "url": "https://x.example/?q=" + strings.ReplaceAll(g, " ", "")}
		},
		"file": func(g string) (string, map[string]any) {
			return "add_candidate_attachment", map[string]any{"candidate_id": p.candidate, "attachment": map[string]any{"type": "CV", "name": g + ".txt", "text": "x"}}
		},
		"tag": func(g string) (string, map[string]any) {
			return "add_candidate_tag", map[string]any{"candidate_id": p.candidate, "tag": map[string]any{"name": g}}
		},
		"untag": func(g string) (string, map[string]any) {
			return "remove_candidate_tag", map[string]any{"candidate_id": p.candidate, "tag": map[string]any{"name": g}, "anyway": true}
		},
		"move": func(g string) (string, map[string]any) {
			return "move_application_to_stage", map[string]any{"application_id": application.ID, "stage_id": g}
		},
		"reject": func(g string) (string, map[string]any) {
			return "reject_application", map[string]any{"application_id": application.ID, "rejection_reason_id": g, "note": g}
		},
		"create": func(g string) (string, map[string]any) {
			return "create_application", map[string]any{"job_id": application.JobID, "candidate": candidate(g), "anyway": true}
		},
		"create, warned": func(g string) (string, map[string]any) {
			return "create_candidate", map[string]any{"application": map[string]any{"job_id": application.JobID}, "candidate": candidate(g)}
		},
		"id": func(g string) (string, map[string]any) {
			return "add_application_note", map[string]any{"application_id": g, "content": "x"}
		},
		"where": func(g string) (string, map[string]any) {
			return "get_candidates", map[string]any{"where": fmt.Sprintf("tags contains %q || url contains %q || remote_id contains %q || company contains %q", g, g, g, g), "fields": []any{"id"}}
		},
		"masked column": func(g string) (string, map[string]any) {
			return "get_candidates", map[string]any{"where": fmt.Sprintf("email == %q", g)}
		},
		"remote ids": func(g string) (string, map[string]any) {
			return "get_candidates", map[string]any{"remote_ids": []any{g}}
		},
		"email": func(g string) (string, map[string]any) { return "get_candidates", map[string]any{"email": g} },
		"names": func(g string) (string, map[string]any) {
			return "get_candidates", map[string]any{"first_name": g, "last_name": g}
		},
		"answer": func(g string) (string, map[string]any) {
			return "get_applications", map[string]any{"where": fmt.Sprintf(`answer("Who are you?") contains %q`, g), "fields": []any{"id"}}
		},
		"file name": func(g string) (string, map[string]any) {
			return "get_candidate_attachments", map[string]any{"candidate_id": p.candidate, "read": g}
		},
	}
	for name, call := range calls {
		for right, others := range wrong {
			said := func(guess string) string {
				tool, arguments := call(guess)
				if !strings.HasPrefix(tool, "get_") {
					arguments["dry_run"] = true
				}
				answer := said(t, box, tool, arguments)
				for _, form := range []string{guess, strings.ReplaceAll(guess, " ", "")} {
					answer = strings.ReplaceAll(answer, form, "GUESS")
				}
				return answer
			}
			said("warm up") // some notes come with the first answer only
			a := said(right)
			for _, other := range others {
				assert.Equal(t, a, said(other), "%s: %s and %s", name, right, other)
			}
		}
	}
}

// TestMaskedValuesShowInNoSpelling puts what is masked, spelled at random, into every
// free text of a candidate's records, and reads them with every tool.
func TestMaskedValuesShowInNoSpelling(t *testing.T) {
	var planted *plantedKombo
	box, _, data := newPlanted(t, tools.Redactions, func(p *plantedKombo, c *tools.Config) { planted, c.CacheBytes = p, 1 })
	application := data.Applications[0]
	own := map[string]any{
		"first_name": "Jörg", "last_name": "Łukaszewski-Müller", "email_addresses": []any{map[string]any{"email_address": "joerg.lm@bücher.example"}},
		"phone_numbers": []any{map[string]any{"phone_number": "+49 7071 5550199"}}, "location": map[string]any{"city": "Tübingen", "street_1": "Geheimgasse 17", "zip_code": "72070", "country": "DE"},
		"social_media": []any{map[string]any{"link": "https://www.linkedin.com/in/jlmueller"}},
	}
	planted.fields = own
	values := []string{
		"Łukaszewski", "Müller", "Lukaszewski-Mueller", "joerg.lm@bücher.example", "jane.doe@other.example", "+49 7071 5550199", "07071 5550199", "+44 20 7946 0958",
		"Geheimgasse 17", "Geheimgasse, 17", "Tübingen", "Tuebingen", "linkedin.com/in/jlmueller", "github.com/jane-doe", "xing.com/profile/Jane_Doe",
	}
	for i, value := range slices.Concat(values, values) {
		planted.text = "Note: " + rapid.Custom(func(rt *rapid.T) string { return spelled(rt, value) }).Example(i) + " (end)"
		for _, call := range []struct {
			tool      string
			arguments map[string]any
		}{
			{"get_applications", map[string]any{"ids": []any{application.ID}, "fields": []any{"id", "candidate", "source", "tags", "rejection_reason", "url", `answer("Who are you?")`}}},
			{"get_applications", map[string]any{"ids": []any{application.ID}, "view": "record"}},
			{"get_candidates", map[string]any{"ids": []any{application.CandidateID}, "fields": []any{"id", "candidate", "company", "title", "source", "tags", "url", "location"}}},
			{"get_candidates", map[string]any{"ids": []any{application.CandidateID}, "view": "record"}},
		} {
			answer := said(t, box, call.tool, call.arguments)
			require.NotContains(t, answer, `"isError":true`)
			assert.NotContains(t, squeezed(answer), squeezed(value), "%s %v: %s", call.tool, call.arguments, planted.text)
		}
	}
}

// spelled writes a value in another way that a reader understands.
func spelled(t *rapid.T, s string) string {
	digits := rapid.SampledFrom([]rune{'0', '０', '٠', '०', '𝟎'}).Draw(t, "digits")
	gap := rapid.SampledFrom([]string{" ", "-", "–", "‑", "·", "_", "\u00a0", "/"}).Draw(t, "gap")
	at := rapid.SampledFrom([]string{"@", "(at)", " [at] ", "＠", "%40", " @ "}).Draw(t, "at")
	isPhone := strings.HasPrefix(s, "+") || strings.HasPrefix(s, "0")
	switch rapid.IntRange(0, 3).Draw(t, "form") {
	case 0:
		s = strings.ToUpper(s)
	case 1:
		s = norm.NFD.String(s)
	case 2:
		s = strings.NewReplacer("ü", "%C3%BC", "Ł", "%C5%81").Replace(s)
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + digits
		}
		return r
	}, strings.ReplaceAll(strings.ReplaceAll(s, " ", map[bool]string{true: gap, false: " "}[isPhone]), "@", at))
}

// squeezed is the letters and digits of a text, folded, percent-encoding decoded.
func squeezed(s string) string {
	if plain, err := url.PathUnescape(strings.ReplaceAll(s, "% ", "")); err == nil {
		s = plain
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r):
			return r
		case unicode.IsDigit(r):
			for zero := range 10 {
				if !unicode.IsDigit(r - rune(zero) - 1) {
					return '0' + rune(zero)
				}
			}
			return '0'
		}
		return -1
	}, digest.Fold(s))
}

// TestTenantsWithOneKeyShareNothing compares two tenants of one server.
func TestTenantsWithOneKeyShareNothing(t *testing.T) {
	person := regexp.MustCompile(`Person [A-Z2-7]{10}`)
	ask := func(tenant, cursor string) string {
		box, _, _ := newPlanted(t, []string{"name"}, func(_ *plantedKombo, c *tools.Config) { c.Tenant = tenant })
		arguments := map[string]any{"limit": float64(3), "fields": []any{"id", "candidate"}}
		if cursor != "" {
			arguments["cursor"] = cursor
		}
		return said(t, box, "get_candidates", arguments)
	}
	first, again, other := ask("one", ""), ask("one", ""), ask("two", "")
	assert.Equal(t, person.FindString(first), person.FindString(again), "after a restart")
	assert.NotEqual(t, person.FindString(first), person.FindString(other))
	var answer struct {
		StructuredContent struct {
			Next string `json:"next"`
		} `json:"structuredContent"`
	}
	require.NoError(t, json.Unmarshal([]byte(first), &answer))
	require.NotEmpty(t, answer.StructuredContent.Next)
	assert.NotContains(t, ask("one", answer.StructuredContent.Next), `"isError":true`)
	assert.Contains(t, ask("two", answer.StructuredContent.Next), `"isError":true`)
}
