package tools

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

func TestAFilterIsReadFromItsField(t *testing.T) {
	filters, err := filtersOf(reflect.TypeFor[applicationArgs](), &applications.resource)
	require.NoError(t, err)
	var params []string
	for _, f := range filters {
		params = append(params, f.param)
	}
	assert.Equal(t, []string{"job_ids", "current_stage_ids", "outcomes", "job_remote_ids", "remote_created_after"}, params)
	assert.Equal(t, relationExact, filters[2].relation)
	assert.Equal(t, kombo.Outcome("").Values(), filters[2].closed)
	assert.Equal(t, inStages, filters[1].names)
	assert.Equal(t, relationSince, filters[4].relation)
}

func TestAFilterThatIsDeclaredWronglyIsNamed(t *testing.T) {
	for want, typ := range map[string]reflect.Type{
		`applications has no column "outcom"`: reflect.TypeFor[struct {
			A []string `json:"a" filter:"exact=outcom"`
		}](),
		`"equals=outcome" in the tag filter has no meaning`: reflect.TypeFor[struct {
			A []string `json:"a" filter:"equals=outcome"`
		}](),
		`"names=offers" in the tag filter has no meaning`: reflect.TypeFor[struct {
			A []string `json:"a" filter:"exact=outcome,names=offers"`
		}](),
		"department is looked up, so Kombo cannot filter by it": reflect.TypeFor[struct {
			A []string `json:"a" filter:"exact=department"`
		}](),
	} {
		_, err := filtersOf(typ, &applications.resource)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "A: ")
	}
}

func TestAFilterNeedsAParameterAndAFieldOfKombos(t *testing.T) {
	type scoped struct {
		kombo.ListOptions
		Scopes []kombo.RoleScope `query:"scopes"`
	}
	type unscoped struct{ kombo.ListOptions }
	filters := []*filter{{param: "scopes"}}
	targets, err := filterTargets(reflect.TypeFor[scoped](), filters)
	require.NoError(t, err)
	assert.Equal(t, map[string][]int{"scopes": {1}}, targets)
	_, err = filterTargets(reflect.TypeFor[scoped](), nil)
	require.ErrorContains(t, err, "filters by scopes, for which there is no parameter")
	_, err = filterTargets(reflect.TypeFor[unscoped](), filters)
	require.ErrorContains(t, err, `no field with the tag query:"scopes"`)
}

// TestWhatWhereMayPushDown holds which conditions are sent as which filters.
func TestWhatWhereMayPushDown(t *testing.T) {
	jobIDs := func(wanted []string) []string {
		if wanted[0] == "Nobody" {
			return nil
		}
		return []string{"j1", "j2"}
	}
	for where, want := range map[string][]string{
		`outcome == "pending"`:                        {"outcomes=PENDING"},
		`outcome in ["PENDING", "HIRED"]`:             {"outcomes=HIRED,PENDING"},
		`outcome != "PENDING"`:                        nil,
		`outcome == "PENDING" || stage == "x"`:        nil,
		`job == "Baker"`:                              {"job_ids=j1,j2"},
		`job == "Nobody"`:                             nil,
		`job contains "Baker"`:                        nil,
		`job_id == "j3"`:                              {"job_ids=j3"},
		`stage == "Interview"`:                        nil,
		`stage_id == "s1"`:                            {"current_stage_ids=s1"},
		`created >= date("2026-10-01")`:               {"remote_created_after=2026-10-01"},
		`created < date("2026-10-01")`:                nil,
		`id in ["a", "b"]`:                            {"ids=a,b"},
		`id == "a,b"`:                                 nil,
		`changed > date("2026-10-01")`:                {"updated_after=2026-09-30T23:59:59.999Z"},
		`rejection_reason == "x" && outcome == "Odd"`: nil,
	} {
		plan, err := digest.Compile(&applications.table, digest.Query{Where: where, Now: columnsNow})
		if err != nil {
			require.ErrorContains(t, err, "outcome is never", where)
			continue
		}
		filters, err := filtersOf(reflect.TypeFor[applicationArgs](), &applications.resource)
		require.NoError(t, err)
		push := pushDown(&applications.resource, givenIn(filters, reflect.ValueOf(applicationArgs{})), kombo.ListOptions{}, plan.Conditions(), columnsNow.Location(), jobIDs)
		var got []string
		for _, s := range push.loose {
			got = append(got, s.key)
		}
		assert.Equal(t, want, got, where)
		assert.Empty(t, push.fixed, where)
	}
}
