package tenants

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	// retryInterval is how long after a failure the issuer is not asked again.
	retryInterval = 5 * time.Second
	// keySetMaxAge is when keys that still work are fetched again, because the issuer may have
	// withdrawn one. If that fails, it is tried again after keySetRetryInterval.
	keySetMaxAge        = time.Hour
	keySetRetryInterval = time.Minute
)

// keys are the published keys of an issuer. The library caches them, and fetches them again when a
// token is signed with an unknown one. This type discovers where they are, limits how often they are
// fetched, and drops them when they are too old.
type keys struct {
	cfg    *VerifierConfig
	issuer *issuer

	mu       sync.Mutex
	set      *oidc.RemoteKeySet // nil until the issuer was asked
	renewAt  time.Time          // when to replace the set
	lookup   *lookup
	failedAt time.Time
	failure  error
}

// lookup is a discovery in flight, which all callers that need it wait for.
type lookup struct {
	done chan struct{}
	set  *oidc.RemoteKeySet
	err  error
}

func newKeys(cfg *VerifierConfig) *keys {
	return &keys{cfg: cfg, issuer: newIssuer(cfg)}
}

// get returns the key set; it asks the issuer where it is if that is not known yet.
func (k *keys) get(ctx context.Context) (*oidc.RemoteKeySet, error) {
	k.mu.Lock()
	if k.set != nil {
		defer k.mu.Unlock()
		return k.set, nil
	}
	if k.lookup == nil {
		if k.failure != nil && k.cfg.Now().Sub(k.failedAt) < retryInterval {
			defer k.mu.Unlock()
			return nil, k.failure
		}
		k.lookup = &lookup{done: make(chan struct{})}
		go k.discover(context.WithoutCancel(ctx), k.lookup)
	}
	a := k.lookup
	k.mu.Unlock()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-a.done:
		return a.set, a.err
	}
}

// discover looks up the key set for all callers that wait for it. It must not end with one of their
// contexts.
func (k *keys) discover(ctx context.Context, a *lookup) {
	defer close(a.done)
	a.set, a.err = k.issuer.keySet(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lookup = nil
	k.failure, k.failedAt = a.err, k.cfg.Now()
	if a.err == nil {
		k.set, k.renewAt = a.set, k.cfg.Now().Add(keySetMaxAge)
	}
}

// verify checks the signature of a token and returns its payload. The error is an [ErrToken], an
// [ErrIssuer] or that of the context.
func (k *keys) verify(ctx context.Context, jwt string) ([]byte, error) {
	set, err := k.get(ctx)
	if err != nil {
		return nil, err
	}
	k.renewIfDue(jwt)
	payload, err := set.VerifySignature(ctx, jwt)
	if errors.Is(err, errTooSoon) {
		// Another call may have fetched the keys after this one looked into the cache.
		if set, err = k.get(ctx); err == nil {
			payload, err = set.VerifySignature(ctx, jwt)
		}
	}
	if err != nil {
		return nil, k.issuer.verifyError(ctx, err)
	}
	if !k.issuer.transport.permits(jwt) {
		return nil, fmt.Errorf("%w: it is signed with another algorithm than its key is for", ErrToken)
	}
	return payload, nil
}

// renewIfDue replaces a key set that is too old, in the background: requests use the old one until
// the issuer has answered. The token makes the new set fetch its keys; any token does.
func (k *keys) renewIfDue(jwt string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.cfg.Now()
	if now.Before(k.renewAt) {
		return
	}
	k.renewAt = now.Add(keySetRetryInterval)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*k.cfg.Timeout)
		defer cancel()
		set, err := k.issuer.keySet(ctx)
		if err != nil {
			return
		}
		if _, err := set.VerifySignature(ctx, jwt); err != nil && (errors.Is(err, errTooSoon) || !errors.Is(k.issuer.verifyError(ctx, err), ErrToken)) {
			return
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		k.set, k.renewAt = set, k.cfg.Now().Add(keySetMaxAge)
	}()
}
