package httpapi

import (
	"context"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

type alertsInput struct {
	Paging
	Status string `query:"status" enum:"open,unacknowledged,muted,resolved" doc:"open: the cause is not gone, and it is not muted"`
	Kind   string `query:"kind" maxLength:"40"`
}

type reportsInput struct {
	Paging
	Kind string `query:"kind" enum:"daily,weekly,monthly"`
}

type reportInput struct {
	Date string `path:"date" example:"2026-01-31"`
	Kind string `query:"kind" enum:"daily,weekly,monthly" default:"daily"`
}

type auditInput struct {
	Paging
	Subject string    `query:"subject" maxLength:"120"`
	Action  string    `query:"action" maxLength:"80"`
	Actor   string    `query:"actor" maxLength:"120" doc:"kind/id, or a kind alone for all of it"`
	By      string    `query:"by" enum:"people,agent"`
	Search  string    `query:"q" maxLength:"100" doc:"Part of the reason, of what was expected, or of the e-mail of who did it"`
	From    time.Time `query:"from" doc:"Not before"`
	To      time.Time `query:"to" doc:"Before"`
	Seq     int64     `query:"seq" minimum:"1" doc:"This line, with those before it"`
}

type tasksInput struct {
	Paging
	State   string `query:"state" enum:"open,dead,pending,inflight,done,refused,failed,unknown" doc:"open: not ended; dead: refused or given up, and not put aside"`
	Courier string `query:"courier" maxLength:"40"`
	Subject string `query:"subject" maxLength:"120"`
}

func (s *Server) officeRoutes() {
	operate(s, "GET /api/alerts", "office", "Alerts, last seen first", s.alerts)
	operate(s, "GET /api/reports", "office", "Reports, newest first", s.reports)
	operate(s, "GET /api/reports/{date}", "office", "A report with its figures", s.report)
	operate(s, "GET /api/audit", "office", "What was done and why, newest first", s.audit)
	operate(s, "GET /api/tasks", "office", "Effects on the outside world, newest first", s.tasks)
}

func (s *Server) alerts(ctx context.Context, in *alertsInput) (*out[views.Page[views.Alert]], error) {
	l, err := in.list()
	if err != nil {
		return nil, err
	}
	l.Status, l.Kind, l.Now = in.Status, in.Kind, s.deps.Clock.Now()
	items, err := s.deps.Reads.Alerts(ctx, l)
	return page(in.Paging, items, err, func(a views.Alert) views.Cursor { return byTime(&a.LastAt, a.ID) })
}

func (s *Server) reports(ctx context.Context, in *reportsInput) (*out[views.Page[views.Report]], error) {
	l, err := in.list()
	if err != nil {
		return nil, err
	}
	l.Kind = in.Kind
	items, err := s.deps.Reads.Reports(ctx, l)
	return page(in.Paging, items, err, func(r views.Report) views.Cursor {
		at, _ := time.Parse(time.DateOnly, r.Date) // the database wrote it
		return byTime(&at, r.Kind)
	})
}

func (s *Server) report(ctx context.Context, in *reportInput) (*out[views.ReportDetail], error) {
	if _, err := day("date", in.Date); err != nil {
		return nil, err
	}
	return found(s.deps.Reads.Report(ctx, in.Kind, in.Date))(in.Kind+" report", in.Date)
}

func (s *Server) audit(ctx context.Context, in *auditInput) (*out[views.Page[views.Audit]], error) {
	l, err := in.list()
	if err != nil {
		return nil, err
	}
	l.Subject, l.Kind, l.Actor, l.Status, l.Search, l.From, l.To = in.Subject, in.Action, in.Actor, in.By, in.Search, in.From, in.To
	if in.Seq > 0 && l.After.Seq == 0 {
		l.After.Seq = in.Seq + 1
	}
	items, err := s.deps.Reads.Audit(ctx, l)
	return page(in.Paging, items, err, func(a views.Audit) views.Cursor { return views.Cursor{Seq: a.Seq} })
}

func (s *Server) tasks(ctx context.Context, in *tasksInput) (*out[views.Page[views.Task]], error) {
	l, err := in.list()
	if err != nil {
		return nil, err
	}
	l.Status, l.Platform, l.Subject = in.State, in.Courier, in.Subject
	items, err := s.deps.Reads.Tasks(ctx, l)
	return page(in.Paging, items, err, func(t views.Task) views.Cursor { return views.Cursor{Seq: t.Seq} })
}
