// Package redismemory is the write memory of several servers, in Redis: a [once.Shared], by which only
// one of them sends the same write. It needs Redis 6 or newer, alone or as a cluster.
//
// Nothing is cached here. If Redis is not available, every method returns an error and the journal
// sends nothing. What Redis loses, through eviction, a restart without persistence, or a failover before
// the replica had the entry, each server still finds in its own journal; what another server sent may be
// sent again. So set maxmemory-policy noeviction, and appendonly yes or save points; see [Memory.Risks].
//
// An entry is a hash named PREFIX{writes}:entry:KEY, which holds the once.Entry as JSON and the fields
// that the scripts read. A set lists the entries of each slot and of each batch. A confirmation
// that was used up is a string named PREFIX{writes}:spent:HASH. The names of keys
// contain hashes only, and all have the tag {writes}, so that a cluster keeps them on one node, as a
// script needs it. Entries expire by the clock of Redis, however the clocks of the servers differ.
//
// The same servers share their approvals: see [Memory.Approvals]. An approval is a hash named
// PREFIX{writes}:approval:ID, which holds what a person is shown. Sorted sets list those of each tenant
// and all of them.
//
// With access control, a Redis user needs, on the keys with the prefix, only eval, evalsha, exists,
// get, set, hmget, hset, del, pexpire, pttl, sadd, smembers, srem, zadd, zrange, zrangebyscore and
// zrem; and in a cluster cluster|slots.
package redismemory

import (
	"context"
	"crypto/sha256"
	_ "embed" // the scripts
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

//go:embed claim.lua
var claimSource string

//go:embed settle.lua
var settleSource string

//go:embed spend.lua
var spendSource string

var (
	claimScript  = redis.NewScript(claimSource)
	settleScript = redis.NewScript(settleSource)
	spendScript  = redis.NewScript(spendSource)
)

// revokedFor is how long a revoked claim is kept for those who wait for it.
const revokedFor = time.Minute

// undone is the state of an entry that a later write of its slot has undone: kept, so that it differs
// from one that Redis has lost.
const undone = "undone"

// Memory is a once.Shared in Redis, safe for use by several goroutines.
type Memory struct {
	client redis.UniversalClient
	set    settings
	addr   string
	// removePassword removes the password from an error. It is a function, so that printing a Memory
	// does not show the password.
	removePassword func(error) error
}

var _ once.Shared = (*Memory)(nil)

// Spend implements once.Shared. If it fails, the confirmation may be used up, so that nothing can be
// sent under it.
func (m *Memory) Spend(ctx context.Context, token, id string, until time.Time) error {
	ttl := until.Sub(m.set.now())
	if token == "" || id == "" || ttl <= 0 {
		return m.failed("use up the confirmation", fmt.Errorf("%w: the confirmation has no token or no ID, or has expired", errNotAsked))
	}
	ctx, cancel := context.WithTimeout(ctx, m.set.totalTimeout)
	defer cancel()
	reply, err := spendScript.Run(ctx, m.client, []string{m.name("spent", hashed(token))}, id, max(ttl.Milliseconds(), 1)).Result()
	switch {
	case err != nil:
	case reply == int64(1):
		return nil
	case reply == int64(0):
		return once.ErrSpent
	default:
		err = errForeign
	}
	return m.failed("use up the confirmation", err)
}

// Claim implements once.Shared. If it fails after Redis may have received the claim, it tries once to
// revoke it, since nothing will be sent. If that fails too, the write is in flight to the other
// servers until its deadline, and unknown from then on.
func (m *Memory) Claim(ctx context.Context, e once.Entry, again bool) (held once.Entry, claimed bool, err error) {
	reply, err := m.run(ctx, claimScript, e, e.ID, flag(again), e.Deadline.UnixMilli())
	if err != nil {
		// A claim with again has replaced an entry. One of unknown outcome in its place protects better
		// against a second write than none.
		if !again && !notAsked(err) {
			m.revoke(ctx, e)
		}
		return once.Entry{}, false, m.failed("claim the write", err)
	}
	answer, ok := reply.([]any)
	switch {
	case ok && len(answer) == 1:
		return e, true, nil
	case ok && len(answer) == 3:
		// The first is 1 if the write is claimed in the place of one that was undone.
		held, err = decode(answer[1], answer[2])
		claimed = answer[0] == int64(1)
		held.Undone = claimed
	default:
		err = errForeign
	}
	if err != nil {
		return once.Entry{}, false, m.failed("claim the write", err)
	}
	return held, claimed, nil
}

func (m *Memory) revoke(ctx context.Context, e once.Entry) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.set.ioTimeout)
	defer cancel()
	e.At = m.set.now().UTC()
	e.Expires = e.At.Add(revokedFor)
	e.Outcome = once.Outcome{State: once.Refused, Error: "Redis did not say whether this write was claimed, so nothing was sent"}
	// The caller gets the error of the claim.
	_ = m.Settle(ctx, e)
}

