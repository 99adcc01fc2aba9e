package sandbox

import (
	"maps"
	"net"
	"net/http"
	"strconv"
)

// Kombo's error codes that the sandbox returns without an injected fault.
const (
	codeKey            = "PLATFORM.AUTHENTICATION_INVALID"
	codeRate           = "PLATFORM.RATE_LIMIT_EXCEEDED"
	codeConcurrency    = "PLATFORM.CONCURRENCY_LIMIT_EXCEEDED"
	codeIntegration    = "PLATFORM.INTEGRATION_NOT_FOUND"
	codeInputInvalid   = "PLATFORM.INPUT_INVALID"
	codeActionDisabled = "INTEGRATION.ACTION_DISABLED"
	codeModelDisabled  = "INTEGRATION.MODEL_DISABLED"
	codeRemoteInput    = "REMOTE.INPUT_INVALID"
	codeJobClosed      = "ATS.JOB_CLOSED"
	codeDuplicate      = "ATS.APPLICATION_ALREADY_EXISTS"
)

var titles = map[string]string{
	codeKey:            "Authentication invalid",
	codeRate:           "Rate limit exceeded",
	codeConcurrency:    "Concurrency limit exceeded",
	codeIntegration:    "Integration not found",
	codeInputInvalid:   "Input invalid",
	codeActionDisabled: "Action disabled",
	codeModelDisabled:  "Model disabled",
	codeRemoteInput:    "The ATS refused the data",
	codeJobClosed:      "Job is closed",
	codeDuplicate:      "Candidate has already applied to this job.",
}

// reply is a response to send. With reset the connection is dropped before it, with
// cut in the middle of the body.
type reply struct {
	status     int
	header     http.Header
	body       []byte
	reset, cut bool
}

func jsonReply(status int, body []byte) reply {
	return reply{status: status, header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, body: body}
}

// with adds the headers that the reply does not have.
func (p reply) with(header http.Header) reply {
	merged := header.Clone()
	if merged == nil {
		merged = http.Header{}
	}
	maps.Copy(merged, p.header)
	p.header = merged
	return p
}

// sentStatus returns the status that the caller saw, 0 if none.
func (p reply) sentStatus() int {
	if p.reset {
		return 0
	}
	return p.status
}

func (p reply) write(w http.ResponseWriter) {
	if p.reset {
		dropConnection(w)
	}
	maps.Copy(w.Header(), p.header)
	w.Header().Set("Content-Length", strconv.Itoa(len(p.body)))
	w.WriteHeader(p.status)
	body := p.body
	if p.cut {
		body = body[:len(body)/2]
	}
	if _, err := w.Write(body); err != nil {
		return // the caller has gone away
	}
	if p.cut {
		_ = http.NewResponseController(w).Flush() // if it fails, more is cut off
		panic(http.ErrAbortHandler)
	}
}

// dropConnection closes the connection with a reset if the server supports
// hijacking, and otherwise aborts the handler.
func dropConnection(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // otherwise the connection is closed in the normal way
	}
	_ = conn.Close() // there is nobody to report an error to
	panic(http.ErrAbortHandler)
}

// refusal is an error response in Kombo's form. An empty code is sent as null.
type refusal struct {
	status        int
	code, message string
}

func refuse(status int, code, message string) *refusal {
	return &refusal{status: status, code: code, message: message}
}

func invalid(message string) *refusal {
	return refuse(http.StatusBadRequest, codeInputInvalid, message)
}

func unknownRecord(kind, id string) *refusal {
	return refuse(http.StatusNotFound, codeInputInvalid, kind+" not found: "+id)
}

func unknownIntegration(id string) *refusal {
	return refuse(http.StatusNotFound, codeIntegration, "There is no integration with the ID "+id+" in this environment.")
}

func notFound(path string) *refusal {
	return refuse(http.StatusNotFound, "", "Not found: "+path)
}

func (r *refusal) reply() reply { return jsonReply(r.status, r.json()) }

func (r *refusal) json() []byte {
	var e enc
	e.open()
	e.str("status", "error")
	e.object("error")
	e.text("code", r.code)
	e.text("title", titles[r.code])
	e.str("message", r.message)
	if r.code == "" {
		e.null("log_url")
	} else {
		e.str("log_url", "https://app.kombo.example/sandbox/logs")
	}
	e.close()
	e.close()
	return e.b
}
