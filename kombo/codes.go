package kombo

// Code is Kombo's code for an error, "" if there is none. It is an open set: Kombo
// may add codes.
type Code string

// The codes documented by Kombo, as of 2026.
const (
	CodeRateLimitExceeded        Code = "PLATFORM.RATE_LIMIT_EXCEEDED"
	CodeConcurrencyLimitExceeded Code = "PLATFORM.CONCURRENCY_LIMIT_EXCEEDED"
	CodeIntegrationNotFound      Code = "PLATFORM.INTEGRATION_NOT_FOUND"
	CodeInputInvalid             Code = "PLATFORM.INPUT_INVALID"
	CodeUnknownError             Code = "PLATFORM.UNKNOWN_ERROR"
	CodeIPNotWhitelisted         Code = "PLATFORM.IP_NOT_WHITELISTED"
	CodeAuthenticationInvalid    Code = "PLATFORM.AUTHENTICATION_INVALID"
	CodeTaskTimedOut             Code = "PLATFORM.TASK_TIMED_OUT"

	CodePermissionMissing                Code = "INTEGRATION.PERMISSION_MISSING"
	CodeIntegrationAuthenticationInvalid Code = "INTEGRATION.AUTHENTICATION_INVALID"
	CodeQAFailed                         Code = "INTEGRATION.QA_FAILED"
	CodeSetupSyncPending                 Code = "INTEGRATION.SETUP_SYNC_PENDING"
	CodeSetupIncomplete                  Code = "INTEGRATION.SETUP_INCOMPLETE"
	CodeIntegrationInactive              Code = "INTEGRATION.INACTIVE"
	CodeModelNotAvailable                Code = "INTEGRATION.MODEL_NOT_AVAILABLE"
	CodeModelDisabled                    Code = "INTEGRATION.MODEL_DISABLED"
	CodeActionNotAvailable               Code = "INTEGRATION.ACTION_NOT_AVAILABLE"
	CodeActionDisabled                   Code = "INTEGRATION.ACTION_DISABLED"

	CodeRemoteServiceUnavailable Code = "REMOTE.SERVICE_UNAVAILABLE"
	CodeRemoteRateLimitExceeded  Code = "REMOTE.RATE_LIMIT_EXCEEDED"
	CodeRemoteInputInvalid       Code = "REMOTE.INPUT_INVALID"
	CodeRemoteUnknownHTTPError   Code = "REMOTE.UNKNOWN_HTTP_ERROR"

	CodeJobClosed                Code = "ATS.JOB_CLOSED"
	CodeApplicationAlreadyExists Code = "ATS.APPLICATION_ALREADY_EXISTS"
)

// class is what a failed attempt means for the work it requested.
type class int

const (
	// final: rejected for a reason that a retry does not remove.
	final class = iota
	// refused: rejected before any work, so that every call may be retried.
	refused
	// unclear: the work may have been done.
	unclear
	// foreign: a success whose body is not Kombo's. The work was probably done,
	// and a retry would get the same response.
	foreign
)

// classOf classifies a response with an error status. The code decides; the
// status does only if there is no code or an unspecific one, because Kombo may
// change statuses without notice.
func classOf(code Code, status int, loadBalancer bool) class {
	switch code {
	case CodeRateLimitExceeded, CodeConcurrencyLimitExceeded,
		CodeRemoteRateLimitExceeded, CodeRemoteServiceUnavailable:
		return refused
	case CodeTaskTimedOut:
		return unclear
	case CodeIntegrationNotFound, CodeInputInvalid, CodeIPNotWhitelisted, CodeAuthenticationInvalid,
		CodePermissionMissing, CodeIntegrationAuthenticationInvalid,
		CodeQAFailed, CodeSetupSyncPending, CodeSetupIncomplete, CodeIntegrationInactive,
		CodeModelNotAvailable, CodeModelDisabled, CodeActionNotAvailable, CodeActionDisabled,
		CodeRemoteInputInvalid, CodeJobClosed, CodeApplicationAlreadyExists:
		return final
	}
	switch {
	case status == 429 && code == "", loadBalancer:
		return refused
	case status >= 500:
		return unclear
	}
	return final
}
