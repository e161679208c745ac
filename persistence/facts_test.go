package persistence_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

var later = start.Add(time.Hour)

func product(status string) facts.Product {
	return facts.Product{ID: "prd_a", Status: status, Title: "Lamp", Description: "d", Category: "home", Sources: []string{"amazon", "aliexpress"},
		SupplierRef: "S1", SupplierPrice: money.Minor(700, "CNY"), MarketPrice: usd(2990), SellingPrice: usd(2490), Images: []string{"u1"},
		RatingMilli: 4500, Reviews: 12, Keywords: []string{"led"}, DemandScore: 80, Competition: 20, TrendPct: -3, ScoreMilli: 71500,
		ScoreParts: []facts.ScorePart{{Name: "margin", Value: 90, Weight: 30, Why: "67 %"}}, Reasons: []string{"ok"},
		LandingURL: "https://shop/p", ScoutedAt: start, QualifiedAt: later, LastSeenAt: later}
}

func order() facts.Order {
	return facts.Order{ID: "ord_a", Shop: "shopify", ExternalID: "1001", Status: "pending", CustomerID: "cus_a", Email: "a@x.org", Phone: "+55 11", Total: usd(4980),
		SupplierCost: money.Minor(1400, "CNY"), ProductID: "prd_a", CampaignID: "cmp_a", AdID: "ad_a", UTM: map[string]string{"utm_source": "meta"},
		Items:   []facts.OrderItem{{SKU: "k", Title: "Lamp", Quantity: 2, Price: usd(2490), ProductID: "prd_a"}},
		Country: "BR", PlacedAt: start, UpdatedAt: later, Test: true}
}

