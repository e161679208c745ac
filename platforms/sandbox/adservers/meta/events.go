package meta

import (
	"net/http"
	"regexp"
	"time"
)

const actionSources = "email website app phone_call chat physical_store system_generated business_messaging other"

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

type event struct {
	Name   string              `json:"event_name"`
	Time   looseText           `json:"event_time"`
	ID     looseText           `json:"event_id"`
	Source string              `json:"action_source"`
	URL    string              `json:"event_source_url"`
	User   map[string]looseAny `json:"user_data"`
	Custom struct {
		Currency string    `json:"currency"`
		Value    looseText `json:"value"`
	} `json:"custom_data"`
}

// receiveEvents is the Conversions API: one bad event rejects all, and an event name and id count once in 48 hours.
func (s *Server) receiveEvents(c *call) (any, *fail) {
	if !c.params.has("data") {
		return nil, missing("data")
	}
	var data []event
	if bad := c.params.into("data", &data); bad != nil {
		return nil, bad
	}
	if len(data) == 0 || len(data) > 1000 {
		return nil, invalid("Param data must hold 1 to 1000 events")
	}
	for i := range data {
		if why := data[i].problem(c.now); why != "" {
			return nil, &fail{
				status: http.StatusBadRequest, kind: "OAuthException", code: 100, subcode: 2804003,
				message: "Invalid parameter", title: "Invalid event", advice: why, blame: []string{"data", pad(int64(i), 1)},
			}
		}
	}
	for _, e := range data {
		key := e.Name + "\n" + string(e.ID)
		if at, seen := s.events[key]; e.ID != "" && seen && c.now.Sub(at) < 48*time.Hour {
			continue
		}
		s.events[key] = c.now
		s.eventSum++
	}
	return object{"events_received": len(data), "messages": []string{}, "fbtrace_id": s.trace()}, nil
}

// problem says what is wrong with an event, in the platform's words; empty when nothing is.
func (e *event) problem(now time.Time) string {
	seconds, ok := e.Time.number()
	switch at := time.Unix(seconds, 0); {
	case e.Name == "":
		return "The event_name is missing."
	case !ok:
		return "The event_time is missing or not in Unix seconds."
	case at.After(now.Add(time.Minute)):
		return "The event_time is in the future."
	case now.Sub(at) > 7*24*time.Hour:
		return "The event_time is more than 7 days old."
	case !contains(actionSources, e.Source):
		return "The action_source is missing or unknown."
	case e.Source == "website" && (e.URL == "" || e.User["client_user_agent"].first() == ""):
		return "Website events need event_source_url and user_data.client_user_agent."
	case len(e.User) == 0:
		return "The user_data is missing."
	case e.Name == "Purchase" && (len(e.Custom.Currency) != 3 || e.Custom.Value == ""):
		return "Purchase events need custom_data.currency and custom_data.value."
	}
	for _, key := range []string{"em", "ph", "external_id", "fn", "ln"} {
		for _, v := range e.User[key] {
			if !sha256Hex.MatchString(v) {
				return "The user_data." + key + " must be hashed with SHA-256."
			}
		}
	}
	return ""
}
