package persistence_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

const (
	campaignRow = `SELECT concat_ws('|', product_id, platform, impressions, clicks, conversions, spend_minor, revenue_minor, shop_orders, shop_revenue_minor, cost_minor, refunds_minor, roas, ctr, cvr, cpa_minor, aov_minor) FROM mv_campaign_performance WHERE campaign_id = $1`
	dayRow      = `SELECT concat_ws('|', impressions, clicks, conversions, spend_minor, revenue_minor, shop_orders, shop_revenue_minor, cost_minor, refunds_minor, roas) FROM mv_daily_metrics WHERE day = $1`
)

func TestDB_RollUpsFollow(t *testing.T) {
	b := setup(t)
	actor := b.actor("campaign", "cmp_a")
	actor.write(hourOf("ad_1", "cmp_a", start), hourOf("ad_2", "cmp_a", start))
	actor.write(hourOf("ad_1", "cmp_a", start.Add(24*time.Hour)))
	actor.write(facts.ShopRevenue{CampaignID: "cmp_a", ProductID: "prd_a", Day: "2026-03-01", Orders: 1, Revenue: usd(2490), Cost: usd(700)},
		facts.ShopRevenue{Day: "2026-03-01", Revenue: usd(0), Refunds: usd(300)},
		facts.ShopRevenue{CampaignID: "cmp_b", Day: "2026-03-01", Orders: 1, Revenue: usd(100)})
	b.want("prd_a|meta|3000|60|3|1500|2700|1|2490|700|0|1.8000|0.020000|0.050000|500.00|900.00", campaignRow, "cmp_a")
	b.want("||0|0|0|0|0|1|100|0|0", campaignRow, "cmp_b")
	b.want("2000|40|2|1000|1800|2|2590|700|300|1.8000", dayRow, "2026-03-01")
	b.want("1000|20|1|500|900|0|0|0|0|1.8000", dayRow, "2026-03-02")
	b.want("2026-03-01 00:00:00+00 2026-03-02 00:00:00+00", `SELECT first_hour || ' ' || last_hour FROM mv_campaign_performance WHERE campaign_id = 'cmp_a'`)
}

func TestDB_RollUpsKeepCurrenciesApart(t *testing.T) {
	b := setup(t)
	brl := hourOf("ad_2", "cmp_a", start)
	brl.Delta.Spend, brl.Delta.Revenue = money.Minor(7, "BRL"), money.Minor(9, "BRL")
	free := facts.Analytics{Hour: start, Day: "2026-03-01", AccountDay: "2026-02-28", Platform: "meta", CampaignID: "cmp_a", AdID: "ad_3", Delta: kpi.Metrics{Impressions: 5}}
	b.actor("campaign", "cmp_a").write(hourOf("ad_1", "cmp_a", start), brl, free)
	b.want("BRL:1000:7 USD:1005:500", `SELECT string_agg(concat_ws(':', currency, impressions, spend_minor), ' ' ORDER BY currency) FROM mv_campaign_performance`)
}

func TestDB_SameHourTwiceIsABug(t *testing.T) {
	b := setup(t)
	actor := b.actor("campaign", "cmp_a")
	actor.write(hourOf("ad_1", "cmp_a", start))
	err := actor.try(actorkit.Commit{Facts: []facts.Fact{hourOf("ad_1", "cmp_a", start)}})
	if err == nil || fault.KindOf(err) != fault.Bug {
		b.Errorf("the same hour again: %v", err)
	}
	b.want("1000|20|1|500|900|0|0|0|0|1.8000", dayRow, "2026-03-01")
}

// Campaigns and orders write the same days and campaigns at once; the order of locks lets none of them deadlock.
func TestDB_RollUpsOfManyActorsAtOnce(t *testing.T) {
	b := setup(t)
	const rounds = 25
	campaigns := []string{"cmp_c", "cmp_a", "cmp_b"}
	var all sync.WaitGroup
	for n, id := range campaigns {
		actor := b.actor("campaign", id)
		all.Go(func() {
			for i := range rounds {
				at := start.Add(time.Duration(i) * time.Hour)
				if err := actor.try(actorkit.Commit{Facts: []facts.Fact{hourOf("ad_"+id, id, at)}, Audit: []actorkit.Audit{{Action: "seen"}}}); err != nil {
					b.Errorf("campaign %d, hour %d: %v", n, i, err)
				}
			}
		})
	}
	orders := b.actor("orders", "main")
	all.Go(func() {
		for i := range rounds {
			var list []facts.Fact
			for k := range campaigns {
				list = append(list, facts.ShopRevenue{CampaignID: campaigns[(i+k)%3], Day: []string{"2026-03-02", "2026-03-01"}[k%2], Orders: 1, Revenue: usd(1)})
			}
			if err := orders.try(actorkit.Commit{Facts: list, Audit: []actorkit.Audit{{Action: "sold"}}}); err != nil {
				b.Errorf("orders, round %d: %v", i, err)
			}
		}
	})
	all.Wait()
	b.want("75 75000", `SELECT concat_ws(' ', sum(shop_orders), sum(impressions)) FROM mv_daily_metrics`)
	b.want("75 75000", `SELECT concat_ws(' ', sum(shop_orders), sum(impressions)) FROM mv_campaign_performance`)
	if n, err := b.db.VerifyAudit(b.ctx, 1); n != 4*rounds || err != nil {
		b.Errorf("audit of %d lines: %v", n, err)
	}
}

func TestDB_CheckRollups(t *testing.T) {
	b := setup(t)
	actor := b.actor("campaign", "cmp_a")
	for i := range 10 { // over a week, so that every campaign has its turn
		actor.write(hourOf("ad_1", "cmp_a", start.Add(time.Duration(i)*24*time.Hour)))
		if wrong, err := b.db.CheckRollups(b.ctx); len(wrong) != 0 || err != nil {
			b.Fatalf("day %d: %v, %v", i, wrong, err)
		}
	}
	b.exec(`UPDATE mv_daily_metrics SET clicks = clicks + 1 WHERE day = '2026-03-09'`)
	b.exec(`UPDATE mv_campaign_performance SET spend_minor = 1`)
	found := ""
	for i := range 7 {
		actor.write(hourOf("ad_2", "cmp_b", start.Add(time.Duration(10+i)*24*time.Hour)))
		wrong, err := b.db.CheckRollups(b.ctx)
		if err != nil {
			b.Fatal(err)
		}
		found += strings.Join(wrong, "\n") + "\n"
	}
	for _, want := range []string{"day 2026-03-09 USD: 1000/21/1/500/900 kept, 1000/20/1/500/900 summed", "campaign cmp_a USD: 10000/200/10/1/9000 kept, 10000/200/10/5000/9000 summed"} {
		if !strings.Contains(found, want) {
			b.Errorf("not found: %s\nin %s", want, found)
		}
	}
}
