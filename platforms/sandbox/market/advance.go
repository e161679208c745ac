package market

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// limits are the most that a platform charges an ad set, in hundredths of its daily budget.
type limits struct{ day, week int64 }

// overdelivery: Meta up to 1.75 times on a day and 7 times in a week from Sunday to Saturday, TikTok 1.25 times, Google twice.
var overdelivery = map[string]limits{Meta: {175, 700}, TikTok: {125, 875}, Google: {200, 1400}}

// setState is an ad set: the money, shared among its ads.
type setState struct {
	key       string
	platform  string
	hash      uint64
	ads       []*adState // by id
	budget    int64
	costCap   int64
	limits    limits
	day       dayKey
	week      int32
	spentDay  int64
	spentWeek int64
	wish      float64 // what the platform would like to spend today
	purchases int64   // attributed or not: what the platform learns from
	product   *Product
	stage     *stage
	cpmBase   float64
	crowd     int64 // daily budgets of the product's live sets on the platform, this one included
}

// stage is a product on a platform: how often it was bought through ads there, as far as that still counts.
type stage struct {
	sold float64
	day  dayKey
}

// dayTotals are an ad's figures by the day that they belong to.
type dayTotals struct {
	day dayKey
	Totals
}

// adState is one ad.
type adState struct {
	Ad
	key      string
	hash     uint64
	set      *setState
	random   *rand.Rand
	live     bool
	since    time.Time     // live since
	earlier  time.Duration // live in the running step before since
	version  int64         // of the listings that page was looked up in
	page     *Listing
	product  *Product
	creative float64 // effect of words and picture on clicks
	audience audienceEffect
	where    place
	venue    venue
	day      dayKey
	mood     float64 // today's chance, on clicks
	views    int64
	clicks   int64
	carry    float64 // minor units earned by the platform but not charged yet
	viewed   float64 // fraction of an impression
	days     []dayTotals
	total    Totals
	tail     Totals // the part of total that reports do not show yet
	tailStep int64
	tailDay  dayKey
	sold     int64 // purchases so far, numbering them
}

// charge is what one platform took in one step.
type charge struct {
	step     int64
	platform string
	minor    int64
}

// Advance brings the world to now.
func (m *Market) Advance(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance(now)
}

func (m *Market) advance(now time.Time) {
	until := now.Unix() / int64(Step/time.Second)
	for m.next < until {
		if len(m.order) == 0 {
			m.next = until
			break
		}
		if !m.sorted {
			slices.SortFunc(m.order, func(a, b *setState) int { return strings.Compare(a.key, b.key) })
			m.sorted = true
		}
		at := m.cal.at(m.next)
		for _, s := range m.order {
			m.deliver(s, at)
		}
		m.next++
		if m.stale {
			m.retire()
		}
	}
	m.bear(now)
	m.attribute(now)
}

// retire drops sets that no longer deliver from the list of those to visit.
func (m *Market) retire() {
	m.stale = false
	m.order = slices.DeleteFunc(m.order, func(s *setState) bool {
		return !slices.ContainsFunc(s.ads, func(a *adState) bool { return a.live })
	})
	m.crowd()
}

// deliver runs one ad set through one step: how much to spend, on which ads, to what effect.
func (m *Market) deliver(s *setState, at moment) {
	s.turn(at, m.cfg.Greedy)
	weights, sum, share := m.weigh(s, at)
	if sum == 0 {
		return
	}
	room := m.under(s.platform, min(s.budget*s.limits.day/100-s.spentDay, s.budget*s.limits.week/100-s.spentWeek))
	spend := s.pace(at, m.cfg.Greedy, room) * share
	cpm := m.cpm(s, at)
	if s.costCap > 0 {
		spend, cpm = m.underCap(s, at, weights, spend, cpm)
	}
	for i, a := range s.ads {
		if weights[i] == 0 {
			continue
		}
		a.carry += spend * weights[i] / sum
		minor := min(int64(a.carry), room)
		if minor <= 0 {
			continue
		}
		a.carry -= float64(minor)
		room -= minor
		m.charge(s, at, minor)
		m.show(a, at, minor, cpm)
	}
}

