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

// kind decides time-outs, limits and what may be repeated.
type kind int

const (
	// read comes from Kombo's copy.
	read kind = iota
	// readLive works against the ATS, and counts as an action.
	readLive
	// write must not happen twice.
	write
	// writeSame leaves the same state however often it happens.
	writeSame
)

func (k kind) isRead() bool     { return k == read || k == readLive }
func (k kind) isAction() bool   { return k != read }
func (k kind) repeatable() bool { return k != write }

// operation is one endpoint. Its path is a template.
type operation struct {
	name   string
	method string
	path   string
	kind   kind
	// global operations name no integration in a header.
	global bool
	// check tells how to find out whether a write was done.
	check string
}

// request is an operation with everything filled in, ready to be sent more than
// once.
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
		if strings.ContainsFunc(c.integration, notInHeader) {
			return nil, fmt.Errorf("%s: the integration id has characters that no id has", op.name)
		}
	}
	path, err := fill(op.path, ids)
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

// fill puts ids, escaped, in place of the {names} of a path template.
func fill(template string, ids []string) (string, error) {
	path := template
	for _, id := range ids {
		before, rest, _ := strings.Cut(path, "{")
		name, after, _ := strings.Cut(rest, "}")
		// A dot segment would address another endpoint.
		if strings.TrimSpace(id) == "" || slices.Contains([]string{".", ".."}, id) {
			return "", fmt.Errorf("%s %q is not an id", name, id)
		}
		path = before + escape(id) + after
	}
	return path, nil
}

// escape encodes a path element. Unlike url.PathEscape it also encodes a colon,
// which Kombo wants of remote:32.
func escape(element string) string {
	return strings.ReplaceAll(url.QueryEscape(element), "+", "%20")
}

// build makes the HTTP request for one attempt.
func (c *Client) build(ctx context.Context, req *request) (*http.Request, error) {
	var body io.Reader = http.NoBody
	if req.body != nil {
		body = bytes.NewReader(req.body)
	}
	r, err := http.NewRequestWithContext(ctx, req.method, req.url, body)
	if err != nil {
		// The error's text would have the query in it.
		return nil, errors.New("the address of the request is malformed")
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
