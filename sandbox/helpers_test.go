package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// today is a Tuesday.
var today = time.Date(2026, 9, 15, 12, 0, 0, 0, time.UTC)

// api is a client of a sandbox, without a socket.
type api struct {
	t    *testing.T
	s    *Sandbox
	http *http.Client
}

func start(t *testing.T, o Options) *api {
	t.Helper()
	if o.Today.IsZero() && o.Clock == nil {
		o.Today = today
	}
	if o.Seed == 0 {
		o.Seed = 7
	}
	if o.RateLimit == 0 {
		o.RateLimit = -1
	}
	s := New(o)
	return &api{t: t, s: s, http: &http.Client{Transport: s.Transport()}}
}

// in returns an api that reports failures to a subtest.
func (a *api) in(t *testing.T) *api { return &api{t: t, s: a.s, http: a.http} }

func (a *api) request(method, path string, body any) *http.Request {
	a.t.Helper()
	var r io.Reader
	if body != nil {
		raw, ok := body.(string)
		if !ok {
			data, err := json.Marshal(body)
			require.NoError(a.t, err)
			raw = string(data)
		}
		r = bytes.NewReader([]byte(raw))
	}
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.s.BaseURL()+path, r)
	require.NoError(a.t, err)
	req.Header.Set("Authorization", "Bearer "+a.s.APIKey())
	req.Header.Set("X-Integration-Id", a.s.IntegrationID())
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

// send returns status, headers and body.
func (a *api) send(req *http.Request) (int, http.Header, []byte) {
	a.t.Helper()
	resp, err := a.http.Do(req)
	require.NoError(a.t, err)
	defer func() { require.NoError(a.t, resp.Body.Close()) }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(a.t, err)
	return resp.StatusCode, resp.Header, body
}

type obj = map[string]any

func decode(t *testing.T, body []byte) obj {
	t.Helper()
	var v obj
	require.NoError(t, json.Unmarshal(body, &v), "%s", body)
	return v
}

// ok makes a call that must succeed, and returns its data.
func (a *api) ok(method, path string, body any) obj {
	a.t.Helper()
	return a.whole(method, path, body)["data"].(obj)
}

// whole makes a call that must succeed, and returns the whole response.
func (a *api) whole(method, path string, body any) obj {
	a.t.Helper()
	status, _, raw := a.send(a.request(method, path, body))
	require.Equal(a.t, http.StatusOK, status, "%s %s: %s", method, path, raw)
	return decode(a.t, raw)
}

// refused makes a call that must fail, and returns code and message.
func (a *api) refused(method, path string, body any, status int) (string, string) {
	a.t.Helper()
	got, _, raw := a.send(a.request(method, path, body))
	require.Equal(a.t, status, got, "%s %s: %s", method, path, raw)
	v := decode(a.t, raw)
	require.Equal(a.t, "error", v["status"])
	e := v["error"].(obj)
	for _, k := range []string{"code", "title", "message", "log_url"} {
		require.Contains(a.t, e, k)
	}
	code, _ := e["code"].(string)
	return code, e["message"].(string)
}

// all returns all records of a list.
func (a *api) all(path, query string) []obj {
	a.t.Helper()
	var out []obj
	cursor := ""
	for {
		data := a.ok(http.MethodGet, path+"?page_size=250&"+query+cursor, nil)
		for _, r := range data["results"].([]any) {
			out = append(out, r.(obj))
		}
		next, more := data["next"].(string)
		if !more {
			return out
		}
		cursor = "&cursor=" + next
	}
}

func (a *api) one(path, id string) obj {
	a.t.Helper()
	rows := a.all(path, "include_deleted=true&ids="+id)
	require.Len(a.t, rows, 1)
	return rows[0]
}

func idsOf(rows []obj) []string {
	out := []string{}
	for _, r := range rows {
		out = append(out, r["id"].(string))
	}
	return out
}

// data is a snapshot with maps of its records by id.
type data struct {
	*Data
	candidate   map[string]Candidate
	application map[string]Application
	job         map[string]Job
	stage       map[string]Stage
	interview   map[string]Interview
	offer       map[string]Offer
}

func (a *api) data() data {
	d := data{a.s.Snapshot(), map[string]Candidate{}, map[string]Application{}, map[string]Job{}, map[string]Stage{}, map[string]Interview{}, map[string]Offer{}}
	for _, c := range d.Candidates {
		d.candidate[c.ID] = c
	}
	for _, x := range d.Applications {
		d.application[x.ID] = x
	}
	for _, j := range d.Jobs {
		d.job[j.ID] = j
	}
	for _, s := range d.Stages {
		d.stage[s.ID] = s
	}
	for _, i := range d.Interviews {
		d.interview[i.ID] = i
	}
	for _, o := range d.Offers {
		d.offer[o.ID] = o
	}
	return d
}

// alive reports whether a record is not deleted.
func (r Record) alive() bool { return r.Deleted.IsZero() }

// pendingApplication returns an undecided application for an open job that is at its
// first stage, and not deleted.
func (a *api) pendingApplication() (Application, Job) {
	a.t.Helper()
	d := a.data()
	for _, x := range d.Applications {
		j := d.job[x.JobID]
		if x.alive() && x.Outcome == "PENDING" && j.Status == "OPEN" && x.CandidateID != "" && x.StageID != "" && x.StageID == j.StageIDs[0] && d.candidate[x.CandidateID].alive() {
			return x, j
		}
	}
	require.Fail(a.t, "no pending application")
	return Application{}, Job{}
}

func person(email string) obj {
	return obj{"first_name": "Nora", "last_name": "Neu", "email_address": email}
}

// openJob returns an open job without screening questions.
func (a *api) openJob() Job {
	a.t.Helper()
	for _, j := range a.s.Snapshot().Jobs {
		if j.Status == "OPEN" && len(j.Questions) == 0 && j.alive() {
			return j
		}
	}
	require.Fail(a.t, "no open job without questions")
	return Job{}
}
