package campaign

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Accept makes the campaign of a plan, and starts what its mode allows. A campaign that has a plan already ignores another.
func (t *Turn) Accept(p Plan) {
	if t.Plan.CampaignID != "" {
		return
	}
	t.Plan, t.Status, t.CreatedAt, t.Bid = p, Draft, t.Now, ads.LowestCost
	t.Total.Spend, t.Total.Revenue = money.Zero(p.DailyBudget.Currency()), money.Zero(p.DailyBudget.Currency())
	t.out.Opened = true
	if why := t.unusable(); why != "" {
		t.note("campaign_refused", why, "Nothing is published.")
		t.fail("invalid_plan", why)
		return
	}
	set := t.addAdSet(AudienceBroad, p.Countries, p.DailyBudget, entityDraft)
	t.addAds(set, p.Creatives)
	t.Manifest = manifest(t.launchDetails())
	t.note("campaign_planned", fmt.Sprintf("%s on %s with %d ads at %s a day in %s.", p.ProductTitle, p.Platform, len(t.Ads),
		p.DailyBudget, strings.Join(p.Countries, ", ")), "It is tested for a day before it is judged.", Figure{"mode", string(p.Mode)})
	switch t.mode() {
	case Approval:
		t.ask()
	case Auto:
		t.Approved = true
		t.askLaunch()
	default:
		t.rehearse()
	}
}

func (t *Turn) unusable() string {
	p := t.Plan
	least := t.rules.minimum(p.Platform, p.DailyBudget.Currency())
	switch {
	case len(p.Creatives) < t.rules.MinAds:
		return fmt.Sprintf("The plan has %d creatives, at least %d are needed.", len(p.Creatives), t.rules.MinAds)
	case p.DailyBudget.Less(least) || !p.DailyBudget.Positive():
		return fmt.Sprintf("A budget of %s a day is under the least that %s accepts, %s.", p.DailyBudget, p.Platform, least)
	case len(p.Countries) == 0:
		return "The plan names no country."
	}
	if _, err := LandingURL(p.LandingURL, p.Platform, p.CampaignID, "set", "ad"); err != nil {
		return "The landing page cannot be used: " + err.Error() + "."
	}
	return ""
}

// rehearse is the dry run: the platform checks the plan, nothing is created.
func (t *Turn) rehearse() {
	t.Reason = "dry run: nothing is published"
	t.step(Step{Kind: ValidatePlan, Target: t.Plan.CampaignID, Budget: t.Plan.DailyBudget})
	t.note("campaign_rehearsed", fmt.Sprintf("Dry run: it would create 1 campaign, %d ad set and %d ads, all paused, reserve %s for today, and then activate them.",
		len(t.AdSets), len(t.Ads), t.Plan.DailyBudget), "It stays a draft.", Figure{"manifest", t.Manifest})
}

// ask puts the launch before a person. What exists of it on the platform stays paused meanwhile.
func (t *Turn) ask() {
	details := t.launchDetails()
	t.Status, t.Approved, t.Manifest = PendingApproval, false, manifest(details)
	t.Reason = "waits for approval"
	t.Pending = Pending{}
	t.cancel(AlarmLaunch, AlarmRenew, AlarmEnforce, AlarmDeadline, AlarmNewDay)
	t.ApprovalID = id.Derive(id.Approval, t.Plan.CampaignID, t.Manifest, t.number())
	t.out.Ask = append(t.out.Ask, Ask{
		ID: t.ApprovalID, Kind: "launch", Manifest: t.Manifest, Details: details, ExpiresAt: t.Now.Add(t.rules.ApprovalFor),
		Amount:  t.Plan.DailyBudget,
		Summary: fmt.Sprintf("Launch %s on %s with %s a day", t.Plan.ProductTitle, t.Plan.Platform, t.Plan.DailyBudget),
		Why:     fmt.Sprintf("Viability score %d of 100; %d ads in %s.", t.Plan.ScoreMilli/1000, len(t.Ads), strings.Join(t.Plan.Countries, ", ")),
	})
}

