package messages

// The words of SetDelivery and SetBid that decide whether an effect raises spending.
const (
	deliveryActive = "active"
	bidLowestCost  = "lowest_cost"
)

// Raises reports whether performing the effect may raise what is spent: it switches something on, sets a budget that is not lower than
// the one before, or takes a limit off the bids. Nothing else does; what is created is created paused.
func (e *Effect) Raises() bool {
	switch what := e.GetWhat().(type) {
	case *Effect_SetDelivery:
		return what.SetDelivery.GetDelivery() == deliveryActive
	case *Effect_SetBudget:
		return !what.SetBudget.GetLowers()
	case *Effect_SetBid:
		return what.SetBid.GetBidStrategy() == bidLowestCost
	}
	return false
}

// Loosens reports whether the effect takes a limit of the whole account off or up. It spends nothing by itself and needs no grant of its
// own, and is not done while spending is frozen.
func (e *Effect) Loosens() bool {
	ceiling := e.GetSetAccountCeiling()
	return ceiling != nil && !ceiling.GetLowers()
}

// ExternalID is what the effect changes on the platform, empty where it creates or changes nothing there.
func (e *Effect) ExternalID() string {
	switch what := e.GetWhat().(type) {
	case *Effect_SetDelivery:
		return what.SetDelivery.GetExternalId()
	case *Effect_SetBudget:
		return what.SetBudget.GetAdSetExternalId()
	case *Effect_SetBid:
		return what.SetBid.GetAdSetExternalId()
	}
	return ""
}

// Level is where on the platform the effect creates or changes something: campaign, ad_set or ad; empty elsewhere.
func (e *Effect) Level() string {
	switch what := e.GetWhat().(type) {
	case *Effect_CreateCampaign:
		return "campaign"
	case *Effect_CreateAdSet, *Effect_SetBudget, *Effect_SetBid:
		return "ad_set"
	case *Effect_CreateAd:
		return "ad"
	case *Effect_SetDelivery:
		return what.SetDelivery.GetLevel()
	}
	return ""
}

// Creates reports whether the effect makes a campaign, an ad set or an ad.
func (e *Effect) Creates() bool {
	switch e.GetWhat().(type) {
	case *Effect_CreateCampaign, *Effect_CreateAdSet, *Effect_CreateAd:
		return true
	}
	return false
}
