package httpapi

import (
	"context"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

type actorInput struct {
	Kind string `path:"kind" maxLength:"40"`
	ID   string `path:"id" maxLength:"120"`
}

type logsInput struct {
	Level string `query:"level" enum:"debug,info,warn,error" default:"info" doc:"This level and what is worse"`
	After int64  `query:"after" minimum:"0" doc:"Only lines after this one"`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"200"`
}

// watchRoutes serve what people look after: single effects and actors, the machine, its log, and the audit log's chain.
func (s *Server) watchRoutes() {
	operate(s, "GET /api/tasks/{id}", "office", "An effect: what it asks for, what pays for it, its attempts and its receipt", func(ctx context.Context, in *deadInput) (*out[views.TaskDetail], error) {
		return found(s.deps.Reads.Task(ctx, in.ID))("effect", in.ID)
	})
	operate(s, "GET /api/actors/{kind}/{id}", "system", "An actor: how it runs in this process, and what is stored of it", s.actor)
	operate(s, "GET /api/system", "system", "Queues, accounts with their breakers and quotas, database, backups and nodes", s.machine)
	operate(s, "GET /api/system/logs", "system", "The end of this process's log, without secrets", s.logs)
	operate(s, "GET /api/audit/status", "office", "The end of the audit log, its anchors, and what the last verification found", s.auditStatus)
	operate(s, "POST /api/audit/verify", "office", "Verify the whole audit log, and note in it what was found", func(ctx context.Context, _ *struct{}) (*out[views.AuditVerdict], error) {
		return answer(s.deps.Engine.VerifyAudit(ctx, who(ctx).user.Email))
	})
}

// actor is what runs and what is stored. One that runs and has never committed anything is known by its process alone.
func (s *Server) actor(ctx context.Context, in *actorInput) (*out[views.ActorDetail], error) {
	d, err := s.deps.Reads.Actor(ctx, in.Kind, in.ID, s.deps.Engine.Self().Name)
	if err != nil {
		return nil, err
	}
	for _, row := range s.deps.ListActors() {
		if row.Kind != in.Kind || row.ID != in.ID {
			continue
		}
		if d == nil {
			d = &views.ActorDetail{Alarms: []views.Alarm{}}
		}
		d.Actor, d.Here = row, true
	}
	return found(d, nil)("actor", in.Kind+"/"+in.ID)
}

func (s *Server) machine(ctx context.Context, _ *struct{}) (*out[views.Machine], error) {
	self := s.deps.Engine.Self()
	m, err := s.deps.Reads.Machine(ctx, self.Name, s.deps.Clock.Now())
	if err != nil {
		return nil, err
	}
	m.Node = self
	quotas := s.deps.Engine.Quotas()
	for i, c := range m.Couriers {
		if q, tells := quotas[c.Courier]; tells {
			m.Couriers[i].Quota = &q
		}
	}
	return &out[views.Machine]{m}, nil
}

func (s *Server) logs(_ context.Context, in *logsInput) (*out[views.Logs], error) {
	lines, last := s.deps.Engine.Logs(in.Level, in.After, in.Limit)
	if lines == nil {
		lines = []views.LogLine{}
	}
	return &out[views.Logs]{views.Logs{Node: s.deps.Engine.Self().Name, Last: last, Items: lines}}, nil
}

func (s *Server) auditStatus(ctx context.Context, _ *struct{}) (*out[views.AuditStatus], error) {
	status, err := s.deps.Reads.AuditStatus(ctx)
	if err != nil {
		return nil, err
	}
	status.Anchors, err = s.deps.Engine.Anchors()
	return answer(status, err)
}
