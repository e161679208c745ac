package campaign

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/strategy"
)

const (
	maxHistory = 16             // decisions remembered: four days
	recently   = 72 * time.Hour // the period that policies see as recent
)

// Decide judges the campaign by a policy, writes down why, and acts. by is the operator who asked, empty for the alarm.
func (t *Turn) Decide(policy strategy.Policy, by string) {
	t.DecideOnFigures, t.DecisionBy = false, ""
	if !t.Running() {
		return
	}
	if why := t.unread(); why != "" {
		t.noteBy(by, "decision_held", sentence(why), "It is decided once there are figures to decide on.")
		t.restore()
		return
	}
	d := policy.Decide(t.view())
	t.noteBy(by, "campaign_decided", d.Reason, d.Expected, t.figures(policy, d)...)
	t.History = append(t.History, Point{At: t.Now, Total: t.Total})
	if over := len(t.History) - maxHistory; over > 0 {
		t.History = t.History[over:]
	}
	t.Verdict = string(d.Verdict)
	t.act(d)
	if t.Live() {
		t.lookAtROAS(d)
		t.prune(policy)
		t.restore()
	}
}

// DecideAgain arms the next decision.
func (t *Turn) DecideAgain() {
	if t.Running() {
		t.at(AlarmDecide, t.Now.Add(t.rules.DecideEvery))
	}
}

func (t *Turn) view() strategy.View {
	v := strategy.View{
		Now: t.Now, ActivatedAt: t.ActivatedAt, Total: t.Total, Scaling: t.Status == Scaling,
		ExtendedUntil: t.ExtendedUntil, LastRemedyAt: t.LastRemedyAt, AOV: t.AOV(),
	}
	v.Recent, v.RecentFor = t.since(recently)
	if t.RaiseStands {
		v.LastRaise = strategy.LastRaise{At: t.LastRaiseAt, ROAS: t.roasAtRaise(), Since: t.Total.Sub(t.AtRaise)}
	}
	return v
}

// since is what came during about the last period: from the newest remembered decision that is at least that old.
func (t *Turn) since(period time.Duration) (kpi.Metrics, time.Duration) {
	for i := len(t.History) - 1; i >= 0; i-- {
		if p := t.History[i]; t.Now.Sub(p.At) >= period {
			return t.Total.Sub(p.Total), t.Now.Sub(p.At)
		}
	}
	return kpi.Metrics{}, 0
}

func (t *Turn) figures(policy strategy.Policy, d strategy.Decision) []Figure {
	out := []Figure{{"policy", policy.Name()}, {"verdict", string(d.Verdict)}, {"actions", actions(d)}}
	for _, f := range d.Figures {
		out = append(out, Figure(f))
	}
	return append(out, Figure{"daily_budget", t.Budget().Decimal()},
		Figure{"shop_orders", strconv.FormatInt(t.ShopOrders, 10)}, Figure{"shop_revenue", t.ShopRevenue.Decimal()})
}

func actions(d strategy.Decision) string {
	names := make([]string, len(d.Actions))
	for i, a := range d.Actions {
		names[i] = string(a)
	}
	return strings.Join(names, " ")
}

func (t *Turn) act(d strategy.Decision) {
	switch d.Verdict {
	case strategy.Winner:
		t.won(d)
	case strategy.Potential, strategy.Loser:
		t.WinnerStreak = 0
	}
	if d.Has(strategy.Stop) {
		t.stop(d)
		return
	}
	if d.Verdict == strategy.Potential {
		t.test(d)
	}
	if d.Has(strategy.RollBack) {
		t.rollBack()
	}
	if d.Has(strategy.Scale) {
		t.Status, t.Reason = Scaling, "winner: all criteria hold"
		t.at(AlarmScale, t.nextRaise())
		t.at(AlarmExpand, t.outOfLate(t.Now.Add(t.rules.DecideEvery)))
	}
	if d.Has(strategy.Raise) {
		t.raise()
	}
	t.remedy(d)
}

func (t *Turn) won(d strategy.Decision) {
	t.WinnerStreak++
	t.ExtendedUntil = time.Time{}
	if t.Status != Scaling && d.Has(strategy.Scale) {
		t.alert("new_winner", "info", "A new winner", fmt.Sprintf("%s on %s: %s", t.Plan.ProductTitle, t.Plan.Platform, d.Reason))
	}
	if !t.Proven && d.Judgement.ROAS.Above(t.rules.ProvenROAS) {
		t.Proven = true
		t.out.Proofs = append(t.out.Proofs, Proof{ID: id.Derive(id.Campaign, t.Plan.CampaignID, "proven"), ROASMilli: d.Judgement.ROAS.Milli()})
		t.note("campaign_proven", fmt.Sprintf("Its ROAS of %s is above %s.", d.Judgement.ROAS.Decimal(2), t.rules.ProvenROAS.Decimal(2)),
			"The product is tried on the next platform.")
	}
	if t.Bid == ads.LowestCost && t.WinnerStreak >= t.rules.StableDecisions && t.Total.Conversions >= t.rules.StableConversions && t.costCap().Positive() {
		t.Bid = ads.CostCap
	}
}

