package download

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// origin is a scheme, a host and a port, in their normal form.
type origin struct{ scheme, host, port string }

func originOf(u *url.URL) origin {
	o := origin{u.Scheme, strings.ToLower(u.Hostname()), u.Port()}
	if o.port == "" {
		o.port = map[string]string{"http": "80", "https": "443"}[o.scheme]
	}
	return o
}

func isWeb(u *url.URL) bool {
	return (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != ""
}

// trusts is false for every address of a Getter that trusts none.
func (g *Getter) trusts(u *url.URL) bool { return originOf(u) == g.trusted }

// choose says how an address is reached, if at all. From is where a redirect
// came from; nil for the address that the ATS named.
func (g *Getter) choose(from, to *url.URL) (*http.Client, error) {
	switch {
	case !isWeb(to):
		return nil, fmt.Errorf("%w (it is no web address)", ErrAddress)
	case to.User != nil:
		// It would be sent as an Authorization header.
		return nil, fmt.Errorf("%w (it holds a user name or password for %s)", ErrAddress, hostOf(to))
	case !g.trusts(to):
		if to.Scheme != "https" {
			return nil, fmt.Errorf("%w (%s is to be reached without https)", ErrAddress, hostOf(to))
		}
		return g.outside, nil
	case from != nil && !g.trusts(from):
		return nil, fmt.Errorf("%w (%s redirects to this server's own upstream)", ErrAddress, hostOf(from))
	default:
		return g.inside, nil
	}
}

// hostOf names the host of an address in an error. A name that is no plain one
// could be made to say anything to an agent.
func hostOf(u *url.URL) string {
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
	// global6 is all that is given out as public in IPv6. What lies outside is
	// loopback, unique-local, link-local, multicast, IPv4-compatible,
	// locally translated or not given out.
	global6 = netip.MustParsePrefix("2000::/3")
	// nat64 holds an IPv4 address in its last four bytes. On a network that has
	// IPv6 only, every IPv4 host is reached through it.
	nat64 = netip.MustParsePrefix("64:ff9b::/96")
)

// special lists what is not public, by IANA's registries of special-purpose
// addresses, and the one public address that clouds use inside.
var special = prefixes(
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

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// public says whether an address is one of the open internet, as far as the
// address tells. It cannot know a network's own NAT64 prefix or a public
// address that a router turns inwards.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if !a.IsValid() || a.Is6() && !global6.Contains(a) {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
