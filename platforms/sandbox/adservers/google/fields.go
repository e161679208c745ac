package google

import (
	"strconv"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
)

const (
	customerFields = ` customer.id customer.descriptive_name customer.currency_code customer.time_zone customer.manager customer.status customer.resource_name`
	budgetFields   = ` campaign_budget.id campaign_budget.name campaign_budget.amount_micros campaign_budget.status campaign_budget.explicitly_shared campaign_budget.resource_name`
	campaignFields = budgetFields + ` campaign.id campaign.name campaign.status campaign.primary_status campaign.primary_status_reasons campaign.serving_status campaign.advertising_channel_type campaign.campaign_budget
		campaign.bidding_strategy_type campaign.start_date_time campaign.end_date_time campaign.contains_eu_political_advertising campaign.final_url_suffix
		campaign.maximize_conversions.target_cpa_micros campaign.resource_name`
	groupFields = campaignFields + ` ad_group.id ad_group.name ad_group.status ad_group.primary_status ad_group.primary_status_reasons ad_group.type ad_group.campaign ad_group.target_cpa_micros ad_group.cpc_bid_micros
		ad_group.resource_name`
	adFields = groupFields + ` ad_group_ad.ad.id ad_group_ad.ad.name ad_group_ad.ad.final_urls ad_group_ad.ad.type ad_group_ad.status ad_group_ad.primary_status ad_group_ad.primary_status_reasons ad_group_ad.ad_group
		ad_group_ad.ad.url_custom_parameters
		ad_group_ad.policy_summary.approval_status ad_group_ad.policy_summary.review_status ad_group_ad.ad.resource_name ad_group_ad.resource_name`
	criterionFields = groupFields + ` ad_group_criterion.criterion_id ad_group_criterion.type ad_group_criterion.status ad_group_criterion.negative
		ad_group_criterion.keyword.text ad_group_criterion.keyword.match_type ad_group_criterion.age_range.type ad_group_criterion.ad_group ad_group_criterion.resource_name`
	metricFields = `metrics.impressions metrics.clicks metrics.cost_micros metrics.conversions metrics.conversions_value metrics.ctr metrics.average_cpc
		metrics.average_cpm metrics.cost_per_conversion metrics.all_conversions metrics.all_conversions_value`
)

var knownFields = map[string]string{
	"customer": customerFields, "campaign_budget": budgetFields, "campaign": campaignFields, "ad_group": groupFields, "ad_group_ad": adFields,
	"ad_group_criterion": criterionFields,
}

// value reads one field of a row: int64 as texts, doubles as numbers, nothing when it is unset.
func (s *Server) value(now time.Time, r row, field string) any {
	switch field {
	case "customer.id":
		return s.cfg.CustomerID
	case "customer.resource_name":
		return "customers/" + s.cfg.CustomerID
	case "customer.descriptive_name":
		return s.cfg.CustomerName
	case "customer.currency_code":
		return s.cfg.Currency
	case "customer.time_zone":
		return s.cfg.Zone.String()
	case "customer.manager":
		return false
	case "customer.status":
		return "ENABLED"
	case "segments.date":
		return optional(r.day)
	}
	if v := figure(r, field); v != nil {
		return v
	}
	if r.budget != nil {
		if v := r.budget.value(field); v != nil {
			return v
		}
	}
	if r.campaign != nil {
		if v := r.campaign.value(s, now, field); v != nil {
			return v
		}
	}
	if r.group != nil {
		if v := r.group.value(now, field); v != nil {
			return v
		}
	}
	if r.criterion != nil {
		return r.criterion.value(field)
	}
	if r.ad != nil {
		return r.ad.value(s, now, field)
	}
	return nil
}