// written is one fact of each type that has a table of its own, with what its row must then say.
var written = []struct {
	fact  facts.Fact
	query string
	want  string
}{
	{product("qualified"), `SELECT concat_ws('|', status, title, sources, supplier_price_minor, supplier_currency, selling_price_minor, selling_currency, rating_milli, trend_pct, score_parts->0->>'why', reasons, qualified_at, creatives_ready_at IS NULL) FROM products WHERE id = 'prd_a'`,
		`qualified|Lamp|{amazon,aliexpress}|700|CNY|2490|USD|4500|-3|67 %|{ok}|2026-03-01 01:00:00+00|t`},
	{facts.Creative{ID: "crt_a", ProductID: "prd_a", Status: "ready", Language: "pt-BR", Style: "urgency", Headline: "h", Body: "b", Action: "Comprar", PainPoints: []string{"p"}, MediaKey: "k", MediaURL: "u", CreatedAt: start},
		`SELECT concat_ws('|', product_id, status, language, style, headline, pain_points, media_key) FROM creatives`, `prd_a|ready|pt-BR|urgency|h|{p}|k`},
	{facts.ScoutRun{ID: "run_a", StartedAt: start, FinishedAt: later, Offers: 9, Products: 5, New: 2, Errors: map[string]string{"amazon": "busy"}},
		`SELECT concat_ws('|', offers, products, new, errors) FROM scout_runs`, `9|5|2|{"amazon": "busy"}`},
	{facts.Blacklisted{Kind: "keyword", Term: "gun", Reason: "weapon", By: "a@x.org", At: start},
		`SELECT concat_ws('|', kind, term, reason, added_by) FROM blacklist`, `keyword|gun|weapon|a@x.org`},
	{facts.Campaign{ID: "cmp_a", ProductID: "prd_a", Platform: "meta", Name: "n", Status: "scaling", Verdict: "winner", Reason: "r", ExternalID: "e1", Mode: "auto", InitialBudget: usd(5000), DailyBudget: usd(6000), Countries: []string{"BR", "US"}, BidStrategy: "lowest_cost", CreatedAt: start, ActivatedAt: later},
		`SELECT concat_ws('|', platform, status, verdict, external_id, mode, initial_budget_minor, daily_budget_minor, currency, countries, ended_at IS NULL) FROM campaigns`, `meta|scaling|winner|e1|auto|5000|6000|USD|{BR,US}|t`},
	{facts.AdSet{ID: "set_a", CampaignID: "cmp_a", Name: "n", Status: "active", ExternalID: "e2", Audience: "lookalike_2_3", Countries: []string{"BR"}, DailyBudget: usd(2500), CreatedAt: start},
		`SELECT concat_ws('|', campaign_id, status, external_id, audience, daily_budget_minor, currency) FROM ad_sets`, `cmp_a|active|e2|lookalike_2_3|2500|USD`},
	{facts.Ad{ID: "ad_a", AdSetID: "set_a", CampaignID: "cmp_a", CreativeID: "crt_a", Status: "paused", ExternalID: "e3", CreatedAt: start},
		`SELECT concat_ws('|', ad_set_id, campaign_id, creative_id, status, external_id) FROM ads`, `set_a|cmp_a|crt_a|paused|e3`},
	{order(), `SELECT concat_ws('|', shop, external_id, status, email, total_minor, refunded_minor, currency, supplier_cost_minor, supplier_currency, utm->>'utm_source', items->0->'price'->>'amount', test) FROM orders`,
		`shopify|1001|pending|a@x.org|4980|0|USD|1400|CNY|meta|24.90|t`},
	{facts.Alert{ID: "alt_a", Kind: "cap_breach", Severity: "critical", Subject: "main", Title: "t", Detail: "d", At: start},
		`SELECT concat_ws('|', kind, severity, subject, title, first_at = last_at) FROM alerts`, `cap_breach|critical|main|t|t`},
	{facts.Approval{ID: "apr_a", Subject: "cmp_a", Kind: "launch", Status: "pending", Summary: "s", Why: "w", Amount: usd(5000), Manifest: "m", Details: []byte(`{"b":1, "a":"<&>"}`), ProposedBy: "campaign/cmp_a", RequestedAt: start, ExpiresAt: later},
		`SELECT concat_ws('|', subject, kind, status, amount_minor, manifest, details, decided_at IS NULL) FROM approvals`, `cmp_a|launch|pending|5000|m|{"b":1, "a":"<&>"}|t`},
	{facts.Reservation{ID: "rsv_a", Purse: "main", CampaignID: "cmp_a", Platform: "meta", Day: "2026-03-01", Week: "2026-03-01", Nominal: usd(5000), WorstCase: usd(8750), Charged: usd(10), State: "outstanding", At: start},
		`SELECT concat_ws('|', purse, day, week, nominal_minor, worst_case_minor, charged_minor, currency, state) FROM reservations`, `main|2026-03-01|2026-03-01|5000|8750|10|USD|outstanding`},
	{facts.Posting{ID: "pst_a", Purse: "main", ReservationID: "rsv_a", Kind: "reserve", Debit: "reserved", Credit: "free", Amount: usd(8750), At: start},
		`SELECT concat_ws('|', kind, debit, credit, amount_minor, currency) FROM postings`, `reserve|reserved|free|8750|USD`},
	{facts.Report{Kind: "daily", Date: "2026-03-01", Body: []byte(`{"spend": 1}`), Text: "# Day", At: later},
		`SELECT concat_ws('|', kind, date, body, text) FROM reports`, `daily|2026-03-01|{"spend": 1}|# Day`},
	{facts.Control{Frozen: true, By: "a@x.org", Reason: "r", At: start},
		`SELECT concat_ws('|', frozen, by_whom, reason) FROM control`, `t|a@x.org|r`},
}

func TestDB_Facts(t *testing.T) {
	b := setup(t)
	actor := b.actor("scout", "main")
	for _, w := range written {
		name := strings.TrimPrefix(reflect.TypeOf(w.fact).String(), "facts.")
		actor.write(w.fact)
		first := b.text(w.query)
		if first != w.want {
			b.Errorf("%s\n got  %s\n want %s", name, first, w.want)
		}
		actor.write(w.fact, w.fact)
		if again := b.text(w.query); again != first {
			b.Errorf("%s written again: %s", name, again)
		}
	}
	b.want("3", `SELECT count FROM alerts`) // the one thing that repeats: a raise is counted
}

