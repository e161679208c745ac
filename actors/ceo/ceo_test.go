package ceo

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/catalog"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

var (
	start    = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	anywhere = actorkit.Key{Kind: "campaign", ID: "cmp_sender"}
)

// treasury is a purse that the test fills.
type treasury struct {
	free money.Amount
	live int
	err  error
}

func (t *treasury) Headroom(context.Context) (money.Amount, int, error) { return t.free, t.live, t.err }

// pedal is the brake, in memory. stuck is what it cannot be written or released with.
type pedal struct {
	pulled bool
	stuck  error
}

func (p *pedal) Pull(string, string, string, time.Time) error {
	p.pulled = true
	return p.stuck
}

func (p *pedal) Release() error {
	p.pulled = p.stuck != nil
	return p.stuck
}

func (p *pedal) Refusal() error {
	if p.pulled {
		return errors.New("pulled")
	}
	return nil
}

type bundle struct {
	*actortest.Harness
	pedal     *pedal
	t         *testing.T
	purse     *treasury
	launching catalog.Launching
}

func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{
		Harness: actortest.New(t, start), t: t, pedal: &pedal{}, purse: &treasury{free: money.Minor(30_000, money.USD)},
		launching: catalog.DefaultLaunching(money.USD),
	}
	b.Register(Key.Kind, func(key actorkit.Key) actor.Actor {
		return New(Deps{Kit: b.Deps(), Treasury: b.purse, Brake: b.pedal, Launching: func() catalog.Launching { return b.launching }}, key)
	})
	return b
}

func (b *bundle) send(m proto.Message) { b.Send(anywhere, Key, m) }

func (b *bundle) ready(productID string, score int64) {
	b.send(&messages.ProductReady{ProductId: productID, ScoreMilli: score, Title: "Thing " + productID})
}

func (b *bundle) opened(campaignID, productID, platform string) {
	b.send(&messages.CampaignOpened{CampaignId: campaignID, ProductId: productID, Platform: platform})
}

// launches are the products told to launch and where, in order: "prd_a meta+tiktok".
func (b *bundle) launches() []string {
	var list []string
	for _, id := range []string{"prd_a", "prd_b", "prd_c", "prd_d"} {
		for _, m := range b.ToldTo(actorkit.Key{Kind: "product", ID: id}) {
			text := id
			for _, p := range m.(*messages.LaunchProduct).Platforms {
				text += " " + p
			}
			list = append(list, text)
		}
	}
	return list
}

func (b *bundle) wantLaunches(want ...string) {
	b.t.Helper()
	if got := b.launches(); !slices.Equal(got, want) {
		b.t.Errorf("launched %q, want %q", got, want)
	}
}

func (b *bundle) audited(action string) int {
	n := 0
	for _, a := range b.Audit() {
		if a.Action == action {
			n++
		}
	}
	return n
}

func (b *bundle) control() *messages.ControlState {
	b.t.Helper()
	state, ok := b.Ask(Key, &messages.GetControl{}).(*messages.ControlState)
	if !ok {
		b.t.Fatal("GetControl was not answered with the control")
	}
	return state
}

func told[M proto.Message](b *bundle, kind string) []M {
	var list []M
	for _, m := range b.Told(kind) {
		if as, ok := m.(M); ok {
			list = append(list, as)
		}
	}
	return list
}

func wantAccepted(t *testing.T, reply proto.Message, id string) {
	t.Helper()
	if r, ok := reply.(*messages.Accepted); !ok || r.Id != id {
		t.Errorf("replied %v, want accepted %q", reply, id)
	}
}

func wantRefusal(t *testing.T, reply proto.Message, code string) {
	t.Helper()
	if r, ok := reply.(*messages.Refusal); !ok || r.Code != code {
		t.Errorf("replied %v, want a refusal %q", reply, code)
	}
}

func TestCeo_LaunchesTheBestFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ready("prd_c", 80_000)
	b.ready("prd_b", 80_000)
	b.ready("prd_a", 75_000)
	b.Advance(5 * time.Minute)
	b.wantLaunches("prd_b meta tiktok", "prd_c meta tiktok")
	b.Advance(time.Hour)
	b.wantLaunches("prd_a meta tiktok", "prd_b meta tiktok", "prd_c meta tiktok")
	b.Advance(24 * time.Hour)
	b.ready("prd_a", 75_000)
	b.Advance(24 * time.Hour)
	if n := len(b.launches()); n != 3 {
		t.Errorf("%d launches, want each product once", n)
	}
}

func TestCeo_KeepsToTheRoom(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		prepare func(*bundle)
		want    []string
	}{
		"NoMoney":        {prepare: func(b *bundle) { b.purse.free = money.Minor(1999, money.USD) }},
		"MoneyForOne":    {prepare: func(b *bundle) { b.purse.free = money.Minor(2000, money.USD) }, want: []string{"prd_a meta"}},
		"TreasuryAsleep": {prepare: func(b *bundle) { b.purse.err = errors.New("no answer") }},
		"TooManyLive":    {prepare: func(b *bundle) { b.purse.live = 19 }, want: []string{"prd_a meta"}},
		"RegisterFull": {prepare: func(b *bundle) {
			b.launching.MaxCampaigns = 1
			b.opened("cmp_1", "prd_x", "meta")
		}},
		"LaunchesCount": {prepare: func(b *bundle) {
			b.launching.MaxCampaigns = 2
			b.ready("prd_d", 90_000)
			b.Advance(5 * time.Minute)
		}, want: []string{"prd_d meta tiktok"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			tc.prepare(b)
			b.ready("prd_a", 80_000)
			b.Advance(50 * time.Minute)
			b.wantLaunches(tc.want...)
		})
	}
}

