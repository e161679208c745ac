package campaign

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

var (
	ceo       = actorkit.Key{Kind: "ceo", ID: "main"}
	treasurer = actorkit.Key{Kind: "treasurer", ID: "main"}
	approvals = actorkit.Key{Kind: "approvals", ID: "main"}
)

const crmCourier = "crm"

// changeOf is a turn's outcome as the kit commits it.
func changeOf(s *campaign.State, out campaign.Out) actorkit.Change {
	ch := actorkit.Change{Facts: out.Facts, Cancel: out.Cancel}
	for _, name := range out.Alarms() {
		ch.Schedule = append(ch.Schedule, actorkit.Alarm{Name: name, At: out.Schedule[name]})
	}
	for _, n := range out.Notes {
		ch.Audit = append(ch.Audit, auditOf(s.Plan.CampaignID, n))
	}
	for _, step := range out.Steps {
		ch.Effects = append(ch.Effects, effectOf(s, step))
	}
	ch.Tells = tellsOf(s, out)
	return ch
}

func auditOf(subject string, n campaign.Note) actorkit.Audit {
	entry := actorkit.Audit{Action: n.Action, Subject: subject, Reason: n.Reason, Expected: n.Expected, By: n.By}
	for _, f := range n.Figures {
		entry.Figures = append(entry.Figures, actorkit.Figure(f))
	}
	return entry
}

func tellsOf(s *campaign.State, out campaign.Out) []actorkit.Tell {
	var tells []actorkit.Tell
	tell := func(to actorkit.Key, msg proto.Message) { tells = append(tells, actorkit.Tell{To: to, Msg: msg}) }
	p := &s.Plan
	product := actorkit.Key{Kind: "product", ID: p.ProductID}
	if out.Opened {
		tell(ceo, &messages.CampaignOpened{CampaignId: p.CampaignID, ProductId: p.ProductID, Platform: string(p.Platform)})
	}
	for _, w := range out.Withdraw {
		tell(approvals, &messages.WithdrawApproval{ApprovalId: w.ID, Reason: w.Reason})
	}
	for _, q := range out.Ask {
		tell(approvals, &messages.AskApproval{
			ApprovalId: q.ID, RequesterKind: Kind, RequesterId: p.CampaignID, Kind: q.Kind, Summary: q.Summary, Why: q.Why,
			Amount: wireMoney(q.Amount), Manifest: q.Manifest, Details: q.Details, ExpiresAtMs: millis(q.ExpiresAt), ProposedBy: q.By,
		})
	}
	for _, r := range out.Release {
		tell(treasurer, &messages.ReleaseBudget{ReleaseId: r.ID, CampaignId: p.CampaignID, StoppedAtMs: millis(r.StoppedAt)})
	}
	for _, r := range out.Reserve {
		tell(treasurer, &messages.ReserveBudget{
			ReservationId: r.ID, CampaignId: p.CampaignID, Platform: string(p.Platform), Day: r.Day, DailyBudget: wireMoney(r.Budget),
			Minimum: wireMoney(r.Minimum), PriorityMilli: r.Priority, Purpose: string(r.Purpose),
		})
	}
	for _, q := range out.Proofs {
		tell(ceo, &messages.CampaignProven{
			ProofId: q.ID, CampaignId: p.CampaignID, ProductId: p.ProductID, Platform: string(p.Platform), RoasMilli: q.ROASMilli,
		})
	}
	for _, q := range out.More {
		tell(product, &messages.MakeCreatives{RequestId: q.ID, Count: int64(q.Count), CampaignId: p.CampaignID})
	}
	if out.Closed {
		tell(product, &messages.CampaignEnded{CampaignId: p.CampaignID, Verdict: s.Verdict, Reason: s.Reason})
		tell(ceo, &messages.CampaignClosed{CampaignId: p.CampaignID, Verdict: s.Verdict})
	}
	return tells
}

