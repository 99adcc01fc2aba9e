package sandbox

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kombo-mcp/kombo-mcp/internal/property"
)

// fingerprint hashes every page of every list.
func fingerprint(a *api) string {
	h := sha256.New()
	for _, op := range slices.Sorted(maps.Keys(lists)) {
		for _, row := range a.all(lists[op], "include_deleted=true") {
			_, err := fmt.Fprintln(h, row)
			require.NoError(a.t, err)
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	one := fingerprint(start(t, Options{Seed: 3}))
	assert.Equal(t, one, fingerprint(start(t, Options{Seed: 3})))
	assert.NotEqual(t, one, fingerprint(start(t, Options{Seed: 4})))
	grown := start(t, Options{Seed: 3})
	grown.s.AddApplications(5)
	again := start(t, Options{Seed: 3})
	again.s.AddApplications(5)
	assert.Equal(t, fingerprint(grown), fingerprint(again))
}

func TestEverySizeHoldsTogether(t *testing.T) {
	for _, n := range []int{10, 11, 50, 123, 600} {
		for seed := range uint64(3) {
			a := start(t, Options{Applications: n, Seed: seed + 1})
			d := a.data()
			require.Len(t, d.Applications, n)
			checkReferences(t, d)
			checkDates(t, d)
		}
	}
}

// checkReferences checks every reference in both directions.
func checkReferences(t *testing.T, d data) {
	t.Helper()
	pairs := map[string]bool{}
	for _, x := range d.Applications {
		if x.CandidateID != "" {
			require.Contains(t, d.candidate[x.CandidateID].ApplicationIDs, x.ID)
			require.False(t, pairs[x.CandidateID+x.JobID], "twice for one job")
			pairs[x.CandidateID+x.JobID] = x.JobID != ""
		}
		if x.JobID != "" {
			require.Contains(t, d.job[x.JobID].ApplicationIDs, x.ID)
		}
		if x.StageID != "" {
			require.Equal(t, x.JobID, d.stage[x.StageID].JobID)
		}
		for _, id := range x.InterviewIDs {
			require.Equal(t, x.ID, d.interview[id].ApplicationID)
		}
		if x.Outcome != "DECLINED" {
			require.Empty(t, x.Reason)
			require.Zero(t, x.Rejected)
		}
	}
}

// checkDates checks that no date is in the future or before that of a beginning.
func checkDates(t *testing.T, d data) {
	t.Helper()
	for _, x := range d.Applications {
		require.False(t, x.Changed.IsZero())
		for _, at := range []time.Time{x.Created, x.Updated, x.Changed, x.Rejected, x.Deleted} {
			require.False(t, at.After(d.Now), "%s", x.ID)
		}
		if !x.Created.IsZero() && !x.Updated.IsZero() {
			require.False(t, x.Updated.Before(x.Created))
		}
		if !x.Rejected.IsZero() && !x.Created.IsZero() {
			require.True(t, x.Rejected.After(x.Created))
		}
	}
	for _, c := range d.Candidates {
		require.False(t, c.Changed.IsZero() || c.Changed.After(d.Now), "%s", c.ID)
	}
}

func TestTheOutcomesAreThoseOfARealPipeline(t *testing.T) {
	d := start(t, Options{Applications: 4000}).data()
	count := map[string]float64{}
	for _, x := range d.Applications {
		count[x.Outcome] += 1.0 / 4000
	}
	assert.InDelta(t, 0.60, count["DECLINED"], 0.05)
	assert.InDelta(t, 0.08, count["HIRED"], 0.03)
	assert.InDelta(t, 0.30, count["PENDING"], 0.05)
	assert.InDelta(t, 0.015, count[""], 0.01)
	assert.InDelta(t, 3600, len(d.Candidates), 1)
}

func TestTheAwkwardPartsAreThere(t *testing.T) {
	a := start(t, Options{})
	missing, null := map[string]int{}, map[string]int{}
	for path, keys := range map[string][]string{
		"/ats/candidates":   {"email_addresses", "phone_numbers", "social_media", "location", "last_name", "source", "custom_fields", "confidential"},
		"/ats/applications": {"screening_question_answers", "job", "candidate", "current_stage", "outcome", "remote_id", "remote_created_at", "custom_fields"},
		"/ats/jobs":         {"visibility", "employment_type", "location"},
		"/ats/users":        {"email", "status"},
	} {
		for _, row := range a.all(path, "include_deleted=true") {
			for _, k := range keys {
				if v, ok := row[k]; !ok {
					missing[path+" "+k]++
				} else if v == nil {
					null[path+" "+k]++
				}
			}
		}
	}
	for _, want := range []string{"/ats/candidates email_addresses", "/ats/candidates phone_numbers", "/ats/candidates location", "/ats/applications screening_question_answers", "/ats/jobs visibility", "/ats/users email"} {
		assert.Positive(t, missing[want], "missing "+want)
	}
	for _, want := range []string{
		"/ats/candidates email_addresses", "/ats/candidates last_name", "/ats/candidates source", "/ats/candidates custom_fields", "/ats/candidates confidential",
		"/ats/applications job", "/ats/applications candidate", "/ats/applications current_stage", "/ats/applications outcome", "/ats/applications remote_created_at",
		"/ats/jobs location", "/ats/users email",
	} {
		assert.Positive(t, null[want], "null "+want)
	}
	names := map[string]int{}
	for _, j := range a.s.Snapshot().Jobs {
		names[j.Name]++
	}
	assert.Equal(t, 2, names[sameName])
}

func TestNewApplicationsAppearNow(t *testing.T) {
	a := start(t, Options{})
	before := len(a.data().Applications)
	a.s.AddApplications(40)
	d := a.data()
	require.Len(t, d.Applications, before+40)
	checkReferences(t, d)
	rows := a.all("/ats/applications", "updated_after="+today.Format("2006-01-02T15:04:05.000Z"))
	assert.Len(t, rows, 40)
}

func TestReadsAndWritesMayComeAllAtOnce(t *testing.T) {
	a := start(t, Options{Lag: time.Millisecond})
	j := a.openJob()
	x, _ := a.pendingApplication()
	var wg sync.WaitGroup
	call := func(method, path, body string) {
		req := a.request(method, path, nil)
		if body != "" {
			req = a.request(method, path, body)
		}
		wg.Go(func() {
			resp, err := a.http.Do(req)
			if assert.NoError(t, err) {
				_, err = io.Copy(io.Discard, resp.Body)
				assert.NoError(t, err)
				assert.NoError(t, resp.Body.Close())
				assert.Contains(t, []int{200, 429}, resp.StatusCode)
			}
		})
	}
	for i := range 20 {
		call(http.MethodGet, "/ats/applications?page_size=50", "")
		call(http.MethodGet, "/ats/candidates?page_size=50", "")
		call(http.MethodPost, "/ats/jobs/"+j.ID+"/applications", fmt.Sprintf(`{"candidate":{"first_name":"P","last_name":"%d","email_address":"p%d@example.com"}}`, i, i))
		call(http.MethodPost, "/ats/candidates/"+x.CandidateID+"/tags", fmt.Sprintf(`{"tag":{"name":"tag %d"}}`, i))
		call(http.MethodGet, "/ats/candidates/"+x.CandidateID+"/attachments", "")
		wg.Go(func() { a.s.AddApplications(1) })
		wg.Go(func() { _, _, _ = a.s.Requests(), a.s.Effects(), a.s.Snapshot() })
	}
	wg.Wait()
	checkReferences(t, a.data())
}

func TestAnyTextSurvivesTheWriterOfJSON(t *testing.T) {
	property.Check(t, property.DefaultCases, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		var e enc
		e.open()
		e.str("s", s)
		e.close()
		var got map[string]string
		require.NoError(t, json.Unmarshal(e.b, &got))
		require.Equal(t, strings.ToValidUTF8(s, "\ufffd"), got["s"])
	})
}
