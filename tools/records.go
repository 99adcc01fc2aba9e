package tools

import (
	"slices"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

// resource is one of Kombo's lists with its columns.
type resource struct {
	table   digest.Table
	columns []column
	// model is Kombo's id for the kind of record.
	model string
	// author says whose words the longer texts of a record are.
	author string
}

// column gives the place of a column, -1 where there is none of the name.
func (r *resource) column(name string) int {
	return slices.IndexFunc(r.columns, func(c column) bool { return c.Name == name })
}

// wholeTable is the table of the view record: one more column, the whole record as
// text.
func (r *resource) wholeTable() *digest.Table {
	t := r.table
	t.Columns = append(slices.Clone(t.Columns), digest.Column{Name: viewRecord, Kind: digest.KindBlock})
	return &t
}

// maskedTable marks in a table of the resource the columns that show what is
// masked, since comparing with one would tell what it hides. The table may have
// further columns behind those of the resource.
func (r *resource) maskedTable(m *privacy.Mask, t *digest.Table) *digest.Table {
	if len(m.Categories()) == 0 {
		return t
	}
	out := *t
	out.Columns = slices.Clone(t.Columns)
	for i, c := range r.columns {
		if m.Hides(c.mask) {
			out.Columns[i].Masked = "this server masks " + string(c.mask) + " data"
		}
	}
	return &out
}

// reflecting is the place of the column in which writes of a kind show, -1
// where none does.
func (r *resource) reflecting(kind writes.EffectKind) int {
	return slices.IndexFunc(r.columns, func(c column) bool { return c.effect == kind })
}

// Reflects implements writes.List.
func (r *resource) Reflects(e writes.Effect) bool { return r.reflecting(e.Kind) >= 0 }

// Has implements writes.List.
func (r *resource) Has(e writes.Effect, row *digest.Row) bool {
	at := r.reflecting(e.Kind)
	found := at >= 0 && slices.ContainsFunc(row.Values[at].Elements(), func(s string) bool { return digest.Fold(s) == digest.Fold(e.Value) })
	return found != e.Removed
}

// ID implements writes.List.
func (r *resource) ID(row *digest.Row) string { return row.Values[r.column(r.table.ID)].Str() }

// records is a list with the way from its records to the values of its columns.
type records[T any] struct {
	resource
	// values compute the columns, nil for those that are looked up; ids are those
	// of the records that a joined column shows values of, nil where a column has
	// the id.
	values  []func(*T, time.Time) digest.Value
	ids     []func(*T) []string
	answers func(*T) []digest.ScreeningAnswer
	// mask masks a record in place, and adds what it says of the candidate to the
	// identity that was looked up; nil for records that are not masked. candidateID
	// is whom the record is about, nil for records about no candidate, and
	// needsIdentity reports whether masking takes data of theirs that the record lacks.
	mask          func(*privacy.Mask, *T, *privacy.Identity)
	candidateID   func(*T) string
	needsIdentity func(*privacy.Mask, *T) bool
	// strip removes protected answers and gives their number.
	strip func(*privacy.Protected, *T) int
}

func newRecords[T any](model string, t digest.Table, columns ...columnOf[T]) *records[T] {
	r := &records[T]{resource: resource{table: t, model: model, author: "a longer text"}}
	for _, c := range columns {
		r.table.Columns = append(r.table.Columns, c.Column)
		r.columns = append(r.columns, c.column)
		r.values = append(r.values, c.value)
		r.ids = append(r.ids, c.ids)
	}
	return r
}

// writtenBy says whose words the longer texts of a record are.
func (r *records[T]) writtenBy(author string) *records[T] { r.author = author; return r }

// about declares whose data a record is, how it is masked, and whether that takes
// data of theirs that the record lacks.
func (r *records[T]) about(candidateID func(*T) string, mask func(*privacy.Mask, *T, *privacy.Identity), needsIdentity func(*privacy.Mask, *T) bool) *records[T] {
	r.candidateID, r.mask, r.needsIdentity = candidateID, mask, needsIdentity
	return r
}

// maskedBy declares how records about no one candidate are masked.
func (r *records[T]) maskedBy(mask func(*privacy.Mask, *T, *privacy.Identity)) *records[T] {
	r.mask = mask
	return r
}

// row turns a record into the values of its columns, except those that are
// looked up. Answers are added on request.
func (r *records[T]) row(rec *T, now time.Time, answers bool) digest.Row {
	row := digest.Row{Values: make([]digest.Value, len(r.columns))}
	for i, value := range r.values {
		if value != nil {
			row.Values[i] = value(rec, now)
		}
	}
	if answers && r.answers != nil {
		row.Answers = r.answers(rec)
	}
	return row
}

// hide masks a record and removes protected answers, unless p is nil. It gives the
// number of these.
func (r *records[T]) hide(p *privacy.Protected, m *privacy.Mask, rec *T, k *privacy.Identity) (stripped int) {
	if r.strip != nil && p != nil {
		stripped = r.strip(p, rec)
	}
	if r.mask != nil && m != nil {
		r.mask(m, rec, k)
	}
	return stripped
}
