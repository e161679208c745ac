package campaign

import "time"

// AccountDay is the day of a moment in the ad account's zone, YYYY-MM-DD.
func AccountDay(at time.Time, zone *time.Location) string { return at.In(zone).Format(time.DateOnly) }

// DayAfter is the account day that follows. Days are dates, so that a day of 23 or 25 hours counts as one.
func DayAfter(day string) string { return shiftDay(day, 1) }

// TimeOn is the moment at which a clock on the account's wall shows hh:mm on a day, in UTC. A time that the zone skips is the same
// number of minutes after the gap.
func TimeOn(day string, hh, mm int, zone *time.Location) time.Time {
	d := parseDay(day)
	at := time.Date(d.Year(), d.Month(), d.Day(), hh, mm, 0, 0, zone)
	if at.Day() != d.Day() || at.Hour() < hh { // time.Date may answer with the hour before a gap
		at = at.Add(time.Hour)
	}
	return at.UTC()
}

func shiftDay(day string, by int) string {
	return parseDay(day).AddDate(0, 0, by).Format(time.DateOnly)
}

func parseDay(day string) time.Time {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic("campaign: " + err.Error()) // days are only made by AccountDay
	}
	return d
}