// effectOf is a step as the couriers understand it.
func effectOf(s *campaign.State, step campaign.Step) actorkit.Effect {
	e := actorkit.Effect{ID: step.ID, Courier: string(s.Plan.Platform), Kind: string(step.Kind), Subject: s.Plan.CampaignID}
	wire := &messages.Effect{Entity: step.Target, Grant: grantOf(step.Spend)}
	switch step.Kind {
	case campaign.CreateCampaign:
		wire.What = &messages.Effect_CreateCampaign{CreateCampaign: &messages.CreateCampaign{Name: step.Name}}
	case campaign.CreateAdSet:
		wire.What = &messages.Effect_CreateAdSet{CreateAdSet: adSetOf(s, step)}
	case campaign.CreateAd:
		wire.What = &messages.Effect_CreateAd{CreateAd: adOf(s, step)}
	case campaign.SetDelivery:
		wire.What = &messages.Effect_SetDelivery{SetDelivery: &messages.SetDelivery{
			Level: string(step.Level), ExternalId: step.ExternalID, Delivery: string(step.Delivery),
		}}
	case campaign.SetBudget:
		wire.What = &messages.Effect_SetBudget{SetBudget: &messages.SetBudget{AdSetExternalId: step.ExternalID, DailyBudget: wireMoney(step.Budget), Lowers: step.Lowers}}
	case campaign.SetBid:
		bid := &messages.SetBid{AdSetExternalId: step.ExternalID, BidStrategy: string(ads.LowestCost)}
		if step.Budget.Positive() {
			bid.BidStrategy, bid.CostCap = string(ads.CostCap), wireMoney(step.Budget)
		}
		wire.What = &messages.Effect_SetBid{SetBid: bid}
	case campaign.CreateLookalike:
		set := s.AdSet(step.Target)
		_, from, to := campaign.AudienceOf(set)
		wire.What = &messages.Effect_CreateLookalike{CreateLookalike: &messages.CreateLookalike{
			Name: step.Name, Countries: set.Countries, FromPct: int64(from), ToPct: int64(to),
		}}
	case campaign.ValidatePlan:
		wire.What = &messages.Effect_ValidatePlan{ValidatePlan: &messages.ValidatePlan{
			Name: s.Row().Name, DailyBudget: wireMoney(step.Budget), Countries: s.Plan.Countries,
		}}
	case campaign.SendCRM:
		e.Courier = crmCourier
		wire.What = &messages.Effect_SendCrm{SendCrm: &messages.SendCRM{Event: "campaign_published", EventId: step.ID, Body: published(s)}}
	}
	e.Payload = wire
	return e
}

// grantOf is what pays for a step; nil for one that raises nothing.
func grantOf(s campaign.Spend) *messages.SpendGrant {
	if s == (campaign.Spend{}) {
		return nil
	}
	return &messages.SpendGrant{
		ReservationId: s.ReservationID, Day: s.Day, UntilMs: millis(s.Until), Amount: wireMoney(s.Amount), ApprovalId: s.ApprovalID, Manifest: s.Manifest,
	}
}

func adSetOf(s *campaign.State, step campaign.Step) *messages.CreateAdSet {
	set := s.AdSet(step.Target)
	kind, from, to := campaign.AudienceOf(set)
	out := &messages.CreateAdSet{
		Name: set.Name, CampaignExternalId: s.ExternalID, DailyBudget: wireMoney(step.Budget), Audience: string(kind), Countries: set.Countries,
		AgeMin: 18, AgeMax: 65, LookalikeId: set.LookalikeID, FromPct: int64(from), ToPct: int64(to), BidStrategy: string(ads.LowestCost),
	}
	if kind == ads.Interests {
		out.InterestKeywords = s.Plan.Keywords
	}
	if set.CostCap.Positive() {
		out.BidStrategy, out.CostCap = string(ads.CostCap), wireMoney(set.CostCap)
	}
	return out
}

func adOf(s *campaign.State, step campaign.Step) *messages.CreateAd {
	ad := s.Ad(step.Target)
	landing, err := campaign.LandingURL(s.Plan.LandingURL, s.Plan.Platform, s.Plan.CampaignID, ad.AdSetID, ad.ID)
	if err != nil {
		panic(fmt.Errorf("ad %s of an accepted plan: %w", ad.ID, err)) // a plan with an unusable page was refused
	}
	creative, _ := s.Creative(ad.CreativeID)
	return &messages.CreateAd{
		Name: ad.Name, CampaignExternalId: s.ExternalID, AdSetExternalId: step.ExternalID, LandingUrl: landing, Creative: refOf(creative),
	}
}

// published is what the CRM hears of a campaign that went live.
func published(s *campaign.State) []byte {
	body, err := json.Marshal(struct {
		CampaignID string       `json:"campaign_id"`
		ProductID  string       `json:"product_id"`
		Title      string       `json:"title"`
		Platform   string       `json:"platform"`
		ExternalID string       `json:"external_id"`
		Budget     money.Amount `json:"daily_budget"`
		Countries  []string     `json:"countries"`
		LandingURL string       `json:"landing_url"`
	}{
		s.Plan.CampaignID, s.Plan.ProductID, s.Plan.ProductTitle, string(s.Plan.Platform), s.ExternalID, s.Budget(), s.Plan.Countries, s.Plan.LandingURL,
	})
	if err != nil {
		panic(fmt.Errorf("write the CRM's event: %w", err)) // strings and an amount always marshal
	}
	return body
}
