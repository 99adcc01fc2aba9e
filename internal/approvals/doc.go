// Package approvals holds writes until a person has read and approved them. It is for clients that
// cannot ask the person, where an agent could send a confirmation code back by itself.
//
// An approval goes through four steps:
//
//  1. Put. The tool's call hands in a [Request]: who asks, the hash of what is signed, and the
//     statement, which is exactly what a person will be shown. The agent is told that the write waits.
//     The same call, made again, finds the same approval by its hash.
//  2. Decide. An [Approver] reads the whole statement, in a terminal ([Terminal]) or on a page
//     ([Page]), and approves or declines. The first decision is final.
//  3. Spend. The same call, made once more, finds that it was approved and spends the approval, right
//     before the write is claimed and sent. That succeeds once. Any later attempt, in this process or
//     another, gets [ErrSpent] and looks for the outcome in the write memory.
//  4. Sweep. An approval expires an hour ([Lifetime]) after it was asked for, decided or not. Expired
//     approvals are treated as missing, and are removed.
//
// No answer to a call contains anything that would let an agent decide. Whoever can write to the store
// can, so the store is only as safe as the access to it. An agent that can run programs as the user who
// owns the [Folder] can edit its files: for such an agent, run the server as another user, or over HTTP
// with approvers whose tokens the agent does not have.
//
// Use [OpenFolder] for the processes of one machine, and internal/redismemory for servers that share a
// Redis. Both satisfy the contract of [Store], which internal/approvals/approvalstest tests. Wrap the store
// with [Recording] to journal every step, and run [SweepEvery] next to it.
package approvals
