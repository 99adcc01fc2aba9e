// Package redismemory keeps in Redis what several servers remember of writes, so that only one of
// them sends the same write: a once.Shared. It asks for Redis 6 or newer, alone or as a cluster.
//
// Every answer is Redis's: nothing is kept here, and where Redis cannot be asked there is an error,
// upon which the journal sends nothing. Whatever Redis loses, by a failover before its replica had
// the write or by eviction, may be sent again: give it maxmemory-policy noeviction, and persistence
// when a restart must not forget.
//
// An entry is a hash named PREFIX{writes}:entry:KEY, which holds the journal's entry as JSON beside
// the fields that the scripts read. A set beside it lists the entries of each slot and of each batch.
// The names hold hashes only, and all bear the tag {writes}, so that a cluster keeps them in one
// place, as a script needs it. Redis's own clock ends an entry, however the servers' clocks differ.
//
// A user of Redis's access control needs, on the prefix's keys, no more than eval, evalsha, exists,
// hmget, hset, del, pexpire, pttl, sadd, smembers and srem; and in a cluster cluster|slots.
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

var (
	claimScript  = redis.NewScript(claimSource)
	settleScript = redis.NewScript(settleSource)
)

// lostFor is how long a claim that was taken back stays for those who wait on it.
const lostFor = time.Minute

// Memory is a once.Shared in Redis, safe for use by several goroutines.
type Memory struct {
	client redis.UniversalClient
	set    settings
	addr   string
	// hide takes the password out of an error: a function, so that printing the memory shows none.
	hide func(error) error
}

var _ once.Shared = (*Memory)(nil)

// Claim implements once.Shared. When it fails after Redis may have heard of the claim, it tries
// once to take the claim back: nothing will be sent under it. Where that fails too, the others hold
// the write to be in flight until its deadline and to be unknown from then on.
func (m *Memory) Claim(ctx context.Context, e once.Entry, again bool) (held once.Entry, claimed bool, err error) {
	reply, err := m.run(ctx, claimScript, e, e.ID, flag(again), e.Deadline.UnixMilli())
	if err != nil {
		// What a claim with again replaced is gone. An entry of unknown outcome in its place
		// guards better against a second write than none.
		if !again && !neverSent(err) {
			m.takeBack(ctx, e)
		}
		return once.Entry{}, false, m.failed("claim the write", err)
	}
	answer, ok := reply.([]any)
	switch {
	case ok && len(answer) == 1:
		return e, true, nil
	case ok && len(answer) == 3:
		held, err = decode(answer[1], answer[2])
	default:
		err = errNotOurs
	}
	if err != nil {
		return once.Entry{}, false, m.failed("claim the write", err)
	}
	return held, false, nil
}

func (m *Memory) takeBack(ctx context.Context, e once.Entry) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.set.io)
	defer cancel()
	e.At = m.set.now().UTC()
	e.Expires = e.At.Add(lostFor)
	e.Outcome = once.Outcome{State: once.Refused, Error: "Redis did not say whether this write was claimed, so nothing was sent"}
	// The claim's own error is what the caller needs to see.
	_ = m.Settle(ctx, e)
}

// Get implements once.Shared.
func (m *Memory) Get(ctx context.Context, key string) (e once.Entry, found bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, m.set.whole)
	defer cancel()
	fields, err := m.client.HMGet(ctx, m.name("entry", key), "entry", "ends").Result()
	switch {
	case err != nil:
	case len(fields) != 2:
		err = errNotOurs
	case fields[0] == nil && fields[1] == nil:
		return once.Entry{}, false, nil
	default:
		e, err = decode(fields[0], fields[1])
	}
	if err != nil {
		return once.Entry{}, false, m.failed("look up the write", err)
	}
	return e, true, nil
}

// Settle implements once.Shared. An outcome that is done or refused stays as it is, and one whose
// entry is not there, or is another's by now, is passed over.
func (m *Memory) Settle(ctx context.Context, e once.Entry) error {
	if !e.Outcome.State.IsOutcome() {
		return fmt.Errorf("%w: %q is not the state of an outcome", errNeverSent, e.Outcome.State)
	}
	if _, err := m.run(ctx, settleScript, e, e.ID, string(e.Outcome.State), e.Started.UnixMilli()); err != nil {
		return m.failed("record the outcome of the write", err)
	}
	return nil
}

// Ping tells whether Redis answers for the place where the entries are.
func (m *Memory) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, m.set.whole)
	defer cancel()
	// An entry that cannot be, and not PING, which any node of a cluster answers.
	if err := m.client.Exists(ctx, m.name("entry", "")).Err(); err != nil {
		return m.failed("ask whether it is there", err)
	}
	return nil
}

// Close lets go of the connections. What is asked afterwards is an error.
func (m *Memory) Close() error {
	if err := m.client.Close(); err != nil && !errors.Is(err, redis.ErrClosed) {
		return m.failed("close the connections", err)
	}
	return nil
}

// run runs a script about an entry. Both scripts may be run twice with the same effect, so that the
// client may ask again when an answer was lost.
func (m *Memory) run(ctx context.Context, script *redis.Script, e once.Entry, id, how string, moment int64) (any, error) {
	ttl := e.Expires.Sub(m.set.now())
	if e.Key == "" || id == "" || ttl <= 0 {
		return nil, fmt.Errorf("%w: the entry has no key or no ID, or is over", errNeverSent)
	}
	raw, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("%w: encode the entry: %w", errNeverSent, err)
	}
	ctx, cancel := context.WithTimeout(ctx, m.set.whole)
	defer cancel()
	keys := []string{m.name("entry", e.Key), m.name("slot", hashed(e.Slot)), m.name("batch", hashed(e.Batch))}
	return script.Run(ctx, m.client, keys, id, how, raw, e.Expires.UnixMilli(), moment,
		max(ttl.Milliseconds(), 1), flag(e.Slot != ""), flag(e.Batch != "")).Result()
}

func (m *Memory) name(kind, what string) string {
	return m.set.prefix + "{writes}:" + kind + ":" + what
}

// hashed hides what is personal in a slot's name, such as a tag.
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

// decode reads an entry. Its end stands beside it, since a batch's later writes put it off.
func decode(entry, ends any) (once.Entry, error) {
	raw, isText := entry.(string)
	text, hasEnd := ends.(string)
	var e once.Entry
	if !isText || !hasEnd {
		return e, errNotOurs
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return e, errNotOurs
	}
	// The error of encoding/json could quote the entry.
	if json.Unmarshal([]byte(raw), &e) != nil || e.ID == "" {
		return once.Entry{}, errNotOurs
	}
	e.Outcome.State = once.ParseState(string(e.Outcome.State))
	if ms > e.Expires.UnixMilli() {
		e.Expires = time.UnixMilli(ms).UTC()
	}
	return e, nil
}

var (
	errNotOurs   = errors.New("the answer is not an entry of this memory; does something else use its prefix")
	errNeverSent = errors.New("nothing was asked")
)

// neverSent tells whether an error came before Redis could hear of the command.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.Is(err, errNeverSent) || errors.Is(err, redis.ErrClosed) || errors.As(err, &op) && op.Op == "dial"
}
