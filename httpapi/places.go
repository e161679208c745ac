package httpapi

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"github.com/agente-ceo/agente-ceo/domain/signin"
)

// origin is where an attempt with a password comes from.
type origin struct {
	address string
	device  string // the cookie that a browser was given when somebody came in with it, "" for none
	session string // the cookie of a session that the browser has already
}

// Resolve notes where a request comes from.
func (o *origin) Resolve(ctx huma.Context) []error {
	c := humagin.Unwrap(ctx)
	o.address = c.ClientIP()
	for _, tls := range []bool{false, true} {
		if cookie, err := c.Request.Cookie(deviceCookie(tls)); err == nil {
			o.device = cookie.Value
		}
		if cookie, err := c.Request.Cookie(cookieName(tls)); err == nil {
			o.session = cookie.Value
		}
	}
	return nil
}

func deviceCookie(tls bool) string { return hostOnly(tls, "agente-device") }

// networkOf is what an address is throttled by: whoever has one address of version 6 has all of its /64.
func networkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap()
	if ip.Is6() {
		prefix, err := ip.WithZone("").Prefix(64)
		if err == nil {
			return prefix.String()
		}
	}
	return ip.String()
}

func (o *origin) deviceKey() []byte {
	if o.device == "" {
		return nil
	}
	return placeKey("device ", o.device)
}

func (o *origin) networkKey() []byte { return placeKey("network ", networkOf(o.address)) }

func placeKey(kind, text string) []byte {
	sum := sha256.Sum256([]byte(kind + text))
	return sum[:]
}

// attempt is one try of somebody at a place.
type attempt struct {
	s     *Server
	user  *Account
	place signin.Place
	now   time.Time
}

// try begins an attempt, unless the address or the place has to wait.
func (s *Server) try(ctx context.Context, o *origin, user *Account) (*attempt, error) {
	now := s.deps.Now()
	place, err := s.deps.Users.LoginPlace(ctx, user.ID, o.deviceKey(), o.networkKey(), now)
	if err != nil {
		return nil, err
	}
	if wait := place.Wait(now); wait > 0 {
		s.metrics.logins.WithLabelValues("waiting").Inc()
		return nil, tooMany(wait)
	}
	return &attempt{s, user, place, now}, nil
}

// patience refuses addresses that try too often.
func (s *Server) patience(o *origin) error {
	if s.auth.logins.allow(o.address, s.deps.Now()) {
		return nil
	}
	s.metrics.logins.WithLabelValues("throttled").Inc()
	return tooMany(time.Minute)
}

// failed counts a wrong answer, and returns what to say of it; one that cannot be counted is not told from a right one.
func (a *attempt) failed(ctx context.Context, said *Problem) error {
	a.s.metrics.logins.WithLabelValues("wrong").Inc()
	until, note := a.place.Failed(a.now)
	if err := a.s.deps.Users.LoginFailed(ctx, a.user.ID, a.place.Key, until, note, a.now); err != nil {
		return err
	}
	return said
}

// succeeded trusts the place, and the device that the browser gets a cookie for.
func (a *attempt) succeeded(ctx context.Context, o *origin) (*http.Cookie, error) {
	device := o.device
	if len(device) != len(rand.Text()) {
		device = rand.Text()
	}
	known := origin{address: o.address, device: device}
	if err := a.s.deps.Users.LoginSucceeded(ctx, a.user.ID, [][]byte{known.deviceKey(), known.networkKey()}, a.now); err != nil {
		return nil, err
	}
	tls := a.s.deps.TLS
	return &http.Cookie{
		Name: deviceCookie(tls), Value: device, Path: "/", HttpOnly: true, Secure: tls, SameSite: http.SameSiteStrictMode,
		MaxAge: int(signin.TrustFor.Seconds()),
	}, nil
}

// stepUp asks for the password again, with the brakes of a login. what is that for which it is asked.
func (s *Server) stepUp(ctx context.Context, o *origin, password, what string) error {
	if password == "" {
		return problem(http.StatusForbidden, "password_required", "%s needs your password again.", what)
	}
	if err := s.patience(o); err != nil {
		return err
	}
	user := who(ctx).user
	try, err := s.try(ctx, o, &user)
	if err != nil {
		return err
	}
	if !VerifyPassword(user.PasswordHash, password) {
		return try.failed(ctx, problem(http.StatusForbidden, "wrong_password", "The password is wrong. Nothing was done."))
	}
	return nil
}
