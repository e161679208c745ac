package treasury_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/agente-ceo/agente-ceo/domain/treasury"
)

func calendar(t testing.TB, zone string, first time.Weekday) treasury.Calendar {
	t.Helper()
	c, err := treasury.NewCalendar(zone, first)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCalendar_Days(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone  string
		day         treasury.Day
		start, last string
		hours       int
	}{
		{"Plain", "America/Sao_Paulo", "2026-11-23", "2026-11-23T03:00:00Z", "2026-11-24T02:59:59Z", 24},
		{"ClocksForwardAtMidnight", "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T01:59:59Z", 23},
		{"ClocksBackAtMidnight", "America/Sao_Paulo", "2019-02-16", "2019-02-16T02:00:00Z", "2019-02-17T02:59:59Z", 25},
		{"ClocksForwardAtTwo", "America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T03:59:59Z", 23},
		{"ClocksBackAtTwo", "America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T04:59:59Z", 25},
		{"MidnightTwice", "America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T04:59:59Z", 25},
		{"FarEast", "Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00:00Z", "2026-01-01T09:59:59Z", 24},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			calendar := calendar(t, c.zone, time.Sunday)
			start, end := calendar.Start(c.day), calendar.End(c.day)
			if got := start.Format(time.RFC3339); got != c.start {
				t.Errorf("begins at %s, want %s", got, c.start)
			}
			if got := end.Add(-time.Second).Format(time.RFC3339); got != c.last {
				t.Errorf("last second is %s, want %s", got, c.last)
			}
			if got := int(end.Sub(start).Hours()); got != c.hours {
				t.Errorf("lasts %d hours, want %d", got, c.hours)
			}
		})
	}
}

func TestCalendar_Weeks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first     time.Weekday
		day, want treasury.Day
	}{
		{time.Sunday, "2026-11-22", "2026-11-22"},
		{time.Sunday, "2026-11-28", "2026-11-22"},
		{time.Sunday, "2026-11-29", "2026-11-29"},
		{time.Monday, "2026-11-22", "2026-11-16"},
		{time.Monday, "2026-11-23", "2026-11-23"},
		{time.Sunday, "2027-01-01", "2026-12-27"},
	} {
		if got := calendar(t, "America/Sao_Paulo", c.first).Week(c.day); got != c.want {
			t.Errorf("week from %s of %s begins on %s, want %s", c.first, c.day, got, c.want)
		}
	}
}

func TestCalendar_EveryMomentIsInItsDay(t *testing.T) {
	t.Parallel()
	zones := []string{"America/Sao_Paulo", "America/New_York", "Europe/Lisbon", "Pacific/Auckland", "Asia/Kathmandu", "America/Havana", "UTC"}
	rapid.Check(t, func(t *rapid.T) {
		c, err := treasury.NewCalendar(rapid.SampledFrom(zones).Draw(t, "zone"), time.Weekday(rapid.IntRange(0, 6).Draw(t, "first")))
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(1_400_000_000, 1_900_000_000).Draw(t, "at"), 0)
		day := c.Day(at)
		if at.Before(c.Start(day)) || !at.Before(c.End(day)) {
			t.Fatalf("%s is on %s, which lasts from %s to %s", at, day, c.Start(day), c.End(day))
		}
		if week := c.Week(day); week > day || !at.Before(c.WeekEnd(day)) || c.Week(week) != week {
			t.Fatalf("%s is in the week of %s until %s", at, week, c.WeekEnd(day))
		}
	})
}

func TestNewCalendar(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"", "Local", "Mars/Olympus"} {
		if _, err := treasury.NewCalendar(zone, time.Sunday); err == nil {
			t.Errorf("zone %q was taken", zone)
		}
	}
	if _, err := treasury.NewCalendar("UTC", 7); err == nil {
		t.Error("a week from the eighth day was taken")
	}
}
