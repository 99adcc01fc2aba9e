package kombo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
)

const (
	maxSuccessBody = 64 << 20
	maxErrorBody   = 64 << 10
	// keptBody is how much of an unreadable answer an Error keeps.
	keptBody = 2 << 10
)

// errCut is the cause where an answer ended before its JSON did.
var errCut = errors.New("the answer was cut short")

// errForeign is the cause where an answer is not one of Kombo's.
var errForeign = errors.New("the answer is not one of Kombo's")

// envelope is what every success is wrapped in.
type envelope[T any] struct {
	Status   string    `json:"status"`
	Data     *T        `json:"data"`
	Warnings []Warning `json:"warnings"`
}

// anyObject is the shape of an answer whose data is one record.
type anyObject struct {
	Data map[string]any `json:"data"`
}

// decodeSuccess reads the body of a 2xx answer, which must have data if
// needData. A value of an unexpected type deep in the data is left zero and
// reported to log, so that it costs one field and not the page. Errors wrap
// errCut or errForeign.
func decodeSuccess[T any](body []byte, needData bool, log *slog.Logger) (envelope[T], error) {
	var got envelope[T]
	err := json.Unmarshal(body, &got)
	form, isChecked := any(got.Data).(checked)
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		var shape any = &anyObject{}
		if isChecked {
			shape = form.shape()
		}
		if shapeErr := json.Unmarshal(body, shape); shapeErr != nil {
			if got.Status == "success" && !needData {
				// A write was done, whatever its record looks like.
				return envelope[T]{Status: got.Status}, nil
			}
			return got, fmt.Errorf("%w: %s is of another type", errForeign, fieldName(mismatch))
		}
		got, err = decodeWithout[T](body, mismatch, log)
		form, isChecked = any(got.Data).(checked)
	}
	switch {
	case err != nil:
		return got, unreadable(body)
	case got.Data == nil && (needData || got.Status != "success"):
		return got, fmt.Errorf("%w: it has no data", errForeign)
	case isChecked && !form.complete():
		return got, fmt.Errorf("%w: it has no results", errForeign)
	}
	return got, nil
}

func fieldName(mismatch *json.UnmarshalTypeError) string {
	if mismatch.Field == "" {
		return "the whole"
	}
	return mismatch.Field
}

// unreadable tells an answer of Kombo that was cut from something else.
func unreadable(body []byte) error {
	trimmed := bytes.TrimSpace(body)
	switch {
	case len(trimmed) == 0:
		return fmt.Errorf("%w: it is empty", errCut)
	case trimmed[0] == '{' && !json.Valid(trimmed):
		return fmt.Errorf("%w: its JSON does not end", errCut)
	case trimmed[0] == '<':
		return fmt.Errorf("%w: it is HTML or XML", errForeign)
	}
	return fmt.Errorf("%w: it is not the JSON expected", errForeign)
}

// decodeFailure fills e from the body of an answer with an error status, and
// tells whether the body has no JSON, as a load balancer's has. It takes every
// shape: the documented one, a message that is an object, an error that is a
// text, and, kept in e.Body, anything else.
func decodeFailure(body []byte, e *Error) (noJSON bool) {
	var outer struct {
		Error   json.RawMessage `json:"error"`
		Message json.RawMessage `json:"message"`
	}
	if err := json.Unmarshal(body, &outer); err != nil {
		e.Body = clip(body)
		e.Message = describe(body)
		trimmed := bytes.TrimSpace(body)
		// A cut answer of Kombo's is not a load balancer's.
		return !json.Valid(body) && (len(trimmed) == 0 || trimmed[0] != '{')
	}
	var inner struct {
		Code    json.RawMessage `json:"code"`
		Title   json.RawMessage `json:"title"`
		Message json.RawMessage `json:"message"`
		LogURL  json.RawMessage `json:"log_url"`
	}
	if err := json.Unmarshal(outer.Error, &inner); err != nil {
		inner.Message = outer.Error
	}
	if len(inner.Message) == 0 {
		inner.Message = outer.Message
	}
	e.Code = Code(textOf(inner.Code))
	e.Title = textOf(inner.Title)
	e.Message = textOf(inner.Message)
	e.LogURL = textOf(inner.LogURL)
	if e.Message == "" && e.Code == "" {
		e.Body = clip(body)
		e.Message = "the answer says nothing that Kombo's errors say"
	}
	return false
}

// textOf returns a JSON text's content, "" for null, and other JSON as it is.
func textOf(raw json.RawMessage) string {
	var text *string
	if len(raw) == 0 {
		return ""
	}
	if err := json.Unmarshal(raw, &text); err == nil {
		if text == nil {
			return ""
		}
		return *text
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return ""
	}
	return clip(compact.Bytes())
}

func describe(body []byte) string {
	trimmed := strings.TrimSpace(string(body))
	switch {
	case trimmed == "":
		return "the answer is empty"
	case trimmed[0] == '{':
		return "the answer was cut short"
	case trimmed[0] == '<':
		return "the answer is HTML or XML, perhaps a load balancer's"
	case json.Valid(body):
		return "the answer is JSON of another shape"
	}
	line, _, _ := strings.Cut(trimmed, "\n")
	return fmt.Sprintf("the answer is not JSON: %.80q", line)
}

// clip cuts to keptBody, at a whole character.
func clip(body []byte) string {
	if len(body) > keptBody {
		body = body[:keptBody]
	}
	return strings.ToValidUTF8(string(body), "")
}

// isSuccess tells whether the status promises a result.
func isSuccess(status int) bool {
	return status >= http.StatusOK && status < http.StatusMultipleChoices
}
