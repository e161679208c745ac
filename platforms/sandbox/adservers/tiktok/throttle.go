package tiktok

import (
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
)

// Limits are the app's quotas. A zero value is the basic tier's: 10 a second, 600 a minute, 864,000 a day; ad/create half and a
// quarter of that. A negative one switches the quota off.
type Limits struct{ PerSecond, PerMinute, PerDay int }

// throttle counts calls on the sandbox's clock. An exceeded minute blocks for five minutes, an exceeded day until 00:00 UTC.
type throttle struct {
	limits         Limits
	second, minute *adservers.Window
	adSecond       *adservers.Window
	adMinute       *adservers.Window
	day            string
	today          int
	blocked        time.Time
}

func newThrottle(l Limits) *throttle {
	basic := Limits{10, 600, 864_000}
	if l.PerSecond == 0 {
		l.PerSecond = basic.PerSecond
	}
	if l.PerMinute == 0 {
		l.PerMinute = basic.PerMinute
	}
	if l.PerDay == 0 {
		l.PerDay = basic.PerDay
	}
	return &throttle{
		limits: l, second: adservers.NewWindow(time.Second), minute: adservers.NewWindow(time.Minute),
		adSecond: adservers.NewWindow(time.Second), adMinute: adservers.NewWindow(time.Minute),
	}
}

var tooMany = &fail{40100, "Too many requests. Please retry in some time."}

// admit counts a call, or refuses it. Refused calls do not count. Server events have quotas of their own, too large to matter here.
func (t *throttle) admit(now time.Time, path string) *fail {
	if strings.HasSuffix(path, "/track/") {
		return nil
	}
	if now.Before(t.blocked) {
		return tooMany
	}
	if day := now.Format(adservers.DayLayout); day != t.day {
		t.day, t.today = day, 0
	}
	adCreate := strings.HasSuffix(path, "/ad/create/")
	switch {
	case over(t.today, t.limits.PerDay):
		t.blocked = now.Truncate(24 * time.Hour).Add(24 * time.Hour)
		return tooMany
	case over(t.minute.Sum(now), t.limits.PerMinute) || adCreate && over(t.adMinute.Sum(now), t.limits.PerMinute/4):
		t.blocked = now.Add(5 * time.Minute)
		return tooMany
	case over(t.second.Sum(now), t.limits.PerSecond) || adCreate && over(t.adSecond.Sum(now), (t.limits.PerSecond+1)/2):
		return tooMany
	}
	t.today++
	t.second.Add(now, 1)
	t.minute.Add(now, 1)
	if adCreate {
		t.adSecond.Add(now, 1)
		t.adMinute.Add(now, 1)
	}
	return nil
}

func over(used, quota int) bool { return quota > 0 && used >= quota }
