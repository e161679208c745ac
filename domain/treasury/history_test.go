package treasury_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/treasury"
)

// desk is the treasury as the histories use it, so that a test can plant a bug in one of its decisions.
type desk struct {
	rules   treasury.Rules
	reserve func(b treasury.Book, r treasury.Rules, now time.Time, a treasury.Ask) (treasury.Outcome, treasury.Answer)
	release func(b treasury.Book, r treasury.Rules, now time.Time, campaign string, at time.Time) treasury.Outcome
	settle  func(b treasury.Book, r treasury.Rules, now time.Time, o treasury.Observation) treasury.Outcome
	adjust  func(b treasury.Book, r treasury.Rules, now time.Time) treasury.Outcome
	landed  func(b treasury.Book, r treasury.Rules, now time.Time, change, outcome string, have ads.Ceiling) treasury.Outcome
}

func honest(r treasury.Rules) desk {
	return desk{rules: r, reserve: treasury.Book.Reserve, release: treasury.Book.Release, settle: treasury.Book.Settle,
		adjust: treasury.Book.Adjust, landed: treasury.Book.CeilingSet}
}

// greedy is an advertising platform that charges the most it may for every budget, at once, and shows it two hours later.
type greedy struct {
	rules   treasury.Rules // as they really are, whatever bug the desk has
	live    map[string]bool
	budget  map[string]money.Amount
	charges []charge
	spent   map[string]money.Amount // by campaign and day
	limit   money.Amount            // on all that Meta charges; zero: none
}

type charge struct {
	at       time.Time
	campaign string
	day      treasury.Day
	amount   money.Amount
}

const reportLag = 2 * time.Hour

func platformOf(campaign string) ads.Platform {
	return ads.Platforms()[int(campaign[0]-'a')%len(ads.Platforms())]
}

func (g *greedy) deliver(now time.Time, campaigns []string) {
	day := g.rules.Calendar.Day(now)
	for _, c := range campaigns {
		if !g.live[c] {
			continue
		}
		key := c + "/" + string(day)
		most := g.rules.WorstCase(platformOf(c), g.budget[c])
		if more := g.room(platformOf(c), most.Sub(g.spent[key])); more.Positive() {
			g.spent[key] = g.spent[key].Add(more)
			g.charges = append(g.charges, charge{at: now, campaign: c, day: day, amount: more})
		}
	}
}

func (g *greedy) report(at time.Time, campaigns []string, p ads.Platform) treasury.Observation {
	o := treasury.Observation{At: at, Platform: p}
	today := g.rules.Calendar.Day(at)
	for back := range 4 {
		for _, c := range campaigns {
			if platformOf(c) != p {
				continue
			}
			s := treasury.Spend{CampaignID: c, Day: today.AddDays(-back), Amount: money.Zero(money.USD)}
			for _, x := range g.charges {
				if x.campaign == c && x.day == s.Day && !x.at.After(at.Add(-reportLag)) {
					s.Amount = s.Amount.Add(x.amount)
				}
			}
			o.Spend = append(o.Spend, s)
		}
	}
	return o
}

func (g *greedy) charged(in func(treasury.Day) bool) money.Amount {
	total := money.Zero(money.USD)
	for _, x := range g.charges {
		if in(x.day) {
			total = total.Add(x.amount)
		}
	}
	return total
}

// windows is what the database keeps: it refuses a move that would pass a cap.
type windows map[treasury.Day]*[2]int64 // reserved, charged

func (w windows) apply(m facts.PurseMove, real treasury.Rules) error {
	for _, one := range []struct {
		key   treasury.Day
		limit money.Amount
	}{{treasury.Day("d" + m.Day), real.Caps.Day}, {treasury.Day("w" + m.Week), real.Caps.Week}} {
		if w[one.key] == nil {
			w[one.key] = &[2]int64{}
		}
		x := w[one.key]
		x[0] += m.Reserve.Minor()
		x[1] += m.Charge.Minor()
		if m.Reserve.Positive() && x[0]+x[1] > one.limit.Minor() {
			return fmt.Errorf("the database refuses %+v: %s holds %d + %d", m, one.key, x[0], x[1])
		}
	}
	return nil
}

