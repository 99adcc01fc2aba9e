package tenants

import (
	"sync"
	"sync/atomic"
)

// Store has the current set of tenants, and replaces it while the server runs. It is safe for
// concurrent use.
type Store struct {
	current  atomic.Pointer[Set]
	words    Vocabulary
	reloadMu sync.Mutex
}

// NewStore returns a store with a first set. Reload checks files against the vocabulary.
func NewStore(s *Set, words Vocabulary) *Store {
	st := &Store{words: words}
	st.current.Store(s)
	return st
}

// Set returns the current set. Call it once for each request.
func (s *Store) Set() *Set { return s.current.Load() }

// Reload replaces the set by that of a file and returns what changed. If anything in the file is wrong,
// it returns the error of [Load] and keeps the old set; also if apply fails, which puts the new set into
// effect.
func (s *Store) Reload(path string, apply func(next *Set, c Changes) error) (Changes, error) {
	s.reloadMu.Lock()
	defer s.reloadMu.Unlock()
	next, err := Load(path, s.words)
	if err != nil {
		return Changes{}, err
	}
	changes := diff(s.current.Load(), next)
	if err := apply(next, changes); err != nil {
		return Changes{}, err
	}
	s.current.Store(next)
	return changes, nil
}
