package courier_test

import (
	"context"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/actors/courier"
	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
)

// list shows an account's campaigns and ad sets out of its entities.
type list struct {
	account *account
	levels  map[string]ads.Level // by id; the campaign is the default
	parents map[string]string
	err     error
	looks   int
	gets    int
	reviews int
}

func (l *list) Standings(context.Context, string) (out []ads.Standing, err error) {
	l.looks++
	for id, e := range l.account.entities {
		s := ads.Standing{Level: ads.LevelCampaign, CampaignID: id, Entity: e}
		if level, set := l.levels[id]; set {
			s.Level, s.CampaignID = level, l.parents[id]
		}
		if s.Level != ads.LevelAd {
			out = append(out, s)
		}
	}
	return out, l.err
}

func (l *list) AdStandings(context.Context, string) (out []ads.Standing, err error) {
	l.reviews++
	for id, e := range l.account.entities {
		if l.levels[id] == ads.LevelAd {
			out = append(out, ads.Standing{Level: ads.LevelAd, CampaignID: l.parents[id], Entity: e})
		}
	}
	return out, l.err
}

func (l *list) Get(_ context.Context, level ads.Level, id string) (ads.Entity, error) {
	l.gets++
	if e, there := l.account.entities[id]; there {
		return e, nil
	}
	return ads.Entity{}, fault.Refuse("not_found", "there is no %s %s", level, id)
}

var _ courier.Surveyor = (*list)(nil)

func surveyed(t *testing.T) *bench {
	b := setup(t)
	b.list = &list{account: b.account, levels: map[string]ads.Level{"s1": ads.LevelAdSet}, parents: map[string]string{"s1": "1"}}
	b.outbox.winners["cmp_a"] = "1"
	b.account.entities["1"] = ads.Entity{ID: "1", Name: "ac-cmp_a-0", Delivery: ads.Active}
	b.account.entities["s1"] = ads.Entity{ID: "s1", Name: "ac-cmp_a-1", Delivery: ads.Active, Budget: money.Minor(5000, money.USD)}
	return b
}

func (b *bench) audited(action string) (n int) {
	for _, a := range b.Audit() {
		if a.Action == action {
			n++
		}
	}
	return n
}

// An orphan that delivers is paused within one survey, charged as little as can be, and removed when it cannot be a winner any more.
func TestCourier_SweepsOrphans(t *testing.T) {
	b := surveyed(t)
	b.account.entities["2"] = ads.Entity{ID: "2", Name: "ac-cmp_a-0", Delivery: ads.Active}
	b.account.entities["3"] = ads.Entity{ID: "3", Name: "ac-cmp_a-0", Delivery: ads.Paused}
	b.account.entities["4"] = ads.Entity{ID: "4", Name: "Summer", Delivery: ads.Active}
	b.Tell(meta, &messages.Wake{})
	b.Advance(5 * time.Minute)
	if b.account.entities["2"].Delivery != ads.Paused || b.account.entities["1"].Delivery != ads.Active || b.account.entities["4"].Delivery != ads.Active {
		t.Errorf("after one survey: %+v", b.account.entities)
	}
	if b.alerts("orphan") != 1 || b.audited("orphan_found") != 2 || b.audited("orphan_stopped") != 1 || b.audited("effect_done") != 1 {
		t.Errorf("%d alerts, audit %+v", b.alerts("orphan"), b.Audit())
	}
	if b.count("remove") != 0 {
		t.Error("removed at once: it may yet have been recorded")
	}
	b.Restart()
	b.Advance(70 * time.Minute)
	if len(b.account.entities) != 3 || b.count("remove 2") != 1 || b.count("remove 3") != 1 {
		t.Errorf("after an hour %v, called %v", b.account.entities, b.account.calls)
	}
}