func TestDB_FactsReplaceTheWholeRow(t *testing.T) {
	b := setup(t)
	actor := b.actor("product", "prd_a")
	actor.write(product("qualified"))
	actor.write(facts.Product{ID: "prd_a", Status: "rejected", Title: "Lamp 2"})
	b.want("rejected|Lamp 2||0|{}|[]|t", `SELECT concat_ws('|', status, title, description, supplier_price_minor, images, score_parts, qualified_at IS NULL) FROM products`)
}

func TestDB_RefusesWhatIsNoFact(t *testing.T) {
	b := setup(t)
	actor := b.actor("product", "prd_a")
	cases := map[string]facts.Fact{
		"APointer":         &facts.Ad{ID: "ad_x"},
		"AnUnknownStatus":  facts.Ad{ID: "ad_x", Status: "flying"},
		"TwoCurrencies":    facts.Campaign{ID: "cmp_x", Status: "draft", InitialBudget: usd(1), DailyBudget: money.Minor(1, "BRL")},
		"APostingToItself": facts.Posting{ID: "p", Kind: "reserve", Debit: "a", Credit: "a", Amount: usd(1), At: start},
		"AnUnknownAlert":   facts.Alert{ID: "a", Kind: "bad weather!", Severity: "info", Title: "t", At: start},
	}
	for name, f := range cases {
		if err := actor.try(actorkit.Commit{Facts: []facts.Fact{f}, State: []byte("x")}); err == nil || fault.KindOf(err) != fault.Bug {
			b.Errorf("%s: %v of kind %s, want a bug", name, err, fault.KindOf(err))
		}
	}
	b.want("0", `SELECT count(*) FROM actor_snapshot`)
}

func TestDB_StoresTextFromOutside(t *testing.T) {
	b := setup(t)
	p := product("scouted")
	p.Title, p.Images = "a\x00b\xff", []string{"x\x00"}
	o := order()
	o.UTM = map[string]string{"utm\x00_source": "\xfe"}
	b.actor("product", "prd_a").commit(actorkit.Commit{Facts: []facts.Fact{p, o},
		Audit: []actorkit.Audit{{Action: "a", Reason: "r\x00", Figures: []actorkit.Figure{{Name: "n\x00", Value: "v\x00"}}}}})
	b.want("ab\uFFFD {x}", `SELECT title || ' ' || images::text FROM products`)
	b.want(`{"utm_source": "`+"\uFFFD"+`"}`, `SELECT utm FROM orders`)
	b.want(`r {"n":"v"}`, `SELECT reason || ' ' || figures::text FROM audit_log`)
}

func TestDB_OrdersAreUniqueInTheirShop(t *testing.T) {
	b := setup(t)
	actor := b.actor("orders", "main")
	actor.write(order())
	second := order()
	second.ID = "ord_b"
	if err := actor.try(actorkit.Commit{Facts: []facts.Fact{second}}); err == nil {
		b.Error("the same order of a shop got a second id")
	}
	got, err := b.db.Order(b.ctx, "ord_a")
	if err != nil {
		b.Fatal(err)
	}
	want := order()
	want.Refunded = usd(0)
	if diff := cmp.Diff(&want, got, cmp.AllowUnexported(money.Amount{})); diff != "" {
		b.Errorf("order (-want +got):\n%s", diff)
	}
	if none, err := b.db.Order(b.ctx, "ord_none"); none != nil || err != nil {
		b.Errorf("an unknown order is %v, %v", none, err)
	}
}

