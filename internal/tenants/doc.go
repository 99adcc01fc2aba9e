// Package tenants decides who may call a server that several agents share, and as which tenant.
//
// A caller authenticates with a bearer token of a tenants file, or with an access token of an OAuth
// issuer:
//
//   - [Load] reads the file into a [Set], and [Set.ByToken] returns the tenant of a bearer token. The
//     file has only hashes of tokens; [NewToken] and [Hash] make a pair. A [Store] replaces the set
//     while the server runs. [Create] and [Add] write the file, and [Check] lists all that is wrong with it.
//   - A [Verifier] checks access tokens against the keys that the issuer publishes, and [Set.ByClaims]
//     returns the tenant that the claims select.
//   - [Set.ByApprover] returns the tenant of an approver's token. Approvers are people, who let writes go
//     that wait for them; no token of a caller is an approver's.
//   - A server with a single tenant and token needs no file: see [Single].
//
// [Bearer] takes the token from a request. [Metadata] and [Challenge] tell clients how to
// authenticate; the package serves neither itself.
//
// Secrets are not kept in plain text, and no error contains one.
package tenants
