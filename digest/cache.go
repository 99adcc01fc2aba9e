package digest

import (
	"container/list"
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// What a Cache holds unless told otherwise.
const (
	DefaultCacheBytes = 64 << 20
	DefaultCacheTTL   = 60 * time.Second
)

// Cache keeps the pages of recent walks, so that a follow-up question does
// not walk again, and lets those who ask for a walk that is under way wait for
// it. The least recently used walk goes when memory runs short; the walks being
// collected count. It is safe for concurrent use.
type Cache struct {
	bytes int
	ttl   time.Duration
	clock func() time.Time

	mu      sync.Mutex
	used    int
	recent  *list.List // of *keptWalk, most recently used first
	kept    map[string]*list.Element
	flights map[string]*flight
	answers map[string]*keptWalk // by the questions that they answer
	era     int                  // grows with Clear
}

type keptWalk struct {
	key   string
	pages []Page
	size  int
	done  walked
	limit int
	until time.Time
	// answers are those that the walk gave, the oldest first; size counts them.
	answers []keptAnswer
}

// flight is a walk under way; landed closes when it ends.
type flight struct{ landed chan struct{} }

// NewCache keeps up to bytes of memory for ttl each; zero values mean
// DefaultCacheBytes, DefaultCacheTTL and the system's clock.
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
		bytes: bytes, ttl: ttl, clock: clock, recent: list.New(),
		kept: map[string]*list.Element{}, flights: map[string]*flight{},
		answers: map[string]*keptWalk{},
	}
}

// Clear forgets every walk; those under way will not be kept. Call it after a
// write.
func (k *Cache) Clear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.era++
	// Whoever asks from now on must not join a walk that began before.
	clear(k.flights)
	for k.recent.Len() > 0 {
		k.drop(k.recent.Back())
	}
}

func (k *Cache) drop(e *list.Element) {
	w, ok := k.recent.Remove(e).(*keptWalk)
	if ok {
		k.used -= w.size
		delete(k.kept, w.key)
		for _, a := range w.answers {
			delete(k.answers, a.question)
		}
	}
}

// find gives the first kept walk among keys that serves: a complete one, or,
// for the first key, one that ended at the same limit.
func (k *Cache) find(keys []string, limit int) *keptWalk {
	now := k.clock()
	for i, key := range keys {
		e, ok := k.kept[key]
		if !ok {
			continue
		}
		w, _ := e.Value.(*keptWalk)
		if !now.Before(w.until) {
			k.drop(e)
			continue
		}
		if w.done.end == atEnd || i == 0 && w.limit == limit {
			k.recent.MoveToFront(e)
			return w
		}
	}
	return nil
}

// walk serves a walk from the start of the source: from a kept one of the
// keys, from the same one under way, or by walking, which is then kept under
// the first key.
func (k *Cache) walk(ctx context.Context, keys []string, w *walker, each func(Page) (bool, error)) (walked, error) {
	joined := false
	for {
		k.mu.Lock()
		if found := k.find(keys, w.limits.Records); found != nil {
			k.mu.Unlock()
			return replay(ctx, found, w, each)
		}
		under, ok := k.flights[keys[0]]
		if joined || !ok {
			f := &flight{make(chan struct{})}
			if !ok {
				k.flights[keys[0]] = f
			}
			k.mu.Unlock()
			return k.collect(ctx, keys[0], f, w, each)
		}
		k.mu.Unlock()
		select {
		case <-under.landed:
			// Whoever waited once for a walk that was not kept walks alone.
			joined = true
		case <-ctx.Done():
			return walked{}, context.Cause(ctx)
		}
	}
}

// replay hands out the pages of a kept walk, which nobody changes.
func replay(ctx context.Context, kept *keptWalk, w *walker, each func(Page) (bool, error)) (walked, error) {
	read := 0
	for _, page := range kept.pages {
		if ctx.Err() != nil {
			return walked{}, context.Cause(ctx)
		}
		read += len(page.Rows)
		more, err := each(page)
		if err != nil {
			return walked{}, err
		}
		if !more {
			return walked{end: atEnough, next: page.Next, read: read}, nil
		}
	}
	if w.progress != nil {
		w.progress(read)
	}
	done := kept.done
	done.kept = kept
	return done, nil
}

// collect walks and keeps what it reads, as long as there is room for it.
func (k *Cache) collect(ctx context.Context, key string, f *flight, w *walker, each func(Page) (bool, error)) (walked, error) {
	k.mu.Lock()
	era := k.era
	k.mu.Unlock()
	c := &keptWalk{key: key, limit: w.limits.Records}
	keeping := true
	share := newInterner()
	finished := false
	defer func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.flights[key] == f {
			delete(k.flights, key)
		}
		if finished && keeping && k.era == era {
			k.store(c)
		} else {
			k.used -= c.size
		}
		close(f.landed)
	}()
	done, err := w.walk(ctx, "", func(p Page) (bool, error) {
		if keeping {
			grown := share.page(&p)
			c.pages = append(c.pages, p)
			keeping = k.reserve(c, grown)
		}
		return each(p)
	})
	c.done = done
	// What time or a failure cut short might go further the next time.
	finished = err == nil && (done.end == atEnd || done.end == atRecords)
	return done, err
}

// reserve counts memory for a walk being collected; where there is no room,
// others go, then the walk itself.
func (k *Cache) reserve(c *keptWalk, grown int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	for k.used+grown > k.bytes && k.recent.Len() > 0 {
		k.drop(k.recent.Back())
	}
	if k.used+grown > k.bytes {
		k.used -= c.size
		c.size, c.pages = 0, nil
		return false
	}
	k.used += grown
	c.size += grown
	return true
}

// store keeps a finished walk; its memory is counted already.
func (k *Cache) store(c *keptWalk) {
	if e, ok := k.kept[c.key]; ok {
		k.drop(e)
	}
	c.until = k.clock().Add(k.ttl)
	k.kept[c.key] = k.recent.PushFront(c)
}

// Bytes is how many bytes the keeper counts, kept and being collected.
func (k *Cache) Bytes() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.used
}

// interner lets rows share the texts that repeat, such as job names.
type interner struct{ seen map[string]string }

const (
	internBytes = 64
	internTexts = 20_000
)

func newInterner() *interner { return &interner{map[string]string{}} }

// page shares the texts of a page that nobody else holds yet and gives the
// memory that it adds.
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

// CacheKeys are the keys under which a kept walk may serve a question whose
// filters are pushed down: the walk with all the filters first, then those with
// fewer, the unfiltered one last. More than six filters give only the ends.
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
