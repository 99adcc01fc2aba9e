package tenants

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	// askAgain is how long an issuer that failed is left alone.
	askAgain = 5 * time.Second
	// keysAge is after how long keys are asked for anew although they still fit: the issuer may
	// have withdrawn one. It is tried again after keysRetry.
	keysAge   = time.Hour
	keysRetry = time.Minute
)

// keys are the published keys of an issuer. The library caches them and asks for them again when
// a token is signed with one that it does not know; this finds out where they are, bounds how
// often they are asked for, and forgets them in time.
type keys struct {
	cfg    *VerifierConfig
	issuer *issuer

	mu      sync.Mutex
	set     *oidc.RemoteKeySet // nil until the issuer was asked
	renew   time.Time          // when the set is due to be asked for anew
	asking  *asking
	failed  time.Time
	failure error
}

// asking is a look-up under way, which all who need it wait for.
type asking struct {
	done chan struct{}
	set  *oidc.RemoteKeySet
	err  error
}

func newKeys(cfg *VerifierConfig) *keys {
	return &keys{cfg: cfg, issuer: newIssuer(cfg)}
}

// get gives the key set, asking the issuer where it is if that is not known.
func (k *keys) get(ctx context.Context) (*oidc.RemoteKeySet, error) {
	k.mu.Lock()
	if k.set != nil {
		defer k.mu.Unlock()
		return k.set, nil
	}
	if k.asking == nil {
		if k.failure != nil && k.cfg.Now().Sub(k.failed) < askAgain {
			defer k.mu.Unlock()
			return nil, k.failure
		}
		k.asking = &asking{done: make(chan struct{})}
		go k.ask(context.WithoutCancel(ctx), k.asking)
	}
	a := k.asking
	k.mu.Unlock()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-a.done:
		return a.set, a.err
	}
}

// ask looks up the key set for whoever waits, so it does not end with one of them.
func (k *keys) ask(ctx context.Context, a *asking) {
	defer close(a.done)
	a.set, a.err = k.issuer.keySet(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asking = nil
	k.failure, k.failed = a.err, k.cfg.Now()
	if a.err == nil {
		k.set, k.renew = a.set, k.cfg.Now().Add(keysAge)
	}
}

// verify checks the signature of a token and gives what it signs. The error is an ErrToken, an
// ErrIssuer or that of the context.
func (k *keys) verify(ctx context.Context, jwt string) ([]byte, error) {
	set, err := k.get(ctx)
	if err != nil {
		return nil, err
	}
	k.renewWith(jwt)
	payload, err := set.VerifySignature(ctx, jwt)
	if errors.Is(err, errTooSoon) {
		// Others may have had the keys fetched since the cache was looked at.
		if set, err = k.get(ctx); err == nil {
			payload, err = set.VerifySignature(ctx, jwt)
		}
	}
	if err != nil {
		return nil, k.issuer.explain(ctx, err)
	}
	return payload, nil
}

// renewWith replaces a key set that is due, beside the requests: they go on with the old one
// until the issuer has answered. Any token makes the new set fetch its keys.
func (k *keys) renewWith(jwt string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.cfg.Now()
	if now.Before(k.renew) {
		return
	}
	k.renew = now.Add(keysRetry)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*k.cfg.Timeout)
		defer cancel()
		set, err := k.issuer.keySet(ctx)
		if err != nil {
			return
		}
		if _, err := set.VerifySignature(ctx, jwt); err != nil && (errors.Is(err, errTooSoon) || !errors.Is(k.issuer.explain(ctx, err), ErrToken)) {
			return
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		k.set, k.renew = set, k.cfg.Now().Add(keysAge)
	}()
}
