package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

type loginInput struct {
	origin
	Body struct {
		Email    string `json:"email" maxLength:"254" minLength:"3"`
		Password string `json:"password" maxLength:"200" minLength:"1"`
		Code     string `json:"code,omitempty" maxLength:"40" doc:"Of the second factor, or a recovery code, where code_required was answered"`
	}
}

type sessionOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
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
	if err := s.patience(&in.origin); err != nil {
		return nil, err
	}
	user, err := s.deps.Users.UserByEmail(ctx, strings.ToLower(strings.TrimSpace(in.Body.Email)))
	if err != nil {
		return nil, err
	}
	if user == nil || user.DisabledAt != nil {
		VerifyPassword(nobodysHash(), in.Body.Password)
		s.metrics.logins.WithLabelValues("wrong").Inc()
		return nil, wrongLogin()
	}
	try, err := s.try(ctx, &in.origin, user)
	if err != nil {
		return nil, err
	}
	if !VerifyPassword(user.PasswordHash, in.Body.Password) {
		return nil, try.failed(ctx, wrongLogin())
	}
	if err := try.second(ctx, in.Body.Code, http.StatusUnauthorized); err != nil {
		return nil, err
	}
	return s.enter(ctx, in, try)
}

// enter begins the session of somebody who has shown who they are, and ends the one that the browser had.
func (s *Server) enter(ctx context.Context, in *loginInput, try *attempt) (*sessionOutput, error) {
	device, err := try.succeeded(ctx, &in.origin)
	if err != nil {
		return nil, err
	}
	if in.session != "" {
		if err := s.deps.Sessions.DeleteSession(ctx, in.session); err != nil {
			return nil, err
		}
	}
	cookie, expires, err := s.auth.begin(ctx, *try.user)
	if err != nil {
		return nil, err
	}
	s.metrics.logins.WithLabelValues("ok").Inc()
	id := identity{user: *try.user, via: "session", expires: expires}
	return &sessionOutput{SetCookie: []http.Cookie{*cookie, *device}, Body: s.sessionView(id)}, nil
}

func wrongLogin() *Problem {
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
		s.hub.drop(func(c *client) bool { return c.guest.Session == id.token })
	}
	return &logoutOutput{SetCookie: *s.auth.cookie("", time.Time{})}, nil
}
