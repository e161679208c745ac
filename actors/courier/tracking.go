package courier

import (
	"context"
	"fmt"

	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
)

// Parcels answers questions about a supplier's orders.
type Parcels interface {
	// Order reads an order by the supplier's id.
	Order(ctx context.Context, id string) (delivery.SupplierOrder, error)
}

// askTracking reads order after order into the answer. One that the supplier refuses to tell about says nothing; at any other error
// the rest is left unread, as asking on would only make it worse.
func askTracking(ctx context.Context, p Parcels, q *messages.FetchTracking, answer *messages.TrackingFetched) error {
	if p == nil {
		return errNoReads
	}
	for _, look := range q.Looks {
		order, err := p.Order(ctx, look.SupplierOrderId)
		if err != nil && fault.KindOf(err) != fault.Refused {
			return fmt.Errorf("read supplier order %s: %w", look.SupplierOrderId, err)
		}
		row := &messages.OrderTracking{OrderId: look.OrderId}
		if err == nil {
			row.Status, row.TrackingCode = order.Status, order.TrackingCode
		}
		answer.Orders = append(answer.Orders, row)
	}
	return nil
}

// withUnread names the orders of the question that the answer does not have. Orders are answered in the order of the question.
func withUnread(q *messages.FetchTracking, answer *messages.TrackingFetched) *messages.TrackingFetched {
	for _, look := range q.Looks[len(answer.Orders):] {
		answer.UnreadOrderIds = append(answer.UnreadOrderIds, look.OrderId)
	}
	return answer
}
