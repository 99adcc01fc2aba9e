// Package writes carries out what changes the ATS, so that nothing is written
// unseen, twice or in a rush.
//
// A write tool turns its arguments into a [Plan]: the changes, resolved and checked,
// and everything that speaks against them. It only reads. Everything after that is
// the same for all tools and happens in [Executor.Run]:
//
//  1. Problems refuse the plan; so do warnings, unless [Flags.Anyway] overrides them.
//  2. A dry run ends with a preview.
//  3. The write memory is asked which changes were made before; those are neither
//     confirmed nor sent again.
//  4. A call that carries a code or an answer which was used before gets the first
//     outcome, before any warning counts.
//  5. [Policy] decides whether a person must confirm the rest. Where the client can
//     ask, Run returns a [ConfirmationRequiredError] with the [Statement], and the same
//     call comes again with the [Reply]. Where it cannot, [Fallback] decides. With
//     [FallbackPerson] neither counts: the write waits in [Approvals].
//  6. The write limit is checked for all changes at once.
//  7. The confirmation is used up, an approval both in [Approvals] and in the write
//     memory.
//  8. Each change is claimed in the write memory, sent once, and its outcome recorded.
//
// What the agent reads is masked; what the person is asked and what is recorded is
// not.
//
// To add a write tool, fill a [Plan] with [Plan.AddProblem], [Plan.AddWarning],
// [Plan.AddNote] and one [Change] for each record, whose arguments come from
// [ResolvedArguments]. To let reads say that Kombo's copy lags behind a write, give
// the change an [Effect]; [Recent] remembers it.
//
// The package knows neither the tools nor the protocol: both reach it as values in
// [Deps], [Caller] and [Tool].
package writes
