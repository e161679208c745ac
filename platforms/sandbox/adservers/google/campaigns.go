package google

import (
	"encoding/json"
	"strings"
	"time"
)

type budgetBody struct {
	ResourceName     string  `json:"resourceName"`
	ID               micros  `json:"id"`
	Name             *string `json:"name"`
	AmountMicros     *micros `json:"amountMicros"`
	DeliveryMethod   string  `json:"deliveryMethod"`
	ExplicitlyShared *bool   `json:"explicitlyShared"`
	Period           string  `json:"period"`
}

func mutateBudget(t *tx, op operation) (string, *fail) {
	s := t.server
	if op.Remove != "" {
		x, ok := find[*budget](t, op.Remove)
		if !ok || x.removed {
			return "", notFound(op.Remove)
		}
		for _, c := range x.users {
			if c.status != "REMOVED" {
				return "", invalid("campaignBudgetError", "CAMPAIGN_BUDGET_IN_USE", "The campaign budget is in use by a campaign.", x.name)
			}
		}
		set(t, &x.removed, true)
		return x.resource, nil
	}
	var b budgetBody
	if bad := decode(either(op), &b); bad != nil {
		return "", bad
	}
	if b.AmountMicros != nil {
		if bad := checkMicros(*b.AmountMicros); bad != nil {
			return "", bad
		}
	}
	if op.Update != nil {
		return updateBudget(t, op, b)
	}
	if b.AmountMicros == nil {
		return "", required("create", "amount_micros")
	}
	x := &budget{id: s.newID(), micros: int64(*b.AmountMicros), shared: b.ExplicitlyShared == nil || *b.ExplicitlyShared}
	if b.Name == nil && x.shared {
		return "", required("create", "name")
	}
	if b.Name != nil {
		x.name = *b.Name
		for _, other := range s.budgets {
			if other.name == x.name && !other.removed {
				return "", invalid("campaignBudgetError", "DUPLICATE_NAME", "A campaign budget with this name already exists.", x.name, "create", "name")
			}
		}
	}
	x.resource = s.resource("campaignBudgets", x.id)
	set(t, &s.budgets, append(s.budgets, x))
	t.put(x.resource, b.ResourceName, x)
	return x.resource, nil
}

func updateBudget(t *tx, op operation, b budgetBody) (string, *fail) {
	x, ok := find[*budget](t, b.ResourceName)
	if !ok || x.removed {
		return "", notFound(b.ResourceName)
	}
	if bad := op.checkMask("amount_micros", "amountMicros", "name"); bad != nil {
		return "", bad
	}
	if op.masked("amount_micros", "amountMicros") {
		if b.AmountMicros == nil {
			return "", required("update", "amount_micros")
		}
		set(t, &x.micros, int64(*b.AmountMicros))
	}
	if op.masked("name") && b.Name != nil {
		set(t, &x.name, *b.Name)
	}
	t.touched = append(t.touched, x.users...)
	return x.resource, nil
}

func checkMicros(m micros) *fail {
	switch {
	case m <= 0:
		return invalid("campaignBudgetError", "MONEY_AMOUNT_LESS_THAN_CURRENCY_MINIMUM_CPC", "The money amount is less than the currency's minimum.", "", "amount_micros")
	case m%microsPerMinor != 0:
		return invalid("campaignBudgetError", "NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT", "The money amount must be a multiple of the minimum currency unit.", "", "amount_micros")
	}
	return nil
}

func either(op operation) []byte {
	if op.Create != nil {
		return op.Create
	}
	return op.Update
}

const channels = "SEARCH DISPLAY SHOPPING VIDEO PERFORMANCE_MAX DEMAND_GEN"

type target struct {
	CPA  micros  `json:"targetCpaMicros"`
	ROAS float64 `json:"targetRoas"`
	Cap  micros  `json:"cpcBidCeilingMicros"`
}

