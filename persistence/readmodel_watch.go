package persistence

import (
	"context"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Search finds things of some kinds by a part of their name or the beginning of their id, at most so many of each; what is exactly what was
// asked for comes first, then in the order of the kinds.
func (r ReadModel) Search(ctx context.Context, what string, kinds []string, each int) ([]views.Hit, error) {
	return all[views.Hit](ctx, r.db, "view_search", strings.ToLower(clean(what)), list(kinds), each)
}

// taskRow is an effect as the outbox has it.
type taskRow struct {
	views.Task
	From           string
	Raises         bool
	DismissedAt    *time.Time
	DismissedBy    string
	PayloadType    string
	Payload        []byte
	Receipt        []byte
	Entity         string
	Names          string
	Level          string
	Won            string
	Made           bool
	GrantDay       *string
	GrantUntil     *time.Time
	GrantAmount    money.Amount
	ReservationID  string
	HeldID         string
	HeldState      string
	Held           money.Amount
	ApprovalID     string
	Manifest       string
	ApprovalStatus string
	DecidedBy      string
	DecidedAt      *time.Time
}

// Task is an effect with its intent, its grant and its attempts; nil when there is none.
func (r ReadModel) Task(ctx context.Context, id string) (*views.TaskDetail, error) {
	row, err := one[taskRow](ctx, r.db, "view_task", clean(id))
	if row == nil || err != nil {
		return nil, err
	}
	payload, err := actorkit.Unmarshal(row.PayloadType, row.Payload)
	if err != nil {
		return nil, err
	}
	d := &views.TaskDetail{
		Task: row.Task, From: row.From, Entity: row.entity(), Grant: row.grant(), DismissedAt: row.DismissedAt, DismissedBy: row.DismissedBy,
		Dismissable: row.DismissedAt == nil && (row.State == "refused" || row.State == "failed"),
	}
	d.Intent, d.Withheld = intentOf(payload)
	if d.Receipt, err = receiptOf(row.Receipt); err != nil {
		return nil, err
	}
	d.History, err = all[views.Audit](ctx, r.db, "view_task_history", row.ID, row.Subject)
	return d, err
}

func (row *taskRow) entity() *views.TaskEntity {
	if row.Entity == "" {
		return nil
	}
	return &views.TaskEntity{ID: row.Entity, Level: row.Level, Names: row.Names, ExternalID: row.Won, Made: row.Made}
}

func (row *taskRow) grant() *views.TaskGrant {
	if !row.Raises {
		return nil
	}
	g := &views.TaskGrant{
		Until: row.GrantUntil, Amount: row.GrantAmount, ReservationID: row.ReservationID, Held: row.Held, State: row.HeldState,
		ApprovalID: row.ApprovalID, Manifest: row.Manifest, ApprovalStatus: row.ApprovalStatus, DecidedBy: row.DecidedBy, DecidedAt: row.DecidedAt,
	}
	if row.GrantDay != nil {
		g.Day = *row.GrantDay
	}
	return g
}

// intentOf is what an effect asks for. What pays for it and what it is for have fields of their own; addresses and messages of customers
// are left out, as nobody has to read them to judge an effect.
func intentOf(payload proto.Message) (_ []views.Detail, withheld bool) {
	effect, is := proto.Clone(payload).(*messages.Effect)
	if !is {
		return described(payload), false
	}
	effect.Grant, effect.Entity, effect.Quiet = nil, "", false
	switch what := effect.What.(type) {
	case *messages.Effect_PlaceSupplierOrder:
		withheld = what.PlaceSupplierOrder.Address != nil
		what.PlaceSupplierOrder.Address = &messages.Address{Country: what.PlaceSupplierOrder.GetAddress().GetCountry()}
	case *messages.Effect_NotifyCustomer:
		withheld, what.NotifyCustomer.To, what.NotifyCustomer.Values = true, "", nil
	case *messages.Effect_SendCrm:
		withheld, what.SendCrm.Body = true, nil
	}
	return described(effect), withheld
}

func receiptOf(body []byte) ([]views.Detail, error) {
	if len(body) == 0 {
		return []views.Detail{}, nil
	}
	var receipt messages.Receipt
	if err := proto.Unmarshal(body, &receipt); err != nil {
		return nil, classify("read a receipt", err)
	}
	return described(&receipt), nil
}