// weigh says how the set's ads share the step: by what the platform has seen of their clicks, times how long each was live.
func (m *Market) weigh(s *setState, at moment) (weights []float64, sum, share float64) {
	m.scratch = append(m.scratch[:0], make([]float64, len(s.ads))...)
	weights = m.scratch
	for i, a := range s.ads {
		lived := a.earlier
		if a.live {
			lived += at.end.Sub(later(a.since, at.start))
		}
		a.earlier = 0
		if lived <= 0 {
			continue
		}
		part := float64(lived) / float64(Step)
		believed := (float64(a.clicks) + 24) / (float64(a.views) + 2000)
		weights[i] = part * believed * math.Sqrt(believed)
		sum += weights[i]
		share = max(share, part)
	}
	return weights, sum, share
}

// turn begins a new day or week of the set.
func (s *setState) turn(at moment, greedy bool) {
	if s.day != at.day {
		s.day, s.spentDay = at.day, 0
		s.wish = s.pleasure(at.day)
	}
	if w := at.day.week(); s.week != w {
		s.week, s.spentWeek = w, 0
	}
	if greedy {
		s.wish = float64(s.limits.day) / 100
	}
}

// pleasure is the share of the budget that the platform aims at today: around 1, and on Meta and Google now and then the most it may.
func (s *setState) pleasure(d dayKey) float64 {
	h := hashN(s.hash, int64(d))
	most := float64(s.limits.day) / 100
	if h%25 == 0 {
		return most
	}
	return clamp(1+0.2*(most-1)*gauss(h), 0.75, most)
}

// pace is what the set would spend in a whole step. A greedy platform makes sure that the day's most is reached whenever the set went live.
func (s *setState) pace(at moment, greedy bool, room int64) float64 {
	if room <= 0 {
		return 0
	}
	if greedy {
		return float64(room)*at.share/at.rest + float64(len(s.ads)) // a cent an ad more, so that rounding loses none by midnight
	}
	return math.Min(float64(s.budget)*s.wish*at.share, float64(room))
}

func (m *Market) charge(s *setState, at moment, minor int64) {
	s.spentDay += minor
	s.spentWeek += minor
	m.charged[s.platform] += minor
	if n := len(m.charges); n > 0 && m.charges[n-1].step == at.step && m.charges[n-1].platform == s.platform {
		m.charges[n-1].minor += minor
	} else {
		m.charges = append(m.charges, charge{step: at.step, platform: s.platform, minor: minor})
	}
	days := m.byDay[s.platform]
	if days == nil {
		days = map[dayKey]int64{}
		m.byDay[s.platform] = days
	}
	days[at.day] += minor
}

// show buys impressions of an ad and lets people click and buy.
func (m *Market) show(a *adState, at moment, minor int64, cpm float64) {
	m.settle(a, at.day)
	r := a.random
	a.viewed += float64(minor) / cpm * 1000 * (0.9 + 0.2*r.Float64())
	views := int64(a.viewed)
	a.viewed -= float64(views)
	clicks := min(views, poisson(r, float64(views)*m.clickRate(a, at)))
	a.views += views
	a.clicks += clicks
	t := Totals{Impressions: views, Clicks: clicks, SpendMinor: minor}
	a.add(at.day, t)
	if a.tailStep != at.step {
		a.tail, a.tailStep, a.tailDay = Totals{}, at.step, at.day
	}
	a.tail.plus(t)
	if bought := binomial(r, clicks, m.buyRate(a, at)); bought > 0 {
		for range bought {
			m.sell(a, at)
		}
	}
}

func (a *adState) add(day dayKey, t Totals) {
	a.total.plus(t)
	for i := len(a.days) - 1; i >= 0; i-- {
		if a.days[i].day == day {
			a.days[i].plus(t)
			return
		}
	}
	a.days = append(a.days, dayTotals{day: day, Totals: t})
}

func (t *Totals) plus(o Totals) {
	t.Impressions += o.Impressions
	t.Clicks += o.Clicks
	t.Purchases += o.Purchases
	t.SpendMinor += o.SpendMinor
	t.RevenueMinor += o.RevenueMinor
}

func (t *Totals) minus(o Totals) {
	t.plus(Totals{-o.Impressions, -o.Clicks, -o.Purchases, -o.SpendMinor, -o.RevenueMinor})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
