// Package names resolves references: parameters that take a record by its id or by
// its exact name.
//
// A [Directory] lists the names and ids of one kind of record; [Collect] fills it
// from Kombo's pages, [Cache] keeps it for minutes. Which method resolves depends
// on what a wrong record would cost:
//
//   - [Directory.Resolve] is for writes: the reference must mean exactly one entry,
//     and the error offers choices.
//   - [Directory.ResolveAll] is for filters: a name that several records share means
//     all of them, and a note says so. [ResolveFilter] does that for one parameter
//     and loads no directory where the references are ids already.
//   - [Directory.Find] and [Nearest] are for callers that word the outcome
//     themselves.
//
// Names are compared without case and accents. They come from an ATS: callers clean
// them with [digest.Clean] before they put them into an [Entry].
package names
