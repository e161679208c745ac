package campaign

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/strategy"
)

// world is a campaign with everything around it, driven by chance: a platform that refuses and dawdles, a treasurer that grants, cuts and
// refuses, people who pause, resume and change budgets, and figures of any kind. Pauses and lowered budgets are performed at once, as the
// courier's queue is short; whether they work is chance too for budgets. What begins to deliver does so on the day that it was asked for.
type world struct {
	t      *rapid.T
	rules  campaign.Rules
	state  *campaign.State
	now    time.Time
	alarms map[string]time.Time
	steps  []campaign.Step
	asks   []campaign.Reserve
	more   []campaign.More

	campaignLive bool
	sets         map[string]*platformSet
	made         int
	granted      map[string]int64 // by account day, the most that was granted and not given back
	ever         map[string]int64 // by account day, the most that was granted
	peaks        map[string]int64 // by external id, the highest budget under which an ad set delivered on peakDay
	peakDay      string
	released     int
	closed       int
	commands     int
	calm         bool // budgets are always lowered when asked
	strange      *strange
	history      []string
}

type platformSet struct {
	budget int64
	active bool
	edits  []time.Time
}

func newWorld(t *rapid.T) *world {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return &world{
		t: t, rules: campaign.DefaultRules(zone), state: &campaign.State{}, alarms: map[string]time.Time{}, sets: map[string]*platformSet{},
		granted: map[string]int64{}, ever: map[string]int64{}, peaks: map[string]int64{}, now: beginning(t),
	}
}

// beginning is any hour, and often the last minutes of the account's day.
func beginning(t *rapid.T) time.Time {
	hour, minute := rapid.IntRange(0, 35).Draw(t, "hour"), 7
	if hour >= 24 {
		hour, minute = 3, rapid.IntRange(20, 59).Draw(t, "minute")
	}
	return time.Date(2026, 10, 30, hour, minute, 0, 0, time.UTC)
}

func (w *world) turn(what string, do func(t *campaign.Turn) error) {
	w.history = append(w.history, fmt.Sprintf("%s %s", w.now.Format("02 15:04"), what))
	if rapid.IntRange(0, 3).Draw(w.t, "crashes") == 0 {
		w.state = w.restored()
	}
	t := campaign.Begin(w.state, w.rules, w.now)
	if do(t) != nil {
		return
	}
	next, out := t.Finish()
	w.repeats(do, next, out)
	if w.strange != nil {
		w.strange.saw(w, next, out)
	}
	w.state = next
	for _, name := range out.Cancel {
		delete(w.alarms, name)
	}
	for name, at := range out.Schedule {
		w.alarms[name] = at
	}
	w.asks, w.more, w.released = append(w.asks, out.Reserve...), append(w.more, out.More...), w.released+len(out.Release)
	if len(out.Release) > 0 {
		clear(w.granted)
	}
	if out.Closed {
		w.closed++
	}
	for _, s := range out.Steps {
		w.history = append(w.history, fmt.Sprintf("      → %s %s %s %s %s", s.Kind, s.Target, s.Level, s.Delivery, s.Budget))
		w.steps = append(w.steps, s)
	}
	w.check()
	for i, s := range w.steps {
		if s.Delivery == ads.Paused || (s.Kind == campaign.SetBudget && s.Budget.Minor() < w.sets[s.ExternalID].budget) {
			w.steps = slices.Delete(w.steps, i, i+1)
			w.perform(s, s.Delivery == ads.Paused || w.calm || rapid.IntRange(0, 9).Draw(w.t, "lowers") > 0)
			return
		}
	}
}

// check is what must hold whenever the campaign has finished a turn and urgent steps have been performed.
func (w *world) check() {
	if len(w.urgent()) > 0 || w.strange != nil {
		return
	}
	w.meter()
	var sum int64
	for _, peak := range w.peaks {
		sum += peak
	}
	if granted := w.granted[w.peakDay]; w.campaignLive && sum > granted {
		w.fail("ad sets with %d a day delivered on %s, %d was granted", sum, w.peakDay, granted)
	}
	if sum > w.ever[w.peakDay] {
		w.fail("ad sets with %d a day delivered on %s for a while, %d was granted", sum, w.peakDay, w.ever[w.peakDay])
	}
	if w.state.Final && !w.state.MayDeliver && w.closed != 1 {
		w.fail("it is over and was closed %d times", w.closed)
	}
	if w.closed > 1 || (w.closed == 1 && !w.state.Final) {
		w.fail("closed %d times", w.closed)
	}
	if len(w.state.Holds) > 0 && w.campaignLive {
		w.fail("it delivers although %v hold it", w.state.Holds)
	}
}

