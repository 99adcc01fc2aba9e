package privacy_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

// upstream answers look-ups of candidates; it has everybody but "gone".
type upstream struct {
	asked  [][]string
	broken string
}

func (u *upstream) RoundTrip(r *http.Request) (*http.Response, error) {
	ids := strings.Split(r.URL.Query().Get("ids"), ",")
	u.asked = append(u.asked, ids)
	body, status := any(nil), 200
	if u.broken != "" {
		status, body = 400, map[string]any{"status": "error", "error": map[string]any{"code": u.broken, "message": "no"}}
	} else {
		results := []map[string]any{}
		for _, id := range ids {
			if id != "gone" {
				results = append(results, map[string]any{"id": id, "first_name": "Name" + id})
			}
		}
		body = map[string]any{"status": "success", "data": map[string]any{"results": results, "next": nil}}
	}
	raw, err := json.Marshal(body)
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(raw))), Request: r}, err
}

func lookup(t *testing.T, u *upstream, now *time.Time) *privacy.Identities {
	t.Helper()
	client, err := kombo.New("key", kombo.WithIntegration("i"), kombo.WithHTTPClient(&http.Client{Transport: u}))
	require.NoError(t, err)
	return privacy.NewIdentities(client, func() time.Time { return *now })
}

func TestIdentitiesAreLookedUpOnceAndInParts(t *testing.T) {
	u, now := &upstream{}, time.Now()
	all := lookup(t, u, &now)
	ids := []string{"", "a", "a", "gone"}
	for i := range 120 {
		ids = append(ids, fmt.Sprint("x", i))
	}
	found, err := all.Of(t.Context(), ids)
	require.NoError(t, err)
	assert.Len(t, found, 121)
	assert.Len(t, u.asked, 2)
	assert.Len(t, u.asked[0], 100)

	_, err = all.Of(t.Context(), []string{"a", "x7"})
	require.NoError(t, err)
	assert.Len(t, u.asked, 2, "they are cached")
	now = now.Add(time.Hour)
	_, err = all.Of(t.Context(), []string{"a"})
	require.NoError(t, err)
	assert.Len(t, u.asked, 3, "for a time")
}

func TestWithoutCandidatesNothingIsKnown(t *testing.T) {
	now := time.Now()
	found, err := lookup(t, &upstream{broken: string(kombo.CodeModelDisabled)}, &now).Of(t.Context(), []string{"a"})
	require.NoError(t, err)
	assert.Empty(t, found)
	_, err = lookup(t, &upstream{broken: string(kombo.CodePermissionMissing)}, &now).Of(t.Context(), []string{"a"})
	assert.ErrorContains(t, err, "to be masked could not be looked up")
}
