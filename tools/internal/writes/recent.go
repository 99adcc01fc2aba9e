package writes

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// EffectKind is a kind of write that a list shows in one of its columns.
type EffectKind string

// The kinds of effects.
const (
	EffectCreated  EffectKind = "created"
	EffectMoved    EffectKind = "moved"
	EffectRejected EffectKind = "rejected"
	EffectTagged   EffectKind = "tagged"
)

// Effect is what a list shows once Kombo's copy has a write: the record has the value
// in the column of that kind, or no longer has it if Removed.
type Effect struct {
	Kind          EffectKind
	Record, Value string
	Removed       bool
}

// replaces reports whether an effect makes an earlier one obsolete. A record can have
// several tags, and only one of anything else.
func (e Effect) replaces(earlier Effect) bool {
	return e.Kind == earlier.Kind && e.Record == earlier.Record &&
		(e.Kind != EffectTagged || digest.Fold(e.Value) == digest.Fold(earlier.Value))
}

// List is what [Recent] must know of a list.
type List interface {
	// Reflects reports whether the list has a column in which the effect shows.
	Reflects(Effect) bool
	// Has reports whether a row shows the effect.
	Has(Effect, *digest.Row) bool
	// ID is the id of a row's record.
	ID(*digest.Row) string
}

const (
	// recentFor is how long a write is remembered that the copy does not show: the
	// interval of Kombo's slowest sync.
	recentFor = 24 * time.Hour
	// maxRecent is how many are remembered.
	maxRecent = 500
	// recentTokens is the most tokens that the notes about recent writes take.
	recentTokens = 120
	// maxNamed is how many recent writes a note lists.
	maxNamed = 10
)

// recentWrite is a write of this server that reads may not show yet.
type recentWrite struct {
	Effect
	words string
	at    time.Time
}

// Recent remembers what this server just wrote, so that reads can say where Kombo's
// copy lags behind. The zero Recent is empty. It is safe for concurrent use.
type Recent struct {
	mu   sync.Mutex
	list []recentWrite
}

func (r *Recent) add(w recentWrite) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = slices.DeleteFunc(r.list, func(o recentWrite) bool { return w.at.Sub(o.at) > recentFor || w.replaces(o.Effect) })
	if len(r.list) >= maxRecent {
		r.list = r.list[1:]
	}
	r.list = append(r.list, w)
}

// Observe forgets the writes that rows fresh from the copy show.
func (r *Recent) Observe(of List, rows []digest.Row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.list) == 0 {
		return
	}
	for i := range rows {
		r.list = slices.DeleteFunc(r.list, func(w recentWrite) bool {
			return of.Reflects(w.Effect) && w.Record == of.ID(&rows[i]) && of.Has(w.Effect, &rows[i])
		})
	}
}

// Tokens is how many tokens AddNotes may add to an answer about a list: 0 if nothing
// was written that shows in it.
func (r *Recent) Tokens(of List, now time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.ContainsFunc(r.list, func(w recentWrite) bool { return of.Reflects(w.Effect) && now.Sub(w.at) <= recentFor }) {
		return recentTokens
	}
	return 0
}

// AddNotes adds to an answer what was written and may not show in it: by record for
// those in the rows, by number for others.
func (r *Recent) AddNotes(of List, now time.Time, a *digest.Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var named []string
	others := 0
	for _, w := range r.list {
		switch {
		case now.Sub(w.at) > recentFor || !of.Reflects(w.Effect):
		case inRows(a, w.Record) && len(named) < maxNamed:
			named = append(named, fmt.Sprintf("%s was %s %s", w.Record, w.words, wording.Ago(now.Sub(w.at))))
		default:
			others++
		}
	}
	if len(named) > 0 {
		a.AddNote("by this server: " + strings.Join(named, "; ") + "; the copy may lag")
	}
	if others > 0 {
		a.AddNote(wording.Plural(others, "1 recent write", "recent writes") + " of this server to other records may not show in these counts yet")
	}
}

func inRows(a *digest.Answer, id string) bool {
	return slices.ContainsFunc(a.Rows, func(row []string) bool {
		return slices.ContainsFunc(row, func(cell string) bool { return cell == id || strings.HasPrefix(cell, "id: "+id+"\n") })
	})
}
