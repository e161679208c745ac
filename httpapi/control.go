package httpapi

import (
	"context"

	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

var ceoKey = actorkit.Key{Kind: "ceo", ID: "main"}

type controlInput struct {
	Idempotent
	Body *reasonBody
}

func (in *controlInput) reason() string {
	if in.Body == nil {
		return ""
	}
	return in.Body.Reason
}

func (s *Server) controlRoutes() {
	operate(s, "GET /api/control", "control", "The kill switch", func(ctx context.Context, _ *struct{}) (*out[views.Control], error) {
		return answer(s.deps.Reads.Control(ctx))
	})
	operate(s, "POST /api/control/freeze", "control", "Stop all spending", func(ctx context.Context, in *controlInput) (*accepted, error) {
		return s.command(ctx, ceoKey, &messages.Freeze{FreezeId: in.commandID(ctx, "freeze"), By: who(ctx).user.Email, Reason: in.reason()})
	})
	operate(s, "POST /api/control/resume", "control", "Let spending go on", func(ctx context.Context, in *controlInput) (*accepted, error) {
		return s.command(ctx, ceoKey, &messages.Unfreeze{UnfreezeId: in.commandID(ctx, "unfreeze"), By: who(ctx).user.Email, Reason: in.reason()})
	})
}
