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

// The errors of [Getter.Get]. Each is a sentence for an agent that works for a
// recruiter; most are wrapped with a detail.
var (
	// ErrAddress means that the address, or one that it redirects to, is not https or
	// not public.
	ErrAddress = errors.New("the file is at an address that this server does not fetch from, for safety: have a person open the file in the ATS")
	// ErrGone means that the host responded with 401, 403, 404 or 410.
	ErrGone = errors.New("the file is not at its address any more, which may have expired: list the attachments again, which gives a new address, and if that fails too, have a person open the file in the ATS")
	// ErrTooLarge means that the file is larger than the limit.
	ErrTooLarge = errors.New("the file is too large to be fetched: have a person open it in the ATS")
	// ErrTimeout means that the file did not arrive within the timeout.
	ErrTimeout = errors.New("the file did not arrive in time: try again in a minute, and if that fails too, have a person open it in the ATS")
	// ErrFailed means that the host could not be reached or sent no valid file.
	ErrFailed = errors.New("the server that has the file did not deliver it: try again in a minute, and if that fails too, have a person open the file in the ATS")
)

// errNotPublic prevents a connection to an address that is not public.
var errNotPublic = errors.New("not a public address")

// statusError returns the error for a response that is neither a file nor a redirect.
// It does not contain the reason phrase, which the host can choose.
func statusError(host string, status int) error {
	kind := ErrFailed
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		kind = ErrGone
	}
	return fmt.Errorf("%w (%s answered %s)", kind, host, strings.TrimSpace(fmt.Sprint(status, " ", http.StatusText(status))))
}

// userError turns an error into a sentence; fallback is the reason for errors of
// unknown kinds. It does not wrap err, which contains the address and perhaps text
// from the host.
func (g *Getter) userError(ctx context.Context, host string, err error, fallback string) error {
	switch {
	case errors.Is(err, errNotPublic):
		return fmt.Errorf("%w (%s is in a private or reserved network)", ErrAddress, host)
	case errors.Is(err, ErrTooLarge):
		return fmt.Errorf("%w (it is larger than %s)", ErrTooLarge, formatSize(g.maxBytes))
	case ctx.Err() != nil, isTimeout(err):
		return fmt.Errorf("%w (%s was too slow or did not respond)", ErrTimeout, host)
	}
	return fmt.Errorf("%w (%s %s)", ErrFailed, host, reason(err, fallback))
}

// reason continues a sentence that begins with the host.
func reason(err error, fallback string) string {
	if errors.Is(err, errUnknownEncoding) {
		return "sent it with an unsupported compression"
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return "is an unknown host name"
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
	return fallback
}

func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

func formatSize(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
