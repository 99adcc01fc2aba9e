// Package sandbox is a Kombo that runs in the process: the ATS endpoints of
// its unified API over made-up, deterministic recruiting data.
//
// It writes its answers by hand and shares no type with the client in this
// repository, so that it is an independent check of that client.
package sandbox
