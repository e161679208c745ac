package campaign

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
)

func anyPlan(mode campaign.Mode) campaign.Plan {
	p := campaign.Plan{
		CampaignID: "cmp_aaaaaaaaaaaaaaaa", ProductID: "prd_x", ProductTitle: "Lamp", Platform: ads.Meta, Mode: mode, DailyBudget: money.Minor(5000, money.USD),
		Countries: []string{"BR", "US"}, LandingURL: "https://shop.example/p/lamp", SellingPrice: money.Minor(6000, money.USD), Keywords: []string{"lamp"},
	}
	for i := range 4 {
		p.Creatives = append(p.Creatives, campaign.Creative{ID: fmt.Sprintf("crt_%d", i), Language: "en"})
	}
	return p
}

// restored is the state as it is after a crash between two turns: what its snapshot says.
func (w *world) restored() *campaign.State {
	body, err := proto.Marshal(snapshotOf(w.state))
	if err != nil {
		w.t.Fatal(err)
	}
	var m messages.CampaignState
	if err := proto.Unmarshal(body, &m); err != nil {
		w.t.Fatal(err)
	}
	return stateOf(&m)
}

// repeats takes the turn once more from what a snapshot says: the same must come of it.
func (w *world) repeats(do func(t *campaign.Turn) error, next *campaign.State, out campaign.Out) {
	t := campaign.Begin(w.restored(), w.rules, w.now)
	if err := do(t); err != nil {
		w.fail("after a crash it refuses: %v", err)
	}
	again, outAgain := t.Finish()
	if a, b := snapshotOf(next), snapshotOf(again); !proto.Equal(a, b) {
		w.fail("after a crash it becomes another:\n%v\n%v", a, b)
	}
	if !reflect.DeepEqual(out.Steps, outAgain.Steps) || !reflect.DeepEqual(out.Reserve, outAgain.Reserve) || !reflect.DeepEqual(out.Schedule, outAgain.Schedule) {
		w.fail("after a crash other things follow:\n%+v\n%+v", out, outAgain)
	}
}

// strange is what honest histories do without: people who edit the campaign on the platform and delete it, messages that come twice, late
// and in another order, a clock that goes back and ahead, and approvers who say anything.
type strange struct {
	answers  []campaign.Answer // every answer of the platform so far
	grants   []campaign.Reserve
	asked    []campaign.Ask
	approved map[string]string // manifests by approval
	gone     map[string]bool   // external ids that somebody deleted
	live     string            // the one campaign on the platform that was ever switched on
	end      campaign.Status   // once it is over
}

// saw holds what a turn decided to what must be so whatever happens.
func (x *strange) saw(w *world, next *campaign.State, out campaign.Out) {
	x.asked = append(x.asked, out.Ask...)
	x.grants = append(x.grants, out.Reserve...)
	if x.end != "" && (!next.Final || next.Status != x.end) {
		w.fail("it was over (%s) and is %s", x.end, next.Status)
	}
	if next.Final {
		x.end = next.Status
	}
	for _, s := range out.Steps {
		raises := s.Kind == campaign.SetBudget && !s.Lowers || s.Kind == campaign.SetDelivery && s.Delivery == ads.Active
		if !raises {
			continue
		}
		if next.Final || len(next.Holds) > 0 {
			w.fail("%+v raises what is over or held by %v", s, next.Holds)
		}
		if s.Spend.ReservationID == "" || s.Spend.Amount.Minor() > w.ever[s.Spend.Day] || s.Spend.Day != campaign.AccountDay(w.now, w.rules.Zone) {
			w.fail("%+v raises beyond the grant of %d on %s", s, w.ever[s.Spend.Day], s.Spend.Day)
		}
		if sum, approved := x.approved[s.Spend.ApprovalID]; next.Plan.Mode == campaign.Approval && (!approved || sum != s.Spend.Manifest) {
			w.fail("%+v raises without an approval", s)
		}
		if s.Level == ads.LevelCampaign {
			if x.live != "" && x.live != s.ExternalID {
				w.fail("both %s and %s were switched on", x.live, s.ExternalID)
			}
			x.live = s.ExternalID
		}
	}
}

// happens does something strange, now and then.
func (x *strange) happens(w *world) bool {
	switch rapid.IntRange(0, 30).Draw(w.t, "strange") {
	case 0:
		x.survey(w)
	case 1:
		w.now = w.now.Add(time.Duration(rapid.SampledFrom([]int{-60 * 26, -200, -5, -1, 5, 30, 200, 60 * 25}).Draw(w.t, "jump")) * time.Minute)
		w.turn("the clock jumps", func(*campaign.Turn) error { return nil })
	case 2:
		x.repeat(w)
	case 3:
		if len(w.asks) > 1 {
			w.asks = append(w.asks[1:], w.asks[0])
		}
		if len(w.steps) > 1 {
			w.steps = append(w.steps[1:], w.steps[0])
		}
	case 4, 5:
		x.approver(w)
	default:
		return false
	}
	return true
}

