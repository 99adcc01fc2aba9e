package tools_test

import (
	"net/http"
	"net/url"
)

type query = url.Values

// roundTripper is a function that is a transport.
type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// changeQuery changes the query of every request on its way.
func changeQuery(next http.RoundTripper, change func(query)) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		q := r.URL.Query()
		change(q)
		r.URL.RawQuery = q.Encode()
		return next.RoundTrip(r)
	})
}

// withoutFilters drops what a request filters by, as if Kombo had no filters.
func withoutFilters(next http.RoundTripper) http.RoundTripper {
	return changeQuery(next, func(q query) {
		for name := range q {
			if name != "page_size" && name != "cursor" && name != "include_deleted" {
				q.Del(name)
			}
		}
	})
}
