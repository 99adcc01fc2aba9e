package writes

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// errMemory marks a write that was not sent because the write memory cannot be read or
// written.
var errMemory = errors.New("the write memory is unavailable")

// withoutMemory is the error of a write that was not sent because the write memory failed.
func withoutMemory(err error) error { return fmt.Errorf("%w: %w: %w", errNothingSent, errMemory, err) }

// AffectsAll reports whether a failure would meet every other write and look-up too:
// credentials, rights, the state of the integration, the write memory, or the approvals.
func AffectsAll(err error) bool {
	switch kombo.CodeOf(err) {
	case kombo.CodeAuthenticationInvalid, kombo.CodeIPNotWhitelisted, kombo.CodeIntegrationNotFound, kombo.CodePermissionMissing,
		kombo.CodeIntegrationAuthenticationInvalid, kombo.CodeActionDisabled, kombo.CodeActionNotAvailable,
		kombo.CodeSetupSyncPending, kombo.CodeSetupIncomplete, kombo.CodeIntegrationInactive, kombo.CodeQAFailed:
		return true
	}
	return errors.Is(err, errMemory) || errors.Is(err, errApprovals)
}

// whyBatchStops says why a failure ends a batch, "" if it does not: it would meet the
// other records too, and each would wait as long for it.
func whyBatchStops(err error) string {
	if AffectsAll(err) {
		return "what failed before would fail for this record too"
	}
	ke, ok := errors.AsType[*kombo.Error](err)
	switch {
	case !ok:
		return ""
	case ke.Status == 0:
		return "the write before got no answer"
	case kombo.IsRateLimited(err) || ke.Status == http.StatusServiceUnavailable:
		return "Kombo or the ATS accepts no more writes for now"
	}
	return ""
}
