package kombo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// kind decides on time-outs, limits and retries.
type kind int

const (
	// read is a read of Kombo's copy.
	read kind = iota
	// readLive is a read of the ATS itself; it counts as an action.
	readLive
	// write must not happen twice.
	write
	// idempotentWrite gives the same state however often it happens.
	idempotentWrite
)

func (k kind) isRead() bool     { return k == read || k == readLive }
func (k kind) isAction() bool   { return k != read }
func (k kind) repeatable() bool { return k != write }

// operation is one endpoint. Its path has the names of ids in braces.
type operation struct {
	name   string
	method string
	path   string
	kind   kind
	// global operations send no integration header.
	global bool
	// howToCheck says how to find out whether a write was done.
	howToCheck string
}

// request is an operation ready to be sent, once or more often.
type request struct {
	operation
	url  string
	body []byte
}

// prepare fills the path with ids, in order, and encodes body unless it is nil.
func (c *Client) prepare(op operation, ids []string, query url.Values, body any) (*request, error) {
	req := &request{operation: op}
	if !op.global {
		if c.integration == "" {
			return nil, fmt.Errorf("%s: %w", op.name, ErrNoIntegration)
		}
		if strings.ContainsFunc(c.integration, invalidInHeader) {
			return nil, fmt.Errorf("%s: %w", op.name, errInvalidIntegration)
		}
	}
	path, err := expandPath(op.path, ids)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op.name, err)
	}
	req.url = c.base + path
	if len(query) > 0 {
		req.url += "?" + query.Encode()
	}
	if body != nil {
		if req.body, err = json.Marshal(body); err != nil {
			return nil, fmt.Errorf("%s: encode the request: %w", op.name, err)
		}
	}
	return req, nil
}

// expandPath replaces the {names} in a path by escaped ids.
func expandPath(template string, ids []string) (string, error) {
	path := template
	for _, id := range ids {
		before, rest, _ := strings.Cut(path, "{")
		name, after, _ := strings.Cut(rest, "}")
		// A dot segment would address another endpoint.
		if strings.TrimSpace(id) == "" || slices.Contains([]string{".", ".."}, id) {
			return "", fmt.Errorf("%s: %q is not a valid id", name, id)
		}
		path = before + escapePathElement(id) + after
	}
	return path, nil
}

// escapePathElement encodes a path element. Unlike url.PathEscape it also encodes
// colons, as Kombo requires of ids like remote:32.
func escapePathElement(element string) string {
	return strings.ReplaceAll(url.QueryEscape(element), "+", "%20")
}

// build creates the HTTP request of one attempt.
func (c *Client) build(ctx context.Context, req *request) (*http.Request, error) {
	var body io.Reader = http.NoBody
	if req.body != nil {
		body = bytes.NewReader(req.body)
	}
	r, err := http.NewRequestWithContext(ctx, req.method, req.url, body)
	if err != nil {
		// The error's text would contain the query.
		return nil, errors.New("the URL of the request is malformed; check the base URL")
	}
	r.Header.Set("Authorization", "Bearer "+c.key)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", c.userAgent)
	if req.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if !req.global {
		r.Header.Set("X-Integration-Id", c.integration)
	}
	return r, nil
}
