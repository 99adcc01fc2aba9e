package tenants

import (
	"sync"
	"sync/atomic"
)

// Store holds the set that is in force and takes a new one while the server runs. It is safe for
// concurrent use.
type Store struct {
	current atomic.Pointer[Set]
	words   Vocabulary
	loading sync.Mutex
}

// NewStore begins with a set. The vocabulary is what files are checked against later.
func NewStore(s *Set, words Vocabulary) *Store {
	st := &Store{words: words}
	st.current.Store(s)
	return st
}

// Set is the set in force. A request takes it once and stays with it.
func (s *Store) Set() *Set { return s.current.Load() }

// Reload puts the set of a file in force and tells what that changed. Where anything about the
// file is wrong the old set stays in force.
func (s *Store) Reload(path string) (Changes, error) {
	s.loading.Lock()
	defer s.loading.Unlock()
	next, err := Load(path, s.words)
	if err != nil {
		return Changes{}, err
	}
	return compare(s.current.Swap(next), next), nil
}
