package serve

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

const (
	// questionTimeout is how long a person has to answer a question. It is less than
	// the validity of the confirmation that the answer gives.
	questionTimeout = 9 * time.Minute
	// maxQuestions is how many questions one call may ask. A second one follows if
	// what was asked about changed in the meantime.
	maxQuestions = 3
)

// asker puts the questions of tool calls to clients of the protocol versions in which
// the server sends them as requests of its own, before 2026-07-28. The library does
// that too, but without a time limit, and it turns a client that cannot answer into a
// protocol error.
type asker struct {
	wait askWait
	// unable has the sessions whose client announced that it can ask, and could not.
	unable unableSessions
}

// askWait bounds how long the server waits for a client that it asks something.
type askWait struct {
	timeout time.Duration
	// bind returns a context that ends with the session of the request; nil if a session
	// cannot end before its requests.
	bind func(context.Context) (context.Context, func())
}

// within returns the context in which to ask, and what releases it.
func (w askWait) within(ctx context.Context) (context.Context, func()) {
	release := func() {}
	if w.bind != nil {
		ctx, release = w.bind(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	return ctx, func() { cancel(); release() }
}

// unableSessions remembers, by session id, the clients that cannot ask.
type unableSessions interface {
	isUnable(id string) bool
	setUnable(id string)
}

// onlySession is the one session of a server on stdio.
type onlySession struct{ unable atomic.Bool }

func (s *onlySession) isUnable(string) bool { return s.unable.Load() }
func (s *onlySession) setUnable(string)     { s.unable.Store(true) }

// stdioAsker returns the asker of a server with one client.
func stdioAsker() *asker {
	return &asker{wait: askWait{timeout: questionTimeout}, unable: &onlySession{}}
}

type askedKey struct{}

// middleware asks, and then calls the tool again with the answer. It must be outside of
// the queue, so that a call does not keep its place while a person thinks.
func (a *asker) middleware(next server.ToolHandlerFunc) server.ToolHandlerFunc {
	return func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if isModern(ctx) {
			return next(ctx, r)
		}
		id := sessionID(ctx)
		if a.unable.isUnable(id) {
			ctx = context.WithValue(ctx, askedKey{}, tools.AskFailed)
		}
		// These clients do not answer with a second request: what looks like an
		// answer is not one to a question of ours.
		r.Params.InputResponses, r.Params.RequestState = nil, ""
		result, err := next(ctx, r)
		for range maxQuestions {
			key, question := questionOf(result)
			if err != nil || question == nil {
				return result, err
			}
			answer, asked := a.ask(ctx, *question)
			if asked == tools.AskFailed {
				a.unable.setUnable(id)
			}
			again, with := r, context.WithValue(ctx, askedKey{}, asked)
			again.Params.RequestState = result.RequestState
			if answer != nil {
				again.Params.InputResponses = mcp.InputResponses{key: mcp.NewElicitationInputResponse(*answer)}
			}
			result, err = next(with, again)
		}
		if _, question := questionOf(result); question != nil {
			return mcp.NewToolResultError("Nothing was sent: what was to be confirmed changed each time while the question was open. Send the call again."), nil
		}
		return result, err
	}
}

// questionOf returns the one question that a result consists of, nil if it is not one.
func questionOf(result *mcp.CallToolResult) (key string, question *mcp.ElicitationParams) {
	if result == nil || !result.NeedsInput() || len(result.InputRequests) != 1 {
		return "", nil
	}
	for key, request := range result.InputRequests {
		return key, request.Elicitation
	}
	return "", nil
}

// ask puts a question to the client. The answer is nil unless it is a valid one; then
// asked says why there is none.
func (a *asker) ask(ctx context.Context, question mcp.ElicitationParams) (answer *mcp.ElicitationResult, asked tools.Asked) {
	ctx, release := a.wait.within(ctx)
	defer release()
	answer, err := server.ServerFromContext(ctx).RequestElicitation(ctx, mcp.ElicitationRequest{
		Request: mcp.Request{Method: string(mcp.MethodElicitationCreate)}, Params: question,
	})
	switch {
	case ctx.Err() != nil:
		// A yes that arrives at the same moment does not count.
		return nil, tools.AskUnanswered
	case err != nil && isClientError(err):
		return nil, tools.AskFailed
	case err != nil || answer == nil:
		return nil, tools.AskUnanswered
	}
	switch answer.Action {
	case mcp.ElicitationResponseActionAccept, mcp.ElicitationResponseActionDecline, mcp.ElicitationResponseActionCancel:
		return answer, ""
	}
	return nil, tools.AskFailed
}

// clientErrors are the beginnings of the library's errors for a client that answered
// with an error or with something malformed. It has no types for them. All others, such
// as a failed write, count as a question that may have been shown.
var clientErrors = []string{
	"elicitation request failed: ", string(mcp.MethodElicitationCreate) + " error ", "failed to unmarshal elicitation response",
	"failed to parse error", "sampling response has neither result nor error",
	server.ErrElicitationNotSupported.Error(), server.ErrNoActiveSession.Error(),
}

func isClientError(err error) bool {
	for _, beginning := range clientErrors {
		if strings.HasPrefix(err.Error(), beginning) {
			return true
		}
	}
	return false
}

// isModern reports whether the request is of the protocol versions in which a client
// answers a question with a second request.
func isModern(ctx context.Context) bool {
	return mcp.IsModernProtocol(server.RequestProtocolVersion(ctx))
}

func sessionID(ctx context.Context) string {
	if s := server.ClientSessionFromContext(ctx); s != nil {
		return s.SessionID()
	}
	return ""
}

// canAsk reports whether a client declared that it can show a form. A client that
// declares no mode at all can: forms are older than the modes.
func canAsk(able mcp.ClientCapabilities) bool {
	e := able.Elicitation
	return e != nil && (e.Form != nil || e.URL == nil)
}
