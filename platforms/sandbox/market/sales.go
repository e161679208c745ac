package market

import (
	"cmp"
	"container/heap"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Purchase is a shop order at the moment it is paid.
type Purchase struct {
	OrderID     int64 // beyond 2^53, as the shop's are
	Number      int64 // 1001, 1002, …
	At          time.Time
	Customer    Customer
	Landing     string // the ad's link, with its UTM parameters
	Handle      string
	Ref         string // supplier reference
	Title       string
	Quantity    int64
	Unit, Total money.Amount
	Platform    string // the truth of where it came from
	AdID        string
}

// Refund is money given back for an order.
type Refund struct {
	OrderID int64
	At      time.Time
	Amount  money.Amount // the whole order
}

// sale is a purchase on its way: to the shop at at, into the platform's reports at known.
type sale struct {
	at, known time.Time
	key       string // ad
	n         int64  // of the ad
	ad        *adState
	day       dayKey // of the click
	hash      uint64
	page      Listing
	quantity  int64
	country   string
	due       time.Time // where it stands in its queue
	back      time.Time // refunded then; zero: kept
}

func (s *sale) before(o *sale) bool {
	if c := s.due.Compare(o.due); c != 0 {
		return c < 0
	}
	if c := strings.Compare(s.key, o.key); c != 0 {
		return c < 0
	}
	return cmp.Less(s.n, o.n)
}

// saleQueue is a heap of sales by due time, ad and number, so that its order does not depend on that of the calls.
type saleQueue []*sale

func (q saleQueue) Len() int           { return len(q) }
func (q saleQueue) Less(i, j int) bool { return q[i].before(q[j]) }
func (q saleQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }

// Push is for container/heap.
func (q *saleQueue) Push(x any) { *q = append(*q, x.(*sale)) }

// Pop is for container/heap.
func (q *saleQueue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}

type refundQueue []Refund

func (q refundQueue) Len() int { return len(q) }
func (q refundQueue) Less(i, j int) bool {
	if c := q[i].At.Compare(q[j].At); c != 0 {
		return c < 0
	}
	return q[i].OrderID < q[j].OrderID
}
func (q refundQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push is for container/heap.
func (q *refundQueue) Push(x any) { *q = append(*q, x.(Refund)) }

// Pop is for container/heap.
func (q *refundQueue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}

// sell decides when a click becomes an order, how large, and whether it lasts.
func (m *Market) sell(a *adState, at moment) {
	a.set.purchases++
	a.set.stage.sold = a.set.stage.counted(at.day, m.asm.Renewal) + 1
	a.sold++
	h := hashN(a.hash, 70000+a.sold)
	s := &sale{key: a.key, n: a.sold, ad: a, day: at.day, hash: h, page: *a.page, country: "US"}
	s.at = at.end.Add(delay(unit(hashN(h, 1)), unit(hashN(h, 2)))).Truncate(time.Second)
	s.quantity = 1
	if u := unit(hashN(h, 3)); u < 0.04 {
		s.quantity = 3
	} else if u < 0.15 {
		s.quantity = 2
	}
	if n := uint64(len(a.Countries)); n > 0 {
		s.country = a.Countries[hashN(h, 4)%n]
	}
	if unit(hashN(h, 5)) < m.asm.RefundRate*(1.5-a.product.quality) {
		s.back = s.at.Add(time.Duration((2 + 18*unit(hashN(h, 6))) * float64(24*time.Hour))).Truncate(time.Second)
	}
	s.due = s.at
	heap.Push(&m.sales, s)
	if unit(hashN(h, 7)) >= m.asm.Untracked {
		told := *s
		told.known = s.at.Add(ReportLag + time.Duration(45*unit(hashN(h, 8))*float64(time.Minute)))
		told.due = told.known
		heap.Push(&m.reports, &told)
	}
}

// delay is how long after the click a buyer pays: 35 % within an hour, 50 % within a day, the rest within a week, sooner more likely.
func delay(which, how float64) time.Duration {
	switch {
	case which < 0.35:
		return time.Duration(how * float64(time.Hour))
	case which < 0.5:
		return time.Hour + time.Duration(how*23*float64(time.Hour))
	}
	return 24*time.Hour + time.Duration(how*how*6*24*float64(time.Hour))
}

// attribute puts the purchases that platforms have learnt of by now into their reports, under the day of the click.
func (m *Market) attribute(now time.Time) {
	for len(m.reports) > 0 && !m.reports[0].due.After(now) {
		s := heap.Pop(&m.reports).(*sale)
		s.ad.add(s.day, Totals{Purchases: 1, RevenueMinor: s.page.Price.Minor() * s.quantity})
		m.buyers++
	}
}

// DueOrders are the purchases paid since the last call, in order of time. Each is given once.
func (m *Market) DueOrders(now time.Time) []Purchase {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance(now)
	var out []Purchase
	for len(m.sales) > 0 && !m.sales[0].due.After(now) {
		s := heap.Pop(&m.sales).(*sale)
		p := m.order1(s)
		out = append(out, p)
		if !s.back.IsZero() {
			heap.Push(&m.refunds, Refund{OrderID: p.OrderID, At: s.back, Amount: p.Total})
		}
	}
	return out
}

// order1 makes the shop's order of a sale.
func (m *Market) order1(s *sale) Purchase {
	m.orderNo++
	id := int64(1)<<53 + int64(s.hash>>3)
	for m.seen[id] {
		id++
	}
	m.seen[id] = true
	total := s.page.Price.MulRatio(s.quantity, 1, money.Down)
	return Purchase{
		OrderID: id, Number: m.orderNo, At: s.at, Customer: m.customer(s), Landing: s.ad.Landing, Handle: s.page.Handle,
		Ref: s.page.Ref, Title: s.page.Title, Quantity: s.quantity, Unit: s.page.Price, Total: total, Platform: s.ad.Platform, AdID: s.ad.ID,
	}
}

// DueRefunds are the refunds made since the last call, in order of time. Call DueOrders first: an order is refunded after it is placed.
func (m *Market) DueRefunds(now time.Time) []Refund {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance(now)
	var out []Refund
	for len(m.refunds) > 0 && !m.refunds[0].At.After(now) {
		out = append(out, heap.Pop(&m.refunds).(Refund))
	}
	return out
}

// NextSale is when the next order or refund is due that is known of now; false when none is under way.
func (m *Market) NextSale() (time.Time, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var next time.Time
	if len(m.sales) > 0 {
		next = m.sales[0].due
	}
	if len(m.refunds) > 0 && (next.IsZero() || m.refunds[0].At.Before(next)) {
		next = m.refunds[0].At
	}
	return next, !next.IsZero()
}
