package courier

import (
	"context"
	"fmt"

	"github.com/agente-ceo/agente-ceo/messages"
)

// CRM receives business events: JSON, signed, once per event id.
type CRM interface {
	Send(ctx context.Context, event, eventID string, body []byte) error
}

type crmPerformer struct{ crm CRM }

// NewCRM performs SendCRM.
func NewCRM(crm CRM) Performer { return crmPerformer{crm} }

// Check passes: a webhook has no read to try it with; the next event tells.
func (p crmPerformer) Check(context.Context) error { return nil }

// Find cannot tell whether an event arrived: it is sent again, and the receiver drops what it has by its id.
func (p crmPerformer) Find(context.Context, Task) (*messages.Receipt, error) { return nil, nil }

// Perform sends one event.
func (p crmPerformer) Perform(ctx context.Context, t Task) (*messages.Receipt, error) {
	m := t.Effect.GetSendCrm()
	if m == nil {
		return nil, wrongEffect("the CRM", t)
	}
	if err := p.crm.Send(ctx, m.Event, m.EventId, m.Body); err != nil {
		return nil, fmt.Errorf("send %s to the CRM: %w", m.Event, err)
	}
	return &messages.Receipt{ExternalId: m.EventId, Status: "delivered"}, nil
}
