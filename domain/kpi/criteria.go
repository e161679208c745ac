package kpi

import (
	"fmt"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Check is one of the four criteria of success.
type Check string

// The checks, in the order in which people read them.
const (
	ROAS Check = "roas"
	CTR  Check = "ctr"
	CVR  Check = "cvr"
	CPA  Check = "cpa"
)

// Checks lists the four, in order.
func Checks() []Check { return []Check{ROAS, CTR, CVR, CPA} }

// Criteria are the thresholds of success. They are compared inclusively and exactly, before any rounding.
type Criteria struct {
	TargetROAS  Ratio        // ROAS ≥ this
	MinCTR      Ratio        // CTR ≥ this; 0.015 is 1.5 %
	MinCVR      Ratio        // CVR ≥ this
	MaxCPAOfAOV Ratio        // CPA ≤ this share of the AOV
	MaxCPA      money.Amount // the KPI table's target: above it a potential needs another audience; zero: no such target
	MinAOV      money.Amount // the KPI table's target: below it a potential needs a bundle; zero: no such target
	// Unit says that the amounts that are judged count in a fraction of a minor unit: 1000 is a thousandth of a cent. 0 is 1, as
	// everywhere but in exports that carry fractions of a cent. MaxCPA and MinAOV stay in minor units.
	Unit int64
}

// DefaultCriteria are the mission's: ROAS 1.5, CTR 1.5 %, CVR 2 %, CPA 40 % of the AOV, and the KPI table's $30 and $50.
func DefaultCriteria() Criteria {
	return Criteria{
		TargetROAS:  MustRatio("1.5"),
		MinCTR:      MustRatio("0.015"),
		MinCVR:      MustRatio("0.02"),
		MaxCPAOfAOV: MustRatio("0.4"),
		MaxCPA:      money.Minor(3000, money.USD),
		MinAOV:      money.Minor(5000, money.USD),
	}
}

// Validate names the first threshold that is missing.
func (c Criteria) Validate() error {
	for _, t := range []struct {
		name string
		r    Ratio
	}{{"target ROAS", c.TargetROAS}, {"minimum CTR", c.MinCTR}, {"minimum CVR", c.MinCVR}, {"maximum CPA of AOV", c.MaxCPAOfAOV}} {
		if !t.r.Above(NewRatio(0, 1)) {
			return fmt.Errorf("criteria: %s is %s, it must be above 0", t.name, t.r)
		}
	}
	return nil
}

// Judgement is what criteria say of figures.
type Judgement struct {
	Metrics             Metrics
	ROAS, CTR, CVR      Ratio
	CPA, AOV            Ratio // minor units
	met                 [4]bool
	CPAHigh, AOVLow     bool  // against the KPI table's absolute targets; false without conversions
	Target, AllowedCPA  Ratio // what ROAS and CPA were compared with
	allowedCTR, needCVR Ratio
	minor               Ratio // a unit of the amounts, in minor units
}

// Judge compares figures with criteria. Zero rules: no spend, ROAS not met; no impressions, CTR not met; no clicks, CVR not met; no
// conversions, CPA not met.
func Judge(m Metrics, c Criteria) Judgement {
	j := Judgement{
		Metrics: m, ROAS: m.ROAS(), CTR: m.CTR(), CVR: m.CVR(), CPA: m.CPA(), AOV: m.AOV(),
		Target: c.TargetROAS, allowedCTR: c.MinCTR, needCVR: c.MinCVR, minor: NewRatio(1, max(1, c.Unit)),
	}
	j.AllowedCPA = j.AOV.Mul(c.MaxCPAOfAOV)
	j.met = [4]bool{
		j.ROAS.AtLeast(c.TargetROAS),
		j.CTR.AtLeast(c.MinCTR),
		j.CVR.AtLeast(c.MinCVR),
		j.CPA.AtMost(j.AllowedCPA),
	}
	j.CPAHigh = c.MaxCPA.Positive() && j.CPA.Mul(j.minor).Above(NewRatio(c.MaxCPA.Minor(), 1))
	j.AOVLow = c.MinAOV.Positive() && j.AOV.Mul(j.minor).Below(NewRatio(c.MinAOV.Minor(), 1))
	return j
}

// Met reports whether a criterion holds.
func (j Judgement) Met(c Check) bool {
	for i, k := range Checks() {
		if k == c {
			return j.met[i]
		}
	}
	return false
}

// Passed lists the criteria that hold, in order.
func (j Judgement) Passed() []Check { return j.which(true) }

// Failed lists the criteria that do not hold, in order.
func (j Judgement) Failed() []Check { return j.which(false) }

// All reports whether every criterion holds.
func (j Judgement) All() bool { return j.met == [4]bool{true, true, true, true} }

// None reports whether no criterion holds.
func (j Judgement) None() bool { return j.met == [4]bool{} }

// Explain says for one criterion what was found and what was asked, for people: "CTR 1.20 % is under 1.50 %".
func (j Judgement) Explain(c Check) string {
	switch c {
	case ROAS:
		return explain("ROAS", j.ROAS.Decimal(2), j.Target.Decimal(2), j.Met(c), "nothing was spent", j.ROAS, true)
	case CTR:
		return explain("CTR", j.CTR.Percent(2), j.allowedCTR.Percent(2), j.Met(c), "there were no impressions", j.CTR, true)
	case CVR:
		return explain("CVR", j.CVR.Percent(2), j.needCVR.Percent(2), j.Met(c), "nobody clicked", j.CVR, true)
	case CPA:
		cur := j.Metrics.Spend.Currency()
		return explain("CPA", j.CPA.Mul(j.minor).Amount(cur).String(), j.AllowedCPA.Mul(j.minor).Amount(cur).String(), j.Met(c), "nobody bought", j.CPA, false)
	}
	return string(c)
}

func (j Judgement) which(met bool) []Check {
	var out []Check
	for i, c := range Checks() {
		if j.met[i] == met {
			out = append(out, c)
		}
	}
	return out
}

func explain(name, value, bar string, met bool, nothing string, r Ratio, floor bool) string {
	switch {
	case !r.Defined():
		return name + " is not met: " + nothing
	case met && floor:
		return name + " " + value + " reaches " + bar
	case met:
		return name + " " + value + " is within " + bar
	case floor:
		return name + " " + value + " is under " + bar
	}
	return name + " " + value + " is over " + bar
}
