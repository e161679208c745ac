// Package pictures fetches product pictures from addresses that strangers wrote. The dialer refuses private, loopback and link-local
// addresses after name resolution, so that a listing cannot make us read our own network.
package pictures

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

const (
	maxBytes = 8 << 20
	timeout  = 15 * time.Second
	maxHops  = 3
)

// Fetcher fetches pictures.
type Fetcher struct {
	allowed []netip.Prefix
	client  *http.Client
}

// New makes a fetcher. allow lists private networks that may be reached all the same, such as the sandbox's own address.
func New(allow []netip.Prefix) *Fetcher {
	f := &Fetcher{allowed: allow}
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: f.control}
	f.client = &http.Client{
		Timeout:   timeout,
		Transport: &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxHops {
				return errors.New("too many redirects")
			}
			return checkURL(r.URL)
		},
	}
	return f
}

var errPrivate = errors.New("the address is private")

// control runs after the name was resolved and before the connection: the address checked is the address used.
func (f *Fetcher) control(_, address string, _ syscall.RawConn) error {
	addr, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := addr.Addr().Unmap()
	for _, prefix := range f.allowed {
		if prefix.Contains(ip) {
			return nil
		}
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || special(ip) {
		return fmt.Errorf("%s: %w", ip, errPrivate)
	}
	return nil
}

// special are global-looking ranges that are not public: carrier NAT, benchmarks, documentation, 6to4 and NAT64 (which embed any IPv4).
var specials = []netip.Prefix{
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2001::/32"),
}

func special(ip netip.Addr) bool {
	for _, prefix := range specials {
		if prefix.Contains(ip) {
			return true
		}
	}
	return false
}

func checkURL(u *url.URL) error {
	if u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("scheme %q is not fetched", u.Scheme)
	}
	if u.User != nil || u.Host == "" {
		return errors.New("the address has no host, or credentials")
	}
	return nil
}

// Fetch reads a picture of up to 8 MiB. A private address, another scheme, a refusal by the server or something that is no picture is
// Refused; a server that cannot be reached is Retryable.
func (f *Fetcher) Fetch(ctx context.Context, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err == nil {
		err = checkURL(u)
	}
	if err != nil {
		return nil, fault.Refuse("bad_address", "picture address is not usable: %v", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fault.Refuse("bad_address", "picture address is not usable: %v", err)
	}
	res, err := f.client.Do(req)
	if errors.Is(err, errPrivate) {
		return nil, fault.Refuse("private_address", "picture address leads into a private network")
	}
	if err != nil {
		return nil, fault.Retry("picture_unreachable", 0, fmt.Errorf("fetch picture from %s: %w", u.Host, err))
	}
	defer func() { _ = res.Body.Close() }() // the body was read or given up
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "image/") {
		return nil, fault.Refuse("no_picture", "%s answers %d with %q instead of a picture", u.Host, res.StatusCode, res.Header.Get("Content-Type"))
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxBytes+1))
	if err != nil {
		return nil, fault.Retry("picture_unreachable", 0, fmt.Errorf("read picture from %s: %w", u.Host, err))
	}
	if len(data) > maxBytes {
		return nil, fault.Refuse("picture_too_big", "the picture from %s is over 8 MiB", u.Host)
	}
	return data, nil
}
