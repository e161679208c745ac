// Package reporter tells people how the business does: a report at 00:00 UTC, a weekly and a monthly analysis, and hourly the alerts
// that cannot wait.
//
//	receives  RunReport, MailReport, TestChannel, EffectPerformed; its alarms "daily" (00:00 UTC) and "watch" (hourly)
//	replies   Accepted or Refusal
//	owns      reports and their delivery by e-mail, the alerts of the business as a whole
//	survives  a stop over midnight: every report that was missed, up to a month back, is made at the next start
package reporter

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/reporting"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Books are the read model's figures.
type Books interface {
	// Figures sums up [from, to).
	Figures(ctx context.Context, from, to time.Time) (reporting.Figures, error)
	// Pulse sums up the 24 hours before now.
	Pulse(ctx context.Context, now time.Time) (reporting.Pulse, error)
}

// Deps are what the actor needs.
type Deps struct {
	Kit    actorkit.Deps
	Books  Books
	Target func() reporting.Target
	Post   Post
	Base   string // where the dashboard is, for links in letters; "" for none
}

const (
	dailyAlarm  = "daily"
	watchAlarm  = "watch"
	readTimeout = time.Minute
	// catchUp bounds how many missed days a restart makes up for.
	catchUp = 31
)

// Actor is the reporter.
type Actor struct {
	deps  Deps
	kit   *actorkit.Kit
	state messages.ReporterState
}

// New makes the actor for its key, reporter/main.
func New(d Deps, key actorkit.Key) actor.Actor {
	return &Actor{deps: d, kit: actorkit.New(d.Kit, key)}
}

// Receive routes; it decides nothing.
func (a *Actor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.onStarted(c)
	case *actor.Stopping, *actor.Stopped, *actor.Restarting:
		a.kit.Stop()
	case *actorkit.Due:
		a.onDue(c, m)
	case *messages.RunReport:
		a.onRunReport(c, m)
	case *messages.MailReport:
		a.onMailReport(c, m)
	case *messages.TestChannel:
		a.onTestChannel(c, m)
	case *messages.EffectPerformed:
		a.onEffectPerformed(c, m)
	default:
		a.kit.Unhandled(c)
	}
}

func (a *Actor) onStarted(c actor.Context) {
	if a.kit.Start(c, &a.state) {
		return
	}
	now := a.kit.Now()
	a.commit(c, &messages.ReporterState{LastDaily: now.AddDate(0, 0, -1).Format(time.DateOnly)}, actorkit.Change{
		Schedule: []actorkit.Alarm{{Name: dailyAlarm, At: midnightAfter(now)}, {Name: watchAlarm, At: now.Add(time.Hour)}},
	})
}

func (a *Actor) onDue(c actor.Context, m *actorkit.Due) {
	switch m.Name {
	case dailyAlarm:
		a.onMidnight(c)
	case watchAlarm:
		a.onWatch(c)
	default:
		a.kit.Unhandled(c)
	}
}

// onMidnight makes every daily report since the last one, and the weekly and monthly ones that ended meanwhile.
func (a *Actor) onMidnight(c actor.Context) {
	now := a.kit.Now()
	next := proto.CloneOf(&a.state)
	var ch actorkit.Change
	_, today := reporting.Period(reporting.Daily, now)
	first := today.AddDate(0, 0, -catchUp)
	if last, err := time.Parse(time.DateOnly, next.LastDaily); err == nil && last.AddDate(0, 0, 1).After(first) {
		first = last.AddDate(0, 0, 1)
	}
	for day := first; day.Before(today); day = day.AddDate(0, 0, 1) {
		r := a.report(&ch, reporting.Daily, day, day.AddDate(0, 0, 1))
		next.LastDaily = day.Format(time.DateOnly)
		if !day.AddDate(0, 0, 1).Before(today) { // who missed some days wants the last one, and not thirty letters
			a.deliver(&ch, r)
		}
	}
	if from, to := reporting.Period(reporting.Weekly, now); next.LastWeekly < from.Format(time.DateOnly) {
		a.deliver(&ch, a.report(&ch, reporting.Weekly, from, to))
		next.LastWeekly = from.Format(time.DateOnly)
	}
	if from, to := reporting.Period(reporting.Monthly, now); next.LastMonthly < from.Format(time.DateOnly) {
		a.deliver(&ch, a.report(&ch, reporting.Monthly, from, to))
		next.LastMonthly = from.Format(time.DateOnly)
	}
	ch.Schedule = []actorkit.Alarm{{Name: dailyAlarm, At: midnightAfter(now)}}
	a.commit(c, next, ch)
}

