package sandbox

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestACursorBelongsToItsListAndFilters(t *testing.T) {
	a := start(t, Options{})
	next := a.ok(http.MethodGet, "/ats/applications?page_size=5&outcomes=DECLINED", nil)["next"].(string)
	for name, path := range map[string]string{
		"another filter":  "/ats/applications?page_size=5&outcomes=HIRED&cursor=" + next,
		"one filter more": "/ats/applications?page_size=5&outcomes=DECLINED&include_deleted=true&cursor=" + next,
		"no filter":       "/ats/applications?page_size=5&cursor=" + next,
		"another list":    "/ats/candidates?page_size=5&cursor=" + next,
		"a changed one":   "/ats/applications?page_size=5&outcomes=DECLINED&cursor=Z" + next[1:],
	} {
		t.Run(name, func(t *testing.T) {
			code, message := a.in(t).refused(http.MethodGet, path, nil, http.StatusBadRequest)
			assert.Equal(t, codeInputInvalid, code)
			assert.Contains(t, message, "cursor")
		})
	}
	t.Run("the same filters spelt out", func(t *testing.T) {
		a.in(t).ok(http.MethodGet, "/ats/applications?include_deleted=false&outcomes=DECLINED&page_size=7&ignore_unsupported_filters=false&cursor="+next, nil)
	})
}

func TestAWalkSeesEachRecordOnceWhileOthersComeAndGo(t *testing.T) {
	a := start(t, Options{})
	before := idsOf(a.all("/ats/applications", ""))
	var walked []string
	cursor := ""
	for page := 0; ; page++ {
		data := a.ok(http.MethodGet, "/ats/applications?page_size=50"+cursor, nil)
		for _, r := range data["results"].([]any) {
			walked = append(walked, r.(obj)["id"].(string))
		}
		next, more := data["next"].(string)
		if !more {
			break
		}
		if page == 2 {
			a.s.AddApplications(20)
		}
		cursor = "&cursor=" + next
	}
	require.Len(t, walked, len(before)+20)
	assert.Equal(t, before, walked[:len(before)])
}

func TestTheRateLimitCountsDownAndRefusesUntilItsWindowEnds(t *testing.T) {
	now := today
	a := start(t, Options{RateLimit: 3, Clock: func() time.Time { return now }})
	for i := range 3 {
		status, header, _ := a.send(a.request(http.MethodGet, "/check-api-key", nil))
		assert.Equal(t, http.StatusOK, status)
		assert.Equal(t, "3", header.Get("ratelimit-limit"))
		assert.Equal(t, []string{"2", "1", "0"}[i], header.Get("ratelimit-remaining"))
		assert.Equal(t, "60", header.Get("ratelimit-reset"))
	}
	now = now.Add(21500 * time.Millisecond)
	status, header, body := a.send(a.request(http.MethodGet, "/check-api-key", nil))
	assert.Equal(t, http.StatusTooManyRequests, status)
	assert.Equal(t, "39", header.Get("ratelimit-reset"))
	assert.Contains(t, string(body), codeRate)
	now = now.Add(39 * time.Second)
	status, _, _ = a.send(a.request(http.MethodGet, "/check-api-key", nil))
	assert.Equal(t, http.StatusOK, status)
}

func TestTheDefaultRateLimitIs300(t *testing.T) {
	s := New(Options{})
	a := &api{t: t, s: s, http: &http.Client{Transport: s.Transport()}}
	_, header, _ := a.send(a.request(http.MethodGet, "/check-api-key", nil))
	assert.Equal(t, "299", header.Get("ratelimit-remaining"))
}

func TestActionsCarryTheConcurrencyAndReadsDoNot(t *testing.T) {
	a := start(t, Options{})
	x, _ := a.pendingApplication()
	_, header, _ := a.send(a.request(http.MethodGet, "/ats/applications/"+x.ID+"/attachments", nil))
	assert.Equal(t, "30", header.Get("Concurrency-Limit"))
	assert.Equal(t, "29", header.Get("Concurrency-Remaining"))
	_, header, _ = a.send(a.request(http.MethodGet, "/ats/applications", nil))
	assert.Empty(t, header.Get("Concurrency-Limit"))
}
