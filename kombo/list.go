package kombo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// listData is the data of a list's response.
type listData[T any] struct {
	Next    cursor `json:"next"`
	Results *[]T   `json:"results"`
}

func (*listData[T]) shape() any {
	return &struct {
		Data struct {
			Results []map[string]any `json:"results"`
		} `json:"data"`
	}{}
}

func (d *listData[T]) complete() bool { return d != nil && d.Results != nil }

// maxPageRecords is how many records a page may have, many times as many as are ever
// asked for.
const maxPageRecords = 20 * MaxPageSize

// excess stops at the records of a page that are too many. It reads no further: decoded,
// they would take many times the memory of their text.
func (*listData[T]) excess(body []byte) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	for path := []string{"data", "results"}; len(path) > 0; {
		if open, err := dec.Token(); err != nil || open != json.Delim('{') {
			return nil //nolint:nilerr // the decoder of the whole says what is wrong
		}
		for {
			key, err := dec.Token()
			if err != nil || key == json.Delim('}') {
				return nil //nolint:nilerr // as above
			}
			if name, ok := key.(string); ok && strings.EqualFold(name, path[0]) {
				break
			}
			var skipped json.RawMessage
			if dec.Decode(&skipped) != nil {
				return nil
			}
		}
		path = path[1:]
	}
	if open, err := dec.Token(); err != nil || open != json.Delim('[') {
		return nil //nolint:nilerr // as above
	}
	var record json.RawMessage
	for n := 0; dec.More(); n++ {
		if n == maxPageRecords {
			return fmt.Errorf("%w: the page has more than %d records", errNotKombo, maxPageRecords)
		}
		if dec.Decode(&record) != nil {
			return nil
		}
	}
	return nil
}

// cursor is strict where everything else is lenient: ignoring one that cannot be
// decoded would silently end a walk too early.
type cursor string

func (c *cursor) UnmarshalJSON(data []byte) error {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil {
		return errors.New("next is neither a string nor null")
	}
	*c = ""
	if text != nil {
		*c = cursor(*text)
	}
	return nil
}

func listOperation(name, path string) operation {
	return operation{name: name, method: http.MethodGet, path: path, kind: read}
}

// listFilter is implemented by the filters of all lists, and by ListOptions itself.
type listFilter interface{ Options() *ListOptions }

// fetch returns one page.
func fetch[T any](ctx context.Context, c *Client, op operation, filter listFilter) (Page[T], error) {
	q := queryOf(filter)
	if q.err != nil {
		return Page[T]{}, fmt.Errorf("%s: %w", op.name, q.err)
	}
	data, _, err := call[listData[T]](ctx, c, op, nil, q.values, nil)
	if err != nil {
		return Page[T]{}, err
	}
	return Page[T]{Results: *data.Results, Next: string(data.Next), Cursor: filter.Options().Cursor}, nil
}

// maxEmptyPages is how many pages in a row may be without a record that is new.
const maxEmptyPages = 20

// walk iterates over the pages from the filter's cursor to the last, one in memory at
// a time. It drops records with an id that an earlier page had: lists change while they
// are read. It ends after the first error, at a cursor that it has followed before, and
// after maxEmptyPages.
func walk[T, F any, P interface {
	*F
	listFilter
}](filter F, get func(F) (Page[T], error)) iter.Seq2[Page[T], error] {
	return func(yield func(Page[T], error) bool) {
		next := filter
		options := P(&next).Options()
		if options.PageSize == 0 {
			options.PageSize = MaxPageSize
		}
		followed := map[string]bool{options.Cursor: true}
		fresh := newFreshRecords[T]()
		for empty := 0; ; {
			page, err := get(next)
			page.Results = fresh.keep(page.Results)
			if !yield(page, err) || err != nil || page.Next == "" {
				return
			}
			if empty++; len(page.Results) > 0 {
				empty = 0
			}
			switch {
			case followed[page.Next]:
				yield(Page[T]{}, ErrRepeatedCursor)
				return
			case empty >= maxEmptyPages:
				yield(Page[T]{}, ErrEmptyPages)
				return
			}
			followed[page.Next] = true
			options.Cursor = page.Next
		}
	}
}

// freshRecords finds the records that were not there before, by their field ID. Those
// without one all count as new.
type freshRecords[T any] struct {
	id   []int // the index of the field, nil if there is none
	seen map[string]bool
}

func newFreshRecords[T any]() *freshRecords[T] {
	f := &freshRecords[T]{seen: map[string]bool{}}
	if t := reflect.TypeFor[T](); t.Kind() == reflect.Struct {
		if id, ok := t.FieldByName("ID"); ok && id.Type.Kind() == reflect.String {
			f.id = id.Index
		}
	}
	return f
}

// keep removes the records that were there before.
func (f *freshRecords[T]) keep(list []T) []T {
	if f.id == nil {
		return list
	}
	return slices.DeleteFunc(list, func(rec T) bool {
		id := reflect.ValueOf(&rec).Elem().FieldByIndex(f.id).String()
		again := id != "" && f.seen[id]
		f.seen[id] = true
		return again
	})
}

// records iterates over the records of pages.
func records[T any](pages iter.Seq2[Page[T], error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range pages {
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, record := range page.Results {
				if !yield(record, nil) {
					return
				}
			}
		}
	}
}
