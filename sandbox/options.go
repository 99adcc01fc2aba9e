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
	// Seed selects the data: the same Seed, Applications and Today give the same
	// bytes.
	Seed uint64

	// Applications is the number of applications, from 10 to 200,000; 0 means 600.
	// Values out of range are replaced by the nearest bound.
	Applications int

	// Today stops the sandbox's clock at one time, to which the data are relative.
	// Successive writes are still a millisecond apart. Zero means the real clock.
	Today time.Time

	// Lag is how long it takes until reads show a write. In the ATS itself
	// (duplicate checks, Effects, Snapshot) it shows at once.
	Lag time.Duration

	// RateLimit is the number of requests that the key may make in 60 seconds; 0
	// means 300, -1 no limit.
	RateLimit int

	// Clock replaces all clocks, including those of rate limit, lag and expiry.
	// Today only affects the dates of the data; the rest runs in real time.
	Clock func() time.Time

	// Logger receives one debug message for each request; nil disables logging.
	Logger *slog.Logger

	// BaseURL is the URL of the sandbox if it is served over a socket, with or
	// without the final /v1. The URLs of files begin with it; if it is empty, they
	// begin with the host of the request.
	BaseURL string

	// UnsupportedFilters are filters on fields that the ATS does not deliver, such
	// as "get_jobs.job_codes". As in Kombo, they match nothing, or are dropped if
	// ignore_unsupported_filters is true.
	UnsupportedFilters []string

	// Disabled are operations that are disabled in the scope configuration, such
	// as "reject_application".
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

// now returns the time that dates in the data are relative to.
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

// tick returns the time for what expires: rate windows, lag, URLs of files. It
// advances even if Today stops the clock, or nothing would ever expire.
func (o Options) tick() time.Time {
	if o.Clock != nil {
		return o.Clock()
	}
	return time.Now()
}
