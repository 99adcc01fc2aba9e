package tools_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// wireData are the records of all lists as Kombo's JSON has them, by tool.
type wireData map[string][]wireRecord

// wireRecord is a record, or a part of one, as Kombo's JSON has it.
type wireRecord map[string]any

func wire(t *testing.T, sb *sandbox.Sandbox) wireData {
	t.Helper()
	client, out := http.Client{Transport: sb.Transport()}, wireData{}
	for tool, list := range listPaths {
		for cursor := ""; ; {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(sb.BaseURL(), "/v1")+list.path+"?page_size=250&cursor="+cursor, http.NoBody)
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer "+sb.APIKey())
			req.Header.Set("X-Integration-Id", sb.IntegrationID())
			resp, err := client.Do(req)
			require.NoError(t, err)
			raw, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			var page struct {
				Data struct {
					Next    string
					Results []wireRecord
				}
			}
			require.NoError(t, json.Unmarshal(raw, &page), string(raw))
			out[tool] = append(out[tool], page.Data.Results...)
			if cursor = page.Data.Next; cursor == "" {
				break
			}
		}
	}
	return out
}

// text is what is at a path of keys separated by dots, "" for nothing.
func (r wireRecord) text(path string) string {
	key, rest, deeper := strings.Cut(path, ".")
	if deeper {
		inner, _ := r[key].(map[string]any)
		return wireRecord(inner).text(rest)
	}
	switch v := r[key].(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// list is the list of records at a path.
func (r wireRecord) list(path string) []wireRecord {
	key, rest, deeper := strings.Cut(path, ".")
	if deeper {
		inner, _ := r[key].(map[string]any)
		return wireRecord(inner).list(rest)
	}
	items, _ := r[key].([]any)
	out := make([]wireRecord, 0, len(items))
	for _, item := range items {
		inner, _ := item.(map[string]any)
		out = append(out, inner)
	}
	return out
}

func (r wireRecord) time(path string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, r.text(path))
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

func (r wireRecord) name(path string) string {
	return strings.TrimSpace(r.text(path+"first_name") + " " + r.text(path+"last_name"))
}

func (r wireRecord) place(path string) string {
	if parts := joined(", ", slices.Compact([]string{r.text(path + "city"), r.text(path + "state"), r.text(path + "country")})...); parts != "" {
		return parts
	}
	return r.text(path + "raw")
}

// where gives the records of a list in which the path has a value.
func (w wireData) where(tool, path, value string) []wireRecord {
	return slices.DeleteFunc(slices.Clone(w[tool]), func(r wireRecord) bool { return r.text(path) != value })
}
