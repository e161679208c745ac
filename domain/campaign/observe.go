package campaign

import (
	"fmt"
	"hash/fnv"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Seen is the lifetime total of one ad, by the platform's id, as it reports it now.
type Seen struct {
	AdExternalID string
	Total        kpi.Metrics
}

// offset is the campaign's own minute of the hour: monitoring spreads over the hour, and never sits at its edge, where a slow answer
// would fall into the next one.
func (t *Turn) offset() time.Duration {
	h := fnv.New32a()
	h.Write([]byte(t.Plan.CampaignID))
	return time.Duration(2+h.Sum32()%50) * time.Minute
}

func (t *Turn) nextLook(every time.Duration) time.Time {
	next := t.Now.Truncate(time.Hour).Add(t.offset())
	for !next.After(t.Now.Add(every - time.Hour)) {
		next = next.Add(time.Hour)
	}
	return next
}

// Look is the monitoring alarm: it arms the next one and reports whether the figures should be fetched. A stopped campaign is looked at
// for a while: charges and conversions come late.
func (t *Turn) Look() bool {
	if t.ExternalID == "" || t.ActivatedAt.IsZero() {
		return false
	}
	stopped := t.Now.Sub(t.StoppedAt)
	switch {
	case t.MayDeliver || stopped < 2*time.Hour:
		t.at(AlarmMonitor, t.nextLook(t.rules.MonitorEvery))
	case stopped < t.rules.SettleFor:
		t.at(AlarmMonitor, t.nextLook(24*time.Hour))
	}
	if t.MayDeliver && t.blind() {
		t.blindAlert("no figures for more than three hours")
	}
	return true
}

func (t *Turn) blind() bool {
	since := t.LastObservedAt
	if since.Before(t.ActivatedAt) {
		since = t.ActivatedAt
	}
	return t.Now.Sub(since) > 3*t.rules.MonitorEvery+t.rules.MonitorEvery/2
}

func (t *Turn) blindAlert(why string) {
	t.alert("api_failure", "warning", "A campaign's figures do not arrive", why, "insights")
}

// NotObserved takes a failure to fetch figures: the next hour goes on, and so many in a row are an alert.
func (t *Turn) NotObserved(code, text string) {
	t.InsightFailures++
	t.DecideOnFigures = false
	if t.InsightFailures == t.rules.InsightAlerts {
		t.blindAlert(fmt.Sprintf("%d times in a row: %s (%s)", t.InsightFailures, text, code))
	}
}

// Fresh reports whether the figures of this hour are in already: an hour is written once.
func (t *Turn) Fresh(at time.Time) bool {
	return !t.LastObservedAt.IsZero() && !at.Truncate(time.Hour).After(t.LastObservedAt.Truncate(time.Hour))
}

// Observe takes the platform's figures: what each ad added since the last look goes into the analytics of the hour, and into the totals.
func (t *Turn) Observe(at time.Time, seen []Seen) {
	if len(seen) == 0 && t.Total.Impressions > 0 {
		t.NotObserved("late_report", "the platform reports nothing of what it had reported")
		return
	}
	if t.InsightFailures >= t.rules.InsightAlerts {
		t.resolve("api_failure", "insights")
	}
	t.InsightFailures = 0
	if t.Fresh(at) {
		return
	}
	t.LastObservedAt = at
	byExternal := make(map[string]int, len(t.Ads))
	for i := range t.Ads {
		if t.Ads[i].ExternalID != "" {
			byExternal[t.Ads[i].ExternalID] = i
		}
	}
	moved := false
	row := facts.Analytics{
		Hour: at.UTC().Truncate(time.Hour), Day: at.UTC().Format(time.DateOnly), AccountDay: AccountDay(at, t.rules.Zone),
		Platform: string(t.Plan.Platform), ProductID: t.Plan.ProductID, CampaignID: t.Plan.CampaignID,
	}
	for _, s := range seen {
		i, ok := byExternal[s.AdExternalID]
		if !ok {
			continue
		}
		ad := &t.Ads[i]
		delta := s.Total.Sub(ad.Total)
		if delta.IsZero() {
			continue
		}
		ad.Total, moved = s.Total, true
		t.Total = t.Total.Add(delta)
		if set := t.AdSet(ad.AdSetID); set != nil {
			set.Total = set.Total.Add(delta)
		}
		row.AdSetID, row.AdID, row.Delta = ad.AdSetID, ad.ID, delta
		t.out.Facts = append(t.out.Facts, row)
	}
	t.moving(at, moved)
}

// moving watches whether the figures of a campaign that delivers move. Where they stand still, nobody knows what it is charged.
func (t *Turn) moving(at time.Time, moved bool) {
	if moved || !t.Running() || t.MovedAt.IsZero() {
		t.MovedAt = at
		if t.FiguresStill {
			t.FiguresStill = false
			t.resolve("figures_still")
			t.note("figures_move", "The platform's figures move again, or it does not deliver any more.", "It is judged as before.")
		}
		return
	}
	if still := at.Sub(t.MovedAt); still >= t.rules.StillAfter && !t.FiguresStill {
		t.FiguresStill = true
		why := fmt.Sprintf("The platform's figures have not moved for %s although it delivers.", still.Round(time.Minute))
		t.note("figures_stand_still", why, "Nothing is decided on them.")
		t.alert("figures_still", "warning", "A campaign's figures stand still", why+" Nothing is decided until they move.")
	}
}

// unread says why the figures are no ground for a decision; empty when they are.
func (t *Turn) unread() string {
	switch {
	case t.FiguresStill:
		return "the platform's figures stand still"
	case t.InsightFailures >= t.rules.InsightAlerts:
		return "the platform's figures do not arrive"
	}
	return ""
}

// Sale takes an attributed order or refund as it arrives. It changes the shop's figures at once; the platform's own follow when it
// reports them.
func (t *Turn) Sale(orderID, kind string, value money.Amount) {
	if t.doneBefore(kind + "/" + orderID) {
		return
	}
	usual := t.AOV()
	t.ShopRevenue = t.ShopRevenue.Add(value)
	if kind == "refund" {
		return
	}
	t.ShopOrders++
	if bar := t.rules.AboveMean.Of(usual, money.Up); usual.Positive() && bar.Less(value) {
		t.alert("conversion_above_mean", "info", "An unusually large order",
			fmt.Sprintf("An order of %s; the usual one is %s.", value, usual), orderID)
	}
}
