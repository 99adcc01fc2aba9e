package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/fake"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

// columnsNow is the present of the tests of columns.
var columnsNow = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// declarations compares what the columns of a list declare with what they do,
// over records of the sandbox.
type declarations[T any] struct {
	of      *records[T]
	fetched []T
}

// checked is declarations of any list.
type checked interface {
	list() *resource
	masksWhatIsPersonal(*testing.T)
	fieldsAreDeclared(*testing.T)
	differsOverTime() map[string]bool
	joinsAreDeclared(*testing.T)
	rowsByID() map[string][]digest.Value
	joinsHold(t *testing.T, values map[listName]map[string][]digest.Value)
}

func (d declarations[T]) list() *resource { return &d.of.resource }

// everyList has all ten, with their records.
func everyList(t *testing.T) []checked {
	t.Helper()
	s := sandbox.New(sandbox.Options{Seed: 7, Applications: 300, Today: columnsNow, RateLimit: -1})
	c := fake.Kombo(t, s)
	ctx, all := t.Context(), kombo.ListOptions{IncludeDeleted: true}
	return []checked{
		declarationsOf(t, applications, c.AllApplications(ctx, kombo.ApplicationFilter{ListOptions: all})),
		declarationsOf(t, candidates, c.AllCandidates(ctx, kombo.CandidateFilter{ListOptions: all})),
		declarationsOf(t, jobs, c.AllJobs(ctx, kombo.JobFilter{ListOptions: all})),
		declarationsOf(t, interviews, c.AllInterviews(ctx, kombo.InterviewFilter{ListOptions: all})),
		declarationsOf(t, offers, c.AllOffers(ctx, kombo.OfferFilter{ListOptions: all})),
		declarationsOf(t, users, c.AllUsers(ctx, kombo.UserFilter{ListOptions: all})),
		declarationsOf(t, roles, c.AllRoles(ctx, kombo.RoleFilter{ListOptions: all})),
		declarationsOf(t, tags, c.AllTags(ctx, kombo.TagFilter{ListOptions: all})),
		declarationsOf(t, stages, c.AllApplicationStages(ctx, kombo.StageFilter{ListOptions: all})),
		declarationsOf(t, reasons, c.AllRejectionReasons(ctx, kombo.RejectionReasonFilter{ListOptions: all})),
	}
}

func declarationsOf[T any](t *testing.T, of *records[T], walk iter.Seq2[T, error]) checked {
	t.Helper()
	d := declarations[T]{of: of}
	for rec, err := range walk {
		require.NoError(t, err)
		d.fetched = append(d.fetched, rec)
	}
	require.NotEmpty(t, d.fetched, of.table.Name)
	r := rand.New(rand.NewPCG(7, uint64(len(of.columns)))) // #nosec G404 -- test data
	for range 30 {
		var rec T
		invent(r, reflect.ValueOf(&rec).Elem())
		d.fetched = append(d.fetched, rec)
	}
	return d
}

// invent fills most of a record with values that nothing else has, since the
// sandbox leaves some fields empty.
func invent(r *rand.Rand, v reflect.Value) {
	if _, isTime := reflect.TypeAssert[kombo.Time](v); isTime {
		v.Set(reflect.ValueOf(kombo.TimeOf(columnsNow.Add(time.Duration(r.IntN(20_000)-10_000) * time.Minute))))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		invent(r, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			invent(r, v.Index(i))
		}
	case reflect.Struct:
		for f, value := range v.Fields() {
			if f.IsExported() && (f.Name == "ID" || r.IntN(4) > 0) {
				invent(r, value)
			}
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("invented%06d", r.IntN(1_000_000)))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(r.IntN(1000)))
	case reflect.Float64:
		v.SetFloat(float64(r.IntN(90_000)))
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	default:
	}
}

func TestTheseTestsCoverEveryList(t *testing.T) {
	var names []string
	for _, d := range everyList(t) {
		names = append(names, d.list().table.Name)
	}
	lists := 0
	for _, tool := range Catalogue() {
		if tool.output == reflect.TypeFor[*digest.Answer]() {
			lists++
		}
	}
	assert.Len(t, names, lists)
}

// shown is all that a column shows of a record.
func (d declarations[T]) shown(i int, rec *T) string {
	if d.of.values[i] == nil {
		return ""
	}
	return fmt.Sprintf("%v", d.of.values[i](rec, columnsNow))
}

func TestEveryEffectShowsInOneColumn(t *testing.T) {
	for _, kind := range []writes.EffectKind{writes.EffectCreated, writes.EffectMoved, writes.EffectRejected, writes.EffectTagged} {
		var in []string
		for _, d := range everyList(t) {
			for _, c := range d.list().columns {
				if c.effect == kind {
					in = append(in, d.list().table.Name+"."+c.Name)
				}
			}
		}
		assert.Len(t, in, 1, "%s: %v", kind, in)
	}
}

// TestEveryColumnThatShowsPersonalDataDeclaresItsMask puts values of its own
// into everything that is known of a candidate and looks in which columns they
// show, with and without masks.
func TestEveryColumnThatShowsPersonalDataDeclaresItsMask(t *testing.T) {
	for _, d := range everyList(t) {
		t.Run(d.list().table.Name, d.masksWhatIsPersonal)
	}
}

