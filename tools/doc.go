// Package tools holds the tools that an agent sees: each of Kombo's ATS operations as
// one MCP tool.
//
// A program makes a [Toolbox] with [New] from a [Config], one for each tenant, lists
// its [Toolbox.Tools] and passes calls to [Toolbox.Call], which answers in the terms
// of the protocol, or to [Toolbox.Run] and [Explain], which do not. [Toolbox.Choices]
// and [Toolbox.Integration] serve prompts and resources from the same cache, under the
// same rules for what a [Caller] may read.
//
// # The catalogue
//
// A tool is an argument struct, a function and one declaration, all in the file of its
// resource. Three makers turn these into a [Tool] with schema, decoding, annotations,
// errors and both forms of the answer:
//
//   - define takes a function from arguments to an answer.
//   - newList takes the pages of a list and a table of columns, and answers questions
//     about all of its records.
//   - write takes a function that makes a plan; package writes carries it out.
//
// The catalogue, the README's table, the goldens and the bundle's manifest follow from
// the declarations.
//
// # The rooms
//
// What the tools share and does not depend on them lives in packages below internal:
// args decodes arguments, names resolves references, privacy masks, writes carries out
// plans, funnel draws, wording words values. They get values and functions, never the
// toolbox. Inside this package the same holds: what a list needs is in listDeps, what
// resolves references is directories, so that a file can be read without all others.
package tools
