// Package digest turns any number of records into one answer that fits into a
// token budget: it filters, counts, groups, sorts and projects a stream of
// records and cuts the result to size.
//
// Using it takes three steps:
//
//  1. Describe the records once, as a [Table] of [Column] values. A record
//     becomes a [Row] with one [Value] for each column.
//  2. [Compile] a [Query] against the table. The [Plan] is checked and can run
//     many times; errors name the valid columns, so that an agent can correct
//     its query.
//  3. [Plan.Run] reads the pages of a [Source], within [Limits], and returns an
//     [Answer]. [Answer.Text] and its JSON hold the same facts, and each of the
//     two fits into the budget.
//
// Memory depends on what is shown and counted, not on how many records are
// read. If a walk ends early, the answer says so: its counts are lower bounds,
// and it has a cursor with which the next question continues.
//
// To answer follow-up questions without reading everything again, pass a
// [Cache] in [Options]. [Scan] reads a source without a query, for columns
// that need data of another list. [Plan.Conditions] are what a source may
// filter by itself ([CacheKeys] then name the walks that can serve the
// question). [Clean], [Fold] and [CountTokens] are the package's ways to
// sanitize, compare and measure text, for whoever must agree with it.
package digest
