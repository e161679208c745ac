// Package scouting turns what the sources show into candidates: offers of one product are found in each other across sources and
// days, figures become scores from 0 to 100, and money becomes the account's currency.
//
// It is pure: the run's time, the exchange rates and what is known from earlier runs are passed in. Everything that sources say is
// data from strangers: an offer that makes no sense is counted by reason and skipped, the rest of the run goes on.
package scouting
