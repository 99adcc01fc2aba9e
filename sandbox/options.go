package sandbox

import (
	"log/slog"
	"strings"
	"time"
)

const (
	defaultApplications = 600
	minApplications     = 10
	maxApplications     = 200_000
	defaultRateLimit    = 300
	rateWindow          = 60 * time.Second
	concurrencyLimit    = 30
	fileLifetime        = 15 * time.Minute
	inProcessOrigin     = "http://sandbox.invalid"
)

// Options configures New. The zero value gives 600 applications dated relative
// to the real today, without lag, at Kombo's usual rate limit.
type Options struct {
	// Seed chooses the data: the same seed, size and Today give the same bytes.
	Seed uint64

	// Applications is the size of the data set, 10 to 200,000; 0 means 600,
	// anything outside is moved to the nearest bound.
	Applications int

	// Today pins the sandbox's clock to one instant, to which the data are
	// relative. Successive writes are still a millisecond apart. Zero means
	// the real clock.
	Today time.Time

	// Lag is how long a write takes to show up in reads. Its effect in the ATS
	// (duplicates, Effects, Snapshot) is at once.
	Lag time.Duration

	// RateLimit is the number of requests a key may make in 60 s; 0 means 300,
	// -1 none.
	RateLimit int

	// Clock replaces every clock, those of rate limit, lag and expiry too. A
	// pinned Today stops only the dates of the data; these go on in real time.
	Clock func() time.Time

	// Logger gets one debug line a request; nil means none.
	Logger *slog.Logger

	// BaseURL is the address under which the sandbox is reachable when it is
	// served over a socket, with or without the final /v1. It is what file
	// addresses start with; empty means that each request's own host is used.
	BaseURL string

	// UnsupportedFilters names filters that the ATS behind the sandbox does
	// not deliver, as "get_jobs.job_codes". Kombo then returns nothing, or
	// drops the filter if ignore_unsupported_filters is true.
	UnsupportedFilters []string

	// Disabled names operations that are switched off in the scope
	// configuration, as "reject_application".
	Disabled []string
}

func (o Options) normalised() Options {
	if o.Applications == 0 {
		o.Applications = defaultApplications
	}
	o.Applications = min(max(o.Applications, minApplications), maxApplications)
	if o.RateLimit == 0 {
		o.RateLimit = defaultRateLimit
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.BaseURL = strings.TrimSuffix(strings.TrimSuffix(o.BaseURL, "/"), "/v1")
	return o
}

// now is the instant that dates in the data go by.
func (o Options) now() time.Time {
	switch {
	case o.Clock != nil:
		return o.Clock()
	case !o.Today.IsZero():
		return o.Today
	default:
		return time.Now()
	}
}

// tick is the clock of what runs out: rate windows, lag, file addresses. It
// goes on although Today is pinned, or nothing would ever run out.
func (o Options) tick() time.Time {
	if o.Clock != nil {
		return o.Clock()
	}
	return time.Now()
}
