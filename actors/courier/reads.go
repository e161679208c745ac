package courier

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// onRead queues a question. It lives in memory alone: who asked asks again in an hour. A newer question replaces the same one.
func (a *Actor) onRead(c actor.Context, m proto.Message) {
	a.reads = slices.DeleteFunc(a.reads, func(x proto.Message) bool { return questionOf(x) == questionOf(m) })
	a.reads = append(a.reads, m)
	a.next(c)
}

func askerOf(m proto.Message) actorkit.Key {
	switch q := m.(type) {
	case *messages.FetchSpend:
		return actorkit.Key{Kind: "treasurer", ID: q.Purse}
	case *messages.FetchTracking:
		return actorkit.Key{Kind: "orders", ID: "main"}
	}
	return actorkit.Key{Kind: "campaign", ID: m.(*messages.FetchInsights).CampaignId}
}

// questionOf is what a newer question replaces: an asker has one at a time, except for orders, which come in batches.
func questionOf(m proto.Message) string {
	if q, ok := m.(*messages.FetchTracking); ok {
		return q.QuestionId
	}
	return askerOf(m).String()
}

// ask takes the oldest question to the account.
func (a *Actor) ask(c actor.Context) {
	m := a.reads[0]
	a.reads = a.reads[1:]
	a.busy = true
	reads, parcels, account, at := a.deps.Reads, a.deps.Parcels, a.kit.Key().ID, a.kit.Now().UnixMilli()
	a.kit.Run(c, a.deps.Timeout, func(ctx context.Context) any {
		out := &read{to: askerOf(m)}
		switch q := m.(type) {
		case *messages.FetchInsights:
			var rows []ads.InsightRow
			out.err = guarded(func() (err error) { rows, err = askInsights(ctx, reads, q); return err })
			out.answer = insightsAnswer(q, at, rows, out.err)
		case *messages.FetchSpend:
			var rows []ads.SpendRow
			var ceiling *messages.AccountCeiling
			out.err = guarded(func() (err error) {
				ceiling = readCeiling(ctx, reads, q)
				rows, err = askSpend(ctx, reads, q)
				return err
			})
			answer := spendAnswer(q, account, at, rows, out.err)
			answer.Ceiling = ceiling
			out.answer = answer
		case *messages.FetchTracking:
			answer := &messages.TrackingFetched{QuestionId: q.QuestionId}
			out.err = guarded(func() error { return askTracking(ctx, parcels, q, answer) })
			out.answer = withUnread(q, answer)
		}
		return out
	})
}

var errNoReads = fault.Refuse("no_reads", "this account cannot be asked for figures")

func askInsights(ctx context.Context, r Reads, q *messages.FetchInsights) ([]ads.InsightRow, error) {
	if r == nil {
		return nil, errNoReads
	}
	return r.Insights(ctx, q.CampaignExternalId)
}

func askSpend(ctx context.Context, r Reads, q *messages.FetchSpend) ([]ads.SpendRow, error) {
	if r == nil {
		return nil, errNoReads
	}
	return r.Spend(ctx, q.Since, q.Until)
}

// onAnswered passes the answer on, and learns from the error: questions trip the breaker as effects do.
func (a *Actor) onAnswered(c actor.Context, m *read) {
	a.busy = false
	a.kit.Tell(m.to, m.answer)
	now, policy := a.kit.Now(), a.deps.Policy()
	v := policy.Judge(tryOf(m.err))
	if v.Throttled {
		a.restUntil = now.Add(min(v.Wait, throttlePause))
	}
	before := a.breaker
	a.breaker = before.After(policy, now, v, clip(textOf(m.err)))
	a.deps.Metrics.outcome(a.kit.Key().ID, string(m.answer.ProtoReflect().Descriptor().Name()), string(v.State))
	a.deps.Metrics.open(a.kit.Key().ID, a.breaker.Open())
	if a.breaker.Open() && !before.Open() {
		a.kit.Commit(c, actorkit.Change{State: a.state(), Facts: []facts.Fact{a.accountAlert()}})
	}
	a.next(c)
}

