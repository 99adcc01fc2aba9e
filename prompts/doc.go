// Package prompts has recruiting workflows as MCP prompts. The text of each is in
// Markdown under text; the data that it needs is read through the caller's toolbox,
// so that masks, tenants and the record of reads apply, and cut to a token budget.
//
// [Catalogue] lists the prompts, [Prompt.Get] returns one with its data, and
// [Prompt.Complete] suggests values for an argument. [RecordIDs] suggests ids of
// records, for resources as well.
//
// A prompt is one declaration: its arguments, the tools that it needs and a function
// that reads its data. To add one, add the declaration and its text; the catalogue and
// the table in the README follow.
package prompts
