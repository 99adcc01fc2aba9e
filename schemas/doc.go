// Package schemas turns Go structs into JSON Schema that every tool-calling
// client accepts, and checks that a schema stays within that portable subset.
//
// Clients disagree on JSON Schema: one drops a tool for a "$ref", the next
// refuses a whole server for a null union. Of reflects a struct into the subset
// that all of them take; Lint names what would break whom.
package schemas