// turnDownReads answers what cannot be asked while the breaker is open.
func (a *Actor) turnDownReads() {
	err := fault.Retry("unavailable", 0, errUnavailable)
	for _, m := range a.reads {
		switch q := m.(type) {
		case *messages.FetchInsights:
			a.kit.Tell(askerOf(m), insightsAnswer(q, a.kit.Now().UnixMilli(), nil, err))
		case *messages.FetchSpend:
			a.kit.Tell(askerOf(m), spendAnswer(q, a.kit.Key().ID, a.kit.Now().UnixMilli(), nil, err))
		case *messages.FetchTracking:
			a.kit.Tell(askerOf(m), withUnread(q, &messages.TrackingFetched{QuestionId: q.QuestionId}))
		}
	}
	a.reads = nil
}

func insightsAnswer(q *messages.FetchInsights, at int64, rows []ads.InsightRow, err error) *messages.InsightsFetched {
	answer := &messages.InsightsFetched{CampaignId: q.CampaignId, AtMs: at}
	if err != nil {
		answer.Code, answer.Text = fault.CodeOf(err), clip(textOf(err))
		return answer
	}
	for _, r := range rows {
		answer.Rows = append(answer.Rows, &messages.AdInsight{AdSetExternalId: r.AdSetID, AdExternalId: r.AdID, Total: metricsOf(r.Metrics)})
	}
	return answer
}

// spendAnswer says of every campaign and day that was asked for what was charged, nothing included, and what others were charged.
func spendAnswer(q *messages.FetchSpend, account string, at int64, rows []ads.SpendRow, err error) *messages.SpendObserved {
	answer := &messages.SpendObserved{ObservationId: q.ObservationId, AtMs: at, Platform: account, Ok: err == nil}
	if err != nil {
		return answer
	}
	charged := map[[2]string]money.Amount{}
	for _, r := range rows {
		key := [2]string{r.CampaignID, r.Day}
		if _, asked := q.Campaigns[r.CampaignID]; !asked {
			answer.Spend = append(answer.Spend, &messages.DaySpend{CampaignId: r.CampaignID, Day: r.Day, Spend: moneyOf(r.Spend), Foreign: true})
			continue
		}
		charged[key] = charged[key].Add(r.Spend)
	}
	for _, external := range slices.Sorted(maps.Keys(q.Campaigns)) {
		for _, day := range daysOf(q.Since, q.Until) {
			spend := moneyOf(charged[[2]string{external, day}])
			answer.Spend = append(answer.Spend, &messages.DaySpend{CampaignId: q.Campaigns[external], Day: day, Spend: spend})
		}
	}
	return answer
}

// daysOf lists the days from since to until; none if one of them is no day.
func daysOf(since, until string) []string {
	day, err := time.Parse(time.DateOnly, since)
	if err != nil {
		return nil
	}
	var out []string
	for text := since; text <= until; text = day.Format(time.DateOnly) {
		out = append(out, text)
		day = day.AddDate(0, 0, 1)
	}
	return out
}

// tryOf is a question as the policy sees it: it is never repeated by the courier.
func tryOf(err error) delivery.Try { return delivery.Try{EffectID: "read", Err: err} }

var errUnavailable = errors.New("the account does not answer at present")

func metricsOf(m kpi.Metrics) *messages.Metrics {
	return &messages.Metrics{
		Impressions: m.Impressions, Clicks: m.Clicks, Conversions: m.Conversions, Spend: moneyOf(m.Spend), Revenue: moneyOf(m.Revenue),
	}
}

func moneyOf(a money.Amount) *messages.Money {
	return &messages.Money{Minor: a.Minor(), Currency: string(a.Currency())}
}

func amountOf(m *messages.Money) money.Amount {
	return money.Minor(m.GetMinor(), money.Currency(m.GetCurrency()))
}
