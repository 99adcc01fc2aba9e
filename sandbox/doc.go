// Package sandbox is a Kombo that runs in the process: the ATS endpoints of its
// unified API over made-up, deterministic recruiting data.
//
// Serve it over a socket, since a [Sandbox] is an http.Handler, or give
// [Sandbox.Transport] to an HTTP client. [Sandbox.Snapshot] returns the data that
// answers can be checked against, [Sandbox.Effects] what writes have changed, and
// [Sandbox.Inject] makes calls fail.
//
// It writes its responses by hand and shares no type with the client in this
// module, so that each is an independent check of the other.
package sandbox