func TestCourier_GoesOnSweeping(t *testing.T) {
	b := surveyed(t)
	b.account.entities["2"] = ads.Entity{ID: "2", Name: "ac-cmp_a-0", Delivery: ads.Active}
	b.account.ignores = true
	b.Tell(meta, &messages.Wake{})
	b.Advance(20 * time.Minute)
	b.account.ignores = false
	b.Advance(20 * time.Minute)
	if b.account.entities["2"].Delivery != ads.Paused {
		t.Error("an orphan that could not be paused was forgotten")
	}
}

// A campaign hears how it stands while it delivers, and when something has changed.
func TestCourier_TellsCampaignsHowTheyStand(t *testing.T) {
	b := surveyed(t)
	b.Tell(meta, &messages.Wake{})
	b.Advance(time.Minute)
	told := b.ToldTo(campaign)
	if len(told) != 1 {
		t.Fatalf("told %v", told)
	}
	seen := told[0].(*messages.StandingsSeen)
	if seen.CampaignId != "cmp_a" || len(seen.Standings) != 2 || seen.AtMs == 0 {
		t.Errorf("told %v", seen)
	}
	for _, s := range seen.Standings {
		if s.Delivery != "active" || (s.Level == "ad_set") != (s.Budget.GetMinor() == 5000) {
			t.Errorf("standing %v", s)
		}
	}
	b.account.entities["1"] = ads.Entity{ID: "1", Name: "ac-cmp_a-0", Delivery: ads.Paused}
	b.Forget()
	b.Advance(20 * time.Minute)
	if n := len(b.ToldTo(campaign)); n != 2 {
		t.Errorf("told %d times of a pause, want twice and no more", n)
	}
}

// A campaign that is not listed any more is looked up, and once: it hears at two surveys that it was deleted.
func TestCourier_FindsWhatWasDeleted(t *testing.T) {
	b := surveyed(t)
	b.Tell(meta, &messages.Wake{})
	b.Advance(time.Minute)
	delete(b.account.entities, "1")
	delete(b.account.entities, "s1")
	b.Forget()
	b.Advance(30 * time.Minute)
	told := b.ToldTo(campaign)
	if len(told) != 2 || b.list.gets != 1 {
		t.Fatalf("looked up %d times, told %v", b.list.gets, told)
	}
	if seen := told[1].(*messages.StandingsSeen).Standings; len(seen) != 1 || seen[0].Delivery != "gone" || seen[0].ExternalId != "1" {
		t.Errorf("told %v", told[1])
	}
}

// Once an hour a campaign hears of its ads that the platform's review has refused.
func TestCourier_FindsWhatWasRefused(t *testing.T) {
	b := surveyed(t)
	b.list.levels["ad1"], b.list.parents["ad1"] = ads.LevelAd, "1"
	b.account.entities["ad1"] = ads.Entity{ID: "ad1", Name: "ac-cmp_a-2", Delivery: ads.Active, Refused: true, Reasons: []string{"policy"}}
	b.Tell(meta, &messages.Wake{})
	b.Advance(65 * time.Minute)
	refused := 0
	for _, m := range b.ToldTo(campaign) {
		for _, s := range m.(*messages.StandingsSeen).Standings {
			if s.Level == "ad" && s.Refused && s.Reasons[0] == "policy" {
				refused++
			}
		}
	}
	if refused != b.list.reviews || refused != 2 {
		t.Errorf("told %d times in %d reviews, want 2", refused, b.list.reviews)
	}
}

func TestCourier_SurveysAgainAfterAnError(t *testing.T) {
	b := surveyed(t)
	b.list.err = failed()
	b.Tell(meta, &messages.Wake{})
	b.Advance(11 * time.Minute)
	if b.list.looks < 2 || len(b.ToldTo(campaign)) != 0 {
		t.Errorf("looked %d times, told %v", b.list.looks, b.ToldTo(campaign))
	}
	b.list.err = nil
	b.Advance(20 * time.Minute)
	if len(b.ToldTo(campaign)) == 0 {
		t.Error("an error ended the surveys")
	}
}
