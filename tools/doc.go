// Package tools holds the tools that an agent sees: each of Kombo's ATS
// operations as one MCP tool.
//
// A tool is an argument struct, a typed function and one declaration, all in
// the file of its resource; define, list and write turn these into a Tool:
// schema, decoding, annotations, errors and the two forms of the answer. To add
// a tool, add its declaration; the catalogue, the README table and the goldens
// follow from it.
package tools
