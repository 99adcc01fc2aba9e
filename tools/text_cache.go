package tools

import (
	"slices"
	"sync"
	"time"
)

// fileText is the text of one file.
type fileText struct {
	title, text string
	// mark identifies the text in cursors.
	mark  string
	notes []string
}

// textKey names a cached text: the record and what was to be read.
type textKey struct{ record, read string }

const (
	// textsFor is how long the text of a file is cached for its next pages.
	textsFor = 2 * time.Minute
	// maxTexts is how many are cached.
	maxTexts = 8
)

// textCache holds texts that were just read, so that their next page fetches
// nothing.
type textCache struct {
	mu   sync.Mutex
	list []cachedText
}

type cachedText struct {
	key textKey
	doc *fileText
	at  time.Time
}

func (k *textCache) get(key textKey) (*fileText, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, t := range k.list {
		if t.key == key && time.Since(t.at) < textsFor {
			return t.doc, true
		}
	}
	return nil, false
}

func (k *textCache) put(key textKey, doc *fileText) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.list = slices.DeleteFunc(k.list, func(t cachedText) bool { return t.key == key || time.Since(t.at) >= textsFor })
	if len(k.list) >= maxTexts {
		k.list = k.list[1:]
	}
	k.list = append(k.list, cachedText{key, doc, time.Now()})
}
