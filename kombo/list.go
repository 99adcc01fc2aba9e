package kombo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
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

// walk iterates over the pages from the filter's cursor to the last, one in memory at
// a time. It ends after the first error.
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
		for {
			page, err := get(next)
			if !yield(page, err) || err != nil || page.Next == "" {
				return
			}
			if page.Next == options.Cursor {
				yield(Page[T]{}, ErrRepeatedCursor)
				return
			}
			options.Cursor = page.Next
		}
	}
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
