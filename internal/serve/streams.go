package serve

import (
	"context"
	"errors"
	"slices"
)

var errTooManyStreams = errors.New("there are too many streams")

// getStream is an open GET stream.
type getStream struct {
	session *session
	end     context.CancelFunc
}

// openStream adds a GET stream to a session, for as long as ctx, and until closeStream is
// called. There may be at most most; in the place of another caller's who has more, the
// oldest ends. The error is errNoSession or errTooManyStreams.
func (t *sessionTable) openStream(ctx context.Context, id, owner string, most int) (_ context.Context, closeStream func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.find(id, owner)
	if s == nil {
		return nil, nil, errNoSession
	}
	if len(t.streams) >= most && !t.endStreamOfOther(owner) {
		return nil, nil, errTooManyStreams
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.ctx, cancel)
	st := &getStream{session: s, end: cancel}
	t.streams = append(t.streams, st)
	s.streams++
	return ctx, func() {
		stop()
		cancel()
		t.mu.Lock()
		defer t.mu.Unlock()
		s.lastSeen = t.now()
		t.dropStream(st)
	}, nil
}

// endStreamOfOther ends the oldest stream of the caller who has the most, and reports
// whether there is one who has more than the owner. The caller must hold the lock.
func (t *sessionTable) endStreamOfOther(owner string) bool {
	count := map[string]int{}
	most := owner
	for _, st := range t.streams {
		of := st.session.opener.Owner
		if count[of]++; count[of] > count[most] {
			most = of
		}
	}
	if most == owner {
		return false
	}
	for _, st := range t.streams {
		if st.session.opener.Owner == most {
			st.end()
			t.dropStream(st)
			return true
		}
	}
	return false
}

// dropStream removes a stream from the list, if it is there. The caller must hold the
// lock.
func (t *sessionTable) dropStream(st *getStream) {
	if i := slices.Index(t.streams, st); i >= 0 {
		t.streams = slices.Delete(t.streams, i, i+1)
		st.session.streams--
	}
}
