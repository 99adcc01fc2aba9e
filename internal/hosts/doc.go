// Package hosts writes this server into the configuration of the programs that
// start MCP servers: where each keeps its file, what it calls things, and how
// it is told of a secret without having it in the file.
//
// A file is edited as text, so that comments, order and spacing of everything
// else stay; what comes out is decoded and compared with what went in before
// anyone writes it.
package hosts