// repeat delivers a message once more that was handled long ago.
func (x *strange) repeat(w *world) {
	if n := len(x.answers); n > 0 && rapid.Bool().Draw(w.t, "answer") {
		a := x.answers[rapid.IntRange(0, n-1).Draw(w.t, "which")]
		w.turn("an old answer "+a.StepID, func(t *campaign.Turn) error { t.Performed(a); return nil })
		return
	}
	if n := len(x.grants); n > 0 {
		r := x.grants[rapid.IntRange(0, n-1).Draw(w.t, "which")]
		w.turn("an old refusal "+r.ID, func(t *campaign.Turn) error { t.Refused(r.ID, "cap_day", "full", time.Time{}); return nil })
	}
}

func (x *strange) approver(w *world) {
	n := len(x.asked)
	if n == 0 {
		return
	}
	a := x.asked[rapid.IntRange(max(0, n-3), n-1).Draw(w.t, "question")]
	yes, sum := rapid.IntRange(0, 3).Draw(w.t, "yes") > 0, a.Manifest
	if rapid.IntRange(0, 9).Draw(w.t, "other") == 0 {
		sum = "another"
	}
	if yes && sum == a.Manifest {
		x.approved[a.ID] = sum
	}
	w.turn(fmt.Sprintf("answered %s %v", a.ID, yes), func(t *campaign.Turn) error { t.Answered(a.ID, yes, sum, "ana@example.com", "looked at"); return nil })
}

// survey lets a person do something on the platform, and shows the campaign how it stands there.
func (x *strange) survey(w *world) {
	s := w.state
	if s.ExternalID == "" {
		return
	}
	var ids []string
	for id := range w.sets {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	switch n := rapid.IntRange(0, 80).Draw(w.t, "edit"); {
	case n == 0:
		x.gone[s.ExternalID], w.campaignLive = true, false
	case n == 1 && len(ids) > 0:
		x.gone[ids[0]], w.sets[ids[0]].active = true, false
	case n < 4:
		w.campaignLive = !w.campaignLive && !x.gone[s.ExternalID]
	case n < 8 && len(ids) > 0:
		set := w.sets[rapid.SampledFrom(ids).Draw(w.t, "set")]
		set.budget = rapid.Int64Range(500, 20000).Draw(w.t, "budget")
	case n < 10 && len(ids) > 0:
		set := w.sets[rapid.SampledFrom(ids).Draw(w.t, "set")]
		set.active = !set.active
	}
	seen := []ads.Standing{{Level: ads.LevelCampaign, CampaignID: s.ExternalID, Entity: ads.Entity{ID: s.ExternalID, Name: ads.Name(s.Plan.CampaignID, "0"), Delivery: delivery(w.campaignLive)}}}
	if x.gone[s.ExternalID] {
		seen[0].Delivery = ads.Gone
	}
	for _, id := range ids {
		if set := w.sets[id]; !x.gone[id] {
			seen = append(seen, ads.Standing{Level: ads.LevelAdSet, CampaignID: s.ExternalID, Entity: ads.Entity{ID: id, Delivery: delivery(set.active), Budget: money.Minor(set.budget, money.USD)}})
		}
	}
	if len(s.Ads) > 0 && rapid.IntRange(0, 9).Draw(w.t, "refuses") == 0 {
		ad := rapid.SampledFrom(s.Ads).Draw(w.t, "ad")
		seen = append(seen, ads.Standing{Level: ads.LevelAd, CampaignID: s.ExternalID, Entity: ads.Entity{ID: ad.ExternalID, Refused: true}})
	}
	at := w.now.Add(-time.Duration(rapid.IntRange(0, 10).Draw(w.t, "ago")) * time.Minute)
	for range rapid.IntRange(1, 3).Draw(w.t, "surveys") {
		w.turn("survey", func(t *campaign.Turn) error { t.Compare(at, seen); return nil })
	}
}

func delivery(active bool) ads.Delivery {
	if active {
		return ads.Active
	}
	return ads.Paused
}

// Whatever people, clocks and messages do: nothing is switched on or raised without today's grant and, where the mode asks, an approval of
// exactly that; one campaign of the platform is ever switched on; what is over stays over; and a crash between any two turns changes
// nothing.
func TestTurn_AnyStrangeHistory(t *testing.T) {
	t.Parallel()
	launched, ended := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt)
		w.strange = &strange{approved: map[string]string{}, gone: map[string]bool{}}
		mode := rapid.SampledFrom([]campaign.Mode{campaign.Auto, campaign.Approval}).Draw(rt, "mode")
		w.rules.Drift = rapid.SampledFrom([]campaign.Drift{campaign.DriftUndo, campaign.DriftAdopt}).Draw(rt, "drift")
		w.turn("plan", func(t *campaign.Turn) error { t.Accept(anyPlan(mode)); return nil })
		for n := rapid.IntRange(50, 600).Draw(rt, "length"); n > 0 && !w.over(); n-- {
			w.step()
		}
		if w.strange.live != "" {
			launched++
		}
		if w.strange.end != "" {
			ended++
		}
	})
	t.Logf("%d launched, %d over", launched, ended)
	if launched == 0 || ended == 0 {
		t.Errorf("%d campaigns were launched and %d are over: the test shows nothing", launched, ended)
	}
}