func (a *Actor) onRunReport(c actor.Context, m *messages.RunReport) {
	from, to, err := reporting.PeriodOf(reporting.Kind(m.Kind), m.Date)
	if err != nil {
		a.kit.Reply(c, &messages.Refusal{Code: "invalid_report", Text: err.Error()})
		return
	}
	var ch actorkit.Change
	a.report(&ch, reporting.Kind(m.Kind), from, to)
	ch.Audit[0].By = m.By
	a.kit.Commit(c, ch)
	a.kit.Reply(c, &messages.Accepted{Id: m.Kind + "/" + from.Format(time.DateOnly)})
}

// report adds one report to the change. Reading the figures takes milliseconds and nothing else runs in this mailbox.
func (a *Actor) report(ch *actorkit.Change, kind reporting.Kind, from, to time.Time) reporting.Report {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	figures, err := a.deps.Books.Figures(ctx, from, to)
	if err != nil {
		panic(fmt.Errorf("sum up %s for the %s report: %w", from.Format(time.DateOnly), kind, err))
	}
	r := reporting.Compose(kind, figures, a.deps.Target())
	body, err := json.Marshal(r)
	if err != nil {
		panic(fmt.Errorf("encode the %s report of %s: %w", kind, r.Date, err))
	}
	ch.Facts = append(ch.Facts, facts.Report{Kind: string(kind), Date: r.Date, Body: body, Text: r.Markdown(), At: a.kit.Now()})
	ch.Audit = append(ch.Audit, actorkit.Audit{
		Action: "report_made", Subject: string(kind) + "/" + r.Date, Reason: "the " + string(kind) + " period ended",
		Figures: []actorkit.Figure{
			{Name: "spend", Value: r.Spend.String()}, {Name: "revenue", Value: r.Revenue.String()}, {Name: "roas", Value: r.ROAS},
			{Name: "contribution", Value: r.Contribution.String()}, {Name: "active_campaigns", Value: fmt.Sprint(r.Active)},
		},
	})
	return r
}

// onWatch raises and resolves the business's alerts; what stays as it was is not written again.
func (a *Actor) onWatch(c actor.Context) {
	now := a.kit.Now()
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	pulse, err := a.deps.Books.Pulse(ctx, now)
	if err != nil {
		panic(fmt.Errorf("take the pulse: %w", err))
	}
	raised := reporting.Watch(pulse, a.deps.Target(), now)
	next := proto.CloneOf(&a.state)
	var ch actorkit.Change
	for _, alert := range raised.Alerts {
		if !slices.Contains(next.OpenAlerts, alert.ID) {
			next.OpenAlerts = append(next.OpenAlerts, alert.ID)
			ch.Facts = append(ch.Facts, alert)
			ch.Audit = append(ch.Audit, actorkit.Audit{Action: "alert_raised", Subject: alert.Kind, Reason: alert.Title + ". " + alert.Detail})
		}
	}
	for _, resolved := range raised.Resolved {
		if i := slices.Index(next.OpenAlerts, resolved); i >= 0 {
			next.OpenAlerts = slices.Delete(next.OpenAlerts, i, i+1)
			ch.Facts = append(ch.Facts, facts.AlertResolved{ID: resolved, At: now})
		}
	}
	ch.Schedule = []actorkit.Alarm{{Name: watchAlarm, At: now.Add(time.Hour)}}
	if len(ch.Facts) == 0 {
		a.kit.Postpone(ch.Schedule...)
		return
	}
	a.commit(c, next, ch)
}

func (a *Actor) commit(c actor.Context, next *messages.ReporterState, ch actorkit.Change) {
	ch.State = next
	a.kit.Commit(c, ch)
	proto.Reset(&a.state)
	proto.Merge(&a.state, next)
}

func midnightAfter(now time.Time) time.Time {
	return time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, time.UTC)
}
