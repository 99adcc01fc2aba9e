// Package prompts holds recruiting workflows as MCP prompts: the words of each
// in Markdown under text, and with them the data that it needs, already read
// through a toolbox and bounded.
//
// A prompt is one declaration: its arguments, the tools that it works with and a
// function that reads its data. To add one, add the declaration and its text; the
// catalogue and the README's table follow from it.
package prompts