func TestDB_CustomersAddUp(t *testing.T) {
	b := setup(t)
	actor := b.actor("orders", "main")
	actor.write(facts.Customer{ID: "cus_a", Email: "a@x.org", Name: "Ana", Country: "BR", AddOrders: 1, AddRevenue: usd(5000), AddTags: []string{"lamp", "br"}, SeenAt: start})
	actor.write(facts.Customer{ID: "cus_a", AddRevenue: usd(-1000), AddTags: []string{"refund", "br"}, SeenAt: later})
	b.want("a@x.org|Ana|BR|1|4000|USD|{br,lamp,refund}|t", `SELECT concat_ws('|', email, name, country, orders, ltv_minor, currency, tags, first_seen_at < last_seen_at) FROM customers`)
	if err := actor.try(actorkit.Commit{Facts: []facts.Fact{facts.Customer{ID: "cus_a", AddRevenue: money.Minor(1, "BRL"), SeenAt: later}}}); err == nil {
		b.Error("reais were added to dollars")
	}
}

func TestDB_AlertsCountAndClose(t *testing.T) {
	b := setup(t)
	actor := b.actor("reporter", "main")
	alert := facts.Alert{ID: "alt_a", Kind: "health", Severity: "warning", Title: "t", At: start}
	actor.write(alert)
	alert.At = later
	actor.write(alert, facts.AlertResolved{ID: "alt_a", At: later})
	b.want("2 t t", `SELECT concat_ws(' ', count, first_at < last_at, resolved_at IS NOT NULL) FROM alerts`)
	actor.write(alert)
	b.want("3 t", `SELECT concat_ws(' ', count, resolved_at IS NULL) FROM alerts`)
}

func TestDB_LooksThingsUp(t *testing.T) {
	b := setup(t)
	actor := b.actor("scout", "main")
	actor.write(product("live"), facts.Blacklisted{Kind: "keyword", Term: "gun", At: start}, facts.Blacklisted{Kind: "category", Term: "arms", At: start},
		facts.Campaign{ID: "cmp_a", Platform: "meta", Status: "active", ExternalID: "e1"}, facts.Campaign{ID: "cmp_b", Platform: "meta", Status: "draft"})
	if id, err := b.db.ProductBySupplierRef(b.ctx, "S1"); id != "prd_a" || err != nil {
		b.Errorf("product of S1: %q, %v", id, err)
	}
	if id, err := b.db.ProductBySupplierRef(b.ctx, "S2"); id != "" || err != nil {
		b.Errorf("product of S2: %q, %v", id, err)
	}
	ids, err := b.db.ExternalIDs(b.ctx, []string{"cmp_a", "cmp_b", "cmp_c"})
	if diff := cmp.Diff(map[string]string{"cmp_a": "e1"}, ids); diff != "" || err != nil {
		b.Errorf("external ids: %s %v", diff, err)
	}
	list, err := b.db.Blacklist(b.ctx)
	if len(list) != 2 || list[0].Term != "arms" || list[1].Term != "gun" || err != nil {
		b.Errorf("blacklist: %v %v", list, err)
	}
}

func TestDB_LiveEvents(t *testing.T) {
	b := setup(t, persistence.Options{LiveEvents: true})
	b.exec("LISTEN live")
	b.actor("campaign", "cmp_a").commit(actorkit.Commit{
		Facts: []facts.Fact{hourOf("ad_1", "cmp_a", start), hourOf("ad_2", "cmp_a", start), facts.Ad{ID: "ad_1", Status: "active"}},
		Audit: []actorkit.Audit{{Action: "a", Subject: "cmp_a"}},
	})
	b.want("analytics/cmp_a ad/ad_1 audit/cmp_a", `SELECT string_agg(topic || '/' || key, ' ' ORDER BY seq) FROM live_event`)
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	if n, err := b.sql.WaitForNotification(ctx); err != nil || n.Channel != "live" {
		b.Errorf("notification %v, %v", n, err)
	}
	quiet := open(t, b.url, persistence.Options{})
	if err := quiet.Commit(b.ctx, actorkit.Commit{Key: actorkit.Key{Kind: "campaign", ID: "cmp_a"}, Epoch: 1, Version: 2, Now: start, Facts: []facts.Fact{facts.Ad{ID: "ad_2", Status: "active"}}}); err != nil {
		b.Fatal(err)
	}
	b.want("3", `SELECT count(*) FROM live_event`)
}
