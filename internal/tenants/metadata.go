package tenants

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// MetadataPath is the path of the metadata of a resource at the root of its host. That of any other
// resource is below it, at its [MetadataURL]; MCP clients try both.
const MetadataPath = "/.well-known/oauth-protected-resource"

// Metadata returns the protected-resource metadata of RFC 9728 as JSON, from which an MCP client learns
// where to get a token for the resource. At least one issuer is required.
func Metadata(resource string, issuers, scopes []string) ([]byte, error) {
	if _, err := parseResource(resource); err != nil {
		return nil, err
	}
	if len(issuers) == 0 {
		return nil, errors.New("the metadata must name an issuer")
	}
	for _, issuer := range issuers {
		if err := checkIssuer(issuer); err != nil {
			return nil, err
		}
	}
	return json.Marshal(struct {
		Resource string   `json:"resource"`
		Servers  []string `json:"authorization_servers"`
		Scopes   []string `json:"scopes_supported,omitempty"`
		Methods  []string `json:"bearer_methods_supported"`
		Name     string   `json:"resource_name"`
	}{resource, issuers, scopes, []string{"header"}, "kombo-mcp"})
}

// MetadataURL returns the address of the metadata of a resource: its own, with the well-known path
// inserted between host and path.
func MetadataURL(resource string) (string, error) {
	u, err := parseResource(resource)
	if err != nil {
		return "", err
	}
	address := u.Scheme + "://" + u.Host + MetadataPath + strings.TrimSuffix(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		address += "?" + u.RawQuery
	}
	return address, nil
}

func parseResource(resource string) (*url.URL, error) {
	u, err := url.Parse(resource)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("%q is not a valid address of this server; one looks like https://mcp.example.com/mcp", abbreviate(resource))
	}
	return u, nil
}

// Challenge is the WWW-Authenticate header of RFC 6750, from which a client learns how to
// authenticate. Empty fields are left out.
type Challenge struct {
	Realm string
	// Error is a code of RFC 6750; empty for a request without credentials.
	Error string
	// Description is a sentence about the error, for developers.
	Description string
	// Scopes are those required of a token.
	Scopes []string
	// Metadata is the address of the protected-resource metadata, if an issuer is configured.
	Metadata string
}

// String returns the value of the header.
func (c Challenge) String() string {
	var params []string
	for _, p := range [][2]string{
		{"realm", c.Realm}, {"error", c.Error}, {"error_description", c.Description},
		{"scope", strings.Join(c.Scopes, " ")}, {"resource_metadata", c.Metadata},
	} {
		if p[1] != "" {
			params = append(params, p[0]+`="`+quotedText(p[1])+`"`)
		}
	}
	if len(params) == 0 {
		return "Bearer"
	}
	return "Bearer " + strings.Join(params, ", ")
}

// quotedText replaces what RFC 6750 does not allow within quotes: everything but printable ASCII
// without quote and backslash.
func quotedText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '"':
			return '\''
		case r < ' ' || r > '~' || r == '\\':
			return '?'
		}
		return r
	}, s)
}

// Refuse returns the status and the WWW-Authenticate header ("" for none) of the response to a request
// whose authentication failed with err, which is nil if it has no credentials.
func (c Challenge) Refuse(err error) (status int, header string) {
	switch {
	case err == nil:
		return http.StatusUnauthorized, c.String()
	case errors.Is(err, ErrScope):
		c.Error, c.Description = "insufficient_scope", err.Error()
		return http.StatusForbidden, c.String()
	case errors.Is(err, ErrToken):
		c.Error, c.Description = "invalid_token", err.Error()
		return http.StatusUnauthorized, c.String()
	case errors.Is(err, ErrNoTenant), errors.Is(err, ErrSeveralTenants):
		// Another token from the same issuer would not help, so there is no challenge.
		return http.StatusForbidden, ""
	}
	return http.StatusServiceUnavailable, ""
}
