package campaign

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// A launch was approved with the ads that it would show. Where the mode asks, those that come later are put before a person too, by their
// content; what runs meanwhile goes on.

// holdBack keeps new creatives back until a person has agreed to them. Those that waited before are asked together with them.
func (t *Turn) holdBack(fresh []Creative) {
	for _, c := range fresh {
		t.Proposed = append(t.Proposed, c.ID)
	}
	if t.Asked.Purpose == ForCreatives {
		t.withdraw("more new ads came")
	}
}

// settleProposals asks about the creatives that wait, one question at a time, and lets them run where the mode does not ask any more. It
// ends every turn.
func (t *Turn) settleProposals() {
	switch {
	case len(t.Proposed) == 0 || !t.Running():
	case t.mode() == Auto:
		if t.Asked.Purpose == ForCreatives {
			t.withdraw("the mode asks nobody any more")
		}
		t.placeProposed("the mode asks nobody any more")
	case t.Asked.ID == "" && t.mode() == Approval && t.best() != nil:
		t.askGrowth(Question{Purpose: ForCreatives, Budget: t.Budget(), Minimum: money.Zero(t.Plan.DailyBudget.Currency())})
	}
}

func (t *Turn) creativesAnswered(approved bool, by, reason string) {
	q := t.Asked
	t.Asked = Question{}
	if !approved {
		t.dropProposedCreatives()
		t.noteBy(by, "creatives_not_approved", sentence(reason), "The ads that run stay.", Figure{"approval", q.ID})
		return
	}
	t.use(q.ID, q.Manifest)
	t.ApprovalID, t.Manifest = q.ID, q.Manifest // what the steps that follow rest on
	t.noteBy(by, "creatives_approved", sentence(reason), "They compete with the best ones.", Figure{"approval", q.ID}, Figure{"manifest", q.Manifest})
	t.placeProposed("approved by " + by)
}

// placeProposed makes ads of the creatives that waited, in the best ad set.
func (t *Turn) placeProposed(why string) {
	var fresh []Creative
	for _, id := range t.Proposed {
		if c, ok := t.Creative(id); ok {
			fresh = append(fresh, c)
		}
	}
	t.Proposed = nil
	base := t.best()
	if base == nil {
		return
	}
	if added := t.addAds(base.ID, fresh); added > 0 {
		t.note("creatives_added", sentence(why), "The better ones stay.", Figure{"ad_set", base.ID}, Figure{"ads", strconv.Itoa(added)})
	}
}

func (t *Turn) dropProposedCreatives() {
	t.Plan.Creatives = slices.DeleteFunc(slices.Clone(t.Plan.Creatives), func(c Creative) bool { return slices.Contains(t.Proposed, c.ID) })
	t.Proposed = nil
}

// proposal is what a person agrees to when new ads are to run.
type proposal struct {
	Campaign   string     `json:"campaign"`
	ExternalID string     `json:"external_id"`
	Platform   string     `json:"platform"`
	Purpose    string     `json:"purpose"`
	Ads        []launchAd `json:"ads"`
	Changes    []Change   `json:"changes"`
}

func (t *Turn) proposalDetails(q Question) []byte {
	p := proposal{Campaign: t.Plan.CampaignID, ExternalID: t.ExternalID, Platform: string(t.Plan.Platform), Purpose: string(q.Purpose)}
	for _, id := range t.Proposed {
		if c, ok := t.Creative(id); ok {
			p.Ads = append(p.Ads, launchAdOf("", c))
			p.Changes = append(p.Changes, Change{"ad", "", c.Headline})
		}
	}
	body, err := json.Marshal(p)
	if err != nil {
		panic("campaign: " + err.Error()) // strings always marshal
	}
	return body
}
