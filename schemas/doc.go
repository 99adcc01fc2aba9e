// Package schemas turns Go structs into JSON Schemas that every tool-calling client
// accepts, and checks that a schema stays within that portable subset.
//
// Clients disagree on JSON Schema: one drops a tool because of a "$ref", another
// rejects a whole server because of a null in a union. [Of] reflects a struct into
// the subset that all of them accept. [Lint] lists what is outside of it, and which
// client it breaks; use it on schemas from elsewhere.
package schemas
