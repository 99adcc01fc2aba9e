package tools

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/kombo-mcp/kombo-mcp/kombo"
)

func TestAnErrorNamesItsCauseAndTheCure(t *testing.T) {
	for _, tt := range []struct {
		err        error
		says, omit string
	}{
		{&kombo.Error{Operation: "get_jobs", Err: fmt.Errorf("get: %w", x509.UnknownAuthorityError{})}, "SSL_CERT_FILE", "Try again"},
		{&kombo.Error{Operation: "get_jobs", Err: http.ErrServerClosed}, "Try again in a minute", "SSL_CERT_FILE"},
		{&kombo.Error{Operation: "get_jobs", Status: http.StatusNotFound, Message: "nothing here"}, "KOMBO_BASE_URL, which ends in /v1", ""},
		{&kombo.Error{Operation: "get_jobs", Status: http.StatusNotFound, Code: kombo.CodeIntegrationNotFound}, "KOMBO_INTEGRATION_ID", "/v1"},
	} {
		says := Explain(tt.err)
		assert.Contains(t, says, tt.says)
		if tt.omit != "" {
			assert.NotContains(t, says, tt.omit)
		}
	}
}
