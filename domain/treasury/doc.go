// Package treasury decides who may spend how much: it keeps what the advertising platforms can still charge, plus what they have
// charged, within the caps of an account's day and week.
//
// A campaign may deliver on an account day only under a reservation. A reservation holds the worst case: the daily budget times the
// most that the platform over-delivers. Until the platform's final figure is known, that worst case stays held; then it falls to what
// was charged and the rest is free again. A figure is final once the settlement lag has passed since delivery stopped or the day ended.
//
//	outstanding ── day over or stopped, lag passed, figure known ──▶ posted | released
//	     │
//	     └── day over, campaign never reached the platform ──▶ expired
//
// The daily budget that a campaign reserves is the sum over all of its ad sets that deliver at any time of that day: an ad set that is
// paused at noon has had its share. Meta's promise of at most seven daily budgets a week is given per ad set, and the book does not see
// ad sets, so it is not used to shrink what is held; a settled day costs what it was charged, which is what that promise comes to.
package treasury
