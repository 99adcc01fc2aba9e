package app

import (
	"context"
	"sync"
)

const (
	// maxTenantFiles and maxFiles are how many files of one tenant, and of all, may be in memory at
	// once, from when they are fetched until their text was read.
	maxTenantFiles = 4
	maxFiles       = 12
	// maxTenantReads and maxReads are how many of them are read at once. Each of these may take 64 MiB.
	maxTenantReads = 2
	maxReads       = 3
)

// places bound how much of something goes on at once: for each tenant and in all, so that a tenant
// whose work is slow does not take the places of the others.
type places struct {
	each int
	all  chan struct{}

	mu sync.Mutex
	of map[string]chan struct{}
}

func newPlaces(each, all int) *places {
	return &places{each: each, all: make(chan struct{}, all), of: map[string]chan struct{}{}}
}

// tenant returns what waits for a place of the tenant. The same name has the same places, whatever
// becomes of its settings. The error is the cause of the context's end.
func (p *places) tenant(name string) func(ctx context.Context) (release func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of[name] == nil {
		p.of[name] = make(chan struct{}, p.each)
	}
	own := p.of[name]
	return func(ctx context.Context) (func(), error) {
		// Its own first: what waits for one of all would hold none of the others'.
		if err := take(ctx, own); err != nil {
			return nil, err
		}
		if err := take(ctx, p.all); err != nil {
			<-own
			return nil, err
		}
		return func() { <-p.all; <-own }, nil
	}
}

func take(ctx context.Context, slots chan struct{}) error {
	select {
	case slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
