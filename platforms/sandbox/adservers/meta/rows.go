package meta

import (
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// row writes one row of insights: every figure is a text.
func (s *Server) row(now time.Time, g group, sp span, t market.Totals, fields []string) object {
	since := sp.since
	if sp.lifetime {
		since = s.cfg.Market.AccountDay(g.ads[0].created)
	}
	out := object{"date_start": since, "date_stop": sp.until}
	for _, f := range fields {
		v := s.identity(now, g, f)
		if v == nil {
			v = figure(t, f)
		}
		if v == nil {
			v = actionFigure(t, f)
		}
		if v != nil {
			out[f] = v
		}
	}
	return out
}

// identity is what a row says of the objects it belongs to; nothing of the levels below its own.
func (s *Server) identity(now time.Time, g group, field string) any {
	x, level := g.ads[0], levelOf(g.node)
	at := func(need int, v any) any {
		if level < need {
			return nil
		}
		return v
	}
	switch field {
	case "account_id":
		return s.cfg.AccountID
	case "account_name":
		return s.cfg.AccountName
	case "account_currency":
		return s.cfg.Currency
	case "campaign_id":
		return at(1, x.parent.parent.id)
	case "campaign_name":
		return at(1, x.parent.parent.name)
	case "objective":
		return at(1, x.parent.parent.objective)
	case "buying_type":
		return at(1, x.parent.parent.buying)
	case "adset_id":
		return at(2, x.parent.id)
	case "adset_name":
		return at(2, x.parent.name)
	case "optimization_goal":
		return at(2, x.parent.goal)
	case "ad_id":
		return at(3, x.id)
	case "ad_name":
		return at(3, x.name)
	case "created_time", "updated_time":
		day, _ := g.node.get(s, now, field).(string)
		return optional(day[:min(len(day), 10)])
	}
	return nil
}

// The market counts clicks through to the shop, which are Meta's link clicks. Meta's plain "clicks" count every tap on the ad: a
// fifth more, as in the platform's own sample.
func allClicks(t market.Totals) int64 { return t.Clicks + t.Clicks/5 }

func reach(t market.Totals) int64 { return (t.Impressions*855 + 999) / 1000 }

func figure(t market.Totals, field string) any {
	clicks := allClicks(t)
	switch field {
	case "impressions":
		return adservers.Count(t.Impressions)
	case "spend":
		return adservers.Decimal(t.SpendMinor)
	case "reach":
		return adservers.Count(reach(t))
	case "frequency":
		return adservers.Ratio(t.Impressions, reach(t), 6)
	case "clicks", "unique_clicks":
		return adservers.Count(clicks)
	case "inline_link_clicks", "unique_inline_link_clicks":
		return adservers.Count(t.Clicks)
	case "ctr", "unique_ctr":
		return unless(t.Impressions, adservers.Ratio(clicks*100, t.Impressions, 6))
	case "inline_link_click_ctr":
		return unless(t.Impressions, adservers.Ratio(t.Clicks*100, t.Impressions, 6))
	case "cpc":
		return unless(clicks, adservers.Ratio(t.SpendMinor, clicks*100, 6))
	case "cost_per_inline_link_click":
		return unless(t.Clicks, adservers.Ratio(t.SpendMinor, t.Clicks*100, 6))
	case "cpm":
		return unless(t.Impressions, adservers.Ratio(t.SpendMinor*10, t.Impressions, 6))
	case "cpp":
		return unless(t.Impressions, adservers.Ratio(t.SpendMinor*10, reach(t), 6))
	}
	return nil
}

// unless leaves a ratio out when its denominator is nothing.
func unless(den int64, text string) any {
	if den == 0 {
		return nil
	}
	return text
}

// The same purchases appear under three action types: who adds them up counts every sale three times.
var purchaseTypes = []string{"purchase", "omni_purchase", "offsite_conversion.fb_pixel_purchase"}

type action struct {
	kind  string
	count int64
}

func actions(t market.Totals) []action {
	carts := t.Purchases*4 + t.Clicks/40
	list := []action{
		{"link_click", t.Clicks}, {"landing_page_view", max(t.Purchases, t.Clicks*78/100)},
		{"add_to_cart", carts}, {"omni_add_to_cart", carts},
	}
	for _, kind := range purchaseTypes {
		list = append(list, action{kind, t.Purchases})
	}
	return list
}

func actionFigure(t market.Totals, field string) any {
	var out []object
	add := func(kind, value string) { out = append(out, object{"action_type": kind, "value": value}) }
	switch field {
	case "actions", "unique_actions":
		for _, a := range actions(t) {
			if a.count > 0 {
				add(a.kind, adservers.Count(a.count))
			}
		}
	case "cost_per_action_type":
		for _, a := range actions(t) {
			if a.count > 0 {
				add(a.kind, adservers.Ratio(t.SpendMinor, a.count*100, 6))
			}
		}
	case "outbound_clicks":
		if t.Clicks > 0 {
			add("outbound_click", adservers.Count(t.Clicks))
		}
	case "action_values":
		for _, kind := range purchaseTypes {
			if t.RevenueMinor > 0 {
				add(kind, adservers.Trimmed(t.RevenueMinor))
			}
		}
	case "purchase_roas":
		if t.RevenueMinor > 0 && t.SpendMinor > 0 {
			add("omni_purchase", adservers.Ratio(t.RevenueMinor, t.SpendMinor, 6))
		}
	case "website_purchase_roas":
		if t.RevenueMinor > 0 && t.SpendMinor > 0 {
			add("offsite_conversion.fb_pixel_purchase", adservers.Ratio(t.RevenueMinor, t.SpendMinor, 6))
		}
	}
	if out == nil {
		return nil
	}
	return out
}
