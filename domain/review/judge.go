package review

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/strategy"
	"github.com/agente-ceo/agente-ceo/domain/table"
)

// Item is what the policy says of one row or group.
type Item struct {
	Key         string
	Line        int // of its first row
	Rows        int
	Currency    string
	Impressions int64
	Clicks      int64
	Conversions int64
	Spend       *big.Rat // whole units; nil when it is not known
	Revenue     *big.Rat // with what was estimated; nil when it is not known
	Verdict     strategy.Verdict
	ROAS        kpi.Ratio
	CTR         kpi.Ratio
	CVR         kpi.Ratio
	CPA         kpi.Ratio // whole units
	Passed      []kpi.Check
	Actions     []strategy.Action
	Reason      string
	Expected    string
}

// sums are the figures of a group's complete rows; where no row is complete, of all rows, and lacking says what is not given.
type sums struct {
	impressions, clicks, conversions, spend, revenue *big.Rat
	lacking                                          []Field
	aside                                            int // rows that are not complete, beside others that are
}

func (r *reader) sum(g group) sums {
	s := sums{impressions: new(big.Rat), clicks: new(big.Rat), conversions: new(big.Rat), spend: new(big.Rat), revenue: new(big.Rat)}
	var complete []record
	lacks := map[Field]bool{}
	for _, rec := range g.records {
		missing := rec.lacks(r.opts.AOV)
		if len(missing) == 0 {
			complete = append(complete, rec)
		}
		for _, field := range missing {
			lacks[field] = true
		}
	}
	if len(complete) == 0 {
		complete = g.records
		for _, field := range Fields() {
			if lacks[field] {
				s.lacking = append(s.lacking, field)
			}
		}
	}
	s.aside = len(g.records) - len(complete)
	for _, rec := range complete {
		for field, sum := range map[Field]*big.Rat{Impressions: s.impressions, Clicks: s.clicks, Conversions: s.conversions, Spend: s.spend} {
			if v := rec.figures[field]; v != nil {
				sum.Add(sum, v)
			}
		}
		if v := rec.revenue(r.opts.AOV); v != nil {
			s.revenue.Add(s.revenue, v)
		}
	}
	return s
}

// lacks lists the figures without which a row cannot be judged and which it does not give.
func (rec record) lacks(aov *big.Rat) []Field {
	var out []Field
	for _, field := range []Field{Impressions, Clicks, Spend, Conversions} {
		if rec.figures[field] == nil {
			out = append(out, field)
		}
	}
	if rec.revenue(aov) == nil {
		out = append(out, Revenue)
	}
	return out
}

// longAgo is when everything began, as far as a review knows.
var longAgo = time.Unix(0, 0).UTC()

// judge asks the policy. An export does not say how old a campaign is, so its age is taken as enough.
func (r *reader) judge(g group) Item {
	s := r.sum(g)
	item := Item{
		Key: g.key, Line: g.records[0].line, Rows: len(g.records), Currency: g.records[0].currency,
		Impressions: whole(s.impressions), Clicks: whole(s.clicks), Conversions: whole(s.conversions),
	}
	if !slices.Contains(s.lacking, Spend) {
		item.Spend = s.spend
	}
	if !slices.Contains(s.lacking, Revenue) {
		item.Revenue = s.revenue
	}
	if !s.conversions.IsInt() {
		r.note(item.Line, "", "%s conversions were counted as %d: only whole ones are judged.", s.conversions.FloatString(2), item.Conversions)
	}
	currency := money.Currency(item.Currency)
	spend, revenue, unit, fits := minors(s.spend, s.revenue, currency)
	if !fits {
		item.Verdict, item.Reason = strategy.Insufficient, "Its amounts are too large to be true."
		return item
	}
	rules := r.rulesFor(currency, unit)
	d := rules.Decide(strategy.View{
		Now: longAgo.Add(rules.MinTest), ActivatedAt: longAgo,
		Total: kpi.Metrics{Impressions: item.Impressions, Clicks: item.Clicks, Conversions: item.Conversions, Spend: money.Minor(spend, currency), Revenue: money.Minor(revenue, currency)},
	})
	item.Verdict, item.Reason, item.Expected, item.Actions = d.Verdict, d.Reason, d.Expected, d.Actions
	j := d.Judgement
	item.Passed = j.Passed()
	item.ROAS, item.CTR, item.CVR, item.CPA = j.ROAS, j.CTR, j.CVR, j.CPA.Mul(kpi.NewRatio(1, unit)).Mul(kpi.NewRatio(1, pow10(currency.Exponent())))
	item.forget(s)
	if s.aside > 0 {
		item.Reason += fmt.Sprintf(" %d of its %d rows are not complete and were left aside.", s.aside, item.Rows)
	}
	return item
}

// forget takes back what rests on a figure that the file does not give.
func (i *Item) forget(s sums) {
	if len(s.lacking) == 0 {
		return
	}
	if i.Verdict != strategy.Insufficient || i.Impressions == 0 {
		list := make([]string, len(s.lacking))
		for n, field := range s.lacking {
			list[n] = string(field)
		}
		i.Verdict, i.Actions, i.Expected = strategy.Insufficient, nil, ""
		i.Reason = "Nothing is decided: the file does not give its " + strings.Join(list, " and ") + "."
	}
	if i.Spend == nil {
		i.ROAS, i.CPA = kpi.Ratio{}, kpi.Ratio{}
	}
	if i.Revenue == nil {
		i.ROAS = kpi.Ratio{}
	}
	i.Passed = nil
}

// rulesFor are the policy's rules with amounts in a fraction of a minor unit. The KPI table's absolute targets are the account's, and
// say nothing of another currency.
func (r *reader) rulesFor(c money.Currency, unit int64) strategy.Rules {
	rules := r.opts.Rules
	rules.MinImpressions = max(1, rules.MinImpressions)
	rules.Criteria.Unit = unit
	if c != r.opts.Account {
		rules.Criteria.MaxCPA, rules.Criteria.MinAOV = money.Amount{}, money.Amount{}
	}
	return rules
}

// mostDecimals is the finest fraction that amounts are kept in; beyond it they are rounded.
const mostDecimals = 12

// minors writes two amounts as whole numbers of one unit, a fraction of the minor unit that holds both exactly, as far as they fit.
func minors(spend, revenue *big.Rat, c money.Currency) (s, r, unit int64, fits bool) {
	need := c.Exponent()
	for _, v := range []*big.Rat{spend, revenue} {
		d, _ := table.MostDecimals(v, mostDecimals)
		need = max(need, d)
	}
	for d := need; d >= c.Exponent(); d-- {
		a, okA := scaled(spend, d)
		b, okB := scaled(revenue, d)
		if okA && okB {
			return a, b, pow10(d - c.Exponent()), true
		}
	}
	return 0, 0, 1, false
}

// scaled is v × 10^decimals, rounded half up, where that is far from overflow.
func scaled(v *big.Rat, decimals int) (int64, bool) {
	n := new(big.Rat).Mul(v, new(big.Rat).SetInt64(pow10(decimals)))
	n.Add(n, big.NewRat(1, 2))
	q := new(big.Int).Quo(n.Num(), n.Denom())
	return q.Int64(), q.BitLen() < 62
}

// whole is a count rounded down. Figures are bounded, so sums of a file's rows fit.
func whole(v *big.Rat) int64 { return new(big.Int).Quo(v.Num(), v.Denom()).Int64() }

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}
