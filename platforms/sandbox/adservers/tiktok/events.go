package tiktok

import (
	"regexp"
	"strconv"
	"time"
)

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

// trackEvents receives server events of the pixel; an event and its event_id count once.
func (s *Server) trackEvents(c *call) (any, *fail) {
	a := c.args
	a.require("event_source", "event_source_id", "data")
	a.choice("event_source", "", "web")
	if id := a.text("event_source_id"); id != "" && id != s.cfg.PixelCode {
		a.violate("event_source_id", "The pixel "+id+" does not exist.")
	}
	data := a.objects("data")
	if len(data) > 1000 {
		a.violate("data", "At most 1000 events are allowed.")
	}
	var keys []string
	for _, e := range data {
		keys = append(keys, e.checkEvent(c.now))
		if a.bad == nil {
			a.bad = e.bad
		}
	}
	if a.bad != nil {
		return nil, a.bad
	}
	for _, k := range keys {
		s.events[k] = true
	}
	return object{}, nil
}

// checkEvent judges one event and gives the key that it is deduplicated by.
func (a *args) checkEvent(now time.Time) string {
	a.require("event", "event_time", "event_id", "user")
	if a.bad == nil {
		text, _ := a.number("event_time")
		seconds, err := strconv.ParseInt(text, 10, 64)
		if at := time.Unix(seconds, 0); err != nil || at.After(now.Add(time.Minute)) || now.Sub(at) > 7*24*time.Hour {
			a.violate("event_time", "Must be within the last 7 days.")
		}
	}
	user := a.object("user")
	for _, key := range []string{"email", "phone", "external_id"} {
		if user.has(key) && !sha256Hex.MatchString(user.text(key)) {
			user.violate(key, "Must be hashed with SHA-256.")
		}
	}
	if a.bad == nil {
		a.bad = user.bad
	}
	return a.text("event") + "\n" + a.text("event_id")
}
