package campaign_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/messages"
)

func TestCampaign_Publish(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	var order []string
	obey := b.perform
	b.perform = func(kind string, e *messages.Effect) *messages.EffectPerformed {
		if d := e.GetSetDelivery(); d != nil {
			kind += " " + d.Level + " " + d.Delivery
		}
		order = append(order, kind)
		return obey(kind, e)
	}
	b.plan("auto")
	b.wantStatus("active")
	want := slices.Concat([]string{"create_campaign", "create_ad_set"}, slices.Repeat([]string{"create_ad"}, 6),
		slices.Repeat([]string{"set_delivery ad active"}, 6), []string{"set_delivery ad_set active", "set_delivery campaign active", "send_crm"})
	if !slices.Equal(order, want) {
		t.Errorf("steps are\n%s\nwant\n%s", strings.Join(order, "\n"), strings.Join(want, "\n"))
	}
	if b.delivering() != 5000 {
		t.Errorf("delivers %d a day", b.delivering())
	}
	if n := count[*messages.CampaignOpened](b.ToldTo(ceo)); n != 1 {
		t.Errorf("the ceo was told %d times that it opened", n)
	}
	b.checkAds(t)
}

func (b *bench) checkAds(t *testing.T) {
	t.Helper()
	names := map[string]bool{}
	for _, e := range b.Effects("meta") {
		w := e.Payload.(*messages.Effect)
		for _, name := range []string{w.GetCreateCampaign().GetName(), w.GetCreateAdSet().GetName(), w.GetCreateAd().GetName()} {
			if name == "" {
				continue
			}
			if names[name] || !strings.HasPrefix(name, "ac-"+cmp+"-") {
				t.Errorf("name %q is not unique or does not carry our id", name)
			}
			names[name] = true
		}
		ad := w.GetCreateAd()
		if ad == nil {
			continue
		}
		u, err := url.Parse(ad.LandingUrl)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		if q.Get("utm_source") != "meta" || q.Get("utm_medium") != "paid" || q.Get("utm_campaign") != cmp ||
			!strings.HasPrefix(q.Get("utm_content"), "ad_") || !strings.HasPrefix(q.Get("utm_term"), "set_") || q.Get("x") != "1" {
			t.Errorf("landing URL %s", ad.LandingUrl)
		}
	}
}

// Killed before and after the commit of every single step, the publication ends the same, with no step done twice.
func TestCampaign_SurvivesRestart(t *testing.T) {
	t.Parallel()
	reference := setup(t, noon)
	reference.plan("auto")
	steps := len(reference.Effects("meta"))
	for n := range steps + 3 {
		for name, crash := range map[string]func(*bench){
			"Before": func(b *bench) { b.FailNextCommit() },
			"After":  func(b *bench) { b.LoseNextCommit() },
			"Whole":  func(b *bench) { b.Harness.Restart() },
		} {
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				t.Parallel()
				b := setup(t, noon)
				obey, performed, done := b.perform, 0, false
				b.perform = func(kind string, e *messages.Effect) *messages.EffectPerformed {
					if performed == n && !done {
						done = true
						crash(b)
						if name == "Whole" {
							return nil
						}
					}
					performed++
					return obey(kind, e)
				}
				if n == 0 {
					crash(b)
					done = true
				}
				b.plan("auto")
				b.run(20 * time.Minute)
				b.wantStatus("active")
				if got := len(b.Effects("meta")); got != steps {
					t.Errorf("%d effects, want %d", got, steps)
				}
				if got := len(b.reservations("launch")); got < 1 || distinct(b.reservations("launch")) != 1 {
					t.Errorf("%d reservations with %d ids", got, distinct(b.reservations("launch")))
				}
			})
		}
	}
}

func distinct(list []*messages.ReserveBudget) int {
	ids := map[string]bool{}
	for _, r := range list {
		ids[r.ReservationId] = true
	}
	return len(ids)
}

func TestCampaign_DryRun(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.plan("dry_run")
	b.run(24 * time.Hour)
	b.wantStatus("draft")
	effects := b.Effects("meta")
	if len(effects) != 1 || effects[0].Kind != "validate_plan" {
		t.Errorf("a dry run has the effects %v", effects)
	}
	if b.audited("campaign_rehearsed") != 1 || b.audited("plan_validated") != 1 {
		t.Errorf("audit:\n%s", b.log())
	}
	if n := len(b.ToldTo(treasurer)); n != 0 {
		t.Errorf("a dry run told the treasurer %d things", n)
	}
}

