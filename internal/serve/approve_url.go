package serve

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

const (
	// approveURLKey names the request to open the page in the protocol versions in
	// which a result carries it.
	approveURLKey = "approval_page"
	// approveURLTimeout is how long a client may take to say that the page was opened.
	// The answer does not depend on it.
	approveURLTimeout = 30 * time.Second
	// maxSentTo bounds the memory of who was sent to the page. If it is full, it begins
	// anew, and somebody may be sent there twice.
	maxSentTo = 1000

	approveURLMessage = "A change in your recruiting system waits for approval. Open this page, sign in as an approver, read what would be sent, and decide."
)

// pageOpener sends people to the page of approvers when a write waits, if the client
// can open pages. That only saves them the way: the page is the same for everybody and
// has its own sign-in, and that it was opened decides nothing.
type pageOpener struct {
	wait askWait

	mu sync.Mutex
	// sent has the waits for which somebody was sent there: an agent asks again and again.
	sent map[[sha256.Size]byte]bool
}

// middleware must be outside of the queue, so that a call does not keep its place while
// the client asks.
func (o *pageOpener) middleware(next server.ToolHandlerFunc) server.ToolHandlerFunc {
	return func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		_, asked := r.Params.InputResponses[approveURLKey]
		result, err := next(ctx, r)
		if err != nil || asked || !tools.Waits(result) {
			return result, err
		}
		page := approveURLFor(ctx)
		if page == "" || !o.isFirst(ctx, result) {
			return result, nil
		}
		if isModern(ctx) {
			return openPage(page), nil
		}
		ctx, release := o.wait.within(ctx)
		defer release()
		// Whatever the client answers, the write waits.
		_, _ = server.ServerFromContext(ctx).RequestURLElicitation(ctx, server.ClientSessionFromContext(ctx), rand.Text(), page, approveURLMessage)
		return result, nil
	}
}

// approveURLFor returns the page to which the client of a request can send people, ""
// for none.
func approveURLFor(ctx context.Context) string {
	tenant := originOf(ctx).Tenant
	if tenant == nil || server.RequestProtocolVersion(ctx) < mcp.ProtocolVersion20251125 { // versions are dates
		return ""
	}
	if _, able := declared(ctx); able.Elicitation == nil || able.Elicitation.URL == nil {
		return ""
	}
	return tenant.ApproveURL
}

// openPage is a result that asks the client to open the page, and to call again.
func openPage(page string) *mcp.CallToolResult {
	return &mcp.CallToolResult{
		Result: mcp.Result{ResultType: mcp.ResultTypeInputRequired},
		MultiRoundTripResult: mcp.MultiRoundTripResult{InputRequests: mcp.InputRequests{
			approveURLKey: mcp.NewElicitationInputRequest(mcp.ElicitationParams{
				Mode: mcp.ElicitationModeURL, Message: approveURLMessage, ElicitationID: rand.Text(), URL: page,
			}),
		}},
	}
}

// isFirst reports whether nobody was sent to the page for this wait of this caller. The
// text of the answer says which write waits, and until when.
func (o *pageOpener) isFirst(ctx context.Context, result *mcp.CallToolResult) bool {
	wait := sha256.Sum256([]byte(originOf(ctx).Owner + "\x00" + textOf(result)))
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sent[wait] {
		return false
	}
	if o.sent == nil || len(o.sent) >= maxSentTo {
		o.sent = map[[sha256.Size]byte]bool{}
	}
	o.sent[wait] = true
	return true
}