func optional(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// listed leaves an empty list out.
func listed[T any](list []T) any {
	if len(list) == 0 {
		return nil
	}
	return list
}

func int64Text(n int64) any {
	if n == 0 {
		return nil
	}
	return strconv.FormatInt(n, 10)
}

func (x *budget) value(field string) any {
	switch field {
	case "campaign_budget.id":
		return x.id
	case "campaign_budget.resource_name":
		return x.resource
	case "campaign_budget.name":
		return optional(x.name)
	case "campaign_budget.amount_micros":
		return int64Text(x.micros)
	case "campaign_budget.status":
		return "ENABLED"
	case "campaign_budget.explicitly_shared":
		return x.shared
	}
	return nil
}

func (x *campaign) value(s *Server, now time.Time, field string) any {
	switch field {
	case "campaign.id":
		return x.id
	case "campaign.resource_name":
		return x.resource
	case "campaign.name":
		return x.name
	case "campaign.status":
		return x.status
	case "campaign.primary_status":
		return x.primary(now)
	case "campaign.primary_status_reasons":
		return listed(x.reasons(now))
	case "campaign.serving_status":
		if x.primary(now) == "ELIGIBLE" {
			return "SERVING"
		}
		return "SUSPENDED"
	case "campaign.advertising_channel_type":
		return x.channel
	case "campaign.campaign_budget":
		return x.budget.resource
	case "campaign.bidding_strategy_type":
		return x.bidding
	case "campaign.maximize_conversions.target_cpa_micros":
		return int64Text(x.targetCPA)
	case "campaign.contains_eu_political_advertising":
		return x.political
	case "campaign.final_url_suffix":
		return optional(x.suffix)
	case "campaign.start_date_time":
		return x.start.In(s.cfg.Zone).Format("2006-01-02 15:04:05")
	case "campaign.end_date_time":
		if !x.end.IsZero() {
			return x.end.In(s.cfg.Zone).Format("2006-01-02 15:04:05")
		}
	}
	return nil
}

func (x *adgroup) value(now time.Time, field string) any {
	switch field {
	case "ad_group.id":
		return x.id
	case "ad_group.resource_name":
		return x.resource
	case "ad_group.name":
		return x.name
	case "ad_group.status":
		return x.status
	case "ad_group.primary_status":
		return x.primary(now)
	case "ad_group.primary_status_reasons":
		return listed(x.reasons(now))
	case "ad_group.type":
		return x.kind
	case "ad_group.campaign":
		return x.parent.resource
	case "ad_group.target_cpa_micros":
		return int64Text(x.targetCPA)
	case "ad_group.cpc_bid_micros":
		return int64Text(x.bid)
	}
	return nil
}

func (x *ad) value(s *Server, now time.Time, field string) any {
	approval, review := x.approval(now)
	switch field {
	case "ad_group_ad.resource_name":
		return x.resource
	case "ad_group_ad.ad_group":
		return x.parent.resource
	case "ad_group_ad.status":
		return x.status
	case "ad_group_ad.primary_status":
		return x.primary(now)
	case "ad_group_ad.primary_status_reasons":
		return listed(x.reasons(now))
	case "ad_group_ad.ad.url_custom_parameters":
		return listed(x.parameters)
	case "ad_group_ad.policy_summary.approval_status":
		return approval
	case "ad_group_ad.policy_summary.review_status":
		return review
	case "ad_group_ad.ad.id":
		return x.id
	case "ad_group_ad.ad.resource_name":
		return s.resource("ads", x.id)
	case "ad_group_ad.ad.name":
		return optional(x.name)
	case "ad_group_ad.ad.final_urls":
		return x.urls
	case "ad_group_ad.ad.type":
		if x.headlines == nil {
			return "SHOPPING_PRODUCT_AD"
		}
		return "RESPONSIVE_SEARCH_AD"
	}
	return nil
}

// figure writes a metric; ratios over nothing are left out.
func figure(r row, field string) any {
	t := r.total
	switch field {
	case "metrics.impressions":
		return adservers.Count(t.Impressions)
	case "metrics.clicks":
		return adservers.Count(t.Clicks)
	case "metrics.cost_micros":
		return adservers.Count(t.SpendMinor * microsPerMinor)
	case "metrics.conversions", "metrics.all_conversions":
		return float64(t.Purchases)
	case "metrics.conversions_value", "metrics.all_conversions_value":
		return float64(t.RevenueMinor) / 100
	case "metrics.ctr":
		return over(t.Clicks, t.Impressions)
	case "metrics.average_cpc":
		return over(t.SpendMinor*microsPerMinor, t.Clicks)
	case "metrics.average_cpm":
		return over(t.SpendMinor*microsPerMinor*1000, t.Impressions)
	case "metrics.cost_per_conversion":
		return over(t.SpendMinor*microsPerMinor, t.Purchases)
	}
	return nil
}

func over(num, den int64) any {
	if den == 0 {
		return nil
	}
	return float64(num) / float64(den)
}