type campaignBody struct {
	ResourceName     string          `json:"resourceName"`
	ID               micros          `json:"id"`
	Name             *string         `json:"name"`
	Status           string          `json:"status"`
	Channel          string          `json:"advertisingChannelType"`
	Budget           string          `json:"campaignBudget"`
	Political        string          `json:"containsEuPoliticalAdvertising"`
	Conversions      *target         `json:"maximizeConversions"`
	Value            *target         `json:"maximizeConversionValue"`
	TargetCPA        *target         `json:"targetCpa"`
	TargetROAS       *target         `json:"targetRoas"`
	TargetSpend      *target         `json:"targetSpend"`
	ManualCPC        json.RawMessage `json:"manualCpc"`
	Network          json.RawMessage `json:"networkSettings"`
	GeoSetting       json.RawMessage `json:"geoTargetTypeSetting"`
	Start            string          `json:"startDateTime"`
	End              string          `json:"endDateTime"`
	Suffix           string          `json:"finalUrlSuffix"`
	TrackingTemplate string          `json:"trackingUrlTemplate"`
	Shopping         *struct {
		Merchant micros `json:"merchantId"`
		Priority int    `json:"campaignPriority"`
		Label    string `json:"feedLabel"`
	} `json:"shoppingSetting"`
}

func mutateCampaign(t *tx, op operation) (string, *fail) {
	if op.Remove != "" {
		x, ok := find[*campaign](t, op.Remove)
		if !ok || x.status == "REMOVED" {
			return "", notFound(op.Remove)
		}
		set(t, &x.status, "REMOVED")
		t.touched = append(t.touched, x)
		return x.resource, nil
	}
	var b campaignBody
	if bad := decode(either(op), &b); bad != nil {
		return "", bad
	}
	if op.Update != nil {
		return updateCampaign(t, op, b)
	}
	s := t.server
	x := &campaign{id: s.newID(), channel: b.Channel, political: b.Political, suffix: b.Suffix, start: t.now, status: "ENABLED"}
	if bad := x.create(t, b); bad != nil {
		return "", bad
	}
	x.resource = s.resource("campaigns", x.id)
	set(t, &s.campaigns, append(s.campaigns, x))
	set(t, &x.budget.users, append(x.budget.users, x))
	t.put(x.resource, b.ResourceName, x)
	return x.resource, nil
}

// create judges a new campaign.
func (x *campaign) create(t *tx, b campaignBody) *fail {
	if b.Name == nil || strings.TrimSpace(*b.Name) == "" {
		return required("create", "name")
	}
	if bad := t.nameCampaign(x, *b.Name, "create"); bad != nil {
		return bad
	}
	if b.Channel == "" {
		return required("create", "advertising_channel_type")
	}
	if !contains(channels, b.Channel) {
		return enumError("create", "advertising_channel_type")
	}
	if b.Status != "" {
		if x.status = b.Status; !contains("ENABLED PAUSED", b.Status) {
			return enumError("create", "status")
		}
	}
	if b.Budget == "" {
		return required("create", "campaign_budget")
	}
	var ok bool
	if x.budget, ok = find[*budget](t, b.Budget); !ok || x.budget.removed {
		return notFound(b.Budget)
	}
	if !x.budget.shared && len(x.budget.users) > 0 {
		return invalid("campaignError", "CAMPAIGN_CANNOT_USE_SHARED_BUDGET", "The budget is not shared and already has a campaign.", b.Budget, "create", "campaign_budget")
	}
	if !contains("CONTAINS_EU_POLITICAL_ADVERTISING DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING", b.Political) {
		return required("create", "contains_eu_political_advertising")
	}
	if bad := x.bid(b); bad != nil {
		return bad
	}
	if x.bidding == "" {
		return required("create", "campaign_bidding_strategy")
	}
	if b.Channel == "SHOPPING" && (b.Shopping == nil || t.server.cfg.MerchantID == "" || b.Shopping.Merchant == 0) {
		return required("create", "shopping_setting", "merchant_id")
	}
	return x.schedule(t, b, "create")
}

func enumError(path ...string) *fail {
	return invalid("enumError", "ENUM_VALUE_NOT_PERMITTED", "The enum value is not permitted.", "", path...)
}

