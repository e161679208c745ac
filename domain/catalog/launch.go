package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Making says how a product's creatives and listing are made.
type Making struct {
	Variations     int           // ad variations per round, 5..10
	Languages      []string      // "pt-BR", "en"
	RequalifyAfter time.Duration // a rejected product that is seen again this long after its judgement is judged again
	RetryAfter     time.Duration // from a failed production or listing to the next try, beyond the courier's own
	Tries          int           // of production and listing before the product is given up, ≥ 1
}

// DefaultMaking makes 6 variations in both languages, judges a rejected product again after 14 days, and tries three times, 6 h apart.
func DefaultMaking() Making {
	return Making{Variations: 6, Languages: []string{"pt-BR", "en"}, RequalifyAfter: 14 * 24 * time.Hour, RetryAfter: 6 * time.Hour, Tries: 3}
}

// Validate names the first setting that makes no sense.
func (m Making) Validate() error {
	switch {
	case m.Variations < 5 || m.Variations > 10:
		return fmt.Errorf("ad variations: %d, allowed 5 to 10", m.Variations)
	case len(m.Languages) == 0:
		return fmt.Errorf("creative languages: none, allowed pt-BR, en")
	case m.RequalifyAfter <= 0 || m.RetryAfter <= 0 || m.Tries < 1:
		return fmt.Errorf("product retries: judge again after %s, try %d times after %s; all must be positive", m.RequalifyAfter, m.Tries, m.RetryAfter)
	}
	return nil
}

// Plan says what a new campaign starts with.
type Plan struct {
	Mode      string // dry_run | approval | auto
	Countries []string
	Meta      money.Amount // initial daily budget on each platform
	TikTok    money.Amount
	Google    money.Amount
}

// DefaultPlan is the mission's: $50 a day on Meta, $20 on TikTok, $20 on Google, in Brazil and the United States, automatic.
func DefaultPlan(c money.Currency) Plan {
	return Plan{Mode: "auto", Countries: []string{"BR", "US"}, Meta: money.Minor(50_00, c), TikTok: money.Minor(20_00, c), Google: money.Minor(20_00, c)}
}

// Budget is the initial daily budget on a platform; the zero amount for one that is not planned for.
func (p Plan) Budget(platform ads.Platform) money.Amount {
	switch platform {
	case ads.Meta:
		return p.Meta
	case ads.TikTok:
		return p.TikTok
	case ads.Google:
		return p.Google
	}
	return money.Amount{}
}

// Launching says when and where products are launched.
type Launching struct {
	Platforms    []ads.Platform // where a new product starts
	Connected    []ads.Platform // platforms that have credentials
	MaxCampaigns int            // open at once, planned ones included
	PerCycle     int            // products launched in one cycle at most
	Every        time.Duration  // from cycle to cycle
	QueueAge     time.Duration  // after which a waiting product is dropped
	LaunchExpiry time.Duration  // after which a launch whose campaign never registered no longer counts
	LeastFree    money.Amount   // of the treasury's headroom that one campaign needs to be worth launching
}

// DefaultLaunching starts products on Meta and TikTok, at most 20 campaigns at once and two products an hour, drops what waited for
// 14 days, and needs 20.00 of headroom a campaign.
func DefaultLaunching(c money.Currency) Launching {
	return Launching{
		Platforms: []ads.Platform{ads.Meta, ads.TikTok}, Connected: []ads.Platform{ads.Meta, ads.TikTok},
		MaxCampaigns: 20, PerCycle: 2, Every: time.Hour, QueueAge: 14 * 24 * time.Hour, LaunchExpiry: 6 * time.Hour, LeastFree: money.Minor(20_00, c),
	}
}

// Validate names the first setting that makes no sense.
func (l Launching) Validate() error {
	switch {
	case len(l.Platforms) == 0:
		return fmt.Errorf("launch platforms: none, allowed %v", ads.Platforms())
	case l.MaxCampaigns < 1 || l.PerCycle < 1:
		return fmt.Errorf("launch limits: %d campaigns, %d products a cycle; both must be positive", l.MaxCampaigns, l.PerCycle)
	case l.Every <= 0 || l.QueueAge <= 0 || l.LaunchExpiry <= 0:
		return fmt.Errorf("launch times: cycle %s, queue age %s, expiry %s; all must be positive", l.Every, l.QueueAge, l.LaunchExpiry)
	}
	return nil
}

// Waiting is a product that waits to be launched on platforms.
type Waiting struct {
	ProductID  string
	ScoreMilli int64
	Since      time.Time
}

// ByScore sorts a queue: the highest score first, equal scores by product id.
func ByScore(a, b Waiting) int {
	return cmp.Or(cmp.Compare(b.ScoreMilli, a.ScoreMilli), strings.Compare(a.ProductID, b.ProductID))
}

// Expired reports whether a product has waited too long to be worth launching: its demand was measured too long ago.
func (l Launching) Expired(w Waiting, now time.Time) bool { return now.Sub(w.Since) > l.QueueAge }

// Room is what a cycle may use.
type Room struct {
	Open int          // campaigns open or about to open
	Free money.Amount // the treasury's headroom
}

// Fit chooses on which of the wanted platforms to launch: those that are connected, in the order wanted, as long as neither the limit
// of campaigns nor the headroom is used up. The room that is left comes back.
func (l Launching) Fit(wanted []ads.Platform, room Room) ([]ads.Platform, Room) {
	var chosen []ads.Platform
	for _, p := range wanted {
		if !slices.Contains(l.Connected, p) || room.Open >= l.MaxCampaigns || room.Free.Less(l.LeastFree) || !room.Free.Positive() {
			continue
		}
		chosen = append(chosen, p)
		room.Open++
		room.Free = room.Free.Sub(l.LeastFree)
	}
	return chosen, room
}

// Next is the platform to which a product spreads after it has proven itself on one; false after the last.
func Next(after ads.Platform) (ads.Platform, bool) {
	all := ads.Platforms()
	at := slices.Index(all, after)
	if at < 0 || at+1 == len(all) {
		return "", false
	}
	return all[at+1], true
}
