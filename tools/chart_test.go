package tools_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// look keeps the pictures of these tests, for whoever wants to see them.
var look = flag.String("look", "", "folder to write the pictures of the chart tests to")

// pictureOf takes a result with a picture apart.
func pictureOf(t *testing.T, result *mcp.CallToolResult, name string) image.Image {
	t.Helper()
	require.False(t, result.IsError)
	require.Len(t, result.Content, 2)
	content, ok := result.Content[1].(mcp.ImageContent)
	require.True(t, ok)
	assert.Equal(t, "image/png", content.MIMEType)
	raw, err := base64.StdEncoding.DecodeString(content.Data)
	require.NoError(t, err)
	if *look != "" {
		require.NoError(t, os.WriteFile(filepath.Join(*look, name+".png"), raw, 0o600))
	}
	picture, err := png.Decode(bytes.NewReader(raw))
	require.NoError(t, err)
	assert.Equal(t, 760, picture.Bounds().Dx())
	assert.LessOrEqual(t, len(raw), 12<<10, "hosts pass it on as base64")
	require.NotNil(t, content.Annotations)
	assert.Equal(t, []mcp.Role{mcp.RoleUser}, content.Annotations.Audience)
	return picture
}

func TestAChartStandsBesideAWholeAnswer(t *testing.T) {
	rig := newListRig(t, sandbox.Options{Applications: 300})
	for name, a := range map[string]args{
		"pending": {"group_by": "stage", "where": `outcome == "PENDING"`},
		"job":     {"group_by": "Stage", "job_ids": "Backend Engineer", "measure": "days_since(updated)"},
	} {
		plain := rig.call("get_applications", a)
		a["chart"] = true
		drawn := rig.call("get_applications", a)
		pictureOf(t, drawn, name)
		assert.Equal(t, plain.Content[0], drawn.Content[0])
		want, err := json.Marshal(plain.StructuredContent)
		require.NoError(t, err)
		got, err := json.Marshal(drawn.StructuredContent)
		require.NoError(t, err)
		assert.JSONEq(t, string(want), string(got))
	}
}

func TestAChartOfSomethingElseIsRefusedWithWhatWorks(t *testing.T) {
	rig := newListRig(t, sandbox.Options{Applications: 50})
	for _, a := range []args{
		{}, {"group_by": "job"}, {"group_by": "stage,outcome"}, {"group_by": "created.month"},
		{"group_by": "stage", "limit": 0}, {"group_by": "stage", "view": "record"},
	} {
		a["chart"] = true
		assert.Contains(t, rig.refused(t, "get_applications", a), `group_by: "stage"`)
	}
	assert.Contains(t, rig.refused(t, "get_jobs", args{"chart": true}), "chart")
	none := rig.call("get_applications", args{"group_by": "stage", "chart": "true", "where": `source == "nowhere"`})
	require.False(t, none.IsError)
	assert.Len(t, none.Content, 1, "there is nothing to draw")
}

func TestNamesThatCannotBeDrawnGetANumber(t *testing.T) {
	u := &fakeUpstream{lists: map[string][]any{}}
	stages := append([]string{"Bewerbung prüfen", "Entretien téléphonique", "面接", "مقابلة", "Phỏng vấn", "Собеседование", "🦊 Offer", "Συνέντευξη", strings.Repeat("A very long name ", 8)}, hostileTexts...)
	for i, name := range stages {
		for n := range 20 - min(i, 19) {
			u.lists["get_applications"] = append(u.lists["get_applications"], kombo.Application{
				ID: fmt.Sprintf("a%d-%d", i, n), CurrentStageID: fmt.Sprintf("s%d", i), RemoteCreatedAt: kombo.TimeOf(listNow),
				CurrentStage: &kombo.ApplicationStage{ID: fmt.Sprintf("s%d", i), Name: name, Index: &i},
			})
		}
	}
	rig := u.rig(t)
	pictureOf(t, rig.call("get_applications", args{"group_by": "stage", "chart": true, "max_tokens": 16000, "where": `candidate == nil && id != "面接"`}), "scripts")
	pictureOf(t, rig.call("get_applications", args{"group_by": "stage", "chart": true, "max_tokens": 500}), "page")
}
