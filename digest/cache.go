package digest

import (
	"container/list"
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// The defaults of [NewCache].
const (
	DefaultCacheBytes = 64 << 20
	DefaultCacheTTL   = 60 * time.Second
)

// Cache stores the pages of recent walks, so that a follow-up question does not
// read them again. A question that needs a walk in flight waits for it. When
// memory runs short, the least recently used walk is evicted; walks in flight
// count toward the memory. A Cache is safe for concurrent use.
type Cache struct {
	maxBytes int
	ttl      time.Duration
	clock    func() time.Time

	mu         sync.Mutex
	used       int
	recent     *list.List // of *cachedWalk, most recently used first
	walks      map[string]*list.Element
	inFlight   map[string]*flight
	answers    map[string]*cachedWalk // the walk that stores the answer, by question
	generation int                    // how often Clear was called
}

// cachedWalk is a walk that is stored, or in flight and to be stored.
type cachedWalk struct {
	key     string
	pages   []Page
	size    int
	result  walkResult
	limit   int
	expires time.Time
	// answers were computed from the walk, the oldest first; size includes them.
	answers []cachedAnswer
}

// flight is a walk in progress; done is closed when it ends.
type flight struct{ done chan struct{} }

// NewCache returns a cache of at most bytes of memory that stores each walk for
// ttl. Zero values mean [DefaultCacheBytes], [DefaultCacheTTL] and the system's
// clock.
func NewCache(bytes int, ttl time.Duration, clock func() time.Time) *Cache {
	if bytes <= 0 {
		bytes = DefaultCacheBytes
	}
	if ttl <= 0 {
		ttl = DefaultCacheTTL
	}
	if clock == nil {
		clock = time.Now
	}
	return &Cache{
		maxBytes: bytes, ttl: ttl, clock: clock, recent: list.New(),
		walks: map[string]*list.Element{}, inFlight: map[string]*flight{},
		answers: map[string]*cachedWalk{},
	}
}

// Clear evicts every walk; those in flight will not be stored. Call it after a
// write.
func (c *Cache) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	// Questions from now on must not join a walk that began before.
	clear(c.inFlight)
	for c.recent.Len() > 0 {
		c.evict(c.recent.Back())
	}
}

func (c *Cache) evict(e *list.Element) {
	w, ok := c.recent.Remove(e).(*cachedWalk)
	if ok {
		c.used -= w.size
		delete(c.walks, w.key)
		for _, a := range w.answers {
			delete(c.answers, a.question)
		}
	}
}

// find returns the first usable walk among keys: a complete one or, under the
// first key, one that ended at the same limit.
func (c *Cache) find(keys []string, limit int) *cachedWalk {
	now := c.clock()
	for i, key := range keys {
		e, ok := c.walks[key]
		if !ok {
			continue
		}
		w, _ := e.Value.(*cachedWalk)
		if !now.Before(w.expires) {
			c.evict(e)
			continue
		}
		if w.result.stop == stopAtEnd || i == 0 && w.limit == limit {
			c.recent.MoveToFront(e)
			return w
		}
	}
	return nil
}

// walk serves a walk from the start of the source: from a cached walk under one
// of the keys, from the same walk in flight, or by reading the source and
// storing that walk under the first key.
func (c *Cache) walk(ctx context.Context, keys []string, w *walker, each func(Page) (bool, error)) (walkResult, error) {
	waited := false
	for {
		c.mu.Lock()
		if found := c.find(keys, w.limits.Records); found != nil {
			c.mu.Unlock()
			return replay(ctx, found, w, each)
		}
		running, ok := c.inFlight[keys[0]]
		if waited || !ok {
			f := &flight{make(chan struct{})}
			if !ok {
				c.inFlight[keys[0]] = f
			}
			c.mu.Unlock()
			return c.walkAndStore(ctx, keys[0], f, w, each)
		}
		c.mu.Unlock()
		select {
		case <-running.done:
			// If that walk was not stored, this call reads for itself instead
			// of waiting again.
			waited = true
		case <-ctx.Done():
			return walkResult{}, context.Cause(ctx)
		}
	}
}