// meter plays the greediest platform: an ad set that delivers at all is charged all that the highest budget of its day allows.
func (w *world) meter() {
	if day := campaign.AccountDay(w.now, w.rules.Zone); day != w.peakDay {
		w.peakDay = day
		clear(w.peaks)
	}
	for id, s := range w.sets {
		if w.campaignLive && s.active {
			w.peaks[id] = max(w.peaks[id], s.budget)
		}
	}
}

func (w *world) urgent() []campaign.Step {
	var out []campaign.Step
	for _, s := range w.steps {
		if s.Delivery == ads.Paused || (s.Kind == campaign.SetBudget && s.Budget.Minor() < w.sets[s.ExternalID].budget) {
			out = append(out, s)
		}
	}
	return out
}

func (w *world) fail(format string, args ...any) {
	for _, line := range w.history {
		w.t.Log(line)
	}
	w.t.Fatalf(format, args...)
}

// pass lets time go on to the next alarm, or a little.
func (w *world) pass() {
	name, at := "", w.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(w.t, "minutes"))*time.Minute)
	for n, due := range w.alarms {
		if due.Before(at) || (due.Equal(at) && n < name) {
			name, at = n, due
		}
	}
	if campaign.AccountDay(at, w.rules.Zone) != w.peakDay && w.begins() {
		return
	}
	if at.After(w.now) {
		w.now = at
	}
	w.meter()
	if name == "" {
		return
	}
	due := w.alarms[name]
	delete(w.alarms, name)
	var figures []campaign.Seen
	if name == campaign.AlarmMonitor && rapid.IntRange(0, 9).Draw(w.t, "seen") > 0 {
		figures = w.figures()
	}
	w.turn("alarm "+name, func(t *campaign.Turn) error { w.alarm(t, name, due, figures); return nil })
}

// begins performs a step that would have something deliver, and reports whether there was one: none is still open at midnight, as the
// courier's queue is short.
func (w *world) begins() bool {
	for i, s := range w.steps {
		if s.Delivery == ads.Active || s.Kind == campaign.SetBudget {
			w.steps = slices.Delete(w.steps, i, i+1)
			w.perform(s, true)
			return true
		}
	}
	return false
}

func (w *world) alarm(t *campaign.Turn, name string, due time.Time, figures []campaign.Seen) {
	switch name {
	case campaign.AlarmMonitor:
		if t.Look() && figures != nil {
			t.Observe(w.now, figures)
		}
	case campaign.AlarmDecide:
		t.DecideAgain()
		t.Decide(strategy.DefaultRules(), "")
	case campaign.AlarmScale:
		t.Scale()
	case campaign.AlarmExpand:
		t.Expand()
	case campaign.AlarmRotate:
		t.Rotate()
	case campaign.AlarmRenew:
		t.Renew()
	case campaign.AlarmEnforce:
		t.Enforce(due)
	case campaign.AlarmNewDay:
		t.NewDay()
	case campaign.AlarmLaunch:
		t.Launch()
	case campaign.AlarmDeadline:
		t.Deadline()
	case campaign.AlarmRetry:
		t.Retry()
	case campaign.AlarmGrow:
		t.Grow()
	default:
		w.fail("unknown alarm %s", name)
	}
}

// figures are those of a campaign that is mostly good.
func (w *world) figures() []campaign.Seen {
	value := rapid.Int64Range(0, 9000).Draw(w.t, "value")
	var out []campaign.Seen
	for _, ad := range w.state.Ads {
		if ad.ExternalID == "" {
			continue
		}
		out = append(out, campaign.Seen{AdExternalID: ad.ExternalID, Total: ad.Total.Add(kpi.Metrics{
			Impressions: 300, Clicks: 6, Conversions: 1, Spend: money.Minor(300, money.USD), Revenue: money.Minor(value, money.USD),
		})})
	}
	return out
}

