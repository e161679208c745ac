package httpapi

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

var treasurerKey = actorkit.Key{Kind: "treasurer", ID: "main"}

// askPurse is how long a page waits for the treasurer before it shows what was written last.
const askPurse = time.Second

func (s *Server) systemRoutes() {
	operate(s, "GET /api/actors", "system", "Actors of this process, by kind and id", func(context.Context, *struct{}) (*out[views.Page[views.Actor]], error) {
		rows := s.deps.ListActors()
		if rows == nil {
			rows = []views.Actor{}
		}
		return &out[views.Page[views.Actor]]{views.Page[views.Actor]{Items: rows}}, nil
	})
}

// purse is the treasury as the database has it, with the windows that the treasurer knows: on a new day nothing may be written yet.
func (s *Server) purse(ctx context.Context) (views.Treasury, error) {
	t, err := s.deps.Reads.Treasury(ctx)
	if err != nil {
		return t, err
	}
	ctx, cancel := context.WithTimeout(ctx, askPurse)
	defer cancel()
	reply, err := s.deps.Actors.Ask(ctx, treasurerKey, &messages.GetTreasury{})
	now, ok := reply.(*messages.Treasury)
	if err != nil || !ok {
		return t, nil //nolint:nilerr // what was written last is an answer too
	}
	return withPurse(t, now), nil
}

func withPurse(t views.Treasury, now *messages.Treasury) views.Treasury {
	overspend := map[string]money.Amount{}
	for _, w := range t.Windows {
		overspend[w.Kind+w.Starts] = w.Overspend
	}
	window := func(kind, starts string, limit, reserved, charged *messages.Money) views.Window {
		w := views.Window{Purse: now.GetPurse(), Kind: kind, Starts: starts, Cap: amountOf(limit), Reserved: amountOf(reserved), Charged: amountOf(charged)}
		w.Overspend = money.Zero(w.Cap.Currency()).Add(overspend[kind+starts])
		w.Free = money.Max(money.Zero(w.Cap.Currency()), w.Cap.Sub(w.Reserved).Sub(w.Charged))
		return w
	}
	t.Purse, t.Day, t.Week, t.Free = now.GetPurse(), now.GetDay(), now.GetWeek(), amountOf(now.GetFree())
	t.Windows = []views.Window{
		window("day", now.GetDay(), now.GetCapDay(), now.GetReservedDay(), now.GetChargedDay()),
		window("week", now.GetWeek(), now.GetCapWeek(), now.GetReservedWeek(), now.GetChargedWeek()),
	}
	return t
}

func amountOf(m *messages.Money) money.Amount {
	return money.Minor(m.GetMinor(), money.Currency(m.GetCurrency()))
}

var errReply = errors.New("an actor answered with something else")

// command asks an actor to do something, and turns its refusal into a problem.
func (s *Server) command(ctx context.Context, to actorkit.Key, msg proto.Message) (*accepted, error) {
	reply, err := s.deps.Actors.Ask(ctx, to, msg)
	if err != nil {
		return nil, err
	}
	switch r := reply.(type) {
	case *messages.Accepted:
		return &accepted{Status: 202, Body: acceptedBody{ID: r.GetId()}}, nil
	case *messages.Refusal:
		return nil, refusal(r.GetCode(), r.GetText())
	}
	return nil, fmt.Errorf("ask %s: %w: %T", to, errReply, reply)
}

// accepted answers a command that was recorded. What it leads to is seen on the live feed.
type accepted struct {
	Status int
	Body   acceptedBody
}

type acceptedBody struct {
	ID string `json:"id" doc:"What was created or changed"`
}
