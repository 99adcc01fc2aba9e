package download

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// What can keep a file from being fetched. Each is a sentence for an agent that
// works for a recruiter; most come wrapped with a detail.
var (
	// ErrAddress: the address is not https, not public, or leads to one that is
	// not.
	ErrAddress = errors.New("the file lies at an address that this server does not fetch from, for safety: have a person open the file in the ATS")
	// ErrGone: the host answered 401, 403, 404 or 410.
	ErrGone = errors.New("the file is not at its address any more, which may have expired: list the attachments again, which gives a new address, and if that fails too, have a person open the file in the ATS")
	// ErrTooLarge: the file passes the limit.
	ErrTooLarge = errors.New("the file is too large to be fetched: have a person open it in the ATS")
	// ErrTimeout: the file was not there in time.
	ErrTimeout = errors.New("the file did not arrive in time: try again in a minute, and if that fails too, have a person open it in the ATS")
	// ErrFailed: its host could not be reached or did not deliver it.
	ErrFailed = errors.New("the place that holds the file did not deliver it: try again in a minute, and if that fails too, have a person open the file in the ATS")
)

// errNotPublic keeps a connection from being made.
var errNotPublic = errors.New("not a public address")

// statusError is for an answer that is neither a file nor a redirect. The
// reason that came with the status is the host's own words and left out.
func statusError(host string, status int) error {
	kind := ErrFailed
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		kind = ErrGone
	}
	return fmt.Errorf("%w (%s answered %s)", kind, host, strings.TrimSpace(fmt.Sprint(status, " ", http.StatusText(status))))
}

// explain turns a failure into a sentence. It wraps nothing of err, which
// repeats the address and may repeat what the host said.
func (g *Getter) explain(ctx context.Context, host string, err error, otherwise string) error {
	switch {
	case errors.Is(err, errNotPublic):
		return fmt.Errorf("%w (%s lies in a private or reserved network)", ErrAddress, host)
	case errors.Is(err, ErrTooLarge):
		return fmt.Errorf("%w (it has more than %s)", ErrTooLarge, size(g.maxBytes))
	case ctx.Err() != nil, timedOut(err):
		return fmt.Errorf("%w (%s was too slow or did not answer)", ErrTimeout, host)
	}
	return fmt.Errorf("%w (%s %s)", ErrFailed, host, reason(err, otherwise))
}

// reason says what a host did wrong.
func reason(err error, otherwise string) string {
	if errors.Is(err, errPacked) {
		return "sent it packed in a way that is not read here"
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return "is no name that is known here"
		}
		return "could not be looked up"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "has no valid certificate"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return "does not speak https"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return "could not be connected to directly; proxies are not used for files"
	}
	return otherwise
}

func timedOut(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

func size(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
