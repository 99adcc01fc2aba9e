// Package digest turns any number of records into one answer that is small
// enough to think with: it filters, counts, groups, orders and projects a
// stream of records and cuts the result to a token budget.
//
// A [Table] describes the columns of a resource. [Compile] checks a [Query]
// against it and gives a [Plan]; [Plan.Run] walks a [Source] of pages and
// gives an [Answer], which has a text and a structured form with the same
// facts, each within the budget. Memory depends on what is shown and counted,
// not on how many records were read.
package digest
