package sandbox

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestWritesShowUpInReadsAfterTheLag(t *testing.T) {
	now := today
	a := start(t, Options{Lag: 10 * time.Minute, Clock: func() time.Time { return now }})
	x, j := a.pendingApplication()
	free := a.openJob()
	a.ok(http.MethodPut, "/ats/applications/"+x.ID+"/stage", obj{"stage_id": j.StageIDs[1]})
	made := a.ok(http.MethodPost, "/ats/jobs/"+free.ID+"/applications", obj{"candidate": person("late@example.com")})
	a.ok(http.MethodPost, "/ats/candidates/"+x.CandidateID+"/tags", obj{"tag": obj{"name": "Late tag"}})
	a.s.AddApplications(3)
	total := len(a.data().Applications)

	now = now.Add(9 * time.Minute)
	poll := "updated_after=" + now.Format(time.RFC3339)
	assert.Equal(t, x.StageID, a.one("/ats/applications", x.ID)["current_stage_id"])
	assert.Empty(t, a.all("/ats/applications", "ids="+made["id"].(string)))
	assert.Len(t, a.all("/ats/applications", "include_deleted=true"), total-4)
	assert.Equal(t, j.StageIDs[1], a.data().application[x.ID].StageID, "the ATS itself knows at once")
	a.refused(http.MethodPost, "/ats/jobs/"+free.ID+"/applications", obj{"candidate": person("late@example.com")}, http.StatusConflict)
	assert.Len(t, a.s.Effects(), 3)

	now = now.Add(2 * time.Minute)
	moved := a.one("/ats/applications", x.ID)
	assert.Equal(t, j.StageIDs[1], moved["current_stage_id"])
	assert.Equal(t, "2026-09-15T12:00:00.001Z", moved["remote_updated_at"])
	assert.Greater(t, moved["changed_at"], "2026-09-15T12:10", "Kombo saw it later")
	assert.Len(t, a.all("/ats/applications", "include_deleted=true"), total)
	assert.Subset(t, idsOf(a.all("/ats/applications", poll)), []string{x.ID, made["id"].(string)})
	assert.Equal(t, made["candidate_id"], a.one("/ats/applications", made["id"].(string))["candidate_id"])
}

func TestASyncEndsTheLag(t *testing.T) {
	a := start(t, Options{Lag: time.Hour})
	x, j := a.pendingApplication()
	a.ok(http.MethodPut, "/ats/applications/"+x.ID+"/stage", obj{"stage_id": j.StageIDs[1]})
	assert.Equal(t, x.StageID, a.one("/ats/applications", x.ID)["current_stage_id"])
	assert.Equal(t, "DELTA", a.ok(http.MethodPost, "/force-sync", obj{"type": "DELTA"})["type"])
	assert.Equal(t, j.StageIDs[1], a.one("/ats/applications", x.ID)["current_stage_id"])
}
