package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/reporting"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
	"github.com/agente-ceo/agente-ceo/persistence"
)

// simulation is what `simulate --json` prints: the fields are promised to outsiders.
type simulation struct {
	Seed           uint64               `json:"seed"`
	Days           int                  `json:"days"`
	Policy         string               `json:"policy"`
	Profile        string               `json:"profile"`
	WallSeconds    json.Number          `json:"wall_seconds"`
	VirtualSeconds int64                `json:"virtual_seconds"`
	Journal        string               `json:"journal_sha256"`
	Products       productCounts        `json:"products"`
	Creatives      map[string]int64     `json:"creatives"`
	Campaigns      campaignCounts       `json:"campaigns"`
	Decisions      map[string]int64     `json:"decisions"`
	Spend          money.Amount         `json:"spend"`
	Revenue        money.Amount         `json:"revenue"`
	Contribution   money.Amount         `json:"contribution_profit"`
	ROAS           json.Number          `json:"roas"`
	ROASLast30     json.Number          `json:"roas_last_30d"`
	Orders         int64                `json:"orders"`
	PerDay         json.Number          `json:"conversions_per_day"`
	BreakEven      json.Number          `json:"break_even_days_median"`
	Caps           capFigures           `json:"caps"`
	Actors         actorCounts          `json:"actors"`
	HTTP           httpCounts           `json:"http"`
	Daily          []persistence.SimDay `json:"daily"`

	report reporting.Report
}

type productCounts struct {
	Scouted      int64       `json:"scouted"`
	Qualified    int64       `json:"qualified"`
	Rejected     int64       `json:"rejected"`
	ApprovalRate json.Number `json:"approval_rate"`
}

type campaignCounts struct {
	Created    int64            `json:"created"`
	ActiveMean json.Number      `json:"active_mean"`
	ActiveMax  int64            `json:"active_max"`
	ByStatus   map[string]int64 `json:"by_status"`
}

type capFigures struct {
	Daily    money.Amount `json:"daily"`
	Weekly   money.Amount `json:"weekly"`
	MaxDay   money.Amount `json:"max_charged_day"`
	MaxWeek  money.Amount `json:"max_charged_week"`
	Breaches int64        `json:"breaches"`
	// Utilisation is what was charged in all account weeks over what the caps allowed in them, UtilisationDay the mean over the account
	// days of what was charged over what the caps left for the day. Days that are only partly in the run count in neither.
	Utilisation    json.Number `json:"utilisation"`
	UtilisationDay json.Number `json:"utilisation_day"`
}

type actorCounts struct {
	Spawned  int   `json:"spawned"`
	Restarts int64 `json:"restarts"`
}

type httpCounts struct {
	Calls   int64 `json:"calls"`
	Errors  int64 `json:"errors"`
	Retries int64 `json:"retries"`
}

