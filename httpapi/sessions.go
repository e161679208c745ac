package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

type loginInput struct {
	address string
	Body    struct {
		Email    string `json:"email" maxLength:"254" minLength:"3"`
		Password string `json:"password" maxLength:"200" minLength:"1"`
	}
}

// Resolve notes where the attempt comes from.
func (in *loginInput) Resolve(ctx huma.Context) []error {
	in.address = humagin.Unwrap(ctx).ClientIP()
	return nil
}

type sessionOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      views.Session
}

type logoutOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (s *Server) sessionRoutes() {
	operate(s, "POST /api/login", "session", "Log in", s.login)
	operate(s, "POST /api/logout", "session", "Log out", s.logout)
	operate(s, "GET /api/session", "session", "Who is logged in", func(ctx context.Context, _ *struct{}) (*out[views.Session], error) {
		return &out[views.Session]{s.sessionView(who(ctx))}, nil
	})
}

func (s *Server) login(ctx context.Context, in *loginInput) (*sessionOutput, error) {
	now := s.deps.Now()
	if !s.auth.logins.allow(in.address, now) {
		s.metrics.logins.WithLabelValues("throttled").Inc()
		return nil, tooMany(time.Minute)
	}
	user, err := s.deps.Users.UserByEmail(ctx, strings.ToLower(strings.TrimSpace(in.Body.Email)))
	if err != nil {
		return nil, err
	}
	if user == nil || user.DisabledAt != nil {
		VerifyPassword(nobodysHash(), in.Body.Password)
		return nil, s.wrongLogin()
	}
	right, err := s.password(ctx, user, in.Body.Password)
	if err != nil {
		return nil, err
	}
	if !right {
		return nil, s.wrongLogin()
	}
	if err := s.deps.Users.LoginSucceeded(ctx, user.ID, now); err != nil {
		return nil, err
	}
	cookie, expires, err := s.auth.begin(ctx, *user)
	if err != nil {
		return nil, err
	}
	s.metrics.logins.WithLabelValues("ok").Inc()
	id := identity{user: *user, via: "session", expires: expires}
	return &sessionOutput{SetCookie: *cookie, Body: s.sessionView(id)}, nil
}

// password checks somebody's password and counts a wrong one: after too many the account is locked, and then even the right one is
// refused.
func (s *Server) password(ctx context.Context, user *Account, given string) (right bool, err error) {
	now := s.deps.Now()
	if user.LockedUntil != nil && now.Before(*user.LockedUntil) {
		s.metrics.logins.WithLabelValues("locked").Inc()
		return false, tooMany(user.LockedUntil.Sub(now))
	}
	if VerifyPassword(user.PasswordHash, given) {
		return true, nil
	}
	var lock time.Time
	if (user.FailedLogins+1)%failures == 0 {
		lock = now.Add(lockFor)
	}
	return false, s.deps.Users.LoginFailed(ctx, user.ID, lock, now)
}

func (s *Server) wrongLogin() error {
	s.metrics.logins.WithLabelValues("wrong").Inc()
	return problem(http.StatusUnauthorized, "wrong_login", "The e-mail or the password is wrong.")
}

func tooMany(wait time.Duration) error {
	p := problem(http.StatusTooManyRequests, "", "Too many attempts. Wait and try again.")
	p.retryAfter = max(wait, time.Second)
	return p
}

func (s *Server) logout(ctx context.Context, _ *struct{}) (*logoutOutput, error) {
	if id := who(ctx); id.token != "" {
		if err := s.deps.Sessions.DeleteSession(ctx, id.token); err != nil {
			return nil, err
		}
		s.hub.drop(func(c *client) bool { return c.token == id.token })
	}
	return &logoutOutput{SetCookie: *s.auth.cookie("", time.Time{})}, nil
}
