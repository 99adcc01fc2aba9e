//go:build !race

package bench

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/cvtext"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// baselines count what an agent would read through two servers that pass the API's
// lists on, a page of 100 records a call.
//
// The naive one hands out the API's answers as they are. The compact one makes
// a line of each record, with the columns that this project's lists show by
// default, and gives one whole record, without what is empty, for its id. Both
// take every filter of the API, and the agent uses them as well as it can: it
// filters by job, stage, outcome, name and dates, reads a list once, and a
// whole record only where its line lacks what the question needs. Neither
// counts or filters beyond the API, so the agent has to read every page.
type baselines struct {
	t              testing.TB
	s              *sandbox.Sandbox
	naive, compact cost
	// pages and records keep what was read, so that nothing is counted twice
	// for two questions.
	pages map[string][]passed
	whole map[string]int
}

func newBaselines(t testing.TB, s *sandbox.Sandbox) *baselines {
	return &baselines{t: t, s: s, pages: map[string][]passed{}, whole: map[string]int{}}
}

// passed is a page as both servers pass it on.
type passed struct {
	raw, lines int // tokens
	records    []json.RawMessage
}

// readers are those of the two servers whose agent makes a request.
type readers struct {
	*baselines
	byNaive, byCompact bool
}

func (r *baselines) both() readers { return readers{r, true, true} }
func (r *baselines) raw() readers  { return readers{r, true, false} }
func (r *baselines) lean() readers { return readers{r, false, true} }

// listing is one of the API's lists.
type listing[T any] struct {
	path string
	// header and line are what the compact server makes of it.
	header []string
	line   func(T) []string
}

// read reads all pages of a list.
func read[T any](r readers, l listing[T], filters url.Values) []T {
	r.t.Helper()
	key := l.path + "?" + filters.Encode()
	pages, known := r.pages[key]
	if !known {
		pages = fetchPages(r.baselines, l, filters)
		r.pages[key] = pages
	}
	var out []T
	for _, p := range pages {
		if r.byNaive {
			r.naive.add(cost{1, p.raw})
		}
		if r.byCompact {
			r.compact.add(cost{1, p.lines})
		}
		for _, raw := range p.records {
			out = append(out, decode[T](r.t, raw))
		}
	}
	return out
}

func decode[T any](t testing.TB, raw json.RawMessage) T {
	t.Helper()
	var out T
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

func fetchPages[T any](r *baselines, l listing[T], filters url.Values) []passed {
	r.t.Helper()
	var out []passed
	query := url.Values{"page_size": {"100"}}
	maps.Copy(query, filters)
	for {
		body := r.get("/ats/" + l.path + "?" + query.Encode())
		var page struct {
			Data struct {
				Next    string            `json:"next"`
				Results []json.RawMessage `json:"results"`
			} `json:"data"`
		}
		require.NoError(r.t, json.Unmarshal(body, &page))
		lines := [][]string{l.header}
		for _, raw := range page.Data.Results {
			lines = append(lines, l.line(decode[T](r.t, raw)))
		}
		if page.Data.Next != "" {
			lines = append(lines, []string{"next", page.Data.Next})
		}
		out = append(out, passed{digest.CountTokens(string(body)), digest.CountTokens(join(lines)), page.Data.Results})
		if page.Data.Next == "" {
			return out
		}
		query.Set("cursor", page.Data.Next)
	}
}

func join(lines [][]string) string {
	var b strings.Builder
	for _, cells := range lines {
		b.WriteString(strings.Join(cells, "\t") + "\n")
	}
	return b.String()
}

// detail reads one whole record.
func detail[T any](r readers, l listing[T], id string) {
	r.t.Helper()
	tokens, known := r.whole[id]
	if !known {
		var page struct {
			Data struct {
				Results []any `json:"results"`
			} `json:"data"`
		}
		require.NoError(r.t, json.Unmarshal(r.get("/ats/"+l.path+"?ids="+id), &page))
		require.Len(r.t, page.Data.Results, 1)
		text, err := json.Marshal(prune(page.Data.Results[0]))
		require.NoError(r.t, err)
		tokens = digest.CountTokens(string(text))
		r.whole[id] = tokens
	}
	if r.byCompact {
		r.compact.add(cost{1, tokens})
	}
}

// prune leaves out what is null or empty.
func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if v[k] = prune(e); v[k] == nil {
				delete(v, k)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = prune(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	}
	return v
}

// get asks the API.
func (r *baselines) get(path string) []byte {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.s.BaseURL()+path, http.NoBody)
	require.NoError(r.t, err)
	req.Header.Set("Authorization", "Bearer "+r.s.APIKey())
	req.Header.Set("X-Integration-Id", r.s.IntegrationID())
	resp, err := r.s.Transport().RoundTrip(req)
	require.NoError(r.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(r.t, err)
	require.Equal(r.t, http.StatusOK, resp.StatusCode, "%s: %s", path, body)
	return body
}

// job finds a job by its name and gives the id; whole is for what its line does
// not show: team, stages, questions.
func (r *baselines) job(name string, whole bool) string {
	r.t.Helper()
	j := r.jobNamed(r.both(), name)
	if whole {
		detail(r.lean(), jobs, j.ID)
	}
	return j.ID
}

func (r *baselines) jobNamed(by readers, name string) kombo.Job {
	r.t.Helper()
	found := read(by, jobs, url.Values{"name_contains": {name}})
	i := slices.IndexFunc(found, func(j kombo.Job) bool { return j.Name == name })
	require.GreaterOrEqual(r.t, i, 0, name)
	return found[i]
}

// stage is the id of a stage of a job that was read before.
func (r *baselines) stage(job, name string) string {
	r.t.Helper()
	for _, s := range r.jobNamed(readers{baselines: r}, job).Stages {
		if s.Name == name {
			return s.ID
		}
	}
	r.t.Fatalf("%s has no stage %s", job, name)
	return ""
}

// person is the filter by a full name: all but the last word are first names.
func person(name string) url.Values {
	at := strings.LastIndex(name, " ")
	return url.Values{"first_name": {name[:at]}, "last_name": {name[at+1:]}}
}

// document reads the list of someone's files and then the CV. Neither server
// gives its text. The host's own way to open an address is taken to cost the
// plain text and no more, although a PDF would come as base64, at twice that.
func (r *baselines) document(candidateID string) {
	r.t.Helper()
	body := r.get("/ats/candidates/" + candidateID + "/attachments")
	var list struct {
		Data struct {
			Results []kombo.Attachment `json:"results"`
		} `json:"data"`
	}
	require.NoError(r.t, json.Unmarshal(body, &list))
	lines := [][]string{{"id", "type", "name", "content_type", "created", "data_url"}}
	for _, f := range list.Data.Results {
		lines = append(lines, []string{f.ID, string(f.Type), f.FileName, f.ContentType, onDay(f.RemoteCreatedAt), f.DataURL})
	}
	i := slices.IndexFunc(list.Data.Results, func(f kombo.Attachment) bool { return f.Type == kombo.AttachmentCV })
	require.GreaterOrEqual(r.t, i, 0)
	cv := list.Data.Results[i]
	data, contentType, err := fetch(r.t.Context(), r.s, cv.DataURL)
	require.NoError(r.t, err)
	reader := cvtext.New()
	defer reader.Close()
	doc, err := reader.Text(r.t.Context(), data, cv.FileName, contentType)
	require.NoError(r.t, err)
	text := doc.Text
	r.naive.add(cost{2, digest.CountTokens(string(body)) + digest.CountTokens(text)})
	r.compact.add(cost{2, digest.CountTokens(join(lines)) + digest.CountTokens(text)})
}