// summarise reads what the simulation came to. Caps are judged at the sandbox's own ledger, not at our books.
func (a *App) summarise(ctx context.Context, f *simulateFlags) (*simulation, error) {
	end := simulationStart.AddDate(0, 0, f.days)
	figures, err := a.db.Figures(ctx, simulationStart, end)
	if err != nil {
		return nil, err
	}
	last30, err := a.db.Figures(ctx, end.AddDate(0, 0, -min(30, f.days)), end)
	if err != nil {
		return nil, err
	}
	counts, err := a.db.Simulated(ctx)
	if err != nil {
		return nil, err
	}
	sum, err := a.db.JournalSHA256(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.keepJournal(ctx, f.out); err != nil {
		return nil, err
	}
	rules := a.rules.get()
	figures.CapDay, figures.CapWeek = rules.treasury.Caps.Day, rules.treasury.Caps.Week
	s := &simulation{
		Seed: a.cfg.Seed, Days: f.days, Policy: f.policy, Profile: f.profile, VirtualSeconds: int64(end.Sub(simulationStart).Seconds()), Journal: sum,
		Products:  productCounts{Scouted: counts.Products, Qualified: counts.Products - counts.Rejected, Rejected: counts.Rejected, ApprovalRate: ratio(counts.Products-counts.Rejected, counts.Products, 3)},
		Creatives: counts.Creatives, Decisions: verdicts(figures.Decisions),
		Campaigns: campaignCounts{Created: counts.Campaigns, ByStatus: map[string]int64{}},
		Spend:     figures.Ads.Spend, Revenue: figures.Revenue, Orders: figures.Orders,
		Contribution: figures.Revenue.Sub(figures.Refunds).Sub(figures.SupplierCost).Sub(figures.Ads.Spend),
		ROAS:         ratio(figures.Revenue.Minor(), figures.Ads.Spend.Minor(), 2),
		ROASLast30:   ratio(last30.Revenue.Minor(), last30.Ads.Spend.Minor(), 2),
		PerDay:       ratio(figures.Orders, int64(f.days), 2), BreakEven: counts.BreakEven, Daily: counts.Daily,
		report: reporting.Compose("overall", figures, rules.target),
	}
	for _, c := range figures.ByStatus {
		s.Campaigns.ByStatus[c.Name] = c.N
	}
	s.activity(counts.Daily)
	a.capsOf(s, end)
	a.machinery(s)
	s.HTTP.Retries = counts.Retries
	return s, nil
}

// keepJournal writes the journal's lines where results are kept; without a directory it does nothing.
func (a *App) keepJournal(ctx context.Context, dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make %s: %w", dir, err)
	}
	file, err := os.Create(filepath.Join(dir, "journal.txt"))
	if err != nil {
		return fmt.Errorf("keep the journal: %w", err)
	}
	return errors.Join(a.db.WriteJournal(ctx, file), file.Close())
}

func verdicts(counts []reporting.Count) map[string]int64 {
	out := map[string]int64{"winner": 0, "potential": 0, "loser": 0, "insufficient": 0}
	for _, c := range counts {
		out[c.Name] = c.N
	}
	return out
}

func (s *simulation) activity(days []persistence.SimDay) {
	var total int64
	for _, d := range days {
		total += d.Active
		s.Campaigns.ActiveMax = max(s.Campaigns.ActiveMax, d.Active)
	}
	s.Campaigns.ActiveMean = ratio(total, int64(max(1, len(days))), 1)
}

// capsOf judges every account day and week by what the platforms charged.
func (a *App) capsOf(s *simulation, end time.Time) {
	caps, currency := a.rules.get().treasury.Caps, money.Currency(a.cfg.Account.Currency)
	calendar := a.rules.get().treasury.Calendar
	byDay, byWeek := map[treasury.Day]int64{}, map[treasury.Day]int64{}
	for _, charge := range a.world.Market().Ledger() {
		day := calendar.Day(calendarNoon(charge.Day))
		byDay[day] += charge.Minor
		byWeek[calendar.Week(day)] += charge.Minor
	}
	s.Caps = capFigures{Daily: caps.Day, Weekly: caps.Week}
	var maxDay, maxWeek int64
	for _, minor := range byDay {
		maxDay = max(maxDay, minor)
		if minor > caps.Day.Minor() {
			s.Caps.Breaches++
		}
	}
	for _, minor := range byWeek {
		maxWeek = max(maxWeek, minor)
		if minor > caps.Week.Minor() {
			s.Caps.Breaches++
		}
	}
	s.Caps.MaxDay, s.Caps.MaxWeek = money.Minor(maxDay, currency), money.Minor(maxWeek, currency)
	s.Caps.use(calendar, caps, byDay, end)
}