// Get implements once.Shared.
func (m *Memory) Get(ctx context.Context, key string) (e once.Entry, found bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, m.set.totalTimeout)
	defer cancel()
	fields, err := m.client.HMGet(ctx, m.name("entry", key), "entry", "ends", "state").Result()
	switch {
	case err != nil:
	case len(fields) != 3:
		err = errForeign
	case fields[0] == nil && fields[1] == nil:
		return once.Entry{}, false, nil
	default:
		e, err = decode(fields[0], fields[1])
		e.Undone = e.ID != "" && fields[2] == undone
	}
	if err != nil {
		return once.Entry{}, false, m.failed("look up the write", err)
	}
	return e, !e.Undone, nil
}

// Settle implements once.Shared. A done or refused outcome stays as it is. If the entry has expired, or
// another write has replaced it, Settle does nothing.
func (m *Memory) Settle(ctx context.Context, e once.Entry) error {
	if !e.Outcome.State.IsOutcome() {
		return fmt.Errorf("%w: %q is not the state of an outcome", errNotAsked, e.Outcome.State)
	}
	if _, err := m.run(ctx, settleScript, e, e.ID, string(e.Outcome.State), e.Started.UnixMilli()); err != nil {
		return m.failed("record the outcome of the write", err)
	}
	return nil
}

// Ping reports whether the node of the entries answers.
func (m *Memory) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, m.set.totalTimeout)
	defer cancel()
	// Looks for a key that does not exist, since any node of a cluster answers PING.
	if err := m.client.Exists(ctx, m.name("entry", "")).Err(); err != nil {
		return m.failed("check that it answers", err)
	}
	return nil
}

// Close closes the connections. Afterwards every method returns an error.
func (m *Memory) Close() error {
	if err := m.client.Close(); err != nil && !errors.Is(err, redis.ErrClosed) {
		return m.failed("close the connections", err)
	}
	return nil
}

// run runs a script on an entry. Both scripts are idempotent, so that the client may retry if an answer
// was lost.
func (m *Memory) run(ctx context.Context, script *redis.Script, e once.Entry, id, how string, moment int64) (any, error) {
	ttl := e.Expires.Sub(m.set.now())
	if e.Key == "" || id == "" || ttl <= 0 {
		return nil, fmt.Errorf("%w: the entry has no key or no ID, or has expired", errNotAsked)
	}
	raw, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("%w: encode the entry: %w", errNotAsked, err)
	}
	ctx, cancel := context.WithTimeout(ctx, m.set.totalTimeout)
	defer cancel()
	keys := []string{m.name("entry", e.Key), m.name("slot", hashed(e.Slot)), m.name("batch", hashed(e.Batch))}
	return script.Run(ctx, m.client, keys, id, how, raw, e.Expires.UnixMilli(), moment,
		max(ttl.Milliseconds(), 1), flag(e.Slot != ""), flag(e.Batch != ""), e.SlotValue).Result()
}

func (m *Memory) name(kind, what string) string {
	return m.set.prefix + "{writes}:" + kind + ":" + what
}

// hashed hides personal data in the name of a slot, such as a tag.
func hashed(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func flag(set bool) string {
	if set {
		return "1"
	}
	return "0"
}

// decode reads an entry. When it ends is stored apart, since later writes of its batch defer it.
func decode(entry, ends any) (once.Entry, error) {
	raw, isText := entry.(string)
	text, hasEnd := ends.(string)
	var e once.Entry
	if !isText || !hasEnd {
		return e, errForeign
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return e, errForeign
	}
	// An error of encoding/json may quote the entry.
	if json.Unmarshal([]byte(raw), &e) != nil || e.ID == "" {
		return once.Entry{}, errForeign
	}
	e.Outcome.State = once.ParseState(string(e.Outcome.State))
	if ms > e.Expires.UnixMilli() {
		e.Expires = time.UnixMilli(ms).UTC()
	}
	return e, nil
}

var (
	errForeign  = errors.New("the answer is not an entry of this memory; something else may be using its prefix")
	errNotAsked = errors.New("nothing was asked of Redis")
)

// notAsked reports whether an error happened before Redis could receive the command.
func notAsked(err error) bool {
	var op *net.OpError
	return errors.Is(err, errNotAsked) || errors.Is(err, redis.ErrClosed) || errors.As(err, &op) && op.Op == "dial"
}
