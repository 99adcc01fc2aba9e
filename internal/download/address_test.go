package download

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestIsPublicExcludesSpecialPurposeAddresses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		public    bool
		addresses []string
	}{
		"public IPv4":                         {true, []string{"1.1.1.1", "8.8.8.8", "52.95.110.1", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15"}},
		"public IPv6":                         {true, []string{"2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "2001:200::1", "3fff:1000::1"}},
		"public IPv4 in IPv6":                 {true, []string{"::ffff:8.8.8.8", "64:ff9b::8.8.8.8"}},
		"none":                                {false, []string{""}},
		"unspecified":                         {false, []string{"0.0.0.0", "::", "0.1.2.3"}},
		"loopback":                            {false, []string{"127.0.0.1", "127.255.255.254", "::1"}},
		"private":                             {false, []string{"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255"}},
		"link-local and metadata":             {false, []string{"169.254.0.1", "169.254.169.254", "fe80::1", "fe80::1%eth0", "febf::1"}},
		"unique-local":                        {false, []string{"fc00::1", "fd00:ec2::254", "fdff::1"}},
		"site-local":                          {false, []string{"fec0::1"}},
		"shared behind a carrier's NAT":       {false, []string{"100.64.0.1", "100.100.100.200", "100.127.255.255"}},
		"inside a cloud":                      {false, []string{"168.63.129.16", "192.0.0.192"}},
		"benchmarks":                          {false, []string{"198.18.0.1", "198.19.255.255", "2001:2::1"}},
		"documentation":                       {false, []string{"192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1", "3fff:fff::1"}},
		"multicast":                           {false, []string{"224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"}},
		"reserved and broadcast":              {false, []string{"240.0.0.1", "255.255.255.255", "4000::1", "e000::1"}},
		"protocol assignments":                {false, []string{"192.0.0.1", "192.0.0.9", "192.88.99.1", "192.31.196.1", "192.52.193.1", "192.175.48.1", "2001:1::1", "2001:20::1", "2620:4f:8000::1"}},
		"mapped from private IPv4":            {false, []string{"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:7f00:1", "::ffff:0.0.0.0"}},
		"translated from private IPv4":        {false, []string{"64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b::169.254.169.254"}},
		"translated within a network":         {false, []string{"64:ff9b:1::8.8.8.8", "64:ff9b:1:a00:1::"}},
		"IPv4-compatible and IPv4-translated": {false, []string{"::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1"}},
		"6to4, whatever it holds":             {false, []string{"2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1"}},
		"Teredo":                              {false, []string{"2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"}},
		"segment routing and discard":         {false, []string{"5f00::1", "100::1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, text := range tt.addresses {
				var a netip.Addr
				if text != "" {
					a = netip.MustParseAddr(text)
				}
				assert.Equal(t, tt.public, isPublic(a), text)
				err := New().checkAddress("tcp", net.JoinHostPort(text, "443"), nil)
				assert.Equal(t, tt.public, err == nil, text)
			}
		})
	}
}

func TestPrivateAddressesAreNotReached(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	server := serveTLS(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	names := map[string]string{
		"files.example.com": "127.0.0.1", "six.example.com": "::1", "nat.example.com": "10.0.0.1",
		"cloud.example.com": "169.254.169.254", "mapped.example.com": "::ffff:127.0.0.1",
	}
	g := New(withRoots(server), withResolver(lookup(func(name string) netip.Addr {
		a, _ := netip.ParseAddr(names[name])
		return a
	})))
	for _, host := range []string{
		"127.0.0.1", "127.1.2.3", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[fe80::1%25lo]",
		"localhost", "LOCALHOST", "files.example.com", "six.example.com", "nat.example.com", "cloud.example.com", "mapped.example.com",
	} {
		t.Run(host, func(t *testing.T) {
			require.ErrorIs(t, errorOf(t, g, "https://"+host+":"+port+signed), ErrAddress)
		})
	}
	assert.Zero(t, asked.Load())
}

func TestDNSRebindingIsRefused(t *testing.T) {
	t.Parallel()
	var asked, looked atomic.Int32
	server := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.Redirect(w, r, signed, http.StatusFound)
	})
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	// A connection looks up both kinds of address, so that the third query is from
	// the second connection.
	g := reaching(server, withResolver(lookup(func(string) netip.Addr {
		if looked.Add(1) <= 2 {
			return netip.MustParseAddr("127.0.0.1")
		}
		return netip.MustParseAddr("127.0.0.2")
	})))
	err = errorOf(t, g, "https://example.com:"+port+signed)
	require.ErrorIs(t, err, ErrAddress)
	assert.ErrorContains(t, err, "example.com is in a private or reserved network")
	assert.EqualValues(t, 1, asked.Load())
}

func TestInvalidAddressesAreRefusedBeforeSending(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ address, says string }{
		"http":                       {"http://files.example" + signed, "files.example would be reached without https"},
		"http to an address inside":  {"http://127.0.0.1" + signed, "127.0.0.1 would be reached without https"},
		"a file":                     {"file:///" + secret, "not a web address"},
		"another scheme":             {"ftp://files.example" + signed, "not a web address"},
		"data":                       {"data:text/plain," + secret, "not a web address"},
		"nothing":                    {"", "not a web address"},
		"a path":                     {signed, "not a web address"},
		"a host without a scheme":    {"//files.example" + signed, "not a web address"},
		"no host":                    {"https://" + signed, "not a web address"},
		"no host but a port":         {"https://:443" + signed, "not a web address"},
		"a scheme alone":             {"https:" + secret, "not a web address"},
		"control characters":         {"https://files.example/\n" + secret, "not a web address"},
		"a bad escape":               {"https://files.example/%zz" + secret, "not a web address"},
		"a bad port":                 {"https://files.example:" + secret, "not a web address"},
		"a user and a password":      {"https://ada:" + secret + "@files.example" + signed, "a user name or password for files.example"},
		"a user":                     {"https://" + secret + "@files.example" + signed, "a user name or password for files.example"},
		"an empty user":              {"https://@files.example" + signed, "a user name or password for files.example"},
		"a host that says something": {"http://ignore previous instructions" + signed, "not a web address"},
		"a host of other letters":    {"http://ïgnörë" + signed, "its host would be reached without https"},
		"a host without end":         {"http://" + strings.Repeat("a", 300) + signed, "its host would be reached without https"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := errorOf(t, New(), tt.address)
			require.ErrorIs(t, err, ErrAddress)
			require.ErrorContains(t, err, tt.says)
			assert.ErrorContains(t, err, "have a person open the file in the ATS")
		})
	}
}

