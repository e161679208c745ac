package httpapi

import (
	"context"
	"maps"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

const settingsHistory = 20

type putConfigInput struct {
	origin
	Body struct {
		Version int64             `json:"version" minimum:"0" doc:"The version that the changes were made to"`
		Changes map[string]string `json:"changes" doc:"Key to value; an empty value takes the saved one away"`
		Reason  string            `json:"reason,omitempty" maxLength:"500"`
		// Password is one's own again, where more money may be spent than before.
		Password string `json:"password,omitempty" maxLength:"200" doc:"One's own again, where more money may be spent than before"`
	}
}

func (s *Server) configRoutes() {
	operate(s, "GET /api/admin/config", "admin", "The configuration in force, and where it comes from", func(ctx context.Context, _ *struct{}) (*out[views.Settings], error) {
		return answer(s.settings(ctx))
	})
	operate(s, "PUT /api/admin/config", "admin", "Change settings; each change is checked, versioned and audited", s.putConfig)
}

func (s *Server) settings(ctx context.Context) (v views.Settings, err error) {
	if v.Version, v.Saved, err = s.deps.Settings.SavedSettings(ctx); err != nil {
		return v, err
	}
	if v.Saved == nil {
		v.Saved = map[string]string{}
	}
	if v.Settings, err = s.deps.Configuration.Describe(v.Saved); err != nil {
		return v, err
	}
	v.History, err = s.deps.Settings.SettingsHistory(ctx, settingsHistory)
	return v, err
}

func (s *Server) putConfig(ctx context.Context, in *putConfigInput) (*out[views.Settings], error) {
	if len(in.Body.Changes) == 0 {
		return nil, refusal("invalid_setting", "Nothing was changed.")
	}
	_, saved, err := s.deps.Settings.SavedSettings(ctx)
	if err != nil {
		return nil, err
	}
	next := maps.Clone(saved)
	if next == nil {
		next = map[string]string{}
	}
	for key, value := range in.Body.Changes {
		if value == "" {
			delete(next, key)
		} else {
			next[key] = value
		}
	}
	if err := s.editable(saved, in.Body.Changes); err != nil {
		return nil, err
	}
	if err := s.dearly(ctx, in, saved, next); err != nil {
		return nil, err
	}
	now, by := s.deps.Clock.Now(), who(ctx).user.Email
	if _, err := s.deps.Settings.SaveSettings(ctx, in.Body.Version, next, in.Body.Reason, by, now); err != nil {
		return nil, err
	}
	if err := s.deps.Configuration.Apply(next); err != nil {
		return nil, err
	}
	return answer(s.settings(ctx))
}

// dearly checks what is to be saved, and asks for the password where more money may be spent by it.
func (s *Server) dearly(ctx context.Context, in *putConfigInput, saved, next map[string]string) error {
	before, err := s.values(saved)
	if err != nil {
		return err
	}
	after, err := s.values(next)
	if err != nil {
		return err
	}
	keys := raises(before, after)
	if len(keys) == 0 {
		return nil
	}
	return s.stepUp(ctx, &in.origin, in.Body.Password, "Letting more money be spent ("+strings.Join(keys, ", ")+")")
}

// values are the settings in force with what is saved, by key.
func (s *Server) values(saved map[string]string) (map[string]string, error) {
	settings, err := s.deps.Configuration.Describe(saved)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, setting := range settings {
		if !setting.Secret {
			out[setting.Key] = setting.Value
		}
	}
	return out, nil
}

// editable refuses keys that the dashboard may not set: unknown ones, secrets, and those that the environment or a file decides.
func (s *Server) editable(saved, changes map[string]string) error {
	known, err := s.deps.Configuration.Describe(saved)
	if err != nil {
		return err
	}
	may := map[string]bool{}
	for _, setting := range known {
		may[setting.Key] = setting.Editable && !setting.Secret
	}
	p := problem(422, "invalid_setting", "Some settings cannot be changed here.")
	for _, key := range sortedKeys(changes) {
		if allowed, exists := may[key]; !exists {
			p.Errors = append(p.Errors, FieldError{Location: "body.changes." + key, Message: "There is no such setting."})
		} else if !allowed {
			p.Errors = append(p.Errors, FieldError{Location: "body.changes." + key, Message: "It is decided by the environment, a file or a flag, or is a credential."})
		}
	}
	if len(p.Errors) > 0 {
		return p
	}
	return nil
}
