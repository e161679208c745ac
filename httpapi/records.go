package httpapi

import (
	"context"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

type blacklistInput struct {
	Paging
	Kind string `query:"kind" enum:"product,keyword,category,creative"`
}

type addBlacklistInput struct {
	Body struct {
		Kind   string `json:"kind" enum:"product,keyword,category,creative"`
		Term   string `json:"term" minLength:"1" maxLength:"200"`
		Reason string `json:"reason,omitempty" maxLength:"500"`
	}
}

type dropBlacklistInput struct {
	Kind string `query:"kind" enum:"product,keyword,category,creative" required:"true"`
	Term string `query:"term" minLength:"1" maxLength:"200" required:"true"`
}

// blacklistRoutes serve what people write without an actor.
func (s *Server) blacklistRoutes() {
	operate(s, "POST /api/alerts/{id}/ack", "office", "Say that an alert was seen", s.acknowledge)
	operate(s, "GET /api/blacklist", "catalogue", "What must not be tried again", s.blacklist)
	operate(s, "POST /api/blacklist", "catalogue", "Never try this again", s.addToBlacklist)
	operate(s, "DELETE /api/blacklist", "catalogue", "Allow it again", s.removeFromBlacklist)
}

func (s *Server) acknowledge(ctx context.Context, in *idInput) (*struct{}, error) {
	known, err := s.deps.Records.AcknowledgeAlert(ctx, in.ID, who(ctx).user.Email, s.deps.Clock.Now())
	if err == nil && !known {
		err = notFound("alert", in.ID)
	}
	return nil, err
}

func (s *Server) blacklist(ctx context.Context, in *blacklistInput) (*out[views.Page[views.Blacklisted]], error) {
	l, err := in.list()
	if err != nil {
		return nil, err
	}
	l.Kind = in.Kind
	items, err := s.deps.Reads.Blacklist(ctx, l)
	return page(in.Paging, items, err, func(b views.Blacklisted) views.Cursor { return byTime(&b.At, b.Kind+"/"+b.Term) })
}

func (s *Server) addToBlacklist(ctx context.Context, in *addBlacklistInput) (*out[views.Blacklisted], error) {
	b := views.Blacklisted{
		Kind: in.Body.Kind, Term: strings.TrimSpace(in.Body.Term), Reason: in.Body.Reason, By: who(ctx).user.Email, At: s.deps.Clock.Now().UTC(),
	}
	if b.Term == "" {
		return nil, refusal("invalid_term", "A term has at least one letter.")
	}
	return answer(b, s.deps.Records.AddToBlacklist(ctx, b))
}

func (s *Server) removeFromBlacklist(ctx context.Context, in *dropBlacklistInput) (*struct{}, error) {
	known, err := s.deps.Records.RemoveFromBlacklist(ctx, in.Kind, in.Term, who(ctx).user.Email, s.deps.Clock.Now())
	if err == nil && !known {
		err = notFound("blacklisted "+in.Kind, in.Term)
	}
	return nil, err
}
