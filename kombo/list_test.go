package kombo

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func cursorsOf(t *testing.T, u *upstream) (cursors []string) {
	t.Helper()
	for _, request := range u.requests() {
		parsed, err := url.Parse(request.uri)
		require.NoError(t, err)
		assert.Equal(t, "250", parsed.Query().Get("page_size"))
		assert.Equal(t, "OPEN,DRAFT", parsed.Query().Get("statuses"), "filters go with every cursor")
		assert.Equal(t, "true", parsed.Query().Get("include_deleted"))
		cursors = append(cursors, parsed.Query().Get("cursor"))
	}
	return cursors
}

var walkFilter = JobFilter{ListOptions: ListOptions{IncludeDeleted: true}, Statuses: []JobStatus{JobOpen, JobDraft}}

func TestAWalkFollowsCursorsToTheLastPage(t *testing.T) {
	u := script(t, answer{status: 200, body: page("n1", "a", "b")}, answer{status: 200, body: page("n2")}, answer{status: 200, body: page("", "c")})
	var ids []string
	for job, err := range u.client(t).AllJobs(t.Context(), walkFilter) {
		require.NoError(t, err)
		ids = append(ids, job.ID)
	}
	assert.Equal(t, []string{"a", "b", "c"}, ids)
	assert.Equal(t, []string{"", "n1", "n2"}, cursorsOf(t, u))
}

func TestAWalkStartsAtTheCursorGivenAndNamesEachPages(t *testing.T) {
	u := script(t, answer{status: 200, body: page("n2", "b")}, answer{status: 200, body: page("", "c")})
	filter := walkFilter
	filter.Cursor = "n1"
	var cursors, nexts []string
	for page, err := range u.client(t).JobPages(t.Context(), filter) {
		require.NoError(t, err)
		cursors, nexts = append(cursors, page.Cursor), append(nexts, page.Next)
	}
	assert.Equal(t, []string{"n1", "n2"}, cursors)
	assert.Equal(t, []string{"n2", ""}, nexts)
	assert.Equal(t, []string{"n1", "n2"}, cursorsOf(t, u))
	assert.Equal(t, "n1", filter.Cursor, "the caller's filter is left alone")
}

func TestAWalkCanBeMadeTwice(t *testing.T) {
	u := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Query().Get("cursor") == "" {
			answer{status: 200, body: page("n1", "a")}.write(w)
			return
		}
		answer{status: 200, body: page("", "b")}.write(w)
	})
	all := u.client(t).AllJobs(t.Context(), walkFilter)
	for range 2 {
		var ids []string
		for job, err := range all {
			require.NoError(t, err)
			ids = append(ids, job.ID)
		}
		assert.Equal(t, []string{"a", "b"}, ids)
	}
}

func TestAWalkThatStopsEarlyFetchesNoMore(t *testing.T) {
	u := script(t, answer{status: 200, body: page("n1", "a", "b")})
	for job, err := range u.client(t).AllJobs(t.Context(), walkFilter) {
		require.NoError(t, err)
		assert.Equal(t, "a", job.ID)
		break
	}
	assert.Len(t, u.requests(), 1)
}

func TestAWalkEndsWithTheErrorOfAPage(t *testing.T) {
	u := script(t, answer{status: 200, body: page("n1", "a")}, answer{status: 401, body: failed("PLATFORM.AUTHENTICATION_INVALID", "no")})
	var ids []string
	var last error
	for job, err := range u.client(t).AllJobs(t.Context(), walkFilter) {
		if last = err; err == nil {
			ids = append(ids, job.ID)
		}
	}
	assert.Equal(t, []string{"a"}, ids)
	assert.Equal(t, CodeAuthenticationInvalid, CodeOf(last))
}

func TestAWalkRefusesACursorThatRepeats(t *testing.T) {
	u := script(t, answer{status: 200, body: page("n1", "a")}, answer{status: 200, body: page("n1", "b")})
	ids, last := walkedIDs(t, u)
	require.ErrorIs(t, last, ErrRepeatedCursor)
	assert.Equal(t, []string{"a", "b"}, ids)
	assert.Len(t, u.requests(), 2)

	u = script(t, answer{status: 200, body: page("n1", "a")}, answer{status: 200, body: page("n2", "b")}, answer{status: 200, body: page("n1", "c")})
	ids, last = walkedIDs(t, u)
	require.ErrorIs(t, last, ErrRepeatedCursor, "two in turn")
	assert.Equal(t, []string{"a", "b", "c"}, ids)
}

