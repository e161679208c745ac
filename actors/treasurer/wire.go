package treasurer

import (
	"strconv"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
	"github.com/agente-ceo/agente-ceo/messages"
)

func amountOf(m *messages.Money) money.Amount {
	return money.Minor(m.GetMinor(), money.Currency(m.GetCurrency()))
}

func moneyOf(a money.Amount) *messages.Money {
	return &messages.Money{Minor: a.Minor(), Currency: string(a.Currency())}
}

// timeOf and msOf keep the zero time as 0.
func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func msOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func askOf(m *messages.ReserveBudget) treasury.Ask {
	return treasury.Ask{
		ID: m.ReservationId, CampaignID: m.CampaignId, Platform: ads.Platform(m.Platform), Day: treasury.Day(m.Day),
		Daily: amountOf(m.DailyBudget), Minimum: amountOf(m.Minimum), Priority: m.PriorityMilli,
		Launch: m.Purpose == "launch",
	}
}

func answerMessage(a treasury.Answer) proto.Message {
	if a.Refused() {
		return &messages.BudgetRefused{ReservationId: a.ID, Day: string(a.Day), Code: a.Code, Text: a.Text, RetryAtMs: msOf(a.RetryAt)}
	}
	return &messages.BudgetReserved{
		ReservationId: a.ID, Day: string(a.Day), DailyBudget: moneyOf(a.Granted), WorstCase: moneyOf(a.WorstCase), Partial: a.Partial,
	}
}

func observationOf(m *messages.SpendObserved) treasury.Observation {
	o := treasury.Observation{At: timeOf(m.AtMs), Platform: ads.Platform(m.Platform)}
	for _, s := range m.Spend {
		o.Spend = append(o.Spend, treasury.Spend{CampaignID: s.CampaignId, Day: treasury.Day(s.Day), Amount: amountOf(s.Spend), Foreign: s.Foreign})
	}
	if m.Ceiling != nil {
		o.Ceiled, o.Ceiling = true, ads.Ceiling{Limit: amountOf(m.Ceiling.Limit), Spent: amountOf(m.Ceiling.Spent)}
	}
	return o
}

func fetchSpend(purse string, p ads.Platform, number int64, since, until treasury.Day, ours map[string]string, ceiling bool) *messages.FetchSpend {
	return &messages.FetchSpend{
		ObservationId: id.Derive("obs", purse, string(p), strconv.FormatInt(number, 10)),
		Purse:         purse, Since: string(since), Until: string(until), Campaigns: ours, Ceiling: ceiling,
	}
}

func treasuryMessage(r treasury.Rules, v treasury.View) *messages.Treasury {
	return &messages.Treasury{
		Purse: r.Purse, Day: string(v.Day), Week: string(v.WeekStart), CapDay: moneyOf(r.Caps.Day), CapWeek: moneyOf(r.Caps.Week),
		ChargedDay: moneyOf(v.Today.Charged), ChargedWeek: moneyOf(v.Week.Charged),
		ReservedDay: moneyOf(v.Today.Remaining), ReservedWeek: moneyOf(v.Week.Remaining),
		Free: moneyOf(v.Free), LiveCampaigns: int64(v.Live),
	}
}

func reservationState(r treasury.Reservation) *messages.ReservationState {
	return &messages.ReservationState{
		Id: r.ID, CampaignId: r.CampaignID, Platform: string(r.Platform), Day: string(r.Day), Week: string(r.Week),
		Nominal: moneyOf(r.Nominal), WorstCase: moneyOf(r.WorstCase), Charged: moneyOf(r.Charged), State: string(r.State),
		StoppedAtMs: msOf(r.StoppedAt), SettledAtMs: msOf(r.SeenAt), PriorityMilli: r.Priority, GrantedAtMs: msOf(r.GrantedAt),
		Assumed: r.Assumed, Breached: r.Breached, Launch: r.Launch, Planned: moneyOf(r.Planned),
	}
}

func bookOf(s *messages.TreasurerState) treasury.Book {
	b := treasury.Book{
		Number: s.NextNumber, AlertedDay: treasury.Day(s.AlertedDay), AlertedWeek: treasury.Day(s.AlertedWeek),
		BreachedDay: treasury.Day(s.BreachedDay), Frozen: s.Frozen, Latest: treasury.Day(s.LatestDay), AlertedClock: treasury.Day(s.AlertedClock),
		Ceilings: ceilingsOf(s), Wishes: wishesOf(s), DoubtedAt: timeOf(s.DoubtedAtMs),
	}
	for _, r := range s.Reservations {
		b.Reservations = append(b.Reservations, treasury.Reservation{
			ID: r.Id, CampaignID: r.CampaignId, Platform: ads.Platform(r.Platform), Day: treasury.Day(r.Day), Week: treasury.Day(r.Week),
			Nominal: amountOf(r.Nominal), WorstCase: amountOf(r.WorstCase), Charged: amountOf(r.Charged), State: treasury.State(r.State),
			StoppedAt: timeOf(r.StoppedAtMs), SeenAt: timeOf(r.SettledAtMs), Priority: r.PriorityMilli, GrantedAt: timeOf(r.GrantedAtMs),
			Assumed: r.Assumed, Breached: r.Breached, Launch: r.Launch, Planned: plannedOf(r),
		})
	}
	return b
}
