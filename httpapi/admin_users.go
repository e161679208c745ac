package httpapi

import (
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

type addUserInput struct {
	Body struct {
		Email    string   `json:"email" maxLength:"254" minLength:"3"`
		Name     string   `json:"name,omitempty" maxLength:"100"`
		Password string   `json:"password" minLength:"10" maxLength:"200"`
		Roles    []string `json:"roles" enum:"viewer,operator,approver,admin" minItems:"1" maxItems:"4"`
		Language string   `json:"language,omitempty" enum:",en,pt-BR"`
	}
}

type editUserInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Name     *string  `json:"name,omitempty" maxLength:"100"`
		Password *string  `json:"password,omitempty" minLength:"10" maxLength:"200"`
		Roles    []string `json:"roles,omitempty" enum:"viewer,operator,approver,admin" minItems:"1" maxItems:"4"`
		Language *string  `json:"language,omitempty" enum:",en,pt-BR"`
		Disabled *bool    `json:"disabled,omitempty"`
	}
}

func (s *Server) userRoutes() {
	operate(s, "GET /api/admin/users", "admin", "Who may come in", func(ctx context.Context, _ *struct{}) (*out[views.Page[views.User]], error) {
		users, err := s.deps.Users.ListUsers(ctx)
		return answer(views.Page[views.User]{Items: users}, err)
	})
	operate(s, "POST /api/admin/users", "admin", "Let somebody in", s.addUser)
	operate(s, "PATCH /api/admin/users/{id}", "admin", "Change or disable somebody's account", s.editUser)
}

func (s *Server) addUser(ctx context.Context, in *addUserInput) (*out[views.User], error) {
	email := strings.ToLower(strings.TrimSpace(in.Body.Email))
	// An address without a name, and local ones such as admin@localhost too.
	if parsed, err := mail.ParseAddress(email); err != nil || parsed.Address != email {
		return nil, refusal("invalid_email", "This is no e-mail address.")
	}
	hash, err := HashPassword(in.Body.Password)
	if err != nil {
		return nil, refusal("invalid_password", err.Error())
	}
	user := Account{User: views.User{Email: email, Name: in.Body.Name, Roles: roles(in.Body.Roles), Language: in.Body.Language}, PasswordHash: hash}
	id, err := s.deps.Users.AddUser(ctx, user, who(ctx).user.Email, s.deps.Now())
	if err != nil {
		return nil, err
	}
	return s.user(ctx, id)
}

func (s *Server) editUser(ctx context.Context, in *editUserInput) (*out[views.User], error) {
	user, err := s.deps.Users.UserByID(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if user == nil {
		return nil, notFound("user", fmt.Sprint(in.ID))
	}
	if err := s.edit(user, in); err != nil {
		return nil, err
	}
	if err := s.deps.Users.UpdateUser(ctx, *user, who(ctx).user.Email, s.deps.Now()); err != nil {
		return nil, err
	}
	s.hub.guard.poke()
	return s.user(ctx, in.ID)
}

func (s *Server) edit(user *Account, in *editUserInput) error {
	b := in.Body
	if b.Name != nil {
		user.Name = *b.Name
	}
	if b.Language != nil {
		user.Language = *b.Language
	}
	if b.Roles != nil {
		user.Roles = roles(b.Roles)
	}
	if b.Password != nil {
		hash, err := HashPassword(*b.Password)
		if err != nil {
			return refusal("invalid_password", err.Error())
		}
		user.PasswordHash = hash
	}
	if b.Disabled != nil {
		now := s.deps.Now()
		user.DisabledAt = nil
		if *b.Disabled {
			user.DisabledAt = &now
		}
	}
	return nil
}

func (s *Server) user(ctx context.Context, id int64) (*out[views.User], error) {
	user, err := s.deps.Users.UserByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if user == nil {
		return nil, notFound("user", fmt.Sprint(id))
	}
	return &out[views.User]{user.User}, nil
}

// roles sorts them and drops repeated ones.
func roles(given []string) []string {
	sorted := slices.Sorted(slices.Values(given))
	return slices.Compact(sorted)
}
