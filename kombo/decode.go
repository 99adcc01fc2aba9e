package kombo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
)

const (
	maxSuccessBody = 64 << 20
	maxErrorBody   = 64 << 10
	// maxKeptBody is how much of an undecodable response an Error keeps.
	maxKeptBody = 2 << 10
)

// errTruncated is the cause if a response ends before its JSON does.
var errTruncated = errors.New("the response was cut short")

// errNotKombo is the cause if a response is not one of Kombo's.
var errNotKombo = errors.New("the response is not one of Kombo's")

// envelope is the form of every successful response.
type envelope[T any] struct {
	Status   string    `json:"status"`
	Data     *T        `json:"data"`
	Warnings []Warning `json:"warnings"`
}

// anyObject is the shape of a response whose data is one record.
type anyObject struct {
	Data map[string]any `json:"data"`
}

// decodeSuccess decodes the body of a 2xx response, which must have data if
// needData is set. A value of an unexpected type deep in the data becomes the zero
// value and is logged, so that it costs one field and not the page. Errors wrap
// errTruncated or errNotKombo.
func decodeSuccess[T any](body []byte, needData bool, log *slog.Logger) (envelope[T], error) {
	var got envelope[T]
	if counted, ok := any(got.Data).(interface{ excess([]byte) error }); ok {
		if err := counted.excess(body); err != nil {
			return got, err
		}
	}
	err := json.Unmarshal(body, &got)
	data, isValidated := any(got.Data).(validated)
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		var shape any = &anyObject{}
		if isValidated {
			shape = data.shape()
		}
		if shapeErr := json.Unmarshal(body, shape); shapeErr != nil {
			if got.Status == "success" && !needData {
				// The write was done, whatever its record looks like.
				return envelope[T]{Status: got.Status}, nil
			}
			return got, fmt.Errorf("%w: %s is of the wrong type", errNotKombo, fieldName(mismatch))
		}
		got, err = decodeDroppingMismatches[T](body, mismatch, log)
		data, isValidated = any(got.Data).(validated)
	}
	switch {
	case err != nil:
		return got, undecodable(body)
	case got.Data == nil && (needData || got.Status != "success"):
		return got, fmt.Errorf("%w: it has no data", errNotKombo)
	case isValidated && !data.complete():
		return got, fmt.Errorf("%w: it has no results", errNotKombo)
	}
	return got, nil
}

func fieldName(mismatch *json.UnmarshalTypeError) string {
	if mismatch.Field == "" {
		return "the body"
	}
	return mismatch.Field
}

// undecodable returns the error for a body that is not the JSON expected. It
// distinguishes a truncated response of Kombo's from one of another server's.
func undecodable(body []byte) error {
	trimmed := bytes.TrimSpace(body)
	switch {
	case len(trimmed) == 0:
		return fmt.Errorf("%w: it is empty", errTruncated)
	case trimmed[0] == '{' && isCut(trimmed):
		return fmt.Errorf("%w: its JSON is incomplete", errTruncated)
	case trimmed[0] == '{' && !json.Valid(trimmed):
		return fmt.Errorf("%w: its JSON is not valid", errNotKombo)
	case trimmed[0] == '<':
		return fmt.Errorf("%w: it is HTML or XML", errNotKombo)
	}
	return fmt.Errorf("%w: it is not the expected JSON", errNotKombo)
}

// isCut reports whether JSON ends too early. Anything else that is wrong with it would be
// there again.
func isCut(body []byte) bool {
	var whole json.RawMessage
	err := json.NewDecoder(bytes.NewReader(body)).Decode(&whole)
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

// The lengths in bytes to which the texts of an error are cut.
const (
	maxErrorMessage = 1 << 10
	maxErrorTitle   = 200
	maxErrorLogURL  = 500
)

// clipTexts shortens what Kombo says in an error.
func (e *Error) clipTexts() {
	e.Code, e.Title = Code(clipText(string(e.Code), maxErrorTitle)), clipText(e.Title, maxErrorTitle)
	e.Message, e.LogURL = clipText(e.Message, maxErrorMessage), clipText(e.LogURL, maxErrorLogURL)
}

// clipText cuts text to n bytes, without splitting a character, and marks the cut.
func clipText(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "") + "…"
}

// decodeFailure fills e from the body of a response with an error status, and
// reports whether the body is not JSON, like that of a load balancer. It accepts
// every shape: the documented one, a message that is an object, an error that is a
// string, and anything else, which it keeps in e.Body.
func decodeFailure(body []byte, e *Error) (noJSON bool) {
	var outer struct {
		Error   json.RawMessage `json:"error"`
		Message json.RawMessage `json:"message"`
	}
	if err := json.Unmarshal(body, &outer); err != nil {
		e.Body = clip(body)
		e.Message = describeNonJSON(body)
		trimmed := bytes.TrimSpace(body)
		// What begins like JSON is a truncated response of Kombo's.
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
	e.Code = Code(jsonText(inner.Code))
	e.Title = jsonText(inner.Title)
	e.Message = jsonText(inner.Message)
	e.LogURL = jsonText(inner.LogURL)
	if e.Message == "" && e.Code == "" {
		e.Body = clip(body)
		e.Message = "the response has neither an error code nor a message"
	}
	return false
}

// jsonText returns the content of a JSON string, "" for null, and any other JSON
// in compact form.
func jsonText(raw json.RawMessage) string {
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

// describeNonJSON says what a body is that is not one of Kombo's errors.
func describeNonJSON(body []byte) string {
	trimmed := strings.TrimSpace(string(body))
	switch {
	case trimmed == "":
		return "the response is empty"
	case trimmed[0] == '{':
		return "the response was cut short"
	case trimmed[0] == '<':
		return "the response is HTML or XML, perhaps from a load balancer"
	case json.Valid(body):
		return "the response is JSON of an unexpected shape"
	}
	line, _, _ := strings.Cut(trimmed, "\n")
	return fmt.Sprintf("the response is not JSON: %.80q", line)
}

// clip cuts body to maxKeptBody bytes without splitting a character.
func clip(body []byte) string {
	if len(body) > maxKeptBody {
		body = body[:maxKeptBody]
	}
	return strings.ToValidUTF8(string(body), "")
}

// isSuccess reports whether status is a 2xx.
func isSuccess(status int) bool {
	return status >= http.StatusOK && status < http.StatusMultipleChoices
}
