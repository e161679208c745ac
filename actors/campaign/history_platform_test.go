package campaign

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// perform plays the platform.
func (w *world) perform(s campaign.Step, works bool) {
	a := campaign.Answer{StepID: s.ID, Done: works, Code: "no", Text: "no"}
	a.Refused = !works && rapid.Bool().Draw(w.t, "refused")
	if w.strange != nil && a.Refused {
		a.Code = rapid.SampledFrom([]string{"no", "frozen", "grant_missing", "grant_expired", "approval_missing", "clock_doubted", "not_the_winner"}).Draw(w.t, "code")
	}
	switch {
	case works && w.strange != nil && w.strange.gone[s.ExternalID]:
		a = campaign.Answer{StepID: s.ID, Refused: true, Code: "deleted", Text: "it was deleted"}
	case works:
		a.Code, a.Text, a.Delivery = "", "", s.Delivery
		w.apply(s, &a)
	case !a.Refused && w.sent(s): // it was done, and the answer was lost
		w.apply(s, &campaign.Answer{})
	}
	if w.strange != nil {
		w.strange.answers = append(w.strange.answers, a)
	}
	w.turn(fmt.Sprintf("answer %s %s works=%v", s.Kind, s.Target, works), func(t *campaign.Turn) error { t.Performed(a); return nil })
}

// sent reports whether a step without an answer is one that was done.
func (w *world) sent(s campaign.Step) bool {
	return (s.Kind == campaign.SetDelivery || s.Kind == campaign.SetBudget) && rapid.Bool().Draw(w.t, "sent")
}

func (w *world) apply(s campaign.Step, a *campaign.Answer) {
	defer w.meter()
	switch s.Kind {
	case campaign.CreateCampaign, campaign.CreateAd, campaign.CreateLookalike, campaign.CreateAdSet:
		w.made++
		a.ExternalID = fmt.Sprint("x", w.made)
		if s.Kind == campaign.CreateAdSet {
			w.sets[a.ExternalID] = &platformSet{budget: s.Budget.Minor()}
		}
	case campaign.SetBudget:
		set := w.sets[s.ExternalID]
		set.budget = s.Budget.Minor()
		set.edits = append(slices.DeleteFunc(set.edits, func(at time.Time) bool { return w.now.Sub(at) >= time.Hour }), w.now)
		if len(set.edits) > 4 {
			w.fail("%d budget edits of one ad set within an hour", len(set.edits))
		}
	case campaign.SetDelivery:
		switch s.Level {
		case ads.LevelCampaign:
			w.campaignLive = s.Delivery == ads.Active
		case ads.LevelAdSet:
			w.sets[s.ExternalID].active = s.Delivery == ads.Active
		}
	}
}

func (w *world) treasurer() {
	r := w.asks[0]
	w.asks = w.asks[1:]
	switch asked := r.Budget.Minor(); rapid.IntRange(0, 9).Draw(w.t, "treasurer") {
	case 0, 1:
		w.turn("refuse "+string(r.Purpose)+" "+r.Day, func(t *campaign.Turn) error { t.Refused(r.ID, "cap_day", "full", w.now.Add(2*time.Hour)); return nil })
	case 2, 3:
		part := rapid.Int64Range(r.Minimum.Minor(), asked).Draw(w.t, "part")
		w.grant(r, part)
	default:
		w.grant(r, asked)
	}
}

func (w *world) grant(r campaign.Reserve, cents int64) {
	w.granted[r.Day], w.ever[r.Day] = max(w.granted[r.Day], cents), max(w.ever[r.Day], cents)
	w.turn(fmt.Sprintf("grant %s %s %d of %s", r.Purpose, r.Day, cents, r.Budget), func(t *campaign.Turn) error {
		t.Granted(r.ID, r.Day, money.Minor(cents, money.USD), cents < r.Budget.Minor())
		return nil
	})
}
