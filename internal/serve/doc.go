// Package serve puts toolboxes behind the transports of the protocol.
//
// [New] and [Stdio] serve one client over standard input and output. [NewHTTP]
// serves many clients of many tenants over streamable HTTP, SSE or both: it is an
// [http.Handler], and [HTTP.Serve] runs it on a listener with timeouts and a
// graceful shutdown.
//
// A request passes through these steps:
//
//  1. [Guard] refuses unknown host names and origins.
//  2. An [Authenticator] finds the [Tenant], which has a toolbox and limits.
//  3. The message is read within limits of size, depth and time, and its session
//     must exist.
//  4. The call waits for its turn in a queue that is fair between tenants.
//  5. The toolbox runs the tool, prompt or resource for the caller.
//
// [Metrics] and [TraceAttempt] observe calls and requests to Kombo. Neither they
// nor the log contain arguments or answers.
package serve