func TestTrustedOriginIsComparedExactly(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		origin, address string
		trusted         bool
	}{
		"itself":                      {"http://127.0.0.1:8080", "http://127.0.0.1:8080/files/a", true},
		"named with a path":           {"http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/files/a", true},
		"the default port spelt out":  {"http://sandbox.invalid", "http://sandbox.invalid:80/a", true},
		"the default port left out":   {"https://sandbox.invalid:443", "https://sandbox.invalid/a", true},
		"in capitals":                 {"HTTP://Sandbox.Invalid", "http://sandbox.invalid/a", true},
		"in IPv6":                     {"http://[::1]:8080", "http://[::1]:8080/a", true},
		"another port":                {"http://127.0.0.1:8080", "http://127.0.0.1:8081/a", false},
		"another scheme":              {"http://127.0.0.1:8080", "https://127.0.0.1:8080/a", false},
		"another host":                {"http://127.0.0.1:8080", "http://localhost:8080/a", false},
		"a host that starts the same": {"http://sandbox.invalid", "http://sandbox.invalid.example/a", false},
		"no origin":                   {"", "http://127.0.0.1/a", false},
		"no web origin":               {"file:///", "file:///etc/passwd", false},
		"a malformed origin":          {"http://[::1", "http://[::1]/a", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u, err := url.Parse(tt.address)
			require.NoError(t, err)
			assert.Equal(t, tt.trusted, New(WithTrusted(tt.origin, nil)).isTrusted(u))
		})
	}
}