func TestCampaign_Approval(t *testing.T) {
	t.Parallel()
	ask := func(t *testing.T) (*bench, *messages.AskApproval) {
		b := setup(t, noon)
		b.plan("approval")
		b.wantStatus("pending_approval")
		if len(b.Effects("meta")) != 0 || len(b.ToldTo(treasurer)) != 0 {
			t.Fatal("something happened before the approval")
		}
		return b, b.ToldTo(approvals)[0].(*messages.AskApproval)
	}
	t.Run("Approved", func(t *testing.T) {
		t.Parallel()
		b, q := ask(t)
		b.Send(approvals, key, &messages.ApprovalDecided{ApprovalId: q.ApprovalId, Approved: true, Manifest: q.Manifest, By: "ana@example.com"})
		b.pump()
		b.wantStatus("active")
	})
	t.Run("OtherManifest", func(t *testing.T) {
		t.Parallel()
		b, q := ask(t)
		b.Send(approvals, key, &messages.ApprovalDecided{ApprovalId: q.ApprovalId, Approved: true, Manifest: "another", By: "ana@example.com"})
		b.pump()
		b.wantStatus("ended")
	})
	t.Run("Rejected", func(t *testing.T) {
		t.Parallel()
		b, q := ask(t)
		b.Send(approvals, key, &messages.ApprovalDecided{ApprovalId: q.ApprovalId, Manifest: q.Manifest, By: "ana@example.com", Reason: "not now"})
		b.pump()
		b.wantStatus("ended")
		if count[*messages.CampaignClosed](b.ToldTo(ceo)) != 1 || count[*messages.CampaignEnded](b.ToldTo(product)) != 1 {
			t.Error("not everybody was told that it is over")
		}
		if len(b.Effects("meta")) != 0 {
			t.Error("a rejected campaign reached the platform")
		}
	})
	t.Run("ManifestNamesWhatIsLaunched", func(t *testing.T) {
		t.Parallel()
		_, q := ask(t)
		other := setup(t, noon)
		p := plan("approval")
		p.Creatives[3].Headline = "Lights"
		other.Send(product, key, p)
		if changed := other.ToldTo(approvals)[0].(*messages.AskApproval); changed.Manifest == q.Manifest {
			t.Error("another headline has the same manifest")
		}
	})
}

// failing plans a campaign on a platform that refuses some effects.
func failing(t *testing.T, fails func(kind string, e *messages.Effect) bool) *bench {
	t.Helper()
	b := setup(t, noon)
	b.perform = func(kind string, e *messages.Effect) *messages.EffectPerformed {
		if fails(kind, e) {
			return refuse("invalid_parameter")
		}
		return b.obey(kind, e)
	}
	b.plan("auto")
	return b
}

func TestCampaign_PublishFailures(t *testing.T) {
	t.Parallel()
	t.Run("OneAdIsDropped", func(t *testing.T) {
		t.Parallel()
		n := 0
		b := failing(t, func(kind string, _ *messages.Effect) bool {
			if kind == "create_ad" {
				n++
			}
			return kind == "create_ad" && n == 2
		})
		b.wantStatus("active")
		if b.audited("ad_dropped") != 1 {
			t.Error(b.log())
		}
	})
	t.Run("AllAdsFail", func(t *testing.T) {
		t.Parallel()
		b := failing(t, func(kind string, _ *messages.Effect) bool { return kind == "create_ad" })
		b.wantError()
	})
	t.Run("Campaign", func(t *testing.T) {
		t.Parallel()
		b := failing(t, func(kind string, _ *messages.Effect) bool { return kind == "create_campaign" })
		b.wantError()
	})
	t.Run("AdSet", func(t *testing.T) {
		t.Parallel()
		b := failing(t, func(kind string, _ *messages.Effect) bool { return kind == "create_ad_set" })
		b.wantError()
	})
}

