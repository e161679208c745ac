package delivery

import (
	"cmp"
	"slices"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
)

// Orphan is a campaign on a platform that carries a name of ours and is not the one that won for its plan: the rest of a lost answer, or
// of two activations that created at once.
type Orphan struct {
	ExternalID, Name string
	FirstSeen        time.Time
}

// OrphanStep is what is to be done about one orphan.
type OrphanStep struct {
	Orphan
	Plan   string // our id of the campaign that its name carries
	Stop   bool   // it delivers: it is paused at once
	Remove bool   // it has been paused long enough
	New    bool   // it was not known
}

// RemoveAfter is how long an orphan stays before it is removed: as long as a create that got no answer may take to be recorded as the
// winner after all.
const RemoveAfter = time.Hour

// Orphans sorts out what a survey saw at a time, given the winner of each plan by our id: the orphans that are known from now on, in the
// order of their ids, and what to do about them. A campaign of a plan without a winner may yet become it; until then it must not deliver,
// and it is not removed before it has been seen for as long as any other.
func Orphans(known []Orphan, seen []ads.Standing, winners map[string]string, now time.Time) (next []Orphan, steps []OrphanStep) {
	for _, s := range seen {
		plan, ours := ads.CampaignOf(s.Name)
		if s.Level != ads.LevelCampaign || !ours || winners[plan] == s.ID || isWinner(winners, s.ID) {
			continue
		}
		step := OrphanStep{Orphan: Orphan{ExternalID: s.ID, Name: s.Name, FirstSeen: now}, Plan: plan, New: true}
		if i := slices.IndexFunc(known, func(o Orphan) bool { return o.ExternalID == s.ID }); i >= 0 {
			step.FirstSeen, step.New = known[i].FirstSeen, false
		}
		step.Stop = s.Delivery == ads.Active
		step.Remove = !step.Stop && now.Sub(step.FirstSeen) >= RemoveAfter
		next, steps = append(next, step.Orphan), append(steps, step)
	}
	slices.SortFunc(next, func(a, b Orphan) int { return cmp.Compare(a.ExternalID, b.ExternalID) })
	slices.SortFunc(steps, func(a, b OrphanStep) int { return cmp.Compare(a.ExternalID, b.ExternalID) })
	return next, steps
}

// isWinner reports whether an id won for any plan: a person may have given it another of our names.
func isWinner(winners map[string]string, externalID string) bool {
	for _, id := range winners {
		if id == externalID {
			return true
		}
	}
	return false
}