type history struct {
	desk      desk
	platform  *greedy
	book      treasury.Book
	now       time.Time
	campaigns []string
	asked     int
	windows   windows
	accounts  map[string]int64
	late      []func() treasury.Outcome // messages under way
	breaches  int
	strict    bool         // asks are repeated, and must be answered as before; stops are heard of at once
	pruned    money.Amount // charged to reservations that the book forgot
	ceiled    bool         // Meta's ceiling is used
	flights   []flight     // changes of it on their way
	raises    int          // that reached the platform
	beyond    int          // days on which more was granted than the factor alone allows
}

func newHistory(d desk, real treasury.Rules, start time.Time) *history {
	h := &history{desk: d, now: start, windows: windows{}, accounts: map[string]int64{}}
	for i := range 8 {
		h.campaigns = append(h.campaigns, string(rune('a'+i)))
	}
	h.platform = &greedy{rules: real, live: map[string]bool{}, budget: map[string]money.Amount{}, spent: map[string]money.Amount{}}
	return h
}

func (h *history) take(o treasury.Outcome) error {
	for _, r := range h.book.Reservations {
		if _, kept := o.Book.Of(r.CampaignID, r.Day); !kept {
			h.pruned = h.pruned.Add(r.Charged)
		}
	}
	h.book = o.Book
	h.breaches += len(o.Breaches)
	for _, f := range o.Facts {
		switch f := f.(type) {
		case facts.PurseMove:
			if err := h.windows.apply(f, h.platform.rules); err != nil {
				return fmt.Errorf("at %s: %w", h.now, err)
			}
		case facts.Posting:
			if !f.Amount.Positive() || f.Debit == f.Credit {
				return fmt.Errorf("posting %+v moves nothing", f)
			}
			h.accounts[f.Debit] += f.Amount.Minor()
			h.accounts[f.Credit] -= f.Amount.Minor()
		}
	}
	return nil
}

func (h *history) ask(campaign string, day treasury.Day, daily, minimum money.Amount, priority int64) error {
	h.asked++
	a := treasury.Ask{
		ID: fmt.Sprint("ask-", h.asked), CampaignID: campaign, Platform: platformOf(campaign), Day: day,
		Daily: daily, Minimum: minimum, Priority: priority,
	}
	o, answer := h.desk.reserve(h.book, h.desk.rules, h.now, a)
	if err := h.take(o); err != nil {
		return err
	}
	if h.ceiled && !answer.Refused() && h.platform.rules.Caps.Day.Less(h.worstCases(answer.Day)) {
		h.beyond++
	}
	switch {
	case !answer.Refused() && (answer.Granted.Less(minimum) || daily.Less(answer.Granted)):
		return fmt.Errorf("granted %s of %s, at least %s", answer.Granted, daily, minimum)
	case !answer.Refused():
		h.platform.live[campaign], h.platform.budget[campaign] = true, answer.Granted
	case day > h.platform.rules.Calendar.Day(h.now):
		return h.stop(campaign, false)
	}
	return nil
}

func (h *history) stop(campaign string, late bool) error {
	if !h.platform.live[campaign] {
		return nil
	}
	h.platform.live[campaign] = false
	at := h.now
	message := func() treasury.Outcome { return h.desk.release(h.book, h.desk.rules, h.now, campaign, at) }
	if late && !h.strict { // a stop that is heard of after midnight may be a breach until then
		h.late = append(h.late, message)
		return nil
	}
	return h.take(message())
}

func (h *history) observe(p ads.Platform, late bool) error {
	o := h.platform.report(h.now, h.campaigns, p)
	if h.ceiled {
		h.ceilingOf(&o)
	}
	message := func() treasury.Outcome { return h.desk.settle(h.book, h.desk.rules, h.now, o) }
	if late {
		h.late = append(h.late, message, message)
		return nil
	}
	return h.take(message())
}

