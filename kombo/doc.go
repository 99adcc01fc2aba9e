// Package kombo is a client for Kombo's unified ATS API. It reads jobs,
// candidates, applications and related records from a company's applicant
// tracking system (ATS), and writes to it.
//
// # Reading
//
// Lists come from Kombo's copy of the ATS, which may be hours old; attachments
// are read from the ATS itself. For each list, such as jobs, [Client.GetJobs]
// returns one [Page], [Client.JobPages] iterates over the pages and
// [Client.AllJobs] over the records.
//
// Decoding is lenient, because an ATS delivers what it has: a value that is
// null, missing or of an unexpected type becomes the zero value, so a zero
// [Time] or an empty string means unknown. Fields that Kombo has added since are
// available with [WithRawRecords]. Ids are unique among records of one kind only.
//
// # Writing
//
// A write returns a [Receipt] once the ATS has answered. If its error matches
// [ErrOutcomeUnknown], the write may have taken effect, and the error says how
// to find out. After any other error nothing was done.
//
// Kombo has no idempotency keys, so a write is retried only if it was rejected
// before any work: by a rate limit, because the ATS is down, by a load balancer,
// or because no connection could be made. Adding and removing a tag give the
// same state however often they happen; those are retried like reads, also after
// a time-out, a connection reset or a server error.
//
// The caller's context ends a read at once. It ends a write only until a
// connection has been made; from then on the call runs until its outcome is
// known, the action time-out has passed, or ten seconds have gone by since the
// context of [WithShutdown] was done.
//
// # Limits
//
// Actions (writes, and reading attachments) share a number of slots for each
// integration: as many as the server's last response said. Waits follow
// Retry-After and ratelimit-reset but never go beyond the caller's deadline: the
// call then fails at once, and [Error.RetryAfter] says when to try again.
package kombo
