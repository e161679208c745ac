package courier

import (
	"context"
	"fmt"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
)

// ceiled sets the account's ceiling and reads it back.
func (p adsPerformer) ceiled(ctx context.Context, limit money.Amount) (*messages.Receipt, error) {
	account, ok := p.account.(AdsCeiling)
	if !ok {
		return nil, fault.Refuse("no_ceiling", "this platform has no limit for a whole account")
	}
	if err := account.SetCeiling(ctx, limit); err != nil {
		return nil, fmt.Errorf("set the account's ceiling to %s: %w", limit, err)
	}
	receipt, err := p.ceilingIs(ctx, limit)
	if err != nil {
		return nil, fault.Unknown("unread", fmt.Errorf("read the ceiling back: %w", err))
	}
	if receipt == nil {
		return nil, fault.Retry("read_back_differs", 0, fmt.Errorf("the account's ceiling is not %s after it was set", limit))
	}
	return receipt, nil
}

// ceilingIs is the receipt of a ceiling that is in force, and nil when another one is.
func (p adsPerformer) ceilingIs(ctx context.Context, limit money.Amount) (*messages.Receipt, error) {
	account, ok := p.account.(AdsCeiling)
	if !ok {
		return nil, nil
	}
	have, err := account.Ceiling(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the account's ceiling: %w", err)
	}
	if have.Limit != limit {
		return nil, nil
	}
	return &messages.Receipt{Status: "ceiling", Budget: moneyOf(have.Limit), Spent: moneyOf(have.Spent)}, nil
}

// readCeiling answers whoever asked for spending what the platform's own limit is. Where there is none, or it cannot be read now, the
// answer is nothing: what is not known stays as it was.
func readCeiling(ctx context.Context, r Reads, q *messages.FetchSpend) *messages.AccountCeiling {
	account, ok := r.(AdsCeiling)
	if !ok || !q.Ceiling {
		return nil
	}
	have, err := account.Ceiling(ctx)
	if err != nil {
		return nil
	}
	return &messages.AccountCeiling{Limit: moneyOf(have.Limit), Spent: moneyOf(have.Spent)}
}