// pass lets time go by; before midnight every live campaign asks for tomorrow, and at midnight the book is rolled.
func (h *history) pass(d time.Duration, dice func(string, int) int) error {
	calendar := h.platform.rules.Calendar
	until := h.now.Add(d)
	for {
		midnight := calendar.End(calendar.Day(h.now))
		if until.Before(midnight) {
			h.now = until
			return h.check()
		}
		h.now = later(h.now, midnight.Add(-90*time.Minute))
		first := dice("first", len(h.campaigns))
		for i := range h.campaigns {
			c := h.campaigns[(first+i)%len(h.campaigns)]
			if !h.platform.live[c] {
				continue
			}
			if err := h.ask(c, calendar.Day(midnight), h.platform.budget[c], money.Minor(500, money.USD), int64(dice("roas", 4000))); err != nil {
				return err
			}
		}
		if err := h.check(); err != nil {
			return err
		}
		h.now = midnight
		if err := h.take(h.book.Roll(h.desk.rules, h.now)); err != nil {
			return err
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (h *history) check() error {
	h.platform.deliver(h.now, h.campaigns)
	real := h.platform.rules
	today := real.Calendar.Day(h.now)
	for back := range 8 {
		day := today.AddDays(1 - back)
		week := real.Calendar.Week(day)
		charged := h.platform.charged(func(d treasury.Day) bool { return d == day })
		inWeek := h.platform.charged(func(d treasury.Day) bool { return real.Calendar.Week(d) == week })
		held := h.book.Day(day).Held()
		switch {
		case real.Caps.Day.Less(charged):
			return fmt.Errorf("at %s: %s was charged on %s", h.now, charged, day)
		case real.Caps.Week.Less(inWeek):
			return fmt.Errorf("at %s: %s was charged in the week of %s", h.now, inWeek, week)
		case held.Less(charged):
			return fmt.Errorf("at %s: %s is held for %s, %s was charged", h.now, held, day, charged)
		case real.Caps.Day.Less(held) || real.Caps.Week.Less(h.book.Week(week).Held()):
			return fmt.Errorf("at %s: the book holds %s for %s", h.now, held, day)
		}
	}
	if h.ceiled {
		if err := h.checkCeiling(); err != nil {
			return err
		}
	}
	return h.ledgerAgrees()
}

func (h *history) ledgerAgrees() error {
	var sum, held, charged, relieved, relief int64
	for name, balance := range h.accounts {
		sum += balance
		switch name[len(name)-4:] {
		case "held":
			held += balance
			if balance < 0 {
				return fmt.Errorf("account %s is overdrawn: %d", name, balance)
			}
		case "rged":
			charged += balance
		}
		if strings.HasPrefix(name, "ceiling:") {
			relieved -= balance
		}
	}
	for _, c := range h.book.Ceilings {
		for _, d := range c.Days {
			relief += d.Relief.Minor()
		}
	}
	want := treasury.Window{Charged: h.pruned}
	for _, r := range h.book.Reservations {
		want.Charged, want.Remaining = want.Charged.Add(r.Charged), want.Remaining.Add(r.Remaining())
	}
	if sum != 0 || relieved != relief || held != want.Remaining.Minor() || charged != want.Charged.Minor() {
		return fmt.Errorf("ledger sums to %d, holds %d and %d charged; the book says %+v", sum, held, charged, want)
	}
	return nil
}

// run plays steps of a random history; dice(label, n) gives 0..n-1.
func (h *history) run(steps int, dice func(string, int) int) error {
	for range steps {
		campaign := h.campaigns[dice("campaign", len(h.campaigns))]
		var err error
		kinds := 7
		if h.ceiled {
			kinds = 10
		}
		switch dice("step", kinds) {
		case 0, 1:
			daily := money.Minor(int64(500+dice("daily", 15000)), money.USD)
			minimum := money.Minor(int64(100+dice("minimum", 5000)), money.USD)
			day := h.platform.rules.Calendar.Day(h.now)
			err = h.ask(campaign, day, money.Max(daily, h.platform.budget[campaign]), minimum, int64(dice("roas", 4000)))
		case 2:
			err = h.stop(campaign, dice("late", 3) == 0)
		case 3, 4:
			err = h.observe(ads.Platforms()[dice("platform", 3)], dice("late", 4) == 0)
		case 5:
			err = h.arrive(dice)
		case 7:
			err = h.adjust()
		case 8, 9:
			err = h.land(dice)
		default:
			err = h.pass(time.Duration(1+dice("minutes", 600))*time.Minute, dice)
		}
		if err == nil {
			err = h.check()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// arrive delivers a message that was under way, in any order.
func (h *history) arrive(dice func(string, int) int) error {
	if len(h.late) == 0 {
		return nil
	}
	i := dice("message", len(h.late))
	message := h.late[i]
	h.late = slices.Delete(h.late, i, i+1)
	return h.take(message())
}
