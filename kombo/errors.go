package kombo

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// ErrOutcomeUnknown is matched by the error of a write that may have taken
// effect. That error also wraps the cause and says how to find out. A write that
// failed with any other error was not done.
var ErrOutcomeUnknown = errors.New("outcome unknown: the write may have taken effect")

// ErrNoIntegration is returned, before anything is sent, by calls that need an
// integration id if the client has none.
var ErrNoIntegration = errors.New("no integration id is set")

// errInvalidIntegration is the cause if an integration id cannot be sent.
var errInvalidIntegration = errors.New("the integration id contains invalid characters")

// ErrRepeatedCursor ends a walk if the server returns a cursor that the walk has
// followed before.
var ErrRepeatedCursor = errors.New("the server repeated a cursor, so the list would never end")

// ErrEmptyPages ends a walk if page after page has no record that is new.
var ErrEmptyPages = errors.New("the server sent many pages without a new record, so the list might never end")

// ErrShutdown is matched by the error of a call that the context of WithShutdown
// ended.
var ErrShutdown = errors.New("the client is shutting down")

// ErrDrained is the cause of the context of WithShutdown if writes have had their
// time to end already.
var ErrDrained = errors.New("the time to end has passed")

// Error describes a failed call. It never contains the API key.
type Error struct {
	// Operation is the name of the call, such as get_jobs.
	Operation string
	// Status is the HTTP status, 0 if there was no response.
	Status int
	Code   Code
	Title  string
	// Message is Kombo's message, as JSON if it was not a string. If Kombo sent
	// none, it describes the response.
	Message string
	// LogURL is the page of Kombo's dashboard that shows the call.
	LogURL string
	// Body is the first 2 KiB of a response that could not be decoded.
	Body string
	// Attempts is the number of attempts made.
	Attempts int
	// RetryAfter is how long to wait before trying again, 0 if unknown.
	RetryAfter time.Duration
	// Err is the underlying error, such as that of a context.
	Err error
}

// Error returns what failed, why, and when to try again.
func (e *Error) Error() string {
	parts := []string{e.Operation, e.status(), e.Title, e.Message}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	var notes []string
	if e.Attempts > 1 {
		notes = append(notes, fmt.Sprintf("after %d attempts", e.Attempts))
	}
	if e.RetryAfter > 0 {
		notes = append(notes, fmt.Sprintf("try again in %s", roundUp(e.RetryAfter)))
	}
	if e.LogURL != "" {
		notes = append(notes, "log: "+e.LogURL)
	}
	text := strings.Join(parts, ": ")
	if len(notes) > 0 {
		text += " (" + strings.Join(notes, "; ") + ")"
	}
	return text
}

// status returns the HTTP status and the code, as far as there are any.
func (e *Error) status() string {
	if e.Status == 0 {
		return string(e.Code)
	}
	return strings.TrimSpace(fmt.Sprintf("HTTP %d %s", e.Status, e.Code))
}

func roundUp(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

// Unwrap returns the underlying error.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the *Error that err wraps, "" if there is none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// IsNotFound reports whether err means that a record, an integration or an
// endpoint does not exist.
func IsNotFound(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Code == CodeIntegrationNotFound || e.Status == http.StatusNotFound)
}

// IsRateLimited reports whether err means that there were too many calls, to
// Kombo or, through it, to the ATS.
func IsRateLimited(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	switch e.Code {
	case CodeRateLimitExceeded, CodeConcurrencyLimitExceeded, CodeRemoteRateLimitExceeded:
		return true
	case "":
		return e.Status == http.StatusTooManyRequests
	}
	return false
}