// walkedIDs gives the ids of a walk, and how it ended.
func walkedIDs(t *testing.T, u *upstream) (ids []string, last error) {
	t.Helper()
	for job, err := range u.client(t).AllJobs(t.Context(), walkFilter) {
		if last = err; err == nil {
			ids = append(ids, job.ID)
		}
	}
	return ids, last
}

func TestAWalkGivesARecordOnTwoPagesOnce(t *testing.T) {
	u := script(t, answer{status: 200, body: page("n1", "a", "b")}, answer{status: 200, body: page("n2", "b", "c")}, answer{status: 200, body: page("", "c", "a", "d")})
	ids, err := walkedIDs(t, u)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b", "c", "d"}, ids)
}

func TestAWalkEndsAtPagesWithoutANewRecord(t *testing.T) {
	for name, ids := range map[string][]string{"empty": nil, "the same": {"a"}} {
		u := serve(t, func(w http.ResponseWriter, _ *http.Request, n int) {
			answer{status: 200, body: page(fmt.Sprint("n", n), ids...)}.write(w)
		})
		_, err := walkedIDs(t, u)
		require.ErrorIs(t, err, ErrEmptyPages, name)
		assert.LessOrEqual(t, len(u.requests()), maxEmptyPages+1, name)
	}
}

func TestAPageOfMoreRecordsThanAskedForIsRefused(t *testing.T) {
	for _, record := range []string{"null", "{}"} {
		u := script(t, answer{status: 200, body: `{"status":"success","data":{"next":null,"results":[` + strings.Repeat(record+",", 1_000_000) + record + `]}}`})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := walkedIDs(t, u)
		runtime.ReadMemStats(&after)
		require.ErrorContains(t, err, "the page has more than 5000 records")
		assert.Len(t, u.requests(), 1, "it is not asked for again")
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(100<<20))
	}
}

func TestWhatWouldBeThereAgainIsNotAskedForAgain(t *testing.T) {
	for name, body := range map[string]string{
		"NaN":            `{"status":"success","data":{"next":null,"results":[{"id":NaN}]}}`,
		"text after it":  page("", "a") + "x",
		"nested deeply":  `{"status":"success","data":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`,
		"another letter": `{"status":"success",data:1}`,
	} {
		u := script(t, answer{status: 200, body: body})
		_, err := walkedIDs(t, u)
		require.Error(t, err, name)
		assert.NotContains(t, err.Error(), "cut short", name)
		assert.Len(t, u.requests(), 1, name)
	}
}

func TestTheTextsOfAnErrorAreClipped(t *testing.T) {
	long := strings.Repeat("x", 20_000)
	u := script(t, answer{status: 400, body: `{"status":"error","error":{"code":"` + long + `","title":"` + long + `","message":"` + long + `","log_url":"` + long + `"}}`})
	_, err := walkedIDs(t, u)
	assert.Less(t, len(err.Error()), 2100)
}

func TestAWaitThatOverflowsIsLong(t *testing.T) {
	for name, value := range map[string]string{"Retry-After-Ms": "9223372036854775807", "Retry-After": "99999999999999999999999"} {
		assert.Equal(t, longestWait, serverWait(&Error{}, http.Header{name: {value}}, time.Now()), name)
	}
}

func TestEveryListCanBeWalked(t *testing.T) {
	u := script(t, answer{status: 200, body: page("", "a")})
	c, ctx := u.client(t), t.Context()
	walks := map[string]func() (string, error){
		"applications": func() (string, error) {
			return only(c.AllApplications(ctx, ApplicationFilter{})).id(func(r Application) string { return r.ID })
		},
		"candidates": func() (string, error) {
			return only(c.AllCandidates(ctx, CandidateFilter{})).id(func(r Candidate) string { return r.ID })
		},
		"interviews": func() (string, error) {
			return only(c.AllInterviews(ctx, InterviewFilter{})).id(func(r Interview) string { return r.ID })
		},
		"users": func() (string, error) {
			return only(c.AllUsers(ctx, UserFilter{})).id(func(r User) string { return r.ID })
		},
		"roles": func() (string, error) {
			return only(c.AllRoles(ctx, RoleFilter{})).id(func(r Role) string { return r.ID })
		},
		"offers": func() (string, error) {
			return only(c.AllOffers(ctx, OfferFilter{})).id(func(r Offer) string { return r.ID })
		},
		"tags": func() (string, error) {
			return only(c.AllTags(ctx, TagFilter{})).id(func(r Tag) string { return r.ID })
		},
		"stages": func() (string, error) {
			return only(c.AllApplicationStages(ctx, StageFilter{})).id(func(r Stage) string { return r.ID })
		},
		"reasons": func() (string, error) {
			return only(c.AllRejectionReasons(ctx, RejectionReasonFilter{})).id(func(r RejectionReason) string { return r.ID })
		},
	}
	for name, walk := range walks {
		id, err := walk()
		require.NoError(t, err, name)
		assert.Equal(t, "a", id, name)
	}
}

