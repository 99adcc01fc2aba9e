package names

import (
	"context"
	"time"
)

// CacheFor is how long a [Cache] keeps a value.
const CacheFor = 10 * time.Minute

// Cache keeps one value for [CacheFor]. It is loaded when first needed, by one
// caller at a time; the others wait for it. Use [NewCache]; the zero Cache blocks.
type Cache[T any] struct {
	lock     chan struct{} // not a mutex: waiting for it ends with the context
	loadedAt time.Time
	value    T
}

// NewCache makes an empty cache.
func NewCache[T any]() *Cache[T] { return &Cache[T]{lock: make(chan struct{}, 1)} }

// Get gives the cached value, or else loads and caches it. Errors are not cached.
func (c *Cache[T]) Get(ctx context.Context, now time.Time, load func(context.Context) (T, error)) (T, error) {
	var none T
	select {
	case c.lock <- struct{}{}:
	case <-ctx.Done():
		return none, ctx.Err()
	}
	defer func() { <-c.lock }()
	if !c.loadedAt.IsZero() && now.Sub(c.loadedAt) < CacheFor && !now.Before(c.loadedAt) {
		return c.value, nil
	}
	v, err := load(ctx)
	if err != nil {
		return none, err
	}
	c.value, c.loadedAt = v, now
	return v, nil
}

// Forget makes the next Get load anew.
func (c *Cache[T]) Forget() {
	c.lock <- struct{}{}
	c.loadedAt = time.Time{}
	<-c.lock
}