// Answered takes a person's answer to the launch, or to more budget. An approval of anything but exactly what was asked is none.
func (t *Turn) Answered(approvalID string, approved bool, sum, by, reason string) {
	if approvalID != "" && approvalID == t.Asked.ID && t.Asked.Approver == "" {
		t.growthAnswered(approved, sum, by, reason)
		return
	}
	if t.Status != PendingApproval || approvalID != t.ApprovalID {
		return
	}
	switch {
	case approved && sum == t.Manifest:
		t.Approved, t.ApprovedBudget, t.Status, t.Reason = true, t.Plan.DailyBudget, Draft, "approved by "+by
		t.noteBy(by, "campaign_approved", reason, "It is published as soon as there is budget.", Figure{"manifest", sum})
		t.askLaunch()
	case approved:
		t.end("the approval was for another plan")
	default:
		t.ApprovalID = "" // it was answered: there is nothing to withdraw
		t.end("not approved: " + reason)
	}
}

// askLaunch asks for the budget of the first publication, unless somebody holds it back or has to agree first.
func (t *Turn) askLaunch() {
	if len(t.Holds) > 0 {
		t.Reason = "held back before its launch"
		return
	}
	if t.mode() == DryRun {
		t.Reason = "held back: the mode is dry_run now"
		t.at(AlarmLaunch, t.Now.Add(time.Hour))
		return
	}
	if !t.cleared() {
		return
	}
	t.Reason = "waits for budget"
	least := t.rules.minimum(t.Plan.Platform, t.Plan.DailyBudget.Currency())
	t.reserve(ForLaunch, t.today(), t.Plan.DailyBudget, least)
}

// end closes a campaign that never ran.
func (t *Turn) end(reason string) {
	t.Status, t.Reason, t.Final = Ended, reason, true
	t.Pending = Pending{}
	t.dropDrafts(entityEnded)
	t.note("campaign_ended", sentence(reason), "Nothing was spent.")
}

// fail stops a campaign that cannot go on. One that is over stays as it ended, whatever is answered late.
func (t *Turn) fail(code, reason string) {
	if t.Final {
		return
	}
	t.Status, t.Reason, t.Final = Failed, reason, true
	t.Pending = Pending{}
	t.dropDrafts(entityError)
	t.note("campaign_failed", sentence(reason), "What exists is paused and its budget is released.", Figure{"code", code})
	t.alert("api_failure", "critical", "A campaign could not be run", reason)
}

func (t *Turn) dropDrafts(to string) {
	for i := range t.AdSets {
		if a := &t.AdSets[i]; a.Status == entityDraft || a.Status == entityProposed {
			a.Status = to
		}
	}
	for i := range t.Ads {
		if a := &t.Ads[i]; a.Status == entityDraft {
			a.Status = to
		}
	}
}

func (t *Turn) addAdSet(audience string, countries []string, budget money.Amount, status string) string {
	n := t.number()
	set := AdSet{
		ID: id.Derive(id.AdSet, t.Plan.CampaignID, n), Name: t.name(n), Status: status, Audience: audience, Countries: countries,
		Planned: budget, Wanted: budget, Initial: budget, CreatedAt: t.Now,
	}
	t.AdSets = append(t.AdSets, set)
	return set.ID
}

func (t *Turn) addAds(adSetID string, creatives []Creative) int {
	have := 0
	for i := range t.Ads {
		if a := &t.Ads[i]; a.AdSetID == adSetID && !a.Off && (a.Status == entityDraft || a.Status == entityActive) {
			have++
		}
	}
	added := 0
	for _, c := range creatives {
		if have+added >= t.rules.MaxAds {
			break
		}
		n := t.number()
		t.Ads = append(t.Ads, Ad{
			ID: id.Derive(id.Ad, t.Plan.CampaignID, n), Name: t.name(n), AdSetID: adSetID, Status: entityDraft, CreativeID: c.ID, CreatedAt: t.Now,
		})
		added++
	}
	return added
}

