package adservers

import (
	"reflect"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// Board tells the market about ads, but only when something changed. It is not safe for concurrent use: each server guards its own.
type Board struct {
	market market.Delivery
	slots  map[string]*slot
	live   int
}

type slot struct {
	ad      market.Ad
	live    bool
	stopped time.Time
}

// NewBoard makes an empty board over a market.
func NewBoard(m market.Delivery) *Board {
	return &Board{market: m, slots: map[string]*slot{}}
}

// Set says whether ad may deliver from now on. An ad that never was live and is not now stays unknown to the market.
func (b *Board) Set(now time.Time, ad market.Ad, live bool) {
	s := b.slots[ad.ID]
	if s == nil {
		if !live {
			return
		}
		s = &slot{}
		b.slots[ad.ID] = s
	} else if s.live == live && (!live || reflect.DeepEqual(s.ad, ad)) {
		return
	}
	if s.live && !live {
		s.stopped = now
		b.live--
	} else if !s.live && live {
		b.live++
	}
	s.ad, s.live = ad, live
	b.market.SetLive(now, ad, live)
}

// Live reports whether the market was last told that the ad delivers.
func (b *Board) Live(adID string) bool {
	s := b.slots[adID]
	return s != nil && s.live
}

// LiveCount is how many ads deliver.
func (b *Board) LiveCount() int { return b.live }

// Delivered reports whether the ad may have figures for a period that begins at since: it is live, or stopped less than 28 days,
// the longest time in which platforms still revise figures, before.
func (b *Board) Delivered(adID string, since time.Time) bool {
	s := b.slots[adID]
	if s == nil {
		return false
	}
	return s.live || s.stopped.AddDate(0, 0, 28).After(since)
}

// Ever reports whether the ad was live at any time.
func (b *Board) Ever(adID string) bool { return b.slots[adID] != nil }
