// Package hosts writes this server into the configuration of the programs that
// start MCP servers.
//
// A [Host] is one such program: [Find] returns it by its id, and [Host.Path] the
// path of its file on a [Machine]. [Host.Put] adds a [Server] to the text of the
// file, or replaces it, and [Host.Remove] removes it; both return an [Edit], which
// [Save] writes together with a backup. [Host.Print] renders the entry alone, and
// [Host.Notes] say what is left to do.
//
// No secret is written: the entry refers to the place where the host keeps its
// secrets, if it has one ([Host.ProvidesKey]); otherwise [SaveKey] stores the key in
// a file of its own.
//
// A file is edited as text, so that comments, order and spacing of everything else
// stay. The result is decoded and compared with the original: an edit that would
// change anything but this server's entry is an error.
package hosts