func TestCampaign_ActivationFailures(t *testing.T) {
	t.Parallel()
	t.Run("ActivationIsPausedAgain", func(t *testing.T) {
		t.Parallel()
		b := failing(t, func(_ string, e *messages.Effect) bool {
			d := e.GetSetDelivery()
			return d.GetLevel() == "campaign" && d.GetDelivery() == "active"
		})
		b.wantError()
		effects := b.Effects("meta")
		if d := effects[len(effects)-1].Payload.(*messages.Effect).GetSetDelivery(); d.GetDelivery() != "paused" || d.GetLevel() != "campaign" {
			t.Errorf("after an activation of unknown result the last effect is %v", effects[len(effects)-1].Payload)
		}
	})
	t.Run("ReadBackDiffers", func(t *testing.T) {
		t.Parallel()
		b := setup(t, noon)
		b.perform = func(kind string, e *messages.Effect) *messages.EffectPerformed {
			answer := b.obey(kind, e)
			if d := e.GetSetDelivery(); d.GetLevel() == "campaign" && d.GetDelivery() == "active" {
				answer.Receipt.Status = "paused"
			}
			return answer
		}
		b.plan("auto")
		b.wantError()
	})
	t.Run("Late", func(t *testing.T) {
		t.Parallel()
		b := setup(t, noon)
		b.perform = func(string, *messages.Effect) *messages.EffectPerformed { return nil }
		b.plan("auto")
		b.run(31 * time.Minute)
		b.wantStatus("publishing")
		if b.alerts("api_failure") != 1 {
			t.Error("a publication that takes over 30 minutes raised no alert")
		}
	})
}

func (b *bench) wantError() {
	b.t.Helper()
	b.wantStatus("error")
	if b.alerts("api_failure") == 0 {
		b.t.Error("no alert")
	}
	if n := count[*messages.ReleaseBudget](b.ToldTo(treasurer)); n != 1 {
		b.t.Errorf("the budget was released %d times", n)
	}
	if count[*messages.CampaignClosed](b.ToldTo(ceo)) != 1 || count[*messages.CampaignEnded](b.ToldTo(product)) != 1 {
		b.t.Error("not everybody was told that it is over")
	}
	if b.delivering() != 0 {
		b.t.Error("it delivers")
	}
}

func TestCampaign_InvalidPlan(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*messages.PlanCampaign){
		"NoCreatives": func(p *messages.PlanCampaign) { p.Creatives = nil },
		"NoCountry":   func(p *messages.PlanCampaign) { p.Countries = nil },
		"LowBudget":   func(p *messages.PlanCampaign) { p.DailyBudget = usd(499) },
		"Landing":     func(p *messages.PlanCampaign) { p.LandingUrl = "javascript:alert(1)" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, noon)
			p := plan("auto")
			spoil(p)
			b.Send(product, key, p)
			b.pump()
			b.wantStatus("error")
			if len(b.Effects("meta")) != 0 || count[*messages.CampaignClosed](b.ToldTo(ceo)) != 1 {
				t.Error("an unusable plan went on")
			}
		})
	}
}

func TestCampaign_PlanIsIdempotent(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	b.plan("auto")
	before := len(b.Effects("meta"))
	again := plan("auto")
	again.DailyBudget = usd(9900)
	b.Send(product, key, again)
	b.pump()
	if len(b.Effects("meta")) != before || b.delivering() != 5000 {
		t.Error("a second plan changed the campaign")
	}
}

func TestCampaign_LaunchWaitsForBudget(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	yes := b.grant
	b.grant = func(r *messages.ReserveBudget) proto.Message {
		if b.Now().Before(noon.Add(30 * time.Hour)) {
			return &messages.BudgetRefused{ReservationId: r.ReservationId, Day: r.Day, Code: "cap_day", Text: "the day is full", RetryAtMs: b.Now().Add(6 * time.Hour).UnixMilli()}
		}
		return yes(r)
	}
	b.plan("auto")
	b.wantStatus("draft")
	b.run(31 * time.Hour)
	b.wantStatus("active")
	b.grant = yes

	never := setup(t, noon)
	never.grant = func(r *messages.ReserveBudget) proto.Message {
		return &messages.BudgetRefused{ReservationId: r.ReservationId, Day: r.Day, Code: "cap_week", Text: "the week is full"}
	}
	never.plan("auto")
	never.run(8 * 24 * time.Hour)
	never.wantStatus("ended")
}

func TestCampaign_PartialLaunch(t *testing.T) {
	t.Parallel()
	b := setup(t, noon)
	full := b.grant
	b.grant = func(r *messages.ReserveBudget) proto.Message {
		return &messages.BudgetReserved{ReservationId: r.ReservationId, Day: r.Day, DailyBudget: usd(3000), Partial: true}
	}
	b.plan("auto")
	b.wantStatus("active")
	if b.delivering() != 3000 {
		t.Errorf("with $30 granted it delivers %d", b.delivering())
	}
	b.grant = full
	b.run(24 * time.Hour)
	if b.delivering() != 5000 {
		t.Errorf("a day later, with all granted, it delivers %d\n%s", b.delivering(), b.log())
	}
}