type walked[T any] struct {
	records []T
	err     error
}

func only[T any](all func(func(T, error) bool)) walked[T] {
	var w walked[T]
	for record, err := range all {
		if w.err = err; err != nil {
			break
		}
		w.records = append(w.records, record)
	}
	return w
}

func (w walked[T]) id(of func(T) string) (string, error) {
	if w.err != nil || len(w.records) != 1 {
		return "", w.err
	}
	return of(w.records[0]), nil
}

func TestBadParametersAreRefusedBeforeSending(t *testing.T) {
	u := script(t, answer{status: 200, body: page("")})
	c := u.client(t)
	jobs := func(filter JobFilter) func() error {
		return func() error { _, err := c.GetJobs(t.Context(), filter); return err }
	}
	move := func(id string) func() error {
		return func() error {
			_, err := c.MoveApplicationToStage(t.Context(), id, MoveApplicationToStageInput{StageID: "s"})
			return err
		}
	}
	late := "2026-10-01T10:00:00+02:00"
	tests := map[string]struct {
		call func() error
		says string
	}{
		"an offset in a date":       {jobs(JobFilter{ListOptions: ListOptions{UpdatedAfter: late}}), "2026-10-01T08:00:00.000Z"},
		"an offset in another date": {jobs(JobFilter{RemoteCreatedAfter: late}), "remote_created_after"},
		"a page that is too large":  {jobs(JobFilter{ListOptions: ListOptions{PageSize: 251}}), "from 1 to 250"},
		"a negative page size":      {jobs(JobFilter{ListOptions: ListOptions{PageSize: -1}}), "from 1 to 250"},
		"a blank id":                {jobs(JobFilter{ListOptions: ListOptions{IDs: []string{"a", " "}}}), "blank or contains a comma"},
		"an id with a comma":        {jobs(JobFilter{ListOptions: ListOptions{RemoteIDs: []string{"a,b"}}}), "blank or contains a comma"},
		"no id in the path":         {move(""), "application_id"},
		"a dot segment in the path": {move(".."), "is not a valid id"},
		"an offset in tracked_at": {func() error {
			_, _, err := c.ImportTrackedApplication(t.Context(), ImportTrackedApplicationInput{TrackedAt: &late})
			return err
		}, "tracked_at"},
		"an offset in a consent": {func() error {
			_, _, err := c.CreateCandidate(t.Context(), CreateCandidateInput{GDPRConsent: &GDPRConsentInput{ExpiresAt: late}})
			return err
		}, "gdpr_consent.expires_at"},
		"an offset in availability": {func() error {
			_, _, err := c.CreateApplication(t.Context(), "j", CreateApplicationInput{Candidate: CandidateInput{AvailabilityDate: late}})
			return err
		}, "availability_date"},
		"a value that JSON lacks": {func() error {
			_, _, err := c.CreateApplication(t.Context(), "j", CreateApplicationInput{ScreeningQuestionAnswers: []ScreeningAnswerInput{{"q", make(chan int)}}})
			return err
		}, "encode the request"},
		"no integration":              {func() error { _, err := c.ForIntegration("").GetTags(t.Context(), TagFilter{}); return err }, ErrNoIntegration.Error()},
		"no integration to ask about": {func() error { _, err := c.ForIntegration("").GetIntegration(t.Context()); return err }, ErrNoIntegration.Error()},
		"an integration with a line feed": {func() error { _, err := c.ForIntegration("a\nb").GetTags(t.Context(), TagFilter{}); return err },
			"contains invalid characters"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, test.call(), test.says)
		})
	}
	assert.Empty(t, u.requests())
}

func TestTwoIntegrationsOfOneClientAreKeptApart(t *testing.T) {
	u := script(t, answer{status: 200, body: page("")})
	c := u.client(t)
	other := c.ForIntegration("lever:other")
	for _, client := range []*Client{c, other} {
		_, err := client.GetTags(context.Background(), TagFilter{})
		require.NoError(t, err)
	}
	assert.Equal(t, testIntegration, u.requests()[0].header.Get("X-Integration-Id"))
	assert.Equal(t, "lever:other", u.requests()[1].header.Get("X-Integration-Id"))
	assert.Equal(t, "lever:other", other.Integration())
	assert.NotSame(t, c.limits.of(c.integration), c.limits.of(other.integration))
	assert.Same(t, c.limits, other.limits)
}
