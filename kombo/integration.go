package kombo

import (
	"context"
	"fmt"
	"net/http"
)

var (
	opCheckAPIKey = operation{
		name: "check_api_key", method: http.MethodGet, path: "/check-api-key", kind: read, global: true,
	}
	opGetIntegration = operation{
		name: "get_integration_details", method: http.MethodGet,
		path: "/integrations/{integration_id}", kind: read, global: true,
	}
)

// APIKeyInfo describes an API key.
type APIKeyInfo struct {
	EnvironmentID string `json:"environment_id"`
}

// CheckAPIKey returns the environment of the key, or an error if Kombo rejects the
// key. It needs no integration.
func (c *Client) CheckAPIKey(ctx context.Context) (APIKeyInfo, error) {
	info, _, err := call[APIKeyInfo](ctx, c, opCheckAPIKey, nil, nil, nil)
	return info, err
}

// GetIntegration returns the client's integration: its ATS, its status, and what
// can be read and written.
func (c *Client) GetIntegration(ctx context.Context) (*Integration, error) {
	if c.integration == "" {
		return nil, fmt.Errorf("%s: %w", opGetIntegration.name, ErrNoIntegration)
	}
	info, _, err := call[Integration](ctx, c, opGetIntegration, []string{c.integration}, nil, nil)
	if err != nil {
		return nil, err
	}
	return &info, nil
}
