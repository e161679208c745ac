package httpapi

import (
	"context"

	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

type approvalsInput struct {
	Paging
	Status  string `query:"status" enum:"pending,approved,rejected,expired,void"`
	Subject string `query:"subject" maxLength:"80"`
}

type decisionInput struct {
	ID   string `path:"id" maxLength:"80"`
	Body struct {
		Decision string `json:"decision" enum:"approve,reject"`
		Manifest string `json:"manifest" minLength:"1" maxLength:"200" doc:"The hash that was shown: the answer holds for exactly that"`
		Reason   string `json:"reason,omitempty" maxLength:"500"`
	}
}

func (s *Server) approvalRoutes() {
	operate(s, "GET /api/approvals", "approvals", "What waits for an answer, and what was answered", s.approvals)
	operate(s, "POST /api/approvals/{id}/decision", "approvals", "Answer an approval; never one's own proposal", s.decideApproval)
}

func (s *Server) approvals(ctx context.Context, in *approvalsInput) (*out[views.Page[views.Approval]], error) {
	l, err := in.list()
	if err != nil {
		return nil, err
	}
	l.Status, l.Subject = in.Status, in.Subject
	items, err := s.deps.Reads.Approvals(ctx, l)
	return page(in.Paging, items, err, func(a views.Approval) views.Cursor { return byTime(a.RequestedAt, a.ID) })
}

func (s *Server) decideApproval(ctx context.Context, in *decisionInput) (*accepted, error) {
	return s.command(ctx, actorkit.Key{Kind: "approvals", ID: "main"}, &messages.DecideApproval{
		ApprovalId: in.ID, Decision: in.Body.Decision, Manifest: in.Body.Manifest, Reason: in.Body.Reason, By: who(ctx).user.Email,
	})
}
