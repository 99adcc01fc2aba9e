package tools_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// listPaths are the paths of the ten lists with the type of their records.
var listPaths = map[string]struct {
	path   string
	record reflect.Type
}{
	"get_applications":       {"/v1/ats/applications", reflect.TypeFor[kombo.Application]()},
	"get_candidates":         {"/v1/ats/candidates", reflect.TypeFor[kombo.Candidate]()},
	"get_jobs":               {"/v1/ats/jobs", reflect.TypeFor[kombo.Job]()},
	"get_interviews":         {"/v1/ats/interviews", reflect.TypeFor[kombo.Interview]()},
	"get_offers":             {"/v1/ats/offers", reflect.TypeFor[kombo.Offer]()},
	"get_users":              {"/v1/ats/users", reflect.TypeFor[kombo.User]()},
	"get_roles":              {"/v1/ats/roles", reflect.TypeFor[kombo.Role]()},
	"get_tags":               {"/v1/ats/tags", reflect.TypeFor[kombo.Tag]()},
	"get_application_stages": {"/v1/ats/application-stages", reflect.TypeFor[kombo.Stage]()},
	"get_rejection_reasons":  {"/v1/ats/rejection-reasons", reflect.TypeFor[kombo.RejectionReason]()},
}

// fakeUpstream is a Kombo that serves the records it is given, in pages, and
// knows no filters.
type fakeUpstream struct {
	lists map[string][]any // by tool
	size  int              // of a page; 0 means all that is asked for
	// keep makes pages only once.
	keep  bool
	pages map[string]string
	// other answers every other path; nil gives 404.
	other func(*http.Request) any
	calls []*http.Request
}

// RoundTrip implements http.RoundTripper.
func (u *fakeUpstream) RoundTrip(r *http.Request) (*http.Response, error) {
	u.calls = append(u.calls, r)
	for tool, at := range listPaths {
		if r.URL.Path == at.path {
			return u.answer(r, tool)
		}
	}
	if u.other != nil {
		if v := u.other(r); v != nil {
			return reply(r, http.StatusOK, v)
		}
	}
	return reply(r, http.StatusNotFound, args{"status": "error", "error": args{"code": nil, "message": "Not found"}})
}

func (u *fakeUpstream) answer(r *http.Request, tool string) (*http.Response, error) {
	at := tool + r.URL.Query().Get("cursor")
	if body, ok := u.pages[at]; ok {
		return replyRaw(r, http.StatusOK, body), nil
	}
	raw, err := json.Marshal(u.page(r, u.lists[tool]))
	if err == nil && u.keep {
		if u.pages == nil {
			u.pages = map[string]string{}
		}
		u.pages[at] = string(raw)
	}
	return replyRaw(r, http.StatusOK, string(raw)), err
}

func (u *fakeUpstream) page(r *http.Request, records []any) any {
	size, err := strconv.Atoi(r.URL.Query().Get("page_size"))
	if err != nil || u.size > 0 {
		size = max(1, u.size)
	}
	from := 0
	if c := r.URL.Query().Get("cursor"); c != "" {
		from, _ = strconv.Atoi(strings.TrimPrefix(c, "from-"))
	}
	end := min(from+size, len(records))
	data := args{"next": nil, "results": append([]any{}, records[from:end]...)}
	if end < len(records) {
		data["next"] = "from-" + strconv.Itoa(end)
	}
	return args{"status": "success", "data": data}
}

func reply(r *http.Request, status int, body any) (*http.Response, error) {
	raw, err := json.Marshal(body)
	return replyRaw(r, status, string(raw)), err
}

func replyRaw(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body)),
		Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}
}

// rig puts a toolbox before the upstream.
func (u *fakeUpstream) rig(t failer, changes ...func(*tools.Config)) *listRig {
	t.Helper()
	return newListRigBefore(t, u, "https://kombo.invalid/v1", "a-key", "fake:1", changes...)
}

// filler makes random records of any of Kombo's types.
type filler struct {
	r     *rand.Rand
	texts []string
	most  int // elements of a list
}

// records makes n records of a list with ids of their own.
func (f *filler) records(tool string, n int) []any {
	out := make([]any, n)
	for i := range out {
		v := reflect.New(listPaths[tool].record).Elem()
		f.fill(v, "")
		v.FieldByName("ID").SetString(fmt.Sprintf("%s-%05d", strings.TrimPrefix(tool, "get_"), i))
		out[i] = v.Interface()
	}
	return out
}

// enums are values that the columns of closed sets hold; others hold anything.
var enums = map[string][]string{
	"Outcome": {"PENDING", "HIRED", "DECLINED", ""}, "Status": {"OPEN", "CLOSED", "ACTIVE", "INACTIVE", "SENT", "On Hold", ""}, "Scope": {"SYSTEM", "JOB"}, "Category": {""},
	"JobID": {"jobs-00001", "jobs-00002", ""}, "CandidateID": {"candidates-00001", ""},
}

func (f *filler) fill(v reflect.Value, name string) {
	if f.r.IntN(6) == 0 {
		return
	}
	if _, ok := reflect.TypeAssert[kombo.Time](v); ok {
		at := listNow.Add(time.Duration(f.r.IntN(2_000_000)-1_900_000) * time.Minute)
		v.Set(reflect.ValueOf(kombo.TimeOf(at)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		values := f.texts
		if known, ok := enums[name]; ok {
			values = known
		}
		v.SetString(values[f.r.IntN(len(values))])
	case reflect.Bool:
		v.SetBool(f.r.IntN(2) == 0)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.r.IntN(9)))
	case reflect.Float64:
		v.SetFloat(float64(f.r.IntN(90_000)))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), name)
	case reflect.Slice:
		n := f.r.IntN(f.most + 1)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			f.fill(v.Index(i), name)
		}
	case reflect.Map:
		fields := map[string]any{}
		for range f.r.IntN(4) {
			fields[f.texts[f.r.IntN(len(f.texts))]] = []any{f.texts[f.r.IntN(len(f.texts))], f.r.IntN(99), nil, true}[f.r.IntN(4)]
		}
		v.Set(reflect.ValueOf(fields))
	case reflect.Interface:
		v.Set(reflect.ValueOf(f.texts[f.r.IntN(len(f.texts))]))
	case reflect.Struct:
		for field, value := range v.Fields() {
			if field.IsExported() {
				f.fill(value, field.Name)
			}
		}
	}
}
