package catalog

import (
	"fmt"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
)

// Price is what our shop asks for a product and what is left of it.
type Price struct {
	Selling  money.Amount
	Fee      money.Amount // what the payment takes of one sale, rounded up
	Profit   money.Amount // selling − supplier − shipping − fee; may be negative
	Margin   Margin
	AtMarket Margin // the margin if we asked the market price
}

// Margin is profit over price, exact.
type Margin struct{ profit, price int64 }

// MarginOf compares two amounts of one currency.
func MarginOf(profit, price money.Amount) Margin {
	return Margin{profit: profit.Minor(), price: price.Minor()}
}

// AtLeast reports margin ≥ pct per cent. Without a price there is no margin.
func (m Margin) AtLeast(pct int) bool { return m.price > 0 && m.profit*100 >= int64(pct)*m.price }

// Over reports margin > pct per cent.
func (m Margin) Over(pct int) bool { return m.price > 0 && m.profit*100 > int64(pct)*m.price }

// Permille is the margin in thousandths, rounded towards zero; 0 without a price.
func (m Margin) Permille() int64 {
	if m.price <= 0 {
		return 0
	}
	return m.profit * 1000 / m.price
}

// String is for people: "46.3 %".
func (m Margin) String() string {
	p := m.Permille()
	sign := ""
	if p < 0 {
		sign, p = "-", -p
	}
	return fmt.Sprintf("%s%d.%d %%", sign, p/10, p%10)
}

// PriceOf is the selling price rule: the landed price times the mark-up, never over the market price, at or below that on an ending
// of .90; and what is left of it. A price too small for the ending stays as it is.
func PriceOf(c scouting.Candidate, rules Rules) Price {
	asked := money.Min(c.Landed().MulRatio(int64(rules.MarkUpPct), 100, money.Down), c.MarketPrice)
	return PriceAt(c, charming(asked), rules)
}

// PriceAt is what is left of a price that the shop asks already, at what the supplier wants today.
func PriceAt(c scouting.Candidate, selling money.Amount, rules Rules) Price {
	p := Price{Selling: selling, Fee: rules.fee(selling)}
	p.Profit = p.Selling.Sub(c.Landed()).Sub(p.Fee)
	p.Margin = MarginOf(p.Profit, p.Selling)
	p.AtMarket = MarginOf(c.MarketPrice.Sub(c.Landed()).Sub(rules.fee(c.MarketPrice)), c.MarketPrice)
	return p
}

func (r Rules) fee(price money.Amount) money.Amount {
	return price.MulRatio(int64(r.FeePermille), 1000, money.Up).Add(r.FeeFixed)
}

// charming is the highest amount that ends in .90 and is not over a; in currencies without decimals, one that ends in 90.
func charming(a money.Amount) money.Amount {
	step := int64(100)
	for range a.Currency().Exponent() - 2 {
		step *= 10
	}
	tail := step / 10 * 9
	if a.Minor() < tail {
		return a
	}
	return money.Minor(a.Minor()-(a.Minor()-tail)%step, a.Currency())
}
