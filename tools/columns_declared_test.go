package tools

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

func TestColumnsNameOnlyColumnsThatExist(t *testing.T) {
	lists := map[listName]*resource{}
	for _, d := range everyList(t) {
		lists[listName(d.list().table.Name)] = d.list()
	}
	for _, of := range lists {
		has := func(in *resource, name, what string, c *column) {
			t.Helper()
			if assert.NotNil(t, in, "%s.%s: %s is in a list that does not exist", of.table.Name, c.Name, what) {
				assert.GreaterOrEqual(t, in.column(name), 0, "%s.%s: %s is not a column of %s", of.table.Name, c.Name, what, in.table.Name)
			}
		}
		for i := range of.columns {
			c := &of.columns[i]
			if c.join != nil && c.join.column != "" {
				has(lists[c.join.list], c.join.column, "the column joined to", c)
			}
			if c.join != nil && c.join.by != "" {
				has(of, c.join.by, "the column joined by", c)
			}
			if c.lookup == nil {
				continue
			}
			has(of, c.lookup.by, "the column looked up by", c)
			has(lists[c.lookup.list], c.lookup.match, "the column matched", c)
			for _, name := range []string{c.lookup.take, c.lookup.column} {
				if name != "" {
					has(lists[c.lookup.list], name, "the column looked up", c)
				}
			}
		}
	}
}

// TestColumnsAreMadeOfTheFieldsThatTheyDeclare blanks the declared fields of
// records, and then all others.
func TestColumnsAreMadeOfTheFieldsThatTheyDeclare(t *testing.T) {
	for _, d := range everyList(t) {
		t.Run(d.list().table.Name, d.fieldsAreDeclared)
	}
}

func (d declarations[T]) fieldsAreDeclared(t *testing.T) {
	var empty T
	places := map[string][]int{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if name := f.Tag.Get("json"); name != "" && f.IsExported() {
			places[name] = f.Index
		}
	}
	for at, c := range d.of.columns {
		if d.of.values[at] == nil {
			continue
		}
		for _, name := range c.fields {
			require.Contains(t, places, name, "%s.%s: Kombo has no such field; say with from of which fields the column is made", d.of.table.Name, c.Name)
		}
		for i := max(0, len(d.fetched)-60); i < len(d.fetched); i++ {
			without, only := clone(t, d.fetched[i]), clone(t, d.fetched[i])
			for name, place := range places {
				if slices.Contains(c.fields, name) {
					reflect.ValueOf(&without).Elem().FieldByIndex(place).SetZero()
				} else {
					reflect.ValueOf(&only).Elem().FieldByIndex(place).SetZero()
				}
			}
			require.Equal(t, d.shown(at, &empty), d.shown(at, &without), "%s.%s is made of more fields than it declares: add them to from", d.of.table.Name, c.Name)
			require.Equal(t, d.shown(at, &d.fetched[i]), d.shown(at, &only), "%s.%s is made of more fields than it declares: add them to from", d.of.table.Name, c.Name)
		}
	}
}

// TestColumnsThatDependOnTheClockDeclareIt evaluates every column at two times.
func TestColumnsThatDependOnTheClockDeclareIt(t *testing.T) {
	clocked := map[string]bool{}
	all := everyList(t)
	for _, d := range all {
		for name, differs := range d.differsOverTime() {
			clocked[d.list().table.Name+"."+name] = differs
		}
	}
	for _, d := range all {
		of := d.list()
		for i, c := range of.columns {
			name := of.table.Name + "." + c.Name
			if c.lookup != nil && c.lookup.take != "" {
				clocked[name] = clocked[string(c.lookup.list)+"."+c.lookup.take]
			}
			assert.Equal(t, clocked[name], of.columns[i].clocked, "%s: is its value another at another time? declare that with clocked or dependsOnClock", name)
		}
	}
}

func (d declarations[T]) differsOverTime() map[string]bool {
	out := map[string]bool{}
	for at, c := range d.of.columns {
		for i := range d.fetched {
			if value := d.of.values[at]; value != nil {
				out[c.Name] = out[c.Name] || value(&d.fetched[i], columnsNow) != value(&d.fetched[i], columnsNow.AddDate(0, 0, 9))
			}
		}
	}
	return out
}

// referenced are the types in which records carry records of other lists.
var referenced = map[reflect.Type]listName{
	reflect.TypeFor[kombo.ApplicationCandidate](): inCandidates,
	reflect.TypeFor[kombo.JobRef]():               inJobs,
	reflect.TypeFor[kombo.StageRef]():             inStages,
	reflect.TypeFor[kombo.ApplicationInterview](): inInterviews,
	reflect.TypeFor[kombo.ApplicationOffer]():     inOffers,
	reflect.TypeFor[kombo.TagRef]():               inTags,
	reflect.TypeFor[kombo.CandidateApplication](): inApplications,
	reflect.TypeFor[kombo.InterviewApplication](): inApplications,
	reflect.TypeFor[kombo.OfferApplication]():     inApplications,
	reflect.TypeFor[kombo.Interviewer]():          inUsers,
	reflect.TypeFor[kombo.HiringTeamMember]():     inUsers,
}

// owned are the types of records that exist only within the record that carries
// them, or whose list has them from there: the stages of a job.
var owned = map[reflect.Type][]reflect.Type{
	reflect.TypeFor[kombo.Job](): {reflect.TypeFor[kombo.StageRef](), reflect.TypeFor[kombo.ScreeningQuestion](), reflect.TypeFor[kombo.QuestionOption](), reflect.TypeFor[kombo.JobPosting]()},
}