// replay passes the pages of a cached walk to each, which must not change them.
func replay(ctx context.Context, cached *cachedWalk, w *walker, each func(Page) (bool, error)) (walkResult, error) {
	read := 0
	for _, page := range cached.pages {
		if ctx.Err() != nil {
			return walkResult{}, context.Cause(ctx)
		}
		read += len(page.Rows)
		more, err := each(page)
		if err != nil {
			return walkResult{}, err
		}
		if !more {
			return walkResult{stop: stopByReader, next: page.Next, read: read}, nil
		}
	}
	if w.progress != nil {
		w.progress(read)
	}
	result := cached.result
	result.cached = cached
	return result, nil
}

// walkAndStore walks the source and stores the walk if there is room for it.
func (c *Cache) walkAndStore(ctx context.Context, key string, f *flight, w *walker, each func(Page) (bool, error)) (walkResult, error) {
	c.mu.Lock()
	generation := c.generation
	c.mu.Unlock()
	cw := &cachedWalk{key: key, limit: w.limits.Records}
	storing := true
	texts := newInterner()
	finished := false
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.inFlight[key] == f {
			delete(c.inFlight, key)
		}
		if finished && storing && c.generation == generation {
			c.store(cw)
		} else {
			c.used -= cw.size
		}
		close(f.done)
	}()
	result, err := w.walk(ctx, "", func(p Page) (bool, error) {
		if storing {
			grown := texts.page(&p)
			cw.pages = append(cw.pages, p)
			storing = c.makeRoom(cw, grown)
		}
		return each(p)
	})
	cw.result = result
	// A walk cut short by time or a failure might get further the next time.
	finished = err == nil && (result.stop == stopAtEnd || result.stop == stopAtRecordLimit)
	return result, err
}

// makeRoom accounts for the memory that a walk in flight takes. It evicts other
// walks as needed; if that is not enough, it drops the pages of this one and
// reports false.
func (c *Cache) makeRoom(cw *cachedWalk, grown int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.used+grown > c.maxBytes && c.recent.Len() > 0 {
		c.evict(c.recent.Back())
	}
	if c.used+grown > c.maxBytes {
		c.used -= cw.size
		cw.size, cw.pages = 0, nil
		return false
	}
	c.used += grown
	cw.size += grown
	return true
}

// store stores a finished walk, whose memory is already accounted for.
func (c *Cache) store(cw *cachedWalk) {
	if e, ok := c.walks[cw.key]; ok {
		c.evict(e)
	}
	cw.expires = c.clock().Add(c.ttl)
	c.walks[cw.key] = c.recent.PushFront(cw)
}

// Bytes returns the memory of all walks, stored or in flight, in bytes.
func (c *Cache) Bytes() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.used
}

// interner lets rows share repeated texts, such as job names.
type interner struct{ seen map[string]string }

const (
	internBytes = 64
	internTexts = 20_000
)

func newInterner() *interner { return &interner{map[string]string{}} }

// page makes the rows of a page use texts seen before, and returns how much
// memory the page adds. The rows must not be in use elsewhere yet.
func (n *interner) page(p *Page) int {
	grown := 96 + len(p.Cursor) + len(p.Next)
	for _, r := range p.Rows {
		grown += r.Size()
		for i, v := range r.Values {
			if v.str == "" || len(v.str) > internBytes {
				continue
			}
			if s, ok := n.seen[v.str]; ok {
				r.Values[i].str = s
				grown -= len(s)
			} else if len(n.seen) < internTexts {
				n.seen[v.str] = v.str
			}
		}
	}
	return grown
}

// CacheKeys returns the keys of the walks that can serve a question whose
// filters are pushed down: first the walk with all filters, then those with
// fewer, last the unfiltered one. With more than six filters it returns only the
// first and the last of these.
func CacheKeys(base string, filters []string) []string {
	filters = slices.Sorted(slices.Values(filters))
	key := func(chosen []string) string { return base + "\x00" + strings.Join(chosen, "\x00") }
	if len(filters) > 6 {
		return []string{key(filters), key(nil)}
	}
	var choices [][]string
	for bits := range 1 << len(filters) {
		var chosen []string
		for i, f := range filters {
			if bits&(1<<i) != 0 {
				chosen = append(chosen, f)
			}
		}
		choices = append(choices, chosen)
	}
	slices.SortStableFunc(choices, func(a, b []string) int { return len(b) - len(a) })
	keys := make([]string, len(choices))
	for i, c := range choices {
		keys[i] = key(c)
	}
	return keys
}
