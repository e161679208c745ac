package strategy

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/kpi"
)

// Rules is the mission's policy. The zero value is not usable; start from DefaultRules.
type Rules struct {
	Criteria       kpi.Criteria
	MinImpressions int64         // below: insufficient
	MinTest        time.Duration // 24–48 h; younger: insufficient
	Extension      time.Duration // what a potential gets once
	RemedyEvery    time.Duration // a potential's remedies are not repeated sooner
	RollBackFall   kpi.Ratio     // share of its ROAS that a raise may cost: 0.2
	RollBackAfter  time.Duration // how long a raise works before it is judged: three decisions
	// Fade, when above 0, also asks that the ROAS of that recent period reaches the target: a campaign whose totals are good but which
	// earns too little now is treated as a potential. 0 judges by totals alone.
	Fade time.Duration
}

// DefaultRules are the mission's numbers.
func DefaultRules() Rules {
	return Rules{
		Criteria:       kpi.DefaultCriteria(),
		MinImpressions: 1000,
		MinTest:        24 * time.Hour,
		Extension:      24 * time.Hour,
		RemedyEvery:    72 * time.Hour,
		RollBackFall:   kpi.MustRatio("0.2"),
		RollBackAfter:  18 * time.Hour,
	}
}

// Validate names the first number that makes no sense.
func (r Rules) Validate() error {
	switch {
	case r.MinImpressions < 1:
		return fmt.Errorf("rules: minimum impressions is %d, it must be at least 1", r.MinImpressions)
	case r.MinTest < time.Hour || r.Extension < time.Hour:
		return fmt.Errorf("rules: test period %s and extension %s must be at least an hour", r.MinTest, r.Extension)
	case r.RemedyEvery < 0 || r.RollBackAfter < 0 || r.Fade < 0:
		return fmt.Errorf("rules: durations must not be negative")
	case !r.RollBackFall.Above(kpi.NewRatio(0, 1)) || !r.RollBackFall.Below(kpi.NewRatio(1, 1)):
		return fmt.Errorf("rules: roll-back fall is %s, it must be between 0 and 1", r.RollBackFall)
	}
	return r.Criteria.Validate()
}

// Name is "rules".
func (r Rules) Name() string { return "rules" }

// Decide applies the mission's rules.
func (r Rules) Decide(v View) Decision {
	v.Total, v.Recent = v.Total.WithAOV(v.AOV), v.Recent.WithAOV(v.AOV)
	v.LastRaise.Since = v.LastRaise.Since.WithAOV(v.AOV)
	d := Decision{Judgement: kpi.Judge(v.Total, r.Criteria)}
	d.Figures = r.figures(v, d.Judgement)
	switch {
	case v.Total.Impressions < r.MinImpressions || v.Now.Sub(v.ActivatedAt) < r.MinTest:
		r.wait(v, &d)
	case d.Judgement.All() && !r.fades(v):
		r.win(v, &d)
	case d.Judgement.None():
		r.lose(&d)
	default:
		r.nurse(v, &d)
	}
	return d
}

func (r Rules) wait(v View, d *Decision) {
	d.Verdict = Insufficient
	var missing []string
	if v.Total.Impressions < r.MinImpressions {
		missing = append(missing, fmt.Sprintf("%d of %d impressions", v.Total.Impressions, r.MinImpressions))
	}
	if age := v.Now.Sub(v.ActivatedAt); age < r.MinTest {
		missing = append(missing, fmt.Sprintf("%d of %d hours", int(age/time.Hour), int(r.MinTest/time.Hour)))
	}
	d.Reason = "Not enough data yet: " + strings.Join(missing, " and ") + "."
	d.Expected = "The test goes on unchanged and is judged again in a few hours."
}

func (r Rules) win(v View, d *Decision) {
	d.Verdict = Winner
	if fell, why := r.fell(v.LastRaise, v.Now); fell {
		d.Actions = []Action{RollBack}
		d.Reason = "All four criteria hold, but the last raise cost too much: " + why + "."
		d.Expected = "At the previous budget the ROAS returns to where it was."
		return
	}
	d.Reason = "All four criteria hold: " + r.list(d.Judgement, kpi.Checks()) + "."
	d.Expected = "The scaling programme goes on while the criteria hold."
	if !v.Scaling {
		d.Actions = []Action{Raise, Scale}
		d.Expected = "More budget brings more orders at about the same ROAS; it is taken back if the ROAS falls by more than " +
			r.RollBackFall.Percent(0) + "."
	}
}

func (r Rules) lose(d *Decision) {
	d.Verdict = Loser
	d.Actions = []Action{Stop}
	d.Reason = "None of the four criteria holds: " + r.list(d.Judgement, kpi.Checks()) + "."
	d.Expected = "No more money is spent here; it is free for other campaigns."
}