// TestColumnsThatShowOtherRecordsDeclareTheJoin changes everything in the records
// that a record carries except their ids, and looks which columns change.
func TestColumnsThatShowOtherRecordsDeclareTheJoin(t *testing.T) {
	for _, d := range everyList(t) {
		t.Run(d.list().table.Name, d.joinsAreDeclared)
	}
}

func (d declarations[T]) joinsAreDeclared(t *testing.T) {
	changes := map[string]bool{}
	for i := range d.fetched {
		for _, list := range []listName{inApplications, inCandidates, inJobs, inInterviews, inOffers, inUsers, inTags, inStages} {
			rec := clone(t, d.fetched[i])
			d.change(t, reflect.ValueOf(&rec).Elem(), list)
			for at, c := range d.of.columns {
				if d.shown(at, &rec) == d.shown(at, &d.fetched[i]) {
					continue
				}
				changes[c.Name] = true
				require.NotNil(t, c.join, "%s.%s shows a value of %s: declare it with joined or joinedTo", d.of.table.Name, c.Name, list)
				require.Equal(t, c.join.list, list, "%s.%s shows a value of %s, but is joined to %s", d.of.table.Name, c.Name, list, c.join.list)
			}
		}
	}
	for at, c := range d.of.columns {
		if c.join == nil {
			continue
		}
		assert.True(t, changes[c.Name] || d.of.values[at] == nil || strings.HasSuffix(c.Name, "_id"), "%s.%s is declared as joined, but shows nothing of %s", d.of.table.Name, c.Name, c.join.list)
		assert.NotEqual(t, c.join.by == "", d.of.ids[at] == nil, "%s.%s: a joined column names either the column with the id or the ids", d.of.table.Name, c.Name)
	}
}

// change alters what a record carries of records of a list.
func (d declarations[T]) change(t *testing.T, v reflect.Value, list listName) {
	t.Helper()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			d.change(t, v.Elem(), list)
		}
	case reflect.Slice:
		for i := range v.Len() {
			d.change(t, v.Index(i), list)
		}
	case reflect.Struct:
		_, isRecord := v.Type().FieldByName("ID")
		isOwned := v.Type() == reflect.TypeFor[T]() || slices.Contains(owned[reflect.TypeFor[T]()], v.Type())
		carried, isReference := referenced[v.Type()]
		switch {
		case isReference && !isOwned && carried == list:
			alter(v)
			return
		case isReference && !isOwned:
			return
		}
		require.True(t, !isRecord || isOwned, "%s: whose record is it? say so in referenced or owned", v.Type())
		for field, value := range v.Fields() {
			if field.IsExported() && v.Type() != reflect.TypeFor[kombo.Time]() {
				d.change(t, value, list)
			}
		}
	default:
	}
}

// alter changes every value but ids.
func alter(v reflect.Value) {
	if at, isTime := reflect.TypeAssert[kombo.Time](v); isTime {
		if !at.IsZero() {
			v.Set(reflect.ValueOf(kombo.TimeOf(at.Add(time.Hour))))
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			alter(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			alter(v.Index(i))
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			if field.IsExported() && field.Name != "ID" {
				alter(value)
			}
		}
	case reflect.String:
		if v.String() != "" {
			v.SetString("altered " + v.String())
		}
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Bool:
		v.SetBool(!v.Bool())
	default:
	}
}

// TestJoinedColumnsShowWhatTheOtherListShows looks up the value of every joined
// column in the list that it is joined to.
func TestJoinedColumnsShowWhatTheOtherListShows(t *testing.T) {
	all := everyList(t)
	values := map[listName]map[string][]digest.Value{}
	for _, d := range all {
		values[listName(d.list().table.Name)] = d.rowsByID()
	}
	for _, d := range all {
		t.Run(d.list().table.Name, func(t *testing.T) { d.joinsHold(t, values) })
	}
}

func (d declarations[T]) rowsByID() map[string][]digest.Value {
	out := map[string][]digest.Value{}
	for i := range d.fetched {
		row := d.of.row(&d.fetched[i], columnsNow, false)
		out[row.Values[d.of.column(d.of.table.ID)].Str()] = row.Values
	}
	return out
}

func (d declarations[T]) joinsHold(t *testing.T, values map[listName]map[string][]digest.Value) {
	for at, c := range d.of.columns {
		if c.join == nil || c.join.column == "" || d.of.values[at] == nil || c.join.list == inStages {
			continue // the stages of jobs have no list of their own
		}
		there := listTools[c.join.list].of.column(c.join.column)
		held := 0
		for i := range d.fetched {
			row := d.of.row(&d.fetched[i], columnsNow, false)
			ids := row.Values[max(0, d.of.column(c.join.by))].Elements()
			if d.of.ids[at] != nil {
				ids = d.of.ids[at](&d.fetched[i])
			}
			var want []string
			for _, id := range ids {
				if other := values[c.join.list][id]; other != nil {
					want = append(want, other[there].Elements()...)
				}
			}
			if len(want) > 0 {
				held++
				require.ElementsMatch(t, want, row.Values[at].Elements(), "%s.%s of %s is not %s.%s", d.of.table.Name, c.Name, ids, c.join.list, c.join.column)
			}
		}
		assert.Positive(t, held, "%s.%s", d.of.table.Name, c.Name)
	}
}
