package google

import "encoding/json"

// operation is one step of a mutation; exactly one field is set.
type operation struct {
	Budget            *op[budget]            `json:"campaignBudgetOperation,omitempty"`
	Campaign          *op[campaign]          `json:"campaignOperation,omitempty"`
	CampaignCriterion *op[campaignCriterion] `json:"campaignCriterionOperation,omitempty"`
	AdGroup           *op[adGroup]           `json:"adGroupOperation,omitempty"`
	AdGroupCriterion  *op[adGroupCriterion]  `json:"adGroupCriterionOperation,omitempty"`
	AdGroupAd         *op[adGroupAd]         `json:"adGroupAdOperation,omitempty"`
}

type op[T any] struct {
	Create *T     `json:"create,omitempty"`
	Update *T     `json:"update,omitempty"`
	Mask   string `json:"updateMask,omitempty"`
	Remove string `json:"remove,omitempty"`
}

type budget struct {
	Resource string `json:"resourceName,omitempty"`
	Name     string `json:"name,omitempty"`
	Micros   string `json:"amountMicros,omitempty"`
	Delivery string `json:"deliveryMethod,omitempty"`
	Shared   *bool  `json:"explicitlyShared,omitempty"`
}

type campaign struct {
	Resource  string               `json:"resourceName,omitempty"`
	ID        string               `json:"id,omitempty"`
	Name      string               `json:"name,omitempty"`
	Status    string               `json:"status,omitempty"`
	Primary   string               `json:"primaryStatus,omitempty"`
	Reasons   []string             `json:"primaryStatusReasons,omitempty"`
	Channel   string               `json:"advertisingChannelType,omitempty"`
	Budget    string               `json:"campaignBudget,omitempty"`
	Political string               `json:"containsEuPoliticalAdvertising,omitempty"`
	Strategy  string               `json:"biddingStrategyType,omitempty"` // read only
	Bidding   *maximizeConversions `json:"maximizeConversions,omitempty"`
	Networks  *networks            `json:"networkSettings,omitempty"`
}

// maximizeConversions without a target spends the budget for as many conversions as it buys.
type maximizeConversions struct {
	TargetMicros string `json:"targetCpaMicros,omitempty"`
}

type networks struct {
	Search        bool `json:"targetGoogleSearch"`
	SearchPartner bool `json:"targetSearchNetwork"`
	Content       bool `json:"targetContentNetwork"`
}

type campaignCriterion struct {
	Campaign string   `json:"campaign"`
	Location location `json:"location"`
}

type location struct {
	Constant string `json:"geoTargetConstant"`
}

type adGroup struct {
	Resource string   `json:"resourceName,omitempty"`
	ID       string   `json:"id,omitempty"`
	Name     string   `json:"name,omitempty"`
	Campaign string   `json:"campaign,omitempty"`
	Type     string   `json:"type,omitempty"`
	Status   string   `json:"status,omitempty"`
	Primary  string   `json:"primaryStatus,omitempty"`
	Reasons  []string `json:"primaryStatusReasons,omitempty"`
}

type adGroupCriterion struct {
	AdGroup  string    `json:"adGroup"`
	Status   string    `json:"status,omitempty"`
	Negative bool      `json:"negative,omitempty"`
	Keyword  *keyword  `json:"keyword,omitempty"`
	Age      *ageRange `json:"ageRange,omitempty"`
}

type keyword struct {
	Text  string `json:"text"`
	Match string `json:"matchType"`
}

type ageRange struct {
	Type string `json:"type"`
}

type adGroupAd struct {
	Resource string   `json:"resourceName,omitempty"`
	AdGroup  string   `json:"adGroup,omitempty"`
	Status   string   `json:"status,omitempty"`
	Primary  string   `json:"primaryStatus,omitempty"`
	Reasons  []string `json:"primaryStatusReasons,omitempty"`
	Ad       *ad      `json:"ad,omitempty"`
	Policy   *policy  `json:"policySummary,omitempty"` // read only
}

type policy struct {
	Approval string `json:"approvalStatus"`
}

type ad struct {
	ID         string            `json:"id,omitempty"`
	FinalURLs  []string          `json:"finalUrls,omitempty"`
	Parameters []customParameter `json:"urlCustomParameters,omitempty"`
	Responsive *responsiveAd     `json:"responsiveSearchAd,omitempty"`
}

type customParameter struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type responsiveAd struct {
	Headlines    []textAsset `json:"headlines"`
	Descriptions []textAsset `json:"descriptions"`
}

type textAsset struct {
	Text string `json:"text"`
}

// row is one result of a query; int64 come as text, other numbers as numbers.
type row struct {
	Customer struct {
		Currency string `json:"currencyCode"`
		Status   string `json:"status"`
	} `json:"customer"`
	Campaign  campaign  `json:"campaign"`
	Budget    budget    `json:"campaignBudget"`
	AdGroup   adGroup   `json:"adGroup"`
	AdGroupAd adGroupAd `json:"adGroupAd"`
	Segments  struct {
		Date string `json:"date"`
	} `json:"segments"`
	Metrics struct {
		CostMicros  json.Number `json:"costMicros"`
		Impressions json.Number `json:"impressions"`
		Clicks      json.Number `json:"clicks"`
		Conversions json.Number `json:"conversions"`
		Value       json.Number `json:"conversionsValue"`
	} `json:"metrics"`
}