// use reckons how much of the caps was used, over the account days that lie in the run as a whole. Of a week that begins or ends outside
// of it only those days count, with what the rest has left of the week's cap.
func (f *capFigures) use(calendar treasury.Calendar, caps treasury.Caps, byDay map[treasury.Day]int64, end time.Time) {
	var charged, possible, inWeek, days int64
	sum, week := new(big.Rat), treasury.Day("")
	var weekCharged, weekDays, outside int64
	closeWeek := func() {
		charged += weekCharged
		possible += min(caps.Week.Minor()-outside, weekDays*caps.Day.Minor())
		weekCharged, weekDays, outside, inWeek = 0, 0, 0, 0
	}
	for day := calendar.Day(simulationStart); calendar.Start(day).Before(end); day = day.AddDays(1) {
		if w := calendar.Week(day); w != week {
			closeWeek()
			week = w
		}
		minor := byDay[day]
		left := min(caps.Day.Minor(), caps.Week.Minor()-inWeek)
		inWeek += minor
		if calendar.Start(day).Before(simulationStart) || calendar.End(day).After(end) {
			outside += minor
			continue
		}
		weekCharged, weekDays = weekCharged+minor, weekDays+1
		if left > 0 {
			sum.Add(sum, big.NewRat(minor, left))
			days++
		}
	}
	closeWeek()
	f.Utilisation = ratio(charged, possible, 3)
	f.UtilisationDay = json.Number(sum.Quo(sum, big.NewRat(max(1, days), 1)).FloatString(3))
}

// calendarNoon is a moment that falls on the day in any zone of the Americas, Europe and Africa.
func calendarNoon(day string) time.Time {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(fmt.Errorf("the market's ledger names the day %q", day))
	}
	return at.Add(14 * time.Hour)
}

// machinery counts actors and calls.
func (a *App) machinery(s *simulation) {
	s.Actors.Spawned = len(a.directory.List())
	for _, failure := range a.directory.Failures().All() {
		s.Actors.Restarts += int64(failure.Restarts)
	}
	families, err := a.metrics.Gather()
	if err != nil {
		return // figures for people, of a registry that has just been read by nobody else
	}
	for _, family := range families {
		if family.GetName() != "agente_outside_calls_total" {
			continue
		}
		for _, m := range family.GetMetric() {
			n := int64(m.GetCounter().GetValue())
			s.HTTP.Calls += n
			for _, label := range m.GetLabel() {
				if label.GetName() == "status" && label.GetValue() != "2xx" {
					s.HTTP.Errors += n
				}
			}
		}
	}
}

// ratio is n/d with some decimals, 0 without a denominator.
func ratio(n, d int64, decimals int) json.Number {
	if d == 0 {
		return "0"
	}
	return json.Number(new(big.Rat).SetFrac64(n, d).FloatString(decimals))
}

// text is the report for people.
func (s *simulation) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d days, seed %d, policy %s, profile %s: %s s\n\n", s.Days, s.Seed, s.Policy, s.Profile, s.WallSeconds)
	fmt.Fprintf(&b, "products   %d scouted, %d qualified, %d rejected (%s approved)\n", s.Products.Scouted, s.Products.Qualified, s.Products.Rejected, s.Products.ApprovalRate)
	fmt.Fprintf(&b, "campaigns  %d created, %s active on average, %d at most\n", s.Campaigns.Created, s.Campaigns.ActiveMean, s.Campaigns.ActiveMax)
	fmt.Fprintf(&b, "decisions  %d winner, %d potential, %d loser, %d insufficient\n", s.Decisions["winner"], s.Decisions["potential"], s.Decisions["loser"], s.Decisions["insufficient"])
	fmt.Fprintf(&b, "money      spent %s, sold %s in %d orders (%s a day): ROAS %s, last 30 days %s\n", s.Spend, s.Revenue, s.Orders, s.PerDay, s.ROAS, s.ROASLast30)
	fmt.Fprintf(&b, "profit     %s after ads, suppliers and refunds\n", s.Contribution)
	fmt.Fprintf(&b, "caps       day %s of %s, week %s of %s at most; %d breaches\n", s.Caps.MaxDay, s.Caps.Daily, s.Caps.MaxWeek, s.Caps.Weekly, s.Caps.Breaches)
	fmt.Fprintf(&b, "           %s of what the weeks allowed was charged, %s of what the days did\n", s.Caps.Utilisation, s.Caps.UtilisationDay)
	fmt.Fprintf(&b, "machine    %d actors, %d restarts, %d calls to platforms, %d not answered 2xx\n", s.Actors.Spawned, s.Actors.Restarts, s.HTTP.Calls, s.HTTP.Errors)
	fmt.Fprintf(&b, "journal    %s\n\n", s.Journal)
	b.WriteString(s.report.Markdown())
	return b.String()
}
