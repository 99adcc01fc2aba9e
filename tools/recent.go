package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// effectKind is a kind of write that a list shows, in the column that reflects
// it.
type effectKind string

const (
	effectCreated  effectKind = "created"
	effectMoved    effectKind = "moved"
	effectRejected effectKind = "rejected"
	effectTagged   effectKind = "tagged"
)

// effect is what a list shows once Kombo's copy has a write: the record has the
// value in the column that reflects the kind, or no longer has it.
type effect struct {
	kind          effectKind
	record, value string
	removed       bool
}

// replaces reports whether an effect makes an earlier one obsolete. A record can
// have several tags, and only one of anything else.
func (e effect) replaces(earlier effect) bool {
	return e.kind == earlier.kind && e.record == earlier.record &&
		(e.kind != effectTagged || digest.Fold(e.value) == digest.Fold(earlier.value))
}

const (
	// recentFor is how long a write is remembered that the copy does not show:
	// Kombo's slowest sync.
	recentFor = 24 * time.Hour
	// maxRecent bounds how many are.
	maxRecent = 500
)

// recentWrite is a write of this server that reads may not show yet.
type recentWrite struct {
	effect
	words string
	at    time.Time
}

// recentWrites remembers what this server just wrote, so that reads say where
// the copy lags behind it.
type recentWrites struct {
	mu   sync.Mutex
	list []recentWrite
}

func (r *recentWrites) add(w recentWrite) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = slices.DeleteFunc(r.list, func(o recentWrite) bool { return w.at.Sub(o.at) > recentFor || w.replaces(o.effect) })
	if len(r.list) >= maxRecent {
		r.list = r.list[1:]
	}
	r.list = append(r.list, w)
}

// see drops the writes that rows fresh from the copy show.
func (r *recentWrites) see(of *resource, rows []digest.Row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.list) == 0 {
		return
	}
	id := of.column(of.table.ID)
	for i := range rows {
		r.list = slices.DeleteFunc(r.list, func(w recentWrite) bool {
			return of.reflects(w.effect) && w.record == rows[i].Values[id].Str() && of.has(w.effect, &rows[i])
		})
	}
}

// tellTokens is what tell may need of an answer.
const tellTokens = 120

// room is how many tokens tell may want of an answer about a list.
func (r *recentWrites) room(of *resource, now time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.ContainsFunc(r.list, func(w recentWrite) bool { return of.reflects(w.effect) && now.Sub(w.at) <= recentFor }) {
		return tellTokens
	}
	return 0
}

// tell adds to an answer what was written and may not show in it: of the
// records in the rows by name, of others their number.
func (r *recentWrites) tell(of *resource, now time.Time, a *digest.Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var named []string
	others := 0
	for _, w := range r.list {
		switch {
		case now.Sub(w.at) > recentFor || !of.reflects(w.effect):
		case inRows(a, w.record) && len(named) < 10:
			named = append(named, fmt.Sprintf("%s was %s %s", w.record, w.words, wording.Ago(now.Sub(w.at))))
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

// shows reads the record of an effect again and reports whether the copy has it.
func (b *Toolbox) shows(e effect) func(context.Context, time.Time) (bool, error) {
	return func(ctx context.Context, _ time.Time) (bool, error) {
		opts := kombo.ListOptions{IDs: []string{e.record}}
		if candidates.reflects(e) {
			page, err := b.cfg.Client.GetCandidates(ctx, kombo.CandidateFilter{ListOptions: opts})
			return err == nil && anyHas(candidates, page.Results, e), err
		}
		page, err := b.cfg.Client.GetApplications(ctx, kombo.ApplicationFilter{ListOptions: opts})
		return err == nil && anyHas(applications, page.Results, e), err
	}
}

func anyHas[T any](of *records[T], list []T, e effect) bool {
	return slices.ContainsFunc(list, func(rec T) bool {
		row := of.row(&rec, time.Time{}, false)
		return row.Values[of.column(of.table.ID)].Str() == e.record && of.has(e, &row)
	})
}