// costCap is what a purchase may cost once the campaign bids with a cap.
func (t *Turn) costCap() money.Amount {
	aov := t.Total.WithAOV(t.AOV()).AOV().Amount(t.Plan.DailyBudget.Currency())
	return t.rules.CostCapShare.Of(aov, money.Down)
}

// test keeps a potential as it is: no more raises, its additional time begins.
func (t *Turn) test(d strategy.Decision) {
	t.Status, t.Reason = Testing, "potential: some criteria hold"
	t.cancel(AlarmScale, AlarmExpand)
	if t.Pending.Purpose == ForRaise || t.Pending.Purpose == ForExpand {
		t.Pending = Pending{}
	}
	t.dropProposed()
	if d.Has(strategy.Extend) {
		t.ExtendedUntil = d.ExtendUntil
	}
}

// stop pauses for good.
func (t *Turn) stop(d strategy.Decision) {
	t.pause(string(d.Verdict) + ": " + d.Reason)
	t.Final = true
	t.cancel(AlarmDecide, AlarmScale, AlarmExpand, AlarmRotate, AlarmNewDay)
	t.note("campaign_paused", d.Reason, d.Expected)
	t.alert("auto_paused", "warning", "A campaign was paused for good", d.Reason)
	t.dropDrafts(entityEnded)
	if d.Verdict != strategy.Loser {
		return
	}
	for i := range t.Ads {
		if ad := &t.Ads[i]; ad.Status == entityActive {
			ad.Status, ad.Off = entityFailed, true
			t.out.Facts = append(t.out.Facts, facts.Blacklisted{
				Kind: "creative", Term: ad.CreativeID, Reason: "lost on " + string(t.Plan.Platform), By: t.Plan.CampaignID, At: t.Now,
			})
		}
	}
}

// remedy starts what the KPI table asks for.
func (t *Turn) remedy(d strategy.Decision) {
	j := d.Judgement
	if d.Has(strategy.NewCreatives) {
		t.askCreatives("CTR is weak")
	}
	if d.Has(strategy.AdviseLanding) {
		t.note("landing_page_advised", j.Explain(kpi.CVR)+": the page loses the people whom the ads win.",
			"A faster page, clearer price and shipping, and reviews near the button raise the conversion rate.", Figure{"cvr", j.CVR.Percent(2)})
	}
	if d.Has(strategy.ChangeAudience) {
		t.splitAudience()
	}
	if d.Has(strategy.AdviseBundle) {
		t.note("bundle_advised", "The average order is small: "+j.AOV.Amount(t.Plan.DailyBudget.Currency()).String()+".",
			"A bundle or an upsell at the checkout raises it.", Figure{"aov", j.AOV.Amount(t.Plan.DailyBudget.Currency()).Decimal()})
	}
	if d.Has(strategy.NewCreatives) || d.Has(strategy.AdviseLanding) || d.Has(strategy.ChangeAudience) || d.Has(strategy.AdviseBundle) {
		t.LastRemedyAt = t.Now
	}
}

// lookAtROAS raises or resolves the alert of a ROAS that was under target for a day.
func (t *Turn) lookAtROAS(d strategy.Decision) {
	day, _ := t.since(24 * time.Hour)
	roas := day.WithAOV(t.AOV()).ROAS()
	low := roas.Below(d.Judgement.Target)
	switch {
	case low:
		t.alert("roas_below_target", "warning", "ROAS under target for 24 hours",
			fmt.Sprintf("ROAS of the last day is %s, the target is %s.", roas.Decimal(2), d.Judgement.Target.Decimal(2)))
	case t.ROASLow:
		t.resolve("roas_below_target")
	}
	t.ROASLow = low
}

// prune pauses added ad sets that fail by themselves; the best one always stays.
func (t *Turn) prune(policy strategy.Policy) {
	sets := t.byROAS()
	for i := len(sets) - 1; i > 0; i-- {
		set := sets[i]
		if set.Status != entityActive {
			continue
		}
		why, fails := policy.AdSetFails(strategy.AdSetView{Now: t.Now, ActivatedAt: set.ActivatedAt, Total: set.Total, AOV: t.AOV()})
		if fails {
			set.Off = true
			t.note("ad_set_paused", sentence(why), "Its share of the budget is free.", Figure{"ad_set", set.ID}, Figure{"audience", set.Audience})
		}
	}
}
