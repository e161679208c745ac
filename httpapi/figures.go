package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

type periodInput struct {
	From string `query:"from" doc:"First UTC day; without it, 30 days up to the last" example:"2026-01-01"`
	To   string `query:"to" doc:"Last UTC day, included; without it, today" example:"2026-01-31"`
}

const (
	defaultDays = 30
	maxDays     = 400
)

func (s *Server) figureRoutes() {
	operate(s, "GET /api/metrics/summary", "figures", "A period at a glance, beside the one before it", s.summary)
	operate(s, "GET /api/metrics/daily", "figures", "Figures by UTC day, oldest first", s.daily)
	operate(s, "GET /api/overview", "figures", "What the dashboard shows first", s.overviewNow)
}

// period reads the days asked for; both ends are included.
func (s *Server) period(in *periodInput) (from, to time.Time, err error) {
	to = s.deps.Clock.Now().UTC().Truncate(24 * time.Hour)
	if in.To != "" {
		if to, err = day("to", in.To); err != nil {
			return from, to, err
		}
	}
	from = to.AddDate(0, 0, 1-defaultDays)
	if in.From != "" {
		if from, err = day("from", in.From); err != nil {
			return from, to, err
		}
	}
	if from.After(to) || to.Sub(from) > maxDays*24*time.Hour {
		return from, to, problem(http.StatusUnprocessableEntity, "invalid_period", "A period has 1 to %d days, and from is not after to.", maxDays)
	}
	return from, to, nil
}

func (s *Server) summary(ctx context.Context, in *periodInput) (*out[views.Summary], error) {
	from, to, err := s.period(in)
	if err != nil {
		return nil, err
	}
	return answer(s.summed(ctx, from, to))
}

// summed is the summary of a period; alerts that are muted are not counted as open.
func (s *Server) summed(ctx context.Context, from, to time.Time) (views.Summary, error) {
	v, err := s.deps.Reads.Summary(ctx, from, to)
	if err != nil {
		return v, err
	}
	open, critical, err := s.deps.Reads.MutedAlerts(ctx, s.deps.Clock.Now())
	v.Counts.OpenAlerts -= open
	v.Counts.CriticalAlerts -= critical
	return v, err
}

func (s *Server) daily(ctx context.Context, in *periodInput) (*out[views.Page[views.Day]], error) {
	from, to, err := s.period(in)
	if err != nil {
		return nil, err
	}
	days, err := s.deps.Reads.Daily(ctx, from, to)
	return answer(views.Page[views.Day]{Items: days}, err)
}

func (s *Server) overviewNow(ctx context.Context, _ *struct{}) (*out[views.Overview], error) {
	return answer(s.overview(ctx, audienceOf(who(ctx).user.Roles)))
}

const (
	overviewCampaigns = 100
	overviewAlerts    = 20
	overviewActivity  = 30
	// story leaves out of the audit log what couriers note of every call: people want to know what was decided.
	story = "story"
)

// overview is what an audience may see: an approver alone sees the questions, and how the kill switch stands.
func (s *Server) overview(ctx context.Context, to audience) (o views.Overview, err error) {
	o = views.Overview{
		System: s.system(), Daily: []views.Day{}, Campaigns: []views.Campaign{}, Alerts: []views.Alert{}, Approvals: []views.Approval{},
		Activity: []views.Audit{}, Treasury: views.Treasury{Windows: []views.Window{}, Reservations: []views.Reservation{}, Ledger: []views.Posting{}},
	}
	reads := s.deps.Reads
	if o.Control, err = reads.Control(ctx); err != nil {
		return o, err
	}
	if to.hears("approval") {
		if o.Approvals, err = reads.Approvals(ctx, views.List{Limit: overviewAlerts, Status: "pending"}); err != nil {
			return o, err
		}
		s.markStepUp(o.Approvals)
	}
	if to.hears("summary") {
		err = s.business(ctx, &o)
	}
	return o, err
}

// business fills in what viewers see.
func (s *Server) business(ctx context.Context, o *views.Overview) (err error) {
	today, reads := o.System.Now.Truncate(24*time.Hour), s.deps.Reads
	if o.Summary, err = s.summed(ctx, today, today); err != nil {
		return err
	}
	if o.Daily, err = reads.Daily(ctx, today.AddDate(0, 0, 1-defaultDays), today); err != nil {
		return err
	}
	if o.Treasury, err = s.purse(ctx); err != nil {
		return err
	}
	if o.Campaigns, err = reads.Campaigns(ctx, views.List{Limit: overviewCampaigns, Status: "open"}); err != nil {
		return err
	}
	if o.Alerts, err = reads.Alerts(ctx, views.List{Limit: overviewAlerts, Status: "open", Now: s.deps.Clock.Now()}); err != nil {
		return err
	}
	o.Activity, err = reads.Audit(ctx, views.List{Limit: overviewActivity, Kind: story})
	return err
}
