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

// mark is what a list shows once Kombo's copy has a write: the record with that
// id has the value in the column, or lacks it.
type mark struct {
	list, id, column, value string
	lacks                   bool
}

func (m mark) shown(t *digest.Table, row *digest.Row) bool {
	at := columnIndex(t, m.column)
	has := at >= 0 && slices.ContainsFunc(row.Values[at].Elements(), func(s string) bool { return digest.Fold(s) == digest.Fold(m.value) })
	return has != m.lacks
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
	mark
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
	// A later write to the same place takes the earlier one's.
	r.list = slices.DeleteFunc(r.list, func(o recentWrite) bool {
		return w.at.Sub(o.at) > recentFor || o.list == w.list && o.id == w.id && o.column == w.column && (o.column != "tags" || digest.Fold(o.value) == digest.Fold(w.value))
	})
	if len(r.list) >= maxRecent {
		r.list = r.list[1:]
	}
	r.list = append(r.list, w)
}

// see looks whether rows fresh from the copy show what was written.
func (r *recentWrites) see(t *digest.Table, rows []digest.Row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.list) == 0 {
		return
	}
	id := columnIndex(t, t.ID)
	for i := range rows {
		r.list = slices.DeleteFunc(r.list, func(w recentWrite) bool {
			return w.list == t.Name && w.id == rows[i].Values[id].Str() && w.shown(t, &rows[i])
		})
	}
}

// tellTokens is what tell may need of an answer.
const tellTokens = 120

// room is how many tokens tell may want of an answer about a list.
func (r *recentWrites) room(list string, now time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.ContainsFunc(r.list, func(w recentWrite) bool { return w.list == list && now.Sub(w.at) <= recentFor }) {
		return tellTokens
	}
	return 0
}

// tell adds to an answer what was written and may not show in it: of the
// records in the rows by name, of others their number.
func (r *recentWrites) tell(list string, now time.Time, a *digest.Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var named []string
	others := 0
	for _, w := range r.list {
		switch {
		case now.Sub(w.at) > recentFor:
		case w.list == list && inRows(a, w.id) && len(named) < 10:
			named = append(named, fmt.Sprintf("%s was %s %s", w.id, w.words, wording.Ago(now.Sub(w.at))))
		case w.list == list:
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

// shows reads the record of a mark again and looks whether the copy has it.
func (b *Toolbox) shows(m mark) func(context.Context, time.Time) (bool, error) {
	return func(ctx context.Context, _ time.Time) (bool, error) {
		opts := kombo.ListOptions{IDs: []string{m.id}}
		if m.list == candidates.table.Name {
			page, err := b.cfg.Client.GetCandidates(ctx, kombo.CandidateFilter{ListOptions: opts})
			return err == nil && anyShown(candidates, page.Results, m), err
		}
		page, err := b.cfg.Client.GetApplications(ctx, kombo.ApplicationFilter{ListOptions: opts})
		return err == nil && anyShown(applications, page.Results, m), err
	}
}

func anyShown[T any](of *resource[T], records []T, m mark) bool {
	return slices.ContainsFunc(records, func(rec T) bool {
		row := of.row(&lookup{}, &rec)
		return row.Values[columnIndex(&of.table, of.table.ID)].Str() == m.id && m.shown(&of.table, &row)
	})
}
