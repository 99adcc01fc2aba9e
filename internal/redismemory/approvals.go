package redismemory

import (
	"context"
	"crypto/rand"
	_ "embed" // the scripts
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
)

//go:embed approval_put.lua
var approvalPutSource string

//go:embed approval_step.lua
var approvalStepSource string

//go:embed approval_list.lua
var approvalListSource string

//go:embed approval_sweep.lua
var approvalSweepSource string

var (
	approvalPut   = redis.NewScript(approvalPutSource)
	approvalStep  = redis.NewScript(approvalStepSource)
	approvalList  = redis.NewScript(approvalListSource)
	approvalSweep = redis.NewScript(approvalSweepSource)
)

const (
	// sweepGrace is how long Redis keeps an expired approval, for a server to sweep it and record that
	// it expired. Approvals expire by the clocks of the servers, so this also bounds how long a server
	// whose clock is slow can accept one.
	sweepGrace = 10 * time.Minute
	// sweepBatch is the most approvals that one run of the script removes, since it blocks Redis.
	sweepBatch = 100
)

// Approvals is an approvals.Store in Redis, safe for use by several goroutines.
type Approvals struct {
	m *Memory
}

var _ approvals.Store = (*Approvals)(nil)

// Approvals returns the approvals of the servers that share this memory. Closing the memory closes them.
func (m *Memory) Approvals() *Approvals { return &Approvals{m: m} }

// Put implements approvals.Store.
func (s *Approvals) Put(ctx context.Context, r approvals.Request) (a approvals.Approval, created bool, err error) {
	const doing = "ask for approval"
	now := s.m.set.now()
	if a, err = approvals.New(r, now); err != nil {
		return approvals.Approval{}, false, err
	}
	raw, err := json.Marshal(a)
	if err != nil {
		return approvals.Approval{}, false, s.m.failed(doing, err)
	}
	ttl := a.Expires.Sub(now) + sweepGrace
	reply, err := s.run(ctx, approvalPut,
		[]string{s.key(a.ID), s.index(approvals.OfTenant(r.Tenant)), s.index(approvals.AllTenants())},
		a.ID, hashed(r.Hash), raw, a.Expires.UnixMilli(), now.UnixMilli(), ttl.Milliseconds(), approvals.MaxWaiting, s.key(""))
	if err != nil {
		return approvals.Approval{}, false, s.m.failed(doing, err)
	}
	switch verdict, held, err := readVerdict(reply); {
	case err != nil:
		return approvals.Approval{}, false, s.m.failed(doing, err)
	case verdict == 1:
		return a, true, nil
	case verdict == -1:
		return approvals.Approval{}, false, approvals.ErrFull
	default:
		return held, false, nil
	}
}

// Find implements approvals.Store.
func (s *Approvals) Find(ctx context.Context, tenant, hash string) (a approvals.Approval, found bool, err error) {
	same, err := s.list(ctx, approvals.OfTenant(tenant), hashed(hash))
	if err != nil {
		return approvals.Approval{}, false, s.m.failed("look up an approval", err)
	}
	a, found = approvals.OfSameCall(same)
	return a, found, nil
}

// Get implements approvals.Store.
func (s *Approvals) Get(ctx context.Context, scope approvals.Scope, id string) (approvals.Approval, error) {
	if !approvals.IsID(id) {
		return approvals.Approval{}, approvals.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, s.m.set.totalTimeout)
	defer cancel()
	fields, err := s.m.client.HMGet(ctx, s.key(id), "approval").Result()
	var a approvals.Approval
	switch {
	case err != nil:
	case len(fields) != 1:
		err = errForeign
	case fields[0] == nil:
		return approvals.Approval{}, approvals.ErrNotFound
	default:
		a, err = decodeApproval(fields[0])
	}
	switch {
	case err != nil:
		return approvals.Approval{}, s.m.failed("look up an approval", err)
	case !scope.Covers(a.Tenant) || a.Expired(s.m.set.now()):
		return approvals.Approval{}, approvals.ErrNotFound
	}
	return a, nil
}

// List implements approvals.Store.
func (s *Approvals) List(ctx context.Context, scope approvals.Scope) ([]approvals.Approval, error) {
	all, err := s.list(ctx, scope, "")
	if err != nil {
		return nil, s.m.failed("list approvals", err)
	}
	return all, nil
}

// Decide implements approvals.Store.
func (s *Approvals) Decide(ctx context.Context, scope approvals.Scope, id string, d approvals.Decision) (approvals.Approval, error) {
	a, err := s.Get(ctx, scope, id)
	if err != nil {
		return approvals.Approval{}, err
	}
	return s.step(ctx, "decide on an approval", a, func(a approvals.Approval) (approvals.Approval, error) {
		return a.Decide(d, s.m.set.now())
	})
}

// Spend implements approvals.Store.
func (s *Approvals) Spend(ctx context.Context, a approvals.Approval) (approvals.Approval, error) {
	held, err := s.Get(ctx, approvals.OfTenant(a.Tenant), a.ID)
	if err != nil {
		return approvals.Approval{}, err
	}
	if held.Hash != a.Hash {
		return approvals.Approval{}, approvals.ErrNotFound
	}
	return s.step(ctx, "use an approval", held, func(a approvals.Approval) (approvals.Approval, error) {
		return a.Spend(s.m.set.now())
	})
}

