package httpapi

import (
	"context"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/alerting"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/views"
)

type muteInput struct {
	Idempotent
	Body struct {
		Kind    string    `json:"kind,omitempty" maxLength:"40" doc:"Empty: every kind"`
		Subject string    `json:"subject,omitempty" maxLength:"120" doc:"What the alerts are about; empty: everything"`
		Until   time.Time `json:"until" doc:"Of the business's time"`
		Reason  string    `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) alertRoutes() {
	operate(s, "GET /api/alerts/mutes", "office", "Which alerts are quiet, and until when", s.mutes)
	operate(s, "POST /api/alerts/mutes", "office", "Keep alerts quiet for a while; never critical ones about money", s.mute)
	operate(s, "DELETE /api/alerts/mutes/{id}", "office", "Let them be told again", s.unmute)
	operate(s, "GET /api/alerts/rules", "office", "What raises which alert, and where it is told", s.alertRules)
}

func (s *Server) mutes(ctx context.Context, _ *struct{}) (*out[views.Page[views.Mute]], error) {
	items, err := s.deps.Reads.Mutes(ctx, s.deps.Clock.Now())
	return answer(views.Page[views.Mute]{Items: items}, err)
}

func (s *Server) mute(ctx context.Context, in *muteInput) (*out[views.Page[views.Mute]], error) {
	user, now, b := who(ctx).user, s.deps.Clock.Now(), in.Body
	wanted := alerting.Mute{Kind: b.Kind, Subject: strings.TrimSpace(b.Subject), Until: b.Until, Reason: strings.TrimSpace(b.Reason)}
	if err := wanted.Allow(Admin.allows(user.Roles), now); err != nil {
		return nil, err
	}
	err := s.deps.Records.MuteAlerts(ctx, views.Mute{
		ID: id.Derive("mut", in.commandID(ctx, "mute")), Kind: wanted.Kind, Subject: wanted.Subject, Until: wanted.Until.UTC(), Reason: wanted.Reason,
		By: user.Email, CreatedAt: now,
	})
	if err != nil {
		return nil, err
	}
	return s.mutes(ctx, nil)
}

func (s *Server) unmute(ctx context.Context, in *idInput) (*out[views.Page[views.Mute]], error) {
	known, err := s.deps.Records.UnmuteAlerts(ctx, in.ID, who(ctx).user.Email, s.deps.Clock.Now())
	if err == nil && !known {
		err = notFound("mute", in.ID)
	}
	if err != nil {
		return nil, err
	}
	return s.mutes(ctx, nil)
}

// alertRules are the catalogue with the thresholds in force. Where alerts are told is the same for all: here, and in the log.
func (s *Server) alertRules(ctx context.Context, _ *struct{}) (*out[views.Page[views.AlertRule]], error) {
	_, saved, err := s.deps.Settings.SavedSettings(ctx)
	if err != nil {
		return nil, err
	}
	values, err := s.values(saved)
	if err != nil {
		return nil, err
	}
	loud := map[string]bool{}
	for _, kind := range alerting.Loud() {
		loud[kind] = true
	}
	p := views.Page[views.AlertRule]{Items: []views.AlertRule{}}
	for _, r := range alerting.Rules() {
		rule := views.AlertRule{Kind: r.Kind, Severities: r.Severities, By: r.By, Loud: loud[r.Kind], Thresholds: []views.Threshold{}, Sent: []string{"dashboard", "audit"}}
		for _, key := range r.Settings {
			if value, known := values[key]; known {
				rule.Thresholds = append(rule.Thresholds, views.Threshold{Key: key, Value: value})
			}
		}
		p.Items = append(p.Items, rule)
	}
	return &out[views.Page[views.AlertRule]]{p}, nil
}
