// Package loopback tells addresses of this machine alone from others: what stays
// on loopback needs no encryption, and is reachable by nobody else.
package loopback

import "net/netip"

// Is reports whether a host, a name or an address without port or brackets, is
// loopback. Of names only localhost is.
func Is(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}
