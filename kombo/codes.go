package kombo

// Code is Kombo's name for an error, "" where it gave none. It is an open set.
type Code string

// The codes that Kombo documents, as of 2026.
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

// class says what a failed attempt tells about the work it asked for.
type class int

const (
	// final: refused for a reason that another attempt does not remove.
	final class = iota
	// refused: turned away before any work, so that any call may be repeated.
	refused
	// unclear: the work may have been done.
	unclear
	// foreign: success, in a body that is not Kombo's; the work was probably
	// done, and another attempt would be answered the same way.
	foreign
)

// classOf judges an answer with an error status. The code counts; the status
// only where there is no code or one that does not tell, because Kombo may
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
