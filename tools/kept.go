package tools

import (
	"context"
	"time"
)

// keptFor is how long a list that names are looked up in stays good.
const keptFor = 10 * time.Minute

// kept is a value that is fetched when first needed, by one caller at a time,
// and kept for keptFor.
type kept[T any] struct {
	lock  chan struct{}
	at    time.Time
	value T
}

func newKept[T any]() *kept[T] { return &kept[T]{lock: make(chan struct{}, 1)} }

func (k *kept[T]) get(ctx context.Context, now time.Time, load func(context.Context) (T, error)) (T, error) {
	var none T
	select {
	case k.lock <- struct{}{}:
	case <-ctx.Done():
		return none, ctx.Err()
	}
	defer func() { <-k.lock }()
	if !k.at.IsZero() && now.Sub(k.at) < keptFor && !now.Before(k.at) {
		return k.value, nil
	}
	v, err := load(ctx)
	if err != nil {
		return none, err
	}
	k.value, k.at = v, now
	return v, nil
}

// forget makes the next get fetch anew.
func (k *kept[T]) forget() {
	k.lock <- struct{}{}
	k.at = time.Time{}
	<-k.lock
}