// step stores the next state of an approval. If another process has changed the approval meanwhile, it
// returns that state and the error that it causes.
func (s *Approvals) step(ctx context.Context, doing string, a approvals.Approval,
	next func(approvals.Approval) (approvals.Approval, error),
) (approvals.Approval, error) {
	after, err := next(a)
	if err != nil {
		return after, err
	}
	raw, err := json.Marshal(after)
	if err != nil {
		return a, s.m.failed(doing, err)
	}
	reply, err := s.run(ctx, approvalStep, []string{s.key(a.ID)}, string(a.State), string(after.State), raw, rand.Text())
	if err != nil {
		return a, s.m.failed(doing, err)
	}
	verdict, held, err := readVerdict(reply)
	switch {
	case errors.Is(err, errGone):
		return approvals.Approval{}, approvals.ErrNotFound
	case err != nil:
		return a, s.m.failed(doing, err)
	case verdict == 1:
		return after, nil
	}
	if _, err = next(held); err == nil {
		err = s.m.failed(doing, errForeign)
	}
	return held, err
}

// Sweep implements approvals.Store.
func (s *Approvals) Sweep(ctx context.Context) (ended []approvals.Approval, err error) {
	for {
		reply, err := s.run(ctx, approvalSweep, []string{s.index(approvals.AllTenants())},
			s.m.set.now().UnixMilli(), s.key(""), sweepBatch)
		if err != nil {
			return ended, s.m.failed("remove expired approvals", err)
		}
		list, isList := reply.([]any)
		if !isList || len(list) == 0 {
			return ended, s.m.failed("remove expired approvals", errForeign)
		}
		removed, isCount := list[0].(int64)
		some, err := decodeApprovals(list[1:])
		if err != nil || !isCount {
			return ended, s.m.failed("remove expired approvals", errForeign)
		}
		ended = append(ended, some...)
		if removed < sweepBatch {
			slices.SortFunc(ended, approvals.CompareAge)
			return ended, nil
		}
	}
}

func (s *Approvals) list(ctx context.Context, scope approvals.Scope, call string) ([]approvals.Approval, error) {
	reply, err := s.run(ctx, approvalList, []string{s.index(scope)}, s.m.set.now().UnixMilli(), s.key(""), call)
	if err != nil {
		return nil, err
	}
	list, isList := reply.([]any)
	if !isList {
		return nil, errForeign
	}
	all, err := decodeApprovals(list)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(a approvals.Approval) bool { return !scope.Covers(a.Tenant) })
	slices.SortFunc(all, approvals.CompareAge)
	return all, nil
}

// run runs a script. All but that of the sweep are idempotent, so that the client may retry if an answer
// was lost; if the answer to a sweep is lost, its approvals are not returned.
func (s *Approvals) run(ctx context.Context, script *redis.Script, keys []string, args ...any) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, s.m.set.totalTimeout)
	defer cancel()
	return script.Run(ctx, s.m.client, keys, args...).Result()
}

// key is the key of an approval; with an empty ID, the prefix of all their keys.
func (s *Approvals) key(id string) string { return s.m.name("approval", id) }

// index is the key of the sorted set of a scope's approvals.
func (s *Approvals) index(scope approvals.Scope) string {
	tenant, all := scope.Tenant()
	if all {
		return s.m.name("approvals", "all")
	}
	return s.m.name("approvals", hashed(tenant))
}

// errGone says that Redis has removed an approval between two commands.
var errGone = errors.New("it has expired")

// readVerdict reads the answer of a script: 1 if it did as asked, -1 if too many approvals wait, and 0
// with the approval that prevented it.
func readVerdict(reply any) (verdict int64, held approvals.Approval, err error) {
	list, isList := reply.([]any)
	if !isList || len(list) == 0 {
		return 0, approvals.Approval{}, errForeign
	}
	verdict, isNumber := list[0].(int64)
	switch {
	case isNumber && len(list) == 1 && (verdict == 1 || verdict == -1):
		return verdict, approvals.Approval{}, nil
	case isNumber && verdict == 0 && len(list) == 1, isNumber && verdict == 0 && list[1] == nil:
		return 0, approvals.Approval{}, errGone
	case isNumber && verdict == 0 && len(list) == 2:
		held, err = decodeApproval(list[1])
		return 0, held, err
	}
	return 0, approvals.Approval{}, errForeign
}

func decodeApprovals(list []any) ([]approvals.Approval, error) {
	all := make([]approvals.Approval, 0, len(list))
	for _, one := range list {
		a, err := decodeApproval(one)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

func decodeApproval(value any) (approvals.Approval, error) {
	text, isText := value.(string)
	var a approvals.Approval
	// An error of encoding/json could quote the statement.
	if !isText || json.Unmarshal([]byte(text), &a) != nil || !a.Valid() {
		return approvals.Approval{}, fmt.Errorf("%w, or a newer version of this server", errForeign)
	}
	return a, nil
}
