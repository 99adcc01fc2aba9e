package kombo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// listData is the data of a list's answer.
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

// cursor is strict where everything else is lenient: a cursor that was dropped
// as unreadable would end a walk early without a word.
type cursor string

func (c *cursor) UnmarshalJSON(data []byte) error {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil {
		return errors.New("next is neither a text nor null")
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

// fetch gets one page.
func fetch[T any](ctx context.Context, c *Client, op operation, options ListOptions, q query) (Page[T], error) {
	q.options(options)
	if q.err != nil {
		return Page[T]{}, fmt.Errorf("%s: %w", op.name, q.err)
	}
	data, _, err := call[listData[T]](ctx, c, op, nil, q.values, nil)
	if err != nil {
		return Page[T]{}, err
	}
	return Page[T]{Results: *data.Results, Next: string(data.Next), Cursor: options.Cursor}, nil
}

// walk yields pages from start.Cursor to the last, holding one at a time. It
// ends after the first error.
func walk[T any](start ListOptions, get func(ListOptions) (Page[T], error)) iter.Seq2[Page[T], error] {
	return func(yield func(Page[T], error) bool) {
		options := start
		if options.PageSize == 0 {
			options.PageSize = MaxPageSize
		}
		for {
			page, err := get(options)
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

// each yields the records of pages.
func each[T any](pages iter.Seq2[Page[T], error]) iter.Seq2[T, error] {
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

// query collects parameters and the first thing wrong with them.
type query struct {
	values url.Values
	err    error
}

func newQuery() query { return query{values: url.Values{}} }

func (q *query) options(o ListOptions) {
	q.text("cursor", o.Cursor)
	if o.PageSize < 0 || o.PageSize > MaxPageSize {
		q.fail(fmt.Errorf("page_size is %d; it must be from 1 to %d", o.PageSize, MaxPageSize))
	}
	if o.PageSize != 0 {
		q.values.Set("page_size", strconv.Itoa(o.PageSize))
	}
	q.date("updated_after", o.UpdatedAfter)
	q.flag("include_deleted", o.IncludeDeleted)
	q.flag("ignore_unsupported_filters", o.IgnoreUnsupportedFilters)
	anyOf(q, "ids", o.IDs)
	anyOf(q, "remote_ids", o.RemoteIDs)
}

func (q *query) fail(err error) {
	if q.err == nil {
		q.err = err
	}
}

func (q *query) text(name, value string) {
	if value != "" {
		q.values.Set(name, value)
	}
}

func (q *query) flag(name string, value bool) {
	if value {
		q.values.Set(name, "true")
	}
}

func (q *query) date(name, value string) {
	if value == "" {
		return
	}
	if err := CheckDate(value); err != nil {
		q.fail(fmt.Errorf("%s: %w", name, err))
	}
	q.values.Set(name, value)
}

// anyOf sets a list, which the wire has as one value joined by commas. A comma
// within a value cannot be told from those, and a blank value would switch the
// filter off, so both are refused.
func anyOf[S ~string](q *query, name string, values []S) {
	if len(values) == 0 {
		return
	}
	parts := make([]string, len(values))
	for i, value := range values {
		parts[i] = string(value)
		if strings.TrimSpace(parts[i]) == "" || strings.Contains(parts[i], ",") {
			q.fail(fmt.Errorf("%s: %q cannot be filtered by: it is blank or has a comma", name, parts[i]))
		}
	}
	q.values.Set(name, strings.Join(parts, ","))
}
