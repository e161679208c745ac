package market

import (
	"math"
	"net/url"
	"slices"
	"strings"
	"time"
)

// audienceEffect is how an audience differs from everybody.
type audienceEffect struct {
	click, buy, price float64
	size              float64 // daily budget in whole currency units at which it begins to saturate
}

// audienceOf: people like buyers click and buy more, cost more and are few; interests are a matter of luck.
func audienceOf(ad Ad, hash uint64) audienceEffect {
	switch ad.Audience {
	case "lookalike":
		if ad.ToPct <= 1 {
			return audienceEffect{click: 1.1, buy: 1.22, price: 1.15, size: 45}
		}
		return audienceEffect{click: 1.05, buy: 1.1, price: 1.08, size: 80}
	case "interests":
		return audienceEffect{click: math.Exp(0.2 * gauss(hashN(hash, 21))), buy: 0.97 * math.Exp(0.25*gauss(hashN(hash, 22))), price: 1.05, size: 90}
	}
	return audienceEffect{click: 1, buy: 1, price: 1, size: 250}
}

// place is a country as an advertiser meets it: price of impressions and purchases per click against the two together, and people.
type place struct{ price, buy, people float64 }

var places = map[string]place{"BR": {0.62, 0.85, 1}, "US": {1.45, 1.15, 1}}

// elsewhere is any other country.
var elsewhere = place{0.9, 0.9, 0.6}

func placesOf(countries []string) place {
	if len(countries) == 0 {
		return place{1, 1, 2}
	}
	sum := place{}
	for _, c := range countries {
		p, ok := places[c]
		if !ok {
			p = elsewhere
		}
		sum = place{sum.price + math.Log(p.price), sum.buy + math.Log(p.buy), sum.people + p.people}
	}
	n := float64(len(countries))
	return place{math.Exp(sum.price / n), math.Exp(sum.buy / n), sum.people}
}

// venue is a platform against Meta: TikTok's views are cheaper and looser, a search ad's dearer and closer to buying.
type venue struct{ price, click, buy float64 }

func venueOf(platform string) venue {
	switch platform {
	case TikTok:
		return venue{0.68, 0.9, 0.78}
	case Google:
		return venue{1.6, 1.35, 1.15}
	}
	return venue{1, 1, 1}
}

// SetLive tells whether an ad may deliver from now on, and what has changed about it.
func (m *Market) SetLive(now time.Time, ad Ad, live bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance(now)
	a := m.ad(ad)
	begin := time.Unix(m.next*int64(Step/time.Second), 0)
	if a.live {
		a.earlier += now.Sub(later(a.since, begin))
	}
	a.since = now
	changed := a.Landing != ad.Landing
	a.Ad, a.live = ad, live
	a.Countries = slices.Clone(ad.Countries)
	a.where, a.venue = placesOf(ad.Countries), venueOf(ad.Platform)
	a.audience = audienceOf(ad, hash64(m.cfg.Seed, "audience", ad.Platform, ad.AdSetID))
	a.set.budget, a.set.costCap = ad.DailyBudget, ad.CostCap
	if changed || a.version != m.version {
		m.resolve(a)
	}
	m.stale = m.stale || !live
	if (live || a.earlier > 0) && !slices.Contains(m.order, a.set) {
		m.order, m.sorted = append(m.order, a.set), false
	}
	m.crowd()
}

// ad finds an ad's state or makes it.
func (m *Market) ad(ad Ad) *adState {
	key := ad.Platform + "/" + ad.ID
	if a, ok := m.ads[key]; ok {
		return a
	}
	a := &adState{key: key, hash: hash64(m.cfg.Seed, "ad", key), random: stream(m.cfg.Seed, "ad", key), tailStep: -1, version: -1}
	a.set = m.set(ad)
	a.creative = math.Exp(m.asm.CreativeSpread*gauss(hash64(m.cfg.Seed, "creative", ad.Landing[:pathEnd(ad.Landing)], ad.Headline, ad.Body, ad.MediaHash)) +
		0.05*gauss(a.hash))
	i, _ := slices.BinarySearchFunc(a.set.ads, key, func(x *adState, k string) int { return strings.Compare(x.key, k) })
	a.set.ads = slices.Insert(a.set.ads, i, a)
	m.ads[key] = a
	return a
}

func pathEnd(landing string) int {
	if i := strings.IndexByte(landing, '?'); i >= 0 {
		return i
	}
	return len(landing)
}

func (m *Market) set(ad Ad) *setState {
	key := ad.Platform + "/" + ad.AdSetID
	if s, ok := m.sets[key]; ok {
		return s
	}
	l, ok := overdelivery[ad.Platform]
	if !ok {
		l = limits{100, 700}
	}
	s := &setState{key: key, platform: ad.Platform, hash: hash64(m.cfg.Seed, "set", key), limits: l, day: math.MinInt32, week: math.MinInt32}
	s.cpmBase = 0.6 * m.asm.CPMSpread * gauss(s.hash)
	m.sets[key] = s
	return s
}

