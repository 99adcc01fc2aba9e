package kombo

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// ErrOutcomeUnknown marks a write that may or may not have taken effect. The
// error that carries it wraps the cause and says how to find out. A write that
// failed without it was not done.
var ErrOutcomeUnknown = errors.New("outcome unknown: the write may have taken effect")

// ErrNoIntegration is returned, before anything is sent, by a call that needs
// an integration id on a client that has none.
var ErrNoIntegration = errors.New("no integration id is set")

// ErrRepeatedCursor ends a walk whose server handed out the cursor just used.
var ErrRepeatedCursor = errors.New("the server repeated a cursor, so the list would never end")

// ErrShutdown is the cause where the context of WithShutdown ended a call.
var ErrShutdown = errors.New("the client is shutting down")

// Error is a call that failed. The API key is never part of it.
type Error struct {
	// Operation is the call, such as get_jobs.
	Operation string
	// Status is the HTTP status, 0 where there was no answer.
	Status int
	Code   Code
	Title  string
	// Message is Kombo's text, as JSON where it was not a text, or this
	// client's where there was none.
	Message string
	// LogURL is the page of Kombo's dashboard that shows the call.
	LogURL string
	// Body is the first 2 KiB of an answer that could not be read.
	Body string
	// Attempts is how often the call was tried.
	Attempts int
	// RetryAfter is how long the server wants to be left alone, 0 if it did not
	// say.
	RetryAfter time.Duration
	// Err is the failure below, such as a context's error.
	Err error
}

// Error says what failed, why, and when to try again.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString(e.Operation)
	text.WriteString(":")
	if e.Status != 0 {
		fmt.Fprintf(&text, " HTTP %d", e.Status)
	}
	if e.Code != "" {
		fmt.Fprintf(&text, " %s", e.Code)
	}
	for _, part := range []string{e.Title, e.Message} {
		if part != "" {
			fmt.Fprintf(&text, " %s", part)
		}
	}
	if e.Err != nil {
		fmt.Fprintf(&text, " %v", e.Err)
	}
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
	if len(notes) > 0 {
		fmt.Fprintf(&text, " (%s)", strings.Join(notes, "; "))
	}
	return text.String()
}

func roundUp(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

// Unwrap returns the failure below.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the *Error in err, "" if there is none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// IsNotFound tells whether err says that a record, an integration or an
// endpoint does not exist.
func IsNotFound(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Code == CodeIntegrationNotFound || e.Status == http.StatusNotFound)
}

// IsRateLimited tells whether err says that there were too many calls, to Kombo
// or, through it, to the ATS.
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
