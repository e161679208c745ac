package httpapi

import (
	"context"
	"maps"
	"slices"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

type putCredentialInput struct {
	Body struct {
		Name  string `json:"name" minLength:"1" maxLength:"80" example:"META_ACCESS_TOKEN"`
		Value string `json:"value" maxLength:"8192" doc:"Written, never read back; empty takes it away"`
	}
}

func (s *Server) credentialRoutes() {
	operate(s, "GET /api/admin/credentials", "admin", "Which credentials are kept; never what they are", func(ctx context.Context, _ *struct{}) (*out[views.Page[views.Credential]], error) {
		return answer(s.credentials(ctx))
	})
	operate(s, "POST /api/admin/connections/{name}/test", "admin", "Ask the other side whether the stored credentials work, by a harmless read", s.testConnection)
	operate(s, "PUT /api/admin/credentials", "admin", "Keep a credential, encrypted", s.putCredential)
}

// credentials lists every name that may be stored, with what is.
func (s *Server) credentials(ctx context.Context) (views.Page[views.Credential], error) {
	stored, err := s.deps.Vault.ListCredentials(ctx)
	if err != nil {
		return views.Page[views.Credential]{}, err
	}
	byName := map[string]views.Credential{}
	for _, c := range stored {
		byName[c.Name] = c
	}
	for _, name := range s.deps.Credentials {
		if _, is := byName[name]; !is {
			byName[name] = views.Credential{Name: name}
		}
	}
	p := views.Page[views.Credential]{Items: []views.Credential{}}
	for _, name := range sortedKeys(byName) {
		c := byName[name]
		c.Connection = s.deps.Connections.ConnectionOf(name)
		p.Items = append(p.Items, c)
	}
	return p, nil
}

func (s *Server) putCredential(ctx context.Context, in *putCredentialInput) (*out[views.Page[views.Credential]], error) {
	if !slices.Contains(s.deps.Credentials, in.Body.Name) {
		return nil, refusal("invalid_credential", "There is no credential of that name.")
	}
	now, by := s.deps.Clock.Now(), who(ctx).user.Email
	var err error
	if in.Body.Value == "" {
		_, err = s.deps.Vault.DeleteCredential(ctx, in.Body.Name, by, now)
	} else {
		err = s.deps.Vault.PutCredential(ctx, in.Body.Name, in.Body.Value, by, now)
	}
	if err != nil {
		return nil, err
	}
	if s.deps.OnCredential != nil {
		s.deps.OnCredential(in.Body.Name, in.Body.Value)
	}
	return answer(s.credentials(ctx))
}

type connectionInput struct {
	Name string `path:"name" maxLength:"40"`
}

func (s *Server) testConnection(ctx context.Context, in *connectionInput) (*out[views.ConnectionTest], error) {
	return answer(s.deps.Connections.TestConnection(ctx, in.Name))
}
