package treasury

import (
	"fmt"
	"sort"
	"time"
)

// Day is an account day, YYYY-MM-DD in the account's time zone. Days compare as strings. The zero value is no day.
type Day string

// AddDays returns the day n days later (earlier when n is negative). A malformed day is a bug and panics.
func (d Day) AddDays(n int) Day {
	return Day(d.noon().AddDate(0, 0, n).Format(time.DateOnly))
}

// Valid reports whether d is a date that exists in the calendar.
func (d Day) Valid() bool {
	_, err := time.Parse(time.DateOnly, string(d))
	return err == nil
}

func (d Day) noon() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		panic(fmt.Sprintf("treasury: %q is not a day", string(d)))
	}
	return t.Add(12 * time.Hour)
}

// Calendar cuts time into an ad account's days and weeks. The zero value is UTC with weeks from Sunday.
type Calendar struct {
	zone      *time.Location
	weekStart time.Weekday
}

// NewCalendar makes the calendar of an account in an IANA zone such as "America/Sao_Paulo".
func NewCalendar(zone string, weekStart time.Weekday) (Calendar, error) {
	if zone == "" || zone == "Local" {
		return Calendar{}, fmt.Errorf("account time zone %q: want an IANA name such as America/Sao_Paulo", zone)
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return Calendar{}, fmt.Errorf("account time zone %q: want an IANA name such as America/Sao_Paulo: %w", zone, err)
	}
	if weekStart < time.Sunday || weekStart > time.Saturday {
		return Calendar{}, fmt.Errorf("first day of the week %d: want 0 (Sunday) to 6 (Saturday)", weekStart)
	}
	return Calendar{zone: location, weekStart: weekStart}, nil
}

func (c Calendar) location() *time.Location {
	if c.zone == nil {
		return time.UTC
	}
	return c.zone
}

// Day is the account day that t lies in.
func (c Calendar) Day(t time.Time) Day { return Day(t.In(c.location()).Format(time.DateOnly)) }

// Week is the first day of the account week that d lies in; it names the week.
func (c Calendar) Week(d Day) Day {
	back := (int(d.noon().Weekday()) - int(c.weekStart) + 7) % 7
	return d.AddDays(-back)
}

// Start is the first instant of an account day. Days last 23, 24 or 25 hours, and need not begin at 00:00: where clocks go forward at
// midnight the day begins at 01:00. It is therefore searched for, as the first second whose local date is d or later.
func (c Calendar) Start(d Day) time.Time {
	const reach = 16 * 3600 // no zone is further than 14 hours from UTC
	midnight := d.noon().Add(-12 * time.Hour).Unix()
	first := sort.Search(2*reach, func(i int) bool {
		return c.Day(time.Unix(midnight-reach+int64(i), 0)) >= d
	})
	return time.Unix(midnight-reach+int64(first), 0).UTC()
}

// End is the first instant after an account day.
func (c Calendar) End(d Day) time.Time { return c.Start(d.AddDays(1)) }

// WeekEnd is the first instant after the account week of d.
func (c Calendar) WeekEnd(d Day) time.Time { return c.Start(c.Week(d).AddDays(7)) }