func (d declarations[T]) masksWhatIsPersonal(t *testing.T) {
	everything, err := privacy.New(Redactions, []byte("a secret"))
	require.NoError(t, err)
	shows := map[string]bool{}
	for i := range d.fetched {
		rec := clone(t, d.fetched[i])
		planted := plant(t, reflect.ValueOf(&rec).Elem())
		for at, c := range d.of.columns {
			for category, values := range planted {
				if containsAny(d.shown(at, &rec), values) {
					shows[c.Name] = true
					require.Equal(t, category, c.mask, "%s.%s shows %s data of a candidate: declare it with masked", d.of.table.Name, c.Name, category)
				}
			}
		}
		if d.of.mask != nil {
			d.of.hide(nil, everything, &rec, &privacy.Identity{})
		}
		for at, c := range d.of.columns {
			for category, values := range planted {
				if d.of.mask != nil || c.mask == "" {
					require.False(t, containsAny(d.shown(at, &rec), values), "%s.%s shows %s data although it is masked", d.of.table.Name, c.Name, category)
				}
			}
		}
	}
	for _, c := range d.of.columns {
		assert.Equal(t, c.mask != "", shows[c.Name], "%s.%s declares a mask for what it does not show", d.of.table.Name, c.Name)
	}
}

func containsAny(s string, values []string) bool {
	return slices.ContainsFunc(values, func(v string) bool { return strings.Contains(s, v) })
}

// personal are the fields of a candidate, in each form in which records carry
// candidates, by the category of what they hold: "" is nothing that is masked.
var personal = map[string]privacy.Category{
	"FirstName": privacy.Name, "LastName": privacy.Name, "EmailAddresses": privacy.Contact, "PhoneNumbers": privacy.Contact, "SocialMedia": privacy.Social, "Location": privacy.Address,
	"ID": "", "RemoteID": "", "Company": "", "Title": "", "Confidential": "", "Source": "", "CustomFields": "", "RemoteURL": "", "RemoteCreatedAt": "",
	"RemoteUpdatedAt": "", "ChangedAt": "", "RemoteDeletedAt": "", "Applications": "", "Tags": "",
}

// plant replaces all personal data in a record by values that nothing else
// holds, and gives them by category.
func plant(t *testing.T, v reflect.Value) map[privacy.Category][]string {
	t.Helper()
	out := map[privacy.Category][]string{}
	visit(v, func(s reflect.Value) {
		switch s.Interface().(type) {
		case kombo.Candidate, kombo.ApplicationCandidate, kombo.CandidateRef:
		default:
			return
		}
		for f, value := range s.Fields() {
			if !f.IsExported() {
				continue
			}
			category, known := personal[f.Name]
			require.True(t, known, "%s.%s: is it personal? say so in personal", s.Type(), f.Name)
			if category == "" {
				continue
			}
			mark := func(form string) string {
				out[category] = append(out[category], fmt.Sprintf(form, len(out[category])))
				return out[category][len(out[category])-1]
			}
			switch f.Name {
			case "FirstName", "LastName":
				value.SetString(mark("Zqxna" + strings.ToLower(f.Name[:1]) + "me%dq"))
			case "EmailAddresses":
				value.Set(reflect.ValueOf([]kombo.Email{{EmailAddress: mark("zqx%d@contact.example")}}))
			case "PhoneNumbers":
				value.Set(reflect.ValueOf([]kombo.Phone{{PhoneNumber: mark("+49 170 55501%02d")}}))
			case "SocialMedia":
				value.Set(reflect.ValueOf([]kombo.SocialLink{{Link: mark("https://social.example/zqx%d"), Username: mark("zqxuser%d")}}))
			case "Location":
				value.Set(reflect.ValueOf(&kombo.Location{City: mark("Zqxcity%d"), State: mark("Zqxstate%d"), Street1: mark("Zqxstreet %d"), ZipCode: mark("98765%d"), Country: "DE"}))
			}
		}
	})
	return out
}

// visit calls f for every struct in v, v itself included.
func visit(v reflect.Value, f func(reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			visit(v.Elem(), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), f)
		}
	case reflect.Struct:
		if _, isTime := reflect.TypeAssert[kombo.Time](v); isTime {
			return
		}
		f(v)
		for field, value := range v.Fields() {
			if field.IsExported() {
				visit(value, f)
			}
		}
	default:
	}
}

// clone is a copy of a record that shares nothing with it.
func clone[T any](t *testing.T, rec T) T {
	t.Helper()
	raw, err := json.Marshal(rec)
	require.NoError(t, err)
	var out T
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

func TestLookupsOfJobsThatAreNotAllCachedAreTruncated(t *testing.T) {
	for _, truncated := range []bool{false, true} {
		d := &listDeps{directories: newDirectories(nil, time.Now, nil)}
		_, err := d.directories.jobRecords.Get(t.Context(), time.Now(), func(context.Context) (jobList, error) {
			return jobList{records: []kombo.Job{{ID: "j1"}}, truncated: truncated}, nil
		})
		require.NoError(t, err)
		for _, look := range []func(context.Context, *listDeps, *lookups) (bool, error){lookUpInJobs, lookUpInStages} {
			complete, err := look(t.Context(), d, &lookups{})
			require.NoError(t, err)
			assert.Equal(t, !truncated, complete)
		}
	}
}
