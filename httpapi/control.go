package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

var ceoKey = actorkit.Key{Kind: "ceo", ID: "main"}

// askControl is how long the kill switch waits for the database and the ceo: what counts has happened before.
const askControl = time.Second

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

// frozen answers a freeze: it is in force. Recorded says whether the ceo has written it down too; if not, it is told as soon as it can.
type frozen struct {
	Body frozenBody
}

type frozenBody struct {
	ID       string `json:"id" doc:"Of the command"`
	Recorded bool   `json:"recorded" doc:"The database knows of it; if not, it will as soon as it answers"`
}

func (s *Server) controlRoutes() {
	operate(s, "GET /api/control", "control", "The kill switch, and what is not paused yet", s.control)
	operate(s, "POST /api/control/freeze", "control", "Stop all spending", s.freeze)
	operate(s, "POST /api/control/resume", "control", "Let spending go on", func(ctx context.Context, in *controlInput) (*accepted, error) {
		return s.command(ctx, ceoKey, &messages.Unfreeze{UnfreezeId: in.commandID(ctx, "unfreeze"), By: who(ctx).user.Email, Reason: in.reason()})
	})
}

// control is what the process and the database say, the more careful of them first.
func (s *Server) control(ctx context.Context, _ *struct{}) (*out[views.ControlDetail], error) {
	now := s.deps.Switch.Standing()
	ctx, cancel := context.WithTimeout(ctx, askControl)
	defer cancel()
	stored, err := s.deps.Reads.Control(ctx)
	if err != nil {
		s.log.WarnContext(ctx, "kill switch was shown without the database", "error", err.Error())
		return &out[views.ControlDetail]{now}, nil
	}
	if now.Frozen && !stored.Frozen {
		return &out[views.ControlDetail]{now}, nil
	}
	now.Control, now.Recorded = stored, stored.Frozen == now.Frozen
	return &out[views.ControlDetail]{now}, nil
}

// freeze stops spending in this process first, and then has it written down: it works while the database or the ceo does not.
func (s *Server) freeze(ctx context.Context, in *controlInput) (*frozen, error) {
	id, by := in.commandID(ctx, "freeze"), who(ctx).user.Email
	unkept := s.deps.Switch.Freeze(id, by, in.reason())
	ctx, cancel := context.WithTimeout(ctx, askControl)
	defer cancel()
	_, err := s.command(ctx, ceoKey, &messages.Freeze{FreezeId: id, By: by, Reason: in.reason()})
	if err != nil && unkept != nil {
		s.log.ErrorContext(ctx, "freeze could not be kept", "error", unkept.Error())
		return nil, problem(http.StatusServiceUnavailable, "freeze_not_kept",
			"Spending is stopped and campaigns are being paused, but neither the database nor the disk could keep it: a restart would forget it. Try again.")
	}
	return &frozen{Body: frozenBody{ID: id, Recorded: err == nil}}, nil
}