func (r Rules) nurse(v View, d *Decision) {
	d.Verdict = Potential
	j := d.Judgement
	fading := r.fades(v)
	weak := !j.Met(kpi.ROAS) || fading
	why := r.mixed(v, j, fading)
	if weak && !v.ExtendedUntil.IsZero() && !v.Now.Before(v.ExtendedUntil) {
		d.Actions = []Action{Stop}
		d.Reason = "After its additional time the ROAS is still under target: " + why + "."
		d.Expected = "No more money is spent here; it is free for other campaigns."
		return
	}
	if fell, fall := r.fell(v.LastRaise, v.Now); fell {
		d.Actions = append(d.Actions, RollBack)
		why += "; " + fall
	}
	d.Reason = "Some criteria hold: " + why + "."
	d.Expected = "It keeps its budget and is judged again in a few hours."
	if v.ExtendedUntil.IsZero() {
		d.Actions = append(d.Actions, Extend)
		d.ExtendUntil = v.Now.Add(r.Extension)
		d.Expected = fmt.Sprintf("It keeps its budget for %d more hours; a ROAS under target after that ends it.", int(r.Extension/time.Hour))
	}
	if v.LastRemedyAt.IsZero() || v.Now.Sub(v.LastRemedyAt) >= r.RemedyEvery {
		d.Actions = append(d.Actions, remedies(j)...)
	}
}

func (r Rules) mixed(v View, j kpi.Judgement, fading bool) string {
	parts := r.list(j, j.Failed())
	if passed := j.Passed(); len(passed) > 0 {
		parts = strings.TrimPrefix(parts+"; "+r.list(j, passed), "; ")
	}
	if fading {
		parts = fmt.Sprintf("ROAS of the last %d hours is %s; %s", int(v.RecentFor/time.Hour), v.Recent.ROAS().Decimal(2), parts)
	}
	return parts
}

func remedies(j kpi.Judgement) []Action {
	var out []Action
	if !j.Met(kpi.CTR) {
		out = append(out, NewCreatives)
	}
	if !j.Met(kpi.CVR) {
		out = append(out, AdviseLanding)
	}
	if j.CPAHigh {
		out = append(out, ChangeAudience)
	}
	if j.AOVLow {
		out = append(out, AdviseBundle)
	}
	return out
}

// fades reports whether a campaign with good totals earns too little now.
func (r Rules) fades(v View) bool {
	if r.Fade <= 0 || v.RecentFor < r.Fade || v.Recent.Impressions < r.MinImpressions {
		return false
	}
	return v.Recent.ROAS().Below(r.Criteria.TargetROAS)
}

// fell reports whether a raise cost more ROAS than it may, once there is enough data after it.
func (r Rules) fell(l LastRaise, now time.Time) (bool, string) {
	if l.At.IsZero() || now.Sub(l.At) < r.RollBackAfter || l.Since.Impressions < r.MinImpressions {
		return false, ""
	}
	floor := l.ROAS.Mul(kpi.NewRatio(1, 1).Sub(r.RollBackFall))
	roas := l.Since.ROAS()
	if !roas.Below(floor) {
		return false, ""
	}
	return true, fmt.Sprintf("the ROAS since the last raise is %s, more than %s under the %s before it",
		roas.Decimal(2), r.RollBackFall.Percent(0), l.ROAS.Decimal(2))
}

// AdSetFails pauses an added ad set which had the same chance as a new campaign and is under the target ROAS.
func (r Rules) AdSetFails(v AdSetView) (string, bool) {
	total := v.Total.WithAOV(v.AOV)
	if total.Impressions < r.MinImpressions || v.Now.Sub(v.ActivatedAt) < r.MinTest+r.Extension {
		return "", false
	}
	if total.ROAS().AtLeast(r.Criteria.TargetROAS) {
		return "", false
	}
	return fmt.Sprintf("after %d hours this audience has a ROAS of %s, the target is %s",
		int(v.Now.Sub(v.ActivatedAt)/time.Hour), total.ROAS().Decimal(2), r.Criteria.TargetROAS.Decimal(2)), true
}

func (r Rules) list(j kpi.Judgement, checks []kpi.Check) string {
	out := make([]string, len(checks))
	for i, c := range checks {
		out[i] = j.Explain(c)
	}
	return strings.Join(out, ", ")
}

func (r Rules) figures(v View, j kpi.Judgement) []Figure {
	cur := v.Total.Spend.Currency()
	return []Figure{
		{"impressions", strconv.FormatInt(v.Total.Impressions, 10)},
		{"clicks", strconv.FormatInt(v.Total.Clicks, 10)},
		{"conversions", strconv.FormatInt(v.Total.Conversions, 10)},
		{"spend", v.Total.Spend.Decimal()},
		{"revenue", v.Total.Revenue.Decimal()},
		{"roas", j.ROAS.Decimal(4)},
		{"ctr", j.CTR.Percent(3)},
		{"cvr", j.CVR.Percent(3)},
		{"cpa", j.CPA.Amount(cur).Decimal()},
		{"aov", j.AOV.Amount(cur).Decimal()},
		{"hours", strconv.Itoa(int(v.Now.Sub(v.ActivatedAt) / time.Hour))},
		{"passed", joinChecks(j.Passed())},
	}
}

func joinChecks(checks []kpi.Check) string {
	out := make([]string, len(checks))
	for i, c := range checks {
		out[i] = string(c)
	}
	return strings.Join(out, " ")
}
