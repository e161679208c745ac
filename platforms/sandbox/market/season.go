package market

import (
	"math"
	"time"
)

// Step is how finely the world moves: a quarter of an hour, to which every time zone's day is a whole number of steps.
const Step = 15 * time.Minute

// ReportLag is how far the platforms' reports are behind: they show what was delivered up to now − ReportLag, rounded down to a step.
const ReportLag = Step

// hourShare is the share of a day's exposure by local hour: the mean of a public ad test's exposure and a fashion app's
// (marketing_ab_sample and obd_fashion_2019 in the calibration data), in hundredths of a per cent.
var hourShare = [24]float64{
	384, 203, 144, 82, 49, 54, 92, 197, 295, 430, 525, 591,
	663, 616, 577, 577, 515, 525, 515, 521, 587, 660, 650, 554,
}

// clickByWeekday multiplies click rates, Sunday first (display_network_2020).
var clickByWeekday = [7]float64{1.011, 0.981, 1.030, 1.054, 0.979, 0.943, 1.000}

// buyByWeekday multiplies purchase rates, Sunday first (marketing_ab_sample, 298 conversions, so damped to its 0.3th power and rescaled to mean 1).
var buyByWeekday = damp([7]float64{1.039, 1.497, 1.206, 1.187, 0.699, 0.740, 0.651}, 0.3)

// salesByMonth is a retailer's sales index, January first (mmm_weekly_us_retailer).
var salesByMonth = [12]float64{0.77, 0.80, 0.91, 0.98, 0.94, 0.87, 0.71, 0.81, 0.91, 0.87, 1.52, 1.91}

func damp(values [7]float64, power float64) [7]float64 {
	sum := 0.0
	for i, v := range values {
		values[i] = math.Pow(v, power)
		sum += values[i]
	}
	for i := range values {
		values[i] *= 7 / sum
	}
	return values
}

// dayKey numbers a civil day: days since 1970-01-01.
type dayKey int32

// dayOf is the civil day of t in loc.
func dayOf(t time.Time, loc *time.Location) dayKey {
	y, m, d := t.In(loc).Date()
	return dayKey(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// parseDay reads YYYY-MM-DD; anything else is no day.
func parseDay(s string) (dayKey, bool) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, false
	}
	return dayKey(t.Unix() / 86400), true
}

func (d dayKey) String() string { return time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly) }

// week numbers weeks that begin on Sunday.
func (d dayKey) week() int32 { return (int32(d) + 4) / 7 }

// start is the first instant of the day in loc.
func (d dayKey) start(loc *time.Location) time.Time {
	t := time.Unix(int64(d)*86400, 0).UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, loc)
}

// moment is what one step knows of its time, worked out once for all ads.
type moment struct {
	step       int64 // number of the step since 1970
	start, end time.Time
	day        dayKey
	weekday    time.Weekday
	share      float64 // of the day's exposure that falls into this step
	rest       float64 // of the day's exposure from this step to the day's end
	click, buy float64 // season and weekday
	price      float64 // of impressions
}

// calendar makes moments, remembering the day that it is in.
type calendar struct {
	loc   *time.Location
	day   dayKey
	first int64     // first step of day
	share []float64 // by step of the day, sums to 1
	rest  []float64
}

func (c *calendar) at(step int64) moment {
	start := time.Unix(step*int64(Step/time.Second), 0).UTC()
	if len(c.share) == 0 || step < c.first || step >= c.first+int64(len(c.share)) {
		c.turn(start)
	}
	i := step - c.first
	month := salesByMonth[time.Unix(int64(c.day)*86400, 0).UTC().Month()-1]
	weekday := time.Weekday((int(c.day) + 4) % 7)
	return moment{
		step: step, start: start, end: start.Add(Step), day: c.day, weekday: weekday,
		share: c.share[i], rest: c.rest[i],
		click: clickByWeekday[weekday], buy: buyByWeekday[weekday] * math.Pow(month, 0.35), price: math.Pow(month, 0.3),
	}
}

// turn lays out the day that holds t: 92, 96 or 100 steps as the clocks change.
func (c *calendar) turn(t time.Time) {
	c.day = dayOf(t, c.loc)
	begin, end := c.day.start(c.loc), (c.day + 1).start(c.loc)
	c.first = begin.Unix() / int64(Step/time.Second)
	n := int(end.Sub(begin) / Step)
	c.share, c.rest = make([]float64, n), make([]float64, n)
	sum := 0.0
	for i := range n {
		c.share[i] = hourShare[begin.Add(time.Duration(i)*Step).In(c.loc).Hour()]
		sum += c.share[i]
	}
	left := 0.0
	for i := n - 1; i >= 0; i-- {
		c.share[i] /= sum
		left += c.share[i]
		c.rest[i] = left
	}
}
