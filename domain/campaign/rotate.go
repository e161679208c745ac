package campaign

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/id"
)

// Rotate is the creative alarm: what has run long enough and is in the bottom half goes, the best stay, and new ones are asked for.
func (t *Turn) Rotate() {
	if !t.Running() {
		return
	}
	t.at(AlarmRotate, t.Now.Add(t.rules.RotateEvery))
	if t.Status != Scaling {
		return
	}
	for i := range t.AdSets {
		if set := &t.AdSets[i]; set.Status == entityActive && !set.Off {
			t.retire(set.ID)
		}
	}
	t.forget()
	t.askCreatives("it is time for new ones")
}

// ranked lists an ad set's active ads, best first: by ROAS, then CTR, then impressions, then age.
func (t *Turn) ranked(set string) []*Ad {
	var list []*Ad
	for i := range t.Ads {
		if a := &t.Ads[i]; a.AdSetID == set && a.Status == entityActive && !a.Off {
			list = append(list, a)
		}
	}
	aov := t.AOV()
	slices.SortStableFunc(list, func(a, b *Ad) int {
		return cmp.Or(
			b.Total.WithAOV(aov).ROAS().Compare(a.Total.WithAOV(aov).ROAS()),
			b.Total.CTR().Compare(a.Total.CTR()),
			cmp.Compare(b.Total.Impressions, a.Total.Impressions),
		)
	})
	return list
}

// retire turns the bottom half off, of the ads that ran long enough to be compared. The best always stay.
func (t *Turn) retire(set string) {
	list := t.ranked(set)
	for i, ad := range list {
		bottom := i >= (len(list)+1)/2 && i >= t.rules.KeepTop
		if bottom && t.Now.Sub(ad.ActivatedAt) >= t.rules.RunBeforeOff {
			ad.Off = true
			t.note("ad_retired", fmt.Sprintf("It is number %d of %d in its ad set, with a ROAS of %s.", i+1, len(list), ad.Total.WithAOV(t.AOV()).ROAS().Decimal(2)),
				"The better ads get its impressions.", Figure{"ad", ad.ID}, Figure{"creative", ad.CreativeID})
		}
	}
}

// forget drops ads and creatives that stopped long ago: their late figures are in, and the snapshot stays small.
func (t *Turn) forget() {
	t.Ads = slices.DeleteFunc(t.Ads, func(a Ad) bool {
		return a.Status != entityActive && a.Status != entityDraft && !a.StoppedAt.IsZero() && t.Now.Sub(a.StoppedAt) > t.rules.SettleFor && !t.busy(a.ID, "")
	})
	kept := t.Plan.Creatives[:0:0]
	for _, c := range t.Plan.Creatives {
		if slices.Contains(t.Proposed, c.ID) || slices.ContainsFunc(t.Ads, func(a Ad) bool { return a.CreativeID == c.ID }) {
			kept = append(kept, c)
		}
	}
	t.Plan.Creatives = kept
}

// topCreatives are the creatives of an ad set's best ads.
func (t *Turn) topCreatives(set string, n int) []Creative {
	var out []Creative
	for _, ad := range t.ranked(set) {
		if c, ok := t.Creative(ad.CreativeID); ok && len(out) < n {
			out = append(out, c)
		}
	}
	return out
}

func (t *Turn) askCreatives(why string) {
	t.LastRotationAt = t.Now
	t.out.More = append(t.out.More, More{
		ID: id.Derive(id.Creative, t.Plan.CampaignID, "more", t.number()), Count: t.rules.RotateCount,
	})
	t.note("creatives_asked", sentence(why), fmt.Sprintf("%d new creatives compete with the best ones.", t.rules.RotateCount))
}

// TakeCreatives adds fresh creatives to the best ad set.
func (t *Turn) TakeCreatives(requestID string, creatives []Creative) {
	if t.doneBefore(requestID) || !t.Live() {
		return
	}
	base := t.best()
	if base == nil {
		return
	}
	var fresh []Creative
	for _, c := range creatives {
		if _, known := t.Creative(c.ID); !known {
			fresh = append(fresh, c)
		}
	}
	t.Plan.Creatives = append(t.Plan.Creatives, fresh...)
	if t.mode() == Approval && t.launched() {
		t.holdBack(fresh)
		return
	}
	if added := t.addAds(base.ID, fresh); added > 0 {
		t.note("creatives_added", fmt.Sprintf("%d new creatives compete with the best ones.", added), "The better ones stay.", Figure{"ad_set", base.ID})
	}
}

// Retry is the alarm of something that has to be tried again; the reconciliation that ends every turn does it.
func (t *Turn) Retry() {
	if !t.Now.Before(t.RetryAt) {
		t.RetryAt = time.Time{}
	}
	if t.Live() {
		t.apply()
	}
}
