package download

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// origin is a web origin: scheme, host and port, normalized.
type origin struct{ scheme, host, port string }

func originOf(u *url.URL) origin {
	o := origin{u.Scheme, strings.ToLower(u.Hostname()), u.Port()}
	if o.port == "" {
		o.port = map[string]string{"http": "80", "https": "443"}[o.scheme]
	}
	return o
}

func isWebURL(u *url.URL) bool {
	return (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != ""
}

// isTrusted reports whether an address has the trusted origin, if there is one.
func (g *Getter) isTrusted(u *url.URL) bool { return originOf(u) == g.trusted }

// clientFor returns the client for an address, or an error if it must not be fetched.
// from is the address that redirected to it, nil for the address that the ATS gave.
func (g *Getter) clientFor(from, to *url.URL) (*http.Client, error) {
	switch {
	case !isWebURL(to):
		return nil, fmt.Errorf("%w (it is not a web address)", ErrAddress)
	case to.User != nil:
		// It would be sent as an Authorization header.
		return nil, fmt.Errorf("%w (it contains a user name or password for %s)", ErrAddress, displayHost(to))
	case !g.isTrusted(to):
		if to.Scheme != "https" {
			return nil, fmt.Errorf("%w (%s would be reached without https)", ErrAddress, displayHost(to))
		}
		return g.untrustedClient, nil
	case from != nil && !g.isTrusted(from):
		return nil, fmt.Errorf("%w (%s redirects to this server's own upstream)", ErrAddress, displayHost(from))
	default:
		return g.trustedClient, nil
	}
}

// displayHost returns the host of an address for an error message, or "its host" if
// the name has unusual characters: it could contain instructions for an agent.
func displayHost(u *url.URL) string {
	const longest = 100
	host := u.Hostname()
	odd := strings.ContainsFunc(host, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-_:", r)
	})
	if odd || host == "" || len(host) > longest {
		return "its host"
	}
	return host
}

var (
	// ipv6Global is the range of public IPv6 addresses. Outside are loopback,
	// unique-local, link-local, multicast, IPv4-compatible, locally translated and
	// unassigned ones.
	ipv6Global = netip.MustParsePrefix("2000::/3")
	// nat64 addresses have an IPv4 address in their last four bytes. On an IPv6-only
	// network, every IPv4 host is reached through them.
	nat64 = netip.MustParsePrefix("64:ff9b::/96")
)

// specialPurpose are the addresses that are not public by IANA's registries of
// special-purpose addresses, and the one public address that a cloud uses internally.
var specialPurpose = mustParsePrefixes(
	"0.0.0.0/8",         // this network
	"10.0.0.0/8",        // private
	"100.64.0.0/10",     // shared behind a carrier's NAT
	"127.0.0.0/8",       // loopback
	"168.63.129.16/32",  // Azure's host, from inside its machines
	"169.254.0.0/16",    // link-local, and the clouds' metadata
	"172.16.0.0/12",     // private
	"192.0.0.0/24",      // protocol assignments
	"192.0.2.0/24",      // documentation
	"192.31.196.0/24",   // AS112
	"192.52.193.0/24",   // multicast tunnels
	"192.88.99.0/24",    // 6to4 relays
	"192.168.0.0/16",    // private
	"192.175.48.0/24",   // AS112
	"198.18.0.0/15",     // benchmarks
	"198.51.100.0/24",   // documentation
	"203.0.113.0/24",    // documentation
	"224.0.0.0/4",       // multicast
	"240.0.0.0/4",       // reserved, and broadcast
	"2001::/23",         // protocol assignments: Teredo, benchmarks, ORCHID
	"2001:db8::/32",     // documentation
	"2002::/16",         // 6to4, which holds any IPv4 address and is dead
	"2620:4f:8000::/48", // AS112
	"3fff::/20",         // documentation
)

func mustParsePrefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// isPublic reports whether an address is on the public internet, judging by the
// address alone. It does not detect a network's own NAT64 prefix, or a public address
// that a router redirects to a private one.
func isPublic(a netip.Addr) bool {
	a = a.Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if !a.IsValid() || a.Is6() && !ipv6Global.Contains(a) {
		return false
	}
	for _, p := range specialPurpose {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
