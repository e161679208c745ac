package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// deliveries is how many webhooks come: some in every run, TORTURE_DELIVERIES in a thorough one.
func deliveries() int {
	n, err := strconv.Atoi(os.Getenv("TORTURE_DELIVERIES"))
	if err != nil {
		return 400
	}
	return n
}

type webhook struct{ topic, body string }

// sale is an order as the test's shop knows it.
type sale struct {
	id        int64
	total     int64
	refunds   []int64
	cancelled bool
}

// shopDay makes orders with what happened to them since, and every webhook of it, in the order in which it happened.
func shopDay(chance *rand.Rand, n int, now time.Time) (sales []sale, out []webhook) {
	at := now.Add(-6 * time.Hour)
	stamp := func(d time.Duration) string { return at.Add(d).UTC().Format(time.RFC3339) }
	for i := 0; len(out) < n; i++ {
		s := sale{id: 820982911946000000 + int64(i), total: 1000 + chance.Int64N(9000)}
		version := func(d time.Duration, cancelled string) string {
			return fmt.Sprintf(`{"id":%d,"currency":"USD","total_price":"%d.%02d","created_at":%q,"updated_at":%q,"cancelled_at":%s,"line_items":[]}`,
				s.id, s.total/100, s.total%100, stamp(0), stamp(d), cancelled)
		}
		out = append(out, webhook{"orders/create", version(0, "null")})
		if chance.IntN(3) == 0 {
			out = append(out, webhook{"orders/updated", version(time.Minute, "null")})
		}
		for r := range chance.IntN(3) {
			amount := 100 + chance.Int64N(s.total/4)
			s.refunds = append(s.refunds, amount)
			out = append(out, webhook{"refunds/create", fmt.Sprintf(`{"id":%d,"order_id":%d,"created_at":%q,"transactions":[{"kind":"refund","status":"success","amount":"%d.%02d","currency":"USD"}]}`,
				s.id*10+int64(r), s.id, stamp(time.Hour), amount/100, amount%100)})
		}
		if chance.IntN(8) == 0 {
			s.cancelled = true
			out = append(out, webhook{"orders/cancelled", version(2*time.Hour, strconv.Quote(stamp(2*time.Hour)))})
		}
		sales = append(sales, s)
	}
	return sales, out
}

// Webhooks come in any order, three in ten of them twice, over several connections at once: what is known afterwards is what happened.
func TestDeliveries_InAnyOrderAndTwice(t *testing.T) {
	t.Parallel()
	const seed = 1001
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 2))
	o := openOffice(t)
	sales, all := shopDay(chance, deliveries(), o.app.clock.Now())
	for _, w := range all[:len(all):len(all)] {
		if chance.IntN(10) < 3 {
			all = append(all, w)
		}
	}
	chance.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	queue := make(chan webhook)
	var senders sync.WaitGroup
	for range 8 {
		senders.Add(1)
		go func() {
			defer senders.Done()
			for w := range queue {
				if err := o.post(w); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	for _, w := range all {
		queue <- w
	}
	close(queue)
	senders.Wait()
	o.within(30*time.Second+time.Duration(len(all))*25*time.Millisecond, "everything is taken in", func() bool { return o.number(`SELECT count(*) FROM webhook_inbox WHERE handled_at IS NULL`) == 0 })

	var total, refunded, cancelled int64
	for _, s := range sales {
		total += s.total
		for _, r := range s.refunds {
			refunded += r
		}
		if s.cancelled {
			cancelled++
		}
	}
	for what, want := range map[string]int64{
		`SELECT count(*) FROM orders`:                                    int64(len(sales)),
		`SELECT sum(total_minor)::bigint FROM orders`:                    total,
		`SELECT sum(refunded_minor)::bigint FROM orders`:                 refunded,
		`SELECT count(*) FROM orders WHERE status = 'cancelled'`:         cancelled,
		`SELECT sum(refunds_minor)::bigint FROM mv_daily_metrics`:        refunded,
		`SELECT count(*) FROM audit_log WHERE action = 'order_received'`: int64(len(sales)),
	} {
		if got := o.number(what); got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	o.mustHold(o.booksAgree)
}

func (o *office) post(w webhook) error {
	mac := hmac.New(sha256.New, []byte(o.app.cfg.Platforms.ShopifySecret))
	mac.Write([]byte(w.body))
	req, err := http.NewRequestWithContext(o.t.Context(), http.MethodPost, "http://"+o.app.Addr()+"/api/webhooks/shopify", bytes.NewReader([]byte(w.body)))
	if err != nil {
		return err
	}
	req.Header.Set("X-Shopify-Topic", w.topic)
	req.Header.Set("X-Shopify-Hmac-Sha256", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	_ = res.Body.Close() // the status is all that is wanted
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s was answered %s", w.topic, res.Status)
	}
	return nil
}