func (t *tx) nameCampaign(x *campaign, name, at string) *fail {
	if len([]rune(name)) > 128 {
		return invalid("stringLengthError", "TOO_LONG", "Too long.", name, at, "name")
	}
	for _, other := range t.server.campaigns {
		if other != x && other.name == name && other.status != "REMOVED" {
			return invalid("campaignError", "DUPLICATE_CAMPAIGN_NAME", "A campaign with this name already exists.", name, at, "name")
		}
	}
	set(t, &x.name, name)
	return nil
}

// bid reads the one bidding object of a campaign.
func (x *campaign) bid(b campaignBody) *fail {
	given := 0
	for _, o := range []struct {
		kind string
		on   *target
	}{
		{"MAXIMIZE_CONVERSIONS", b.Conversions}, {"MAXIMIZE_CONVERSION_VALUE", b.Value}, {"TARGET_CPA", b.TargetCPA},
		{"TARGET_ROAS", b.TargetROAS}, {"TARGET_SPEND", b.TargetSpend},
	} {
		if o.on != nil {
			given++
			x.bidding, x.targetCPA = o.kind, int64(o.on.CPA)
		}
	}
	if b.ManualCPC != nil {
		given++
		x.bidding = "MANUAL_CPC"
	}
	if given > 1 {
		return invalid("fieldError", "REQUIRED", "Exactly one bidding strategy must be set.", "", "campaign_bidding_strategy")
	}
	if x.bidding == "TARGET_CPA" && x.targetCPA == 0 {
		return required("target_cpa", "target_cpa_micros")
	}
	return nil
}

// schedule reads startDateTime and endDateTime, in the customer's time zone.
func (x *campaign) schedule(t *tx, b campaignBody, at string) *fail {
	for _, f := range []struct {
		text string
		to   *time.Time
		name string
	}{{b.Start, &x.start, "start_date_time"}, {b.End, &x.end, "end_date_time"}} {
		if f.text == "" {
			continue
		}
		v, err := time.ParseInLocation("2006-01-02 15:04:05", f.text, t.server.cfg.Zone)
		if err != nil {
			return invalid("dateError", "INVALID_STRING_DATE_TIME", "The string date time's format should be yyyy-mm-dd hh:mm:ss.", f.text, at, f.name)
		}
		set(t, f.to, v.UTC())
	}
	if !x.end.IsZero() && !x.end.After(x.start) {
		return invalid("dateRangeError", "START_DATE_AFTER_END_DATE", "The start date was after the end date.", "", at, "end_date_time")
	}
	return nil
}

func updateCampaign(t *tx, op operation, b campaignBody) (string, *fail) {
	x, ok := find[*campaign](t, b.ResourceName)
	if !ok {
		return "", notFound(b.ResourceName)
	}
	if x.status == "REMOVED" {
		return "", invalid("operationAccessDenied", "UPDATE_OPERATION_NOT_PERMITTED", "A removed campaign cannot be changed.", x.name)
	}
	if bad := op.checkMask("status", "name", "start_date_time", "startDateTime", "end_date_time", "endDateTime", "final_url_suffix", "finalUrlSuffix",
		"maximize_conversions", "maximizeConversions", "maximize_conversion_value", "maximizeConversionValue", "target_cpa", "targetCpa", "network_settings", "networkSettings"); bad != nil {
		return "", bad
	}
	if op.masked("status") {
		if !contains("ENABLED PAUSED", b.Status) {
			return "", enumError("update", "status")
		}
		set(t, &x.status, b.Status)
	}
	if op.masked("name") && b.Name != nil {
		if bad := t.nameCampaign(x, *b.Name, "update"); bad != nil {
			return "", bad
		}
	}
	if op.masked("final_url_suffix", "finalUrlSuffix") {
		set(t, &x.suffix, b.Suffix)
	}
	next := *x
	if bad := next.bid(b); bad != nil {
		return "", bad
	}
	set(t, &x.bidding, next.bidding)
	set(t, &x.targetCPA, next.targetCPA)
	t.touched = append(t.touched, x)
	return x.resource, x.schedule(t, b, "update")
}

// contains reports whether a space-separated list holds a word.
func contains(words, word string) bool {
	for _, w := range strings.Fields(words) {
		if w == word {
			return true
		}
	}
	return false
}
