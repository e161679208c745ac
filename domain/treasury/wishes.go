package treasury

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Wish is what a campaign asked for today and got none or only a part of. It is told when there is room again.
type Wish struct {
	Ask
	OfferedAt time.Time // zero: never
}

// offerEvery is how often a campaign is told at most.
const offerEvery = time.Hour

// wish remembers an ask that was not granted whole, in place of what the campaign wished before.
func (t *turn) wish(ask Ask, answer Answer) {
	if ask.Day != t.today {
		return
	}
	offered := time.Time{}
	t.Book.Wishes = slices.DeleteFunc(slices.Clone(t.Book.Wishes), func(w Wish) bool {
		if w.CampaignID == ask.CampaignID {
			offered = w.OfferedAt
		}
		return w.CampaignID == ask.CampaignID
	})
	if full := answer.Code == CodeCapDay || answer.Code == CodeCapWeek; full || answer.Partial {
		t.Book.Wishes = append(t.Book.Wishes, Wish{Ask: ask, OfferedAt: offered})
		slices.SortFunc(t.Book.Wishes, func(a, b Wish) int { return strings.Compare(a.CampaignID, b.CampaignID) })
	}
}

// unwish forgets what campaigns wished that are not to be told any more.
func (t *turn) unwish(over func(Wish) bool) {
	t.Book.Wishes = slices.DeleteFunc(slices.Clone(t.Book.Wishes), over)
}

// Offer looks which campaigns can have more today than they got: what others held and did not need is granted again, to the best ROAS
// first, a campaign without any counting as 1. Nothing is granted by it: who is told has to ask.
func (b Book) Offer(r Rules, now time.Time) Outcome {
	t := b.turn(r, now)
	trial := t.Book.Desk(r, now)
	wishes := slices.Clone(t.Book.Wishes)
	slices.SortStableFunc(wishes, func(a, b Wish) int { return cmp.Compare(max(b.Priority, 1000), max(a.Priority, 1000)) })
	for _, w := range wishes {
		if w.Day != t.today || now.Sub(w.OfferedAt) < offerEvery {
			continue
		}
		has := r.zero()
		if held, _ := trial.turn.Book.Of(w.CampaignID, w.Day); held.Live() {
			has = held.Nominal
		}
		// Less than a fifth of what is missing is not worth the asking.
		if answer := trial.Reserve(w.Ask); answer.Refused() || answer.Granted.Sub(has).Less(w.Daily.Sub(has).MulRatio(1, 5, money.Up)) || !has.Less(answer.Granted) {
			continue
		}
		t.Offers = append(t.Offers, w)
	}
	for _, w := range t.Offers {
		i := slices.IndexFunc(t.Book.Wishes, func(x Wish) bool { return x.CampaignID == w.CampaignID })
		t.Book.Wishes[i].OfferedAt = now
	}
	return t.done()
}
