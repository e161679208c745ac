package httpapi

import (
	"context"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// patience is how long a message may wait in business time before it is shown as undelivered.
const patience = 5 * time.Minute

type deadInput struct {
	ID string `path:"id" maxLength:"120"`
}

func (s *Server) deadRoutes() {
	operate(s, "POST /api/tasks/{id}/retry", "office", "Have an effect that was refused or given up tried once more", s.retryTask)
	operate(s, "POST /api/tasks/{id}/dismiss", "office", "Put an effect that was refused or given up aside", s.dismissTask)
	operate(s, "GET /api/messages", "office", "Messages between actors that nobody has handled for five minutes, oldest first", s.undelivered)
	operate(s, "POST /api/messages/{id}/dismiss", "office", "Drop a message that its receiver does not handle", s.dismissMessage)
}

func (s *Server) retryTask(ctx context.Context, in *deadInput) (*accepted, error) {
	courier, found, err := s.deps.Records.RetryTask(ctx, in.ID, who(ctx).user.Email, s.deps.Clock.Now())
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, notFound("task that was refused or given up", in.ID)
	}
	s.deps.Actors.Tell(actorkit.Key{Kind: "courier", ID: courier}, &messages.Wake{})
	return &accepted{Status: 202, Body: acceptedBody{ID: in.ID}}, nil
}

func (s *Server) dismissTask(ctx context.Context, in *deadInput) (*accepted, error) {
	found, err := s.deps.Records.DismissTask(ctx, in.ID, who(ctx).user.Email, s.deps.Clock.Now())
	return dismissed(found, err, "task that was refused or given up", in.ID)
}

func (s *Server) dismissMessage(ctx context.Context, in *deadInput) (*accepted, error) {
	found, err := s.deps.Records.DismissMessage(ctx, in.ID, who(ctx).user.Email, s.deps.Clock.Now())
	return dismissed(found, err, "message", in.ID)
}

func dismissed(found bool, err error, what, id string) (*accepted, error) {
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, notFound(what, id)
	}
	return &accepted{Status: 200, Body: acceptedBody{ID: id}}, nil
}

func (s *Server) undelivered(ctx context.Context, in *Paging) (*out[views.Page[views.Message]], error) {
	l, err := in.list()
	if err != nil {
		return nil, err
	}
	l.To = s.deps.Clock.Now().Add(-patience)
	items, err := s.deps.Reads.Undelivered(ctx, l)
	return page(*in, items, err, func(m views.Message) views.Cursor { return views.Cursor{Seq: m.Seq} })
}
