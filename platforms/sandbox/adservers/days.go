package adservers

import "time"

// DayLayout is how days are written, by us and by the platforms.
const DayLayout = "2006-01-02"

// ParseDay reads a calendar day; ok is false when it is none.
func ParseDay(day string) (t time.Time, ok bool) {
	t, err := time.Parse(DayLayout, day)
	return t, err == nil
}

// AddDays moves a valid day by n days.
func AddDays(day string, n int) string {
	t, _ := ParseDay(day)
	return t.AddDate(0, 0, n).Format(DayLayout)
}

// Days lists the days from since to until, both included; empty when until is before since or either is not a day.
func Days(since, until string) []string {
	from, ok1 := ParseDay(since)
	to, ok2 := ParseDay(until)
	if !ok1 || !ok2 {
		return nil
	}
	var days []string
	for ; !from.After(to); from = from.AddDate(0, 0, 1) {
		days = append(days, from.Format(DayLayout))
	}
	return days
}