func (w *world) person() {
	w.commands++
	id := fmt.Sprint("cmd", w.commands)
	by := rapid.SampledFrom([]string{"ana@example.com", "ceo", "product"}).Draw(w.t, "by")
	switch rapid.IntRange(0, 3).Draw(w.t, "command") {
	case 0:
		w.turn("pause by "+by, func(t *campaign.Turn) error { return t.Pause(id, by, "stop") })
	case 1, 2:
		w.turn("resume by "+by, func(t *campaign.Turn) error { return t.Resume(id, by, "go on") })
	default:
		cents := rapid.Int64Range(1000, 20000).Draw(w.t, "budget")
		w.turn(fmt.Sprintf("budget %d", cents), func(t *campaign.Turn) error { return t.ChangeBudget(id, money.Minor(cents, money.USD), by, "more") })
	}
}

// reliable is how many steps of a kind work for one that fails: what a campaign cannot live without fails rarely.
func (w *world) reliable(s campaign.Step) int {
	if s.Level == ads.LevelCampaign || len(w.state.AdSets) == 1 && s.Level == ads.LevelAdSet {
		return 150
	}
	return 10
}

// over reports that nothing will happen any more.
func (w *world) over() bool {
	return w.state.Final && !w.state.MayDeliver && len(w.steps)+len(w.asks) == 0
}

func (w *world) step() {
	if w.strange != nil && w.strange.happens(w) {
		return
	}
	switch n := rapid.IntRange(0, 19).Draw(w.t, "what"); {
	case n < 8 && len(w.steps) > 0:
		i := rapid.IntRange(0, len(w.steps)-1).Draw(w.t, "step")
		s := w.steps[i]
		w.steps = slices.Delete(w.steps, i, i+1)
		w.perform(s, rapid.IntRange(0, w.reliable(s)).Draw(w.t, "works") > 0)
	case n < 12 && len(w.asks) > 0:
		w.treasurer()
	case n == 12 && rapid.Bool().Draw(w.t, "person"):
		w.person()
	case n == 13 && len(w.more) > 0:
		m := w.more[0]
		w.more = w.more[1:]
		w.turn("creatives", func(t *campaign.Turn) error {
			t.TakeCreatives(m.ID, []campaign.Creative{{ID: "new" + m.ID, Language: "en"}})
			return nil
		})
	default:
		w.pass()
	}
}

// Whatever happens in whatever order, the platform never may charge for more than the day's grant, a held campaign does not deliver, and
// what is over is closed exactly once.
func TestTurn_AnyHistory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt)
		w.turn("plan", func(t *campaign.Turn) error { t.Accept(anyPlan(campaign.Auto)); return nil })
		for n := rapid.IntRange(50, 1500).Draw(rt, "length"); n > 0 && !w.over(); n-- {
			w.step()
		}
	})
}

// Left alone with a willing platform and treasurer, a campaign that nobody holds comes to deliver again, or is over.
func TestTurn_AnyHistoryRecovers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt)
		w.turn("plan", func(t *campaign.Turn) error { t.Accept(anyPlan(campaign.Auto)); return nil })
		for range rapid.IntRange(20, 300).Draw(rt, "length") {
			w.step()
		}
		w.calm = true
		for _, by := range []string{"ceo", "ana@example.com"} {
			w.commands++
			w.turn("at last resumed by "+by, func(t *campaign.Turn) error { return t.Resume(fmt.Sprint("last", by), by, "go on") })
		}
		for end := w.now.Add(26 * time.Hour); w.now.Before(end); {
			switch {
			case len(w.steps) > 0:
				s := w.steps[0]
				w.steps = w.steps[1:]
				w.perform(s, true)
			case len(w.asks) > 0:
				r := w.asks[0]
				w.asks = w.asks[1:]
				w.grant(r, r.Budget.Minor())
			default:
				w.pass()
			}
		}
		if !w.state.Final && !w.state.Running() {
			w.fail("after a day it is %s: %s", w.state.Status, w.state.Reason)
		}
	})
}
