package meta

import (
	"net/http"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
)

// Limits are the account's quotas. A zero value is the tier's own; a negative one switches the quota off.
type Limits struct {
	Score              int           // points over five minutes: a read costs 1, a write 3
	ScoreBlock         time.Duration // how long an exceeded score blocks
	ManagementPerHour  int           // plus 40 for each active ad
	InsightsPerHour    int           // plus 400 for each active ad
	AudiencesPerHour   int           // plus 40 for each active ad
	MutationsPerSecond int
}

func (l Limits) withDefaults(development bool) Limits {
	tier := Limits{9000, time.Minute, 100_000, 190_000, 190_000, 100}
	if development {
		tier = Limits{60, 5 * time.Minute, 300, 600, 5000, 100}
	}
	for _, p := range []struct{ set, def *int }{
		{&l.Score, &tier.Score}, {&l.ManagementPerHour, &tier.ManagementPerHour}, {&l.InsightsPerHour, &tier.InsightsPerHour},
		{&l.AudiencesPerHour, &tier.AudiencesPerHour}, {&l.MutationsPerSecond, &tier.MutationsPerSecond},
	} {
		if *p.set == 0 {
			*p.set = *p.def
		}
	}
	if l.ScoreBlock == 0 {
		l.ScoreBlock = tier.ScoreBlock
	}
	return l
}

// throttle counts calls against the quotas. Refused calls do not count. The five minutes over which the score decays are assumed.
type throttle struct {
	limits  Limits
	tier    string
	score   *adservers.Window
	writes  *adservers.Window
	hourly  map[string]*adservers.Window
	blocked time.Time
}

func newThrottle(cfg Config) throttle {
	t := throttle{
		limits: cfg.Limits.withDefaults(cfg.Development), tier: "standard_access",
		score: adservers.NewWindow(5 * time.Minute), writes: adservers.NewWindow(time.Second),
		hourly: map[string]*adservers.Window{},
	}
	if cfg.Development {
		t.tier = "development_access"
	}
	for _, use := range []string{"ads_management", "ads_insights", "custom_audience"} {
		t.hourly[use] = adservers.NewWindow(time.Hour)
	}
	return t
}

// useCase is the business use case that a call counts to; empty for calls outside the Marketing API.
func (c *call) useCase() string {
	if len(c.path) == 0 || c.path[0] == "me" || c.path[0] == "search" {
		return ""
	}
	switch c.path[len(c.path)-1] {
	case "events":
		return ""
	case "insights":
		return "ads_insights"
	case "customaudiences":
		return "custom_audience"
	}
	return "ads_management"
}

func (t *throttle) quota(use string, activeAds int) int {
	switch use {
	case "ads_insights":
		return perHour(t.limits.InsightsPerHour, 400, activeAds)
	case "custom_audience":
		return perHour(t.limits.AudiencesPerHour, 40, activeAds)
	}
	return perHour(t.limits.ManagementPerHour, 40, activeAds)
}

func perHour(base, each, activeAds int) int {
	if base < 0 {
		return base
	}
	return base + each*activeAds
}

// admit counts a call, or refuses it.
func (t *throttle) admit(c *call, activeAds int) *fail {
	use := c.useCase()
	if use == "" {
		return nil
	}
	points := 1
	if c.method != http.MethodGet {
		points = 3
	}
	if c.now.Before(t.blocked) {
		return limited(613, 1487742, "(#613) Calls to this api have exceeded the rate limit.")
	}
	if t.limits.Score > 0 && t.score.Sum(c.now)+points > t.limits.Score {
		t.blocked = c.now.Add(t.limits.ScoreBlock)
		return limited(613, 1487742, "(#613) Calls to this api have exceeded the rate limit.")
	}
	if points == 3 && t.limits.MutationsPerSecond > 0 && t.writes.Sum(c.now) >= t.limits.MutationsPerSecond {
		return limited(613, 5044001, "(#613) Calls to this api have exceeded the rate limit.")
	}
	if quota := t.quota(use, activeAds); quota >= 0 && t.hourly[use].Sum(c.now) >= quota {
		code := map[string]int{"ads_insights": 80000, "custom_audience": 80003, "ads_management": 80004}[use]
		return limited(code, 2446079, "(#"+adservers.Count(int64(code))+") There have been too many calls to this ad-account. Wait a bit and try again.")
	}
	t.score.Add(c.now, points)
	t.hourly[use].Add(c.now, 1)
	if points == 3 {
		t.writes.Add(c.now, 1)
	}
	return nil
}

// headers tells the client how much of its quotas it has used.
func (t *throttle) headers(h http.Header, c *call, cfg Config, activeAds int) {
	use := c.useCase()
	if use == "" || c.token != cfg.Token {
		return
	}
	share := percent(t.hourly[use].Sum(c.now), t.quota(use, activeAds))
	wait := 0
	if share >= 100 {
		wait = int(t.hourly[use].Eases(c.now).Sub(c.now)/time.Minute) + 1
	}
	if c.now.Before(t.blocked) {
		wait = max(wait, int(t.blocked.Sub(c.now)/time.Minute)+1)
	}
	h.Set("X-Business-Use-Case-Usage", string(encode(object{cfg.AccountID: []object{{
		"type": use, "call_count": share, "total_cputime": share / 4, "total_time": share / 4,
		"estimated_time_to_regain_access": wait, "ads_api_access_tier": t.tier,
	}}})))
	score := percent(t.score.Sum(c.now), t.limits.Score)
	h.Set("X-Ad-Account-Usage", string(encode(object{
		"acc_id_util_pct": score, "reset_time_duration": int(max(0, t.blocked.Sub(c.now)/time.Second)), "ads_api_access_tier": t.tier,
	})))
	h.Set("X-App-Usage", string(encode(object{"call_count": score, "total_cputime": score / 4, "total_time": score / 4})))
	if use == "ads_insights" {
		h.Set("X-FB-Ads-Insights-Throttle", string(encode(object{
			"app_id_util_pct": score, "acc_id_util_pct": share, "ads_api_access_tier": t.tier,
		})))
	}
}

func percent(used, quota int) int {
	if quota <= 0 {
		return 0
	}
	return min(100, used*100/quota)
}
