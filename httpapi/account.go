package httpapi

import (
	"context"
	"fmt"
	"net/http"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

type passwordInput struct {
	origin
	Body struct {
		Password string `json:"password" maxLength:"200" doc:"One's own again"`
	}
}

type codeInput struct {
	origin
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"40"`
	}
}

type dropFactorInput struct {
	origin
	Body struct {
		Password string `json:"password" maxLength:"200"`
		Code     string `json:"code" minLength:"1" maxLength:"40" doc:"A code of the second factor, or a recovery code"`
	}
}

type resetFactorInput struct {
	origin
	ID   int64 `path:"id"`
	Body struct {
		Password string `json:"password" maxLength:"200" doc:"The administrator's own again"`
	}
}

func (s *Server) accountRoutes() {
	operate(s, "GET /api/account", "account", "One's own account", func(ctx context.Context, _ *struct{}) (*out[views.Profile], error) {
		return answer(s.profile(ctx))
	})
	operate(s, "POST /api/account/second-factor", "account", "Begin a second factor; its secret is shown once", s.beginFactor)
	operate(s, "POST /api/account/second-factor/confirm", "account", "Put it in force with a code of it; recovery codes are shown once", s.confirmFactor)
	operate(s, "POST /api/account/second-factor/remove", "account", "Take one's own second factor away", s.dropFactor)
	operate(s, "POST /api/admin/users/{id}/second-factor/reset", "admin", "Take somebody's second factor away, who has lost the device", s.resetFactor)
}

func (s *Server) profile(ctx context.Context) (v views.Profile, err error) {
	v.User = who(ctx).user.User
	factor, err := s.deps.Factors.SecondFactor(ctx, v.User.ID)
	if factor != nil && factor.ConfirmedAt != nil {
		v.SecondFactor = views.FactorStatus{On: true, Since: factor.ConfirmedAt, Recovery: factor.Recovery}
	}
	if err != nil {
		return v, err
	}
	v.Reports, err = s.deps.Readers.ReportsOf(ctx, v.User.ID)
	if v.Reports == nil {
		v.Reports = []string{}
	}
	return v, err
}

// inPerson refuses scripts: a token is not the person.
func inPerson(ctx context.Context) error {
	if who(ctx).via != "session" {
		return problem(http.StatusForbidden, "session_required", "Sign in yourself for this: a token is not enough.")
	}
	return nil
}

func (s *Server) beginFactor(ctx context.Context, in *passwordInput) (*out[views.Enrolment], error) {
	if err := inPerson(ctx); err != nil {
		return nil, err
	}
	if err := s.stepUp(ctx, &in.origin, in.Body.Password, "A second factor"); err != nil {
		return nil, err
	}
	user := who(ctx).user
	enrolment, err := newEnrolment(user.Email)
	if err != nil {
		return nil, err
	}
	return answer(enrolment, s.deps.Factors.BeginSecondFactor(ctx, user.ID, enrolment.Secret, s.deps.Now()))
}

func (s *Server) confirmFactor(ctx context.Context, in *codeInput) (*out[views.Recovery], error) {
	if err := inPerson(ctx); err != nil {
		return nil, err
	}
	if err := s.patience(&in.origin); err != nil {
		return nil, err
	}
	user, now := who(ctx).user, s.deps.Now()
	factor, err := s.deps.Factors.SecondFactor(ctx, user.ID)
	if err != nil {
		return nil, err
	}
	if factor == nil || factor.ConfirmedAt != nil {
		return nil, problem(http.StatusConflict, "no_second_factor", "Begin a second factor first.")
	}
	step, err := stepOf(factor.Secret, plainCode(in.Body.Code), now)
	if err != nil {
		return nil, err
	}
	if step == 0 {
		return nil, problem(http.StatusForbidden, "wrong_code", "This is not the code that the app shows now. Check the clock of the device.")
	}
	codes, hashes, err := newRecovery()
	if err != nil {
		return nil, err
	}
	return answer(views.Recovery{Codes: codes}, s.deps.Factors.ConfirmSecondFactor(ctx, user.User, step, hashes, now))
}

func (s *Server) dropFactor(ctx context.Context, in *dropFactorInput) (*out[views.Profile], error) {
	if err := inPerson(ctx); err != nil {
		return nil, err
	}
	if err := s.stepUp(ctx, &in.origin, in.Body.Password, "Taking the second factor away"); err != nil {
		return nil, err
	}
	user := who(ctx).user
	try, err := s.try(ctx, &in.origin, &user)
	if err != nil {
		return nil, err
	}
	if err := try.second(ctx, in.Body.Code, http.StatusForbidden); err != nil {
		return nil, err
	}
	if _, err := s.deps.Factors.RemoveSecondFactor(ctx, user.User, user.Email, s.deps.Now()); err != nil {
		return nil, err
	}
	return answer(s.profile(ctx))
}

func (s *Server) resetFactor(ctx context.Context, in *resetFactorInput) (*out[views.User], error) {
	if err := s.stepUp(ctx, &in.origin, in.Body.Password, "Taking somebody's second factor away"); err != nil {
		return nil, err
	}
	user, err := s.deps.Users.UserByID(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if user == nil {
		return nil, notFound("user", fmt.Sprint(in.ID))
	}
	found, err := s.deps.Factors.RemoveSecondFactor(ctx, user.User, who(ctx).user.Email, s.deps.Now())
	if err == nil && !found {
		err = problem(http.StatusConflict, "no_second_factor", "There is no second factor to take away.")
	}
	if err != nil {
		return nil, err
	}
	return s.user(ctx, in.ID)
}

// second asks for the second factor, of who has one. A code is taken once; one that is wrong counts as a wrong password.
func (a *attempt) second(ctx context.Context, code string, status int) error {
	factor, err := a.s.deps.Factors.SecondFactor(ctx, a.user.ID)
	if err != nil || factor == nil || factor.ConfirmedAt == nil {
		return err
	}
	if code == "" {
		return problem(status, "code_required", "Enter the code that your app shows, or a recovery code.")
	}
	right, err := a.code(ctx, factor.Secret, plainCode(code))
	if err == nil && !right {
		err = a.failed(ctx, problem(status, "wrong_code", "The code is wrong, or was used already. Wait for the next one."))
	}
	return err
}

func (a *attempt) code(ctx context.Context, secret, code string) (right bool, err error) {
	if len(code) != codeOptions.Digits.Length() {
		return a.s.deps.Factors.UseRecovery(ctx, a.user.User, recoveryHash(code), a.now)
	}
	step, err := stepOf(secret, code, a.now)
	if err != nil || step == 0 {
		return false, err
	}
	return a.s.deps.Factors.UseStep(ctx, a.user.ID, step)
}