func TestCeo_LaunchesWhenAPlaceIsFree(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.launching.MaxCampaigns = 1
	b.opened("cmp_1", "prd_x", "meta")
	b.ready("prd_a", 80_000)
	b.Advance(30 * time.Minute)
	b.wantLaunches()
	b.send(&messages.CampaignClosed{CampaignId: "cmp_1", Verdict: "loser"})
	b.Advance(5 * time.Minute)
	b.wantLaunches("prd_a meta")
}

func TestCeo_ForgetsALaunchThatCameToNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.launching.MaxCampaigns = 2
	b.ready("prd_a", 80_000)
	b.ready("prd_b", 70_000)
	b.Advance(4 * time.Hour)
	b.wantLaunches("prd_a meta tiktok")
	b.Advance(4 * time.Hour)
	b.wantLaunches("prd_a meta tiktok", "prd_b meta tiktok")
	if n := b.audited("launch_unanswered"); n != 2 {
		t.Errorf("%d launches audited as unanswered", n)
	}
}

func TestCeo_DropsWhatWaitedTooLong(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.purse.free = money.Zero(money.USD)
	b.ready("prd_a", 80_000)
	b.Advance(15 * 24 * time.Hour)
	b.purse.free = money.Minor(30_000, money.USD)
	b.Advance(2 * time.Hour)
	b.wantLaunches()
	if n := b.audited("product_dropped"); n != 1 {
		t.Errorf("%d products audited as dropped", n)
	}
}

func TestCeo_ProductGoneMayComeBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ready("prd_a", 80_000)
	b.send(&messages.ProductGone{NoticeId: "ntc_1", ProductId: "prd_a", Reason: "out of stock"})
	b.Advance(2 * time.Hour)
	b.wantLaunches()
	b.ready("prd_a", 80_000)
	b.Advance(time.Hour)
	b.wantLaunches("prd_a meta tiktok")
	b.send(&messages.ProductGone{NoticeId: "ntc_2", ProductId: "prd_a", Reason: "launch refused"})
	b.ready("prd_a", 80_000)
	b.Advance(time.Hour)
	b.wantLaunches("prd_a meta tiktok", "prd_a meta tiktok")
}

func TestCeo_ExpandsWhatIsProven(t *testing.T) {
	t.Parallel()
	proven := func(platform string) *messages.CampaignProven {
		return &messages.CampaignProven{ProofId: "prf_" + platform, CampaignId: "cmp_1", ProductId: "prd_a", Platform: platform, RoasMilli: 2400}
	}
	for name, tc := range map[string]struct {
		prepare func(*bundle)
		proof   *messages.CampaignProven
		want    []string
		alerts  int
	}{
		"ToTheNextPlatform": {proof: proven("meta"), want: []string{"prd_a tiktok"}},
		"NotConnected":      {proof: proven("tiktok"), alerts: 1},
		"Connected":         {proof: proven("tiktok"), prepare: func(b *bundle) { b.launching.Connected = ads.Platforms() }, want: []string{"prd_a google"}},
		"LastPlatform":      {proof: proven("google"), prepare: func(b *bundle) { b.launching.Connected = ads.Platforms() }},
		"ThereAlready":      {proof: proven("meta"), prepare: func(b *bundle) { b.opened("cmp_2", "prd_a", "tiktok") }},
		"TriedBefore": {proof: proven("meta"), want: []string{"prd_a meta tiktok"}, prepare: func(b *bundle) {
			b.ready("prd_a", 80_000)
			b.Advance(5 * time.Minute)
			b.opened("cmp_1", "prd_a", "meta")
			b.opened("cmp_2", "prd_a", "tiktok")
			b.send(&messages.CampaignClosed{CampaignId: "cmp_2", Verdict: "loser"})
		}},
		"NoRoom": {proof: proven("meta"), prepare: func(b *bundle) { b.purse.free = money.Zero(money.USD) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			if tc.prepare != nil {
				tc.prepare(b)
			}
			for range 2 {
				b.send(tc.proof)
			}
			b.Advance(3 * time.Hour)
			b.wantLaunches(tc.want...)
			alerts := 0
			for _, f := range b.Facts() {
				if alert, ok := f.(facts.Alert); ok && alert.Severity == "info" {
					alerts++
				}
			}
			if alerts != tc.alerts || b.audited("campaign_proven") != 1 || b.audited("expansion_not_possible") != tc.alerts {
				t.Errorf("%d alerts, audit %v", alerts, b.Audit())
			}
		})
	}
}

func TestCeo_ProvenProductsGoFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.purse.free = money.Minor(2000, money.USD)
	b.ready("prd_b", 99_000)
	b.send(&messages.CampaignProven{ProofId: "prf_1", CampaignId: "cmp_1", ProductId: "prd_a", Platform: "meta", RoasMilli: 2100})
	b.Advance(5 * time.Minute)
	b.wantLaunches("prd_a tiktok")
}

func TestCeo_ALateOpeningDoesNotTakeAPlace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.send(&messages.CampaignClosed{CampaignId: "cmp_1"})
	b.opened("cmp_1", "prd_x", "meta")
	if n := b.control().OpenCampaigns; n != 0 {
		t.Errorf("%d campaigns open after the only one closed", n)
	}
}