// resolve follows an ad's link into the shop: /products/{handle}. A link that leads nowhere sells nothing.
func (m *Market) resolve(a *adState) {
	a.version, a.page, a.product = m.version, nil, nil
	u, err := url.Parse(a.Landing)
	if err != nil {
		return
	}
	_, handle, ok := strings.Cut(u.Path, "/products/")
	if !ok {
		return
	}
	if page, ok := m.listings[strings.Trim(handle, "/")]; ok {
		a.page, a.product = &page, m.byRef[page.Ref]
		a.set.product = a.product
		if a.product != nil {
			a.set.stage = m.stage(a)
		}
	}
}

// stage finds where an ad's product stands on its platform, or begins it.
func (m *Market) stage(a *adState) *stage {
	key := a.Platform + "/" + a.product.Ref
	if m.stages[key] == nil {
		m.stages[key] = &stage{}
	}
	return m.stages[key]
}

// counted is how many of the orders still count on a day: half of them after renewal days.
func (s *stage) counted(day dayKey, renewal float64) float64 {
	if s.sold > 0 && s.day < day {
		s.sold *= math.Exp2(-float64(day-s.day) / renewal)
	}
	s.day = day
	return s.sold
}

// worn is what is left of a product's purchases after those that were made.
func (m *Market) worn(a *adState, day dayKey) float64 {
	if a.set.stage == nil {
		return 1
	}
	return 1 / (1 + a.set.stage.counted(day, m.asm.Renewal)/(m.asm.Demand*a.where.people/2))
}

// crowd adds up how much is being spent on each product on each platform: the more, the dearer.
func (m *Market) crowd() {
	type stage struct {
		platform string
		product  *Product
	}
	sums := map[stage]int64{}
	for _, s := range m.order {
		sums[stage{s.platform, s.product}] += s.budget
	}
	for _, s := range m.order {
		s.crowd = sums[stage{s.platform, s.product}]
		if s.product == nil {
			s.crowd = s.budget
		}
	}
}

// cpm is what 1,000 impressions cost the set now, in minor units.
func (m *Market) cpm(s *setState, at moment) float64 {
	a := s.ads[0]
	spread := s.cpmBase
	if s.product != nil {
		spread += s.product.cpm
	}
	where := a.where
	crowd, own := float64(s.crowd)/m.dollar, float64(s.budget)/m.dollar
	full := math.Pow((1+crowd/(75*where.people))/(1+50/150.0), m.asm.Saturation)
	narrow := math.Pow((1+own/a.audience.size)/(1+50/250.0), 0.35)
	return m.asm.CPMMedian * m.dollar * math.Exp(spread) * where.price * a.venue.price * a.audience.price * at.price * full * narrow
}

// settle brings an ad's daily chance and its page up to date.
func (m *Market) settle(a *adState, day dayKey) {
	if a.version != m.version {
		m.resolve(a)
	}
	if a.day != day || a.mood == 0 {
		a.day = day
		today, yesterday := gauss(hashN(a.hash, int64(day))), gauss(hashN(a.hash, int64(day)-1))
		// Lag-1 correlation of 0.2, as measured on line items.
		a.mood = math.Exp(m.asm.DaySpread*(0.98*today+0.2*yesterday) - m.asm.DaySpread*m.asm.DaySpread/2)
	}
}

// clickRate is the chance that somebody who sees the ad clicks.
func (m *Market) clickRate(a *adState, at moment) float64 {
	base := 0.008
	if a.product != nil {
		base = a.product.ctr
	}
	tired := 1 / (1 + m.asm.FatiguePerView*float64(a.views)/(m.asm.Reach*a.where.people/4))
	return clamp(base*a.creative*a.mood*tired*at.click*a.audience.click*a.venue.click, 0, 0.25)
}

// buyRate is the chance that somebody who clicked buys, sooner or later.
func (m *Market) buyRate(a *adState, at moment) float64 {
	if a.product == nil || a.page.Price.Minor() <= 0 {
		return 0
	}
	price := float64(a.page.Price.Minor())
	bargain := clamp(math.Pow(float64(a.product.fair)/price, m.asm.PriceElasticity), 0.05, 1.6)
	ticket := math.Pow(60*m.dollar/price, m.asm.TicketPower)
	learned := 1 - m.asm.LearningLoss*(1-math.Min(1, float64(a.set.purchases)/50))
	return clamp(a.product.buy*m.asm.BuyLevel*bargain*clamp(ticket, 0.4, 2)*learned*m.worn(a, at.day)*at.buy*a.audience.buy*a.where.buy*a.venue.buy, 0, 0.4)
}

// underCap makes a cost cap hold: bidding less for a view loses auctions, so the set delivers less, never dearer than the cap on average.
func (m *Market) underCap(s *setState, at moment, weights []float64, spend, cpm float64) (float64, float64) {
	yield, sum := 0.0, 0.0 // purchases per view, as the set's ads share them
	for i, a := range s.ads {
		if weights[i] > 0 {
			m.settle(a, at.day)
			yield += weights[i] * m.clickRate(a, at) * m.buyRate(a, at)
			sum += weights[i]
		}
	}
	if yield == 0 {
		return 0, cpm
	}
	ratio := float64(s.costCap) / (cpm / 1000 * sum / yield)
	if ratio >= 1 {
		return spend, cpm
	}
	return spend * ratio * ratio * ratio, cpm * ratio
}
