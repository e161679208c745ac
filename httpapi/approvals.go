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
	origin
	ID   string `path:"id" maxLength:"80"`
	Body struct {
		Decision string `json:"decision" enum:"approve,reject"`
		Manifest string `json:"manifest" minLength:"1" maxLength:"200" doc:"The hash that was shown: the answer holds for exactly that"`
		Reason   string `json:"reason,omitempty" maxLength:"500"`
		Password string `json:"password,omitempty" maxLength:"200" doc:"One's own again, where step_up is true"`
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
	s.markStepUp(items)
	return page(in.Paging, items, err, func(a views.Approval) views.Cursor { return byTime(a.RequestedAt, a.ID) })
}

// markStepUp says of which approvals the password is asked for.
func (s *Server) markStepUp(items []views.Approval) {
	for i := range items {
		items[i].StepUp = items[i].Status == "pending" && s.needsPassword(&items[i])
	}
}

func (s *Server) needsPassword(a *views.Approval) bool {
	if s.deps.System.StepUpAbove == nil {
		return false
	}
	above := s.deps.System.StepUpAbove()
	return above.Positive() && above.Currency() == a.Amount.Currency() && above.Less(a.Amount)
}

func (s *Server) decideApproval(ctx context.Context, in *decisionInput) (*accepted, error) {
	approval, err := s.deps.Reads.Approval(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if approval == nil {
		return nil, notFound("approval", in.ID)
	}
	checked := false
	if in.Body.Decision == "approve" && s.needsPassword(approval) {
		if err := s.stepUp(ctx, &in.origin, in.Body.Password, "Approving so much"); err != nil {
			return nil, err
		}
		checked = true
	}
	return s.command(ctx, actorkit.Key{Kind: "approvals", ID: "main"}, &messages.DecideApproval{
		ApprovalId: in.ID, Decision: in.Body.Decision, Manifest: in.Body.Manifest, Reason: in.Body.Reason, By: who(ctx).user.Email,
		PasswordChecked: checked,
	})
}
