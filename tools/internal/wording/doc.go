// Package wording turns values into the words of an answer, so that all tools
// phrase the same thing the same way.
//
// For a sentence: [Clip] shortens what others wrote, [Sentence] ends it, [Plural]
// counts, [Ago], [Bytes], [FullName] and [Place] word values. For what has to fit a
// token budget: [Within]. For what must not pass for the server's own words:
// [Quote]. For arguments and records as JSON that people read: [JSON].
//
// Nothing here cleans or masks: text from outside goes through [digest.Clean]
// first, and through the mask last.
package wording
