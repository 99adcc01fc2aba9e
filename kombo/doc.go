// Package kombo is a client of Kombo's unified ATS API: it reads jobs,
// candidates, applications and what belongs to them out of a company's
// applicant tracking system (ATS), and writes to it.
//
// # Reading
//
// Reads come from Kombo's copy of the ATS, which lags by hours; reading
// attachments is live. GetJobs and its like return one Page, JobPages walks the
// pages and AllJobs the records. Decoding is lenient: what is null, missing or
// of an odd type is the zero value, and a zero Time or an empty text means
// unknown. Ids are unique among records of one kind only.
//
// # Writing
//
// A write returns a Receipt once the ATS has answered. It fails in one of two
// ways: with ErrOutcomeUnknown it may have taken effect, and the error says how
// to find out; with any other error it was not done.
//
// There is no idempotency key, so a write is repeated only where it was turned
// away before any work: by a rate limit, because the ATS is down, by a load
// balancer, or because no connection was got. Adding and removing a tag leave
// the same state however often they happen, so those are repeated like reads,
// also after a time-out, a reset or a server error.
//
// The caller's context ends a read at once. It ends a write only until there is
// a connection for it; from then on the call goes on until its outcome is
// known, the action time-out passes, or the context of WithShutdown has been
// done for ten seconds.
//
// # Limits
//
// Actions (writes and reading attachments) share a number of slots for each
// integration, as many as the server's last answer named. Pauses follow
// Retry-After and ratelimit-reset and never pass the caller's deadline: the
// call then fails at once and the Error says when to try again.
package kombo