// launch is what a person approves: exactly what would be published, and how far it may grow by itself.
type launch struct {
	Campaign    string       `json:"campaign"`
	Product     string       `json:"product"`
	Platform    string       `json:"platform"`
	DailyBudget money.Amount `json:"daily_budget"`
	Countries   []string     `json:"countries"`
	LandingURL  string       `json:"landing_url"`
	AdSets      []launchSet  `json:"ad_sets"`
	RaiseBy     string       `json:"raise_by"`
	MaxMultiple string       `json:"max_multiple"`
	CopyShare   string       `json:"copy_share"`
	MaxAdSets   int          `json:"max_ad_sets"`
	RaiseEvery  string       `json:"raise_every"`
	AsksAgain   string       `json:"asks_again_above"` // how much more a day it may spend before a person is asked again
	Rotates     int          `json:"new_creatives_each_rotation"`
	Bid         string       `json:"bid"`
	Keywords    []string     `json:"keywords"`
	Price       money.Amount `json:"selling_price"`
	Changes     []Change     `json:"changes"`
}

type launchSet struct {
	ID        string     `json:"id"`
	Audience  string     `json:"audience"`
	Countries []string   `json:"countries"`
	Ads       []launchAd `json:"ads"`
}

// launchAd is one ad. The key of its picture is a hash of the picture's bytes, and Content one of all that it shows.
type launchAd struct {
	ID       string `json:"id"`
	Creative string `json:"creative"`
	Headline string `json:"headline"`
	Body     string `json:"body"`
	Action   string `json:"action"`
	Language string `json:"language"`
	Style    string `json:"style"`
	MediaKey string `json:"media_key"`
	Content  string `json:"content"`
}

func launchAdOf(ad string, c Creative) launchAd {
	shown := strings.Join([]string{c.Headline, c.Body, c.Action, c.Language, c.Style, c.MediaKey}, "\x00")
	return launchAd{ad, c.ID, c.Headline, c.Body, c.Action, c.Language, c.Style, c.MediaKey, manifest([]byte(shown))}
}

// launchDetails is canonical JSON: the order of fields and of entities is fixed.
func (t *Turn) launchDetails() []byte {
	l := launch{
		Campaign: t.Plan.CampaignID, Product: t.Plan.ProductID, Platform: string(t.Plan.Platform), DailyBudget: t.Plan.DailyBudget,
		Countries: t.Plan.Countries, LandingURL: t.Plan.LandingURL,
		RaiseBy: t.rules.RaiseBy.String(), MaxMultiple: t.rules.MaxMultiple.String(), CopyShare: t.rules.CopyShare.String(), MaxAdSets: t.rules.MaxAdSets,
		RaiseEvery: t.rules.ScaleEvery.String(), AsksAgain: t.asksAgain(), Rotates: t.rules.RotateCount, Bid: string(ads.LowestCost),
		Keywords: t.Plan.Keywords, Price: t.Plan.SellingPrice,
		Changes: []Change{{"campaigns", "0", "1"}, {"daily_budget", money.Zero(t.Plan.DailyBudget.Currency()).Decimal(), t.Plan.DailyBudget.Decimal()}},
	}
	for i := range t.AdSets {
		set := launchSet{ID: t.AdSets[i].ID, Audience: t.AdSets[i].Audience, Countries: t.AdSets[i].Countries}
		for j := range t.Ads {
			if t.Ads[j].AdSetID != set.ID {
				continue
			}
			c, _ := t.Creative(t.Ads[j].CreativeID)
			set.Ads = append(set.Ads, launchAdOf(t.Ads[j].ID, c))
		}
		l.AdSets = append(l.AdSets, set)
	}
	body, err := json.Marshal(l)
	if err != nil {
		panic("campaign: " + err.Error()) // strings, counts and amounts always marshal
	}
	return body
}

// asksAgain is how much more a day the campaign may spend before a person is asked again, in words.
func (t *Turn) asksAgain() string {
	if share := t.rules.Asking.RaiseShare; share.Defined() {
		return share.Percent(0)
	}
	return t.rules.Asking.RaiseAmount.Decimal()
}

func manifest(details []byte) string {
	sum := sha256.Sum256(details)
	return hex.EncodeToString(sum[:])
}

// sentence makes a reason a sentence for people.
func sentence(reason string) string {
	if reason == "" {
		return ""
	}
	return strings.ToUpper(reason[:1]) + strings.TrimSuffix(reason[1:], ".") + "."
}
