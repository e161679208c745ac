package world

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// topics are the webhook topics that the shop has, by their name in the API and on the wire.
var topics = map[string]string{"ORDERS_CREATE": "orders/create", "REFUNDS_CREATE": "refunds/create"}

// hookPatience is how long an undelivered webhook is tried again. The real shop gives up after eight tries in four hours and then removes
// the subscription; a world whose day lasts a minute would silence itself at every restart of the receiver.
const hookPatience = 48 * time.Hour

// hooks is the shop's post: who wants what, and what is on its way.
type hooks struct {
	subscriptions []subscription
	subscribed    int64
	changed       []change    // every version of every order, oldest first
	queue         []*delivery // by due, then number
	made          int64
	orders        map[int64]*orderRecord
	stats         HookStats
}

type subscription struct {
	number int64
	topic  string // ORDERS_CREATE
	url    string
}

// HookStats counts what became of the shop's webhooks.
type HookStats struct {
	Delivered  int64 `json:"delivered"`  // answered 2xx, repeats included
	Duplicates int64 `json:"duplicates"` // sent once more on purpose
	Failed     int64 `json:"failed"`     // attempts not answered 2xx
	Dropped    int64 `json:"dropped"`    // given up
	Orders     int64 `json:"orders"`
	Refunds    int64 `json:"refunds"`
}

// orderRecord is what the shop remembers of an order, for refunds and for inspection.
type orderRecord struct {
	market.Purchase
	refunded bool
	refund   market.Refund
	updated  time.Time
}

type delivery struct {
	number int64
	topic  string // orders/create
	url    string
	event  string
	body   []byte
	made   time.Time
	due    time.Time
	tries  int
	repeat bool
}

// Subscribe makes the shop send a topic (ORDERS_CREATE, REFUNDS_CREATE) to an address, as an administrator does in the shop's settings.
// One that is there already stays as it is.
func (w *World) Subscribe(topic, address string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.taken(topic, address) {
		return nil
	}
	_, err := w.addSubscription(topic, address)
	return err
}

// Unsubscribe removes every subscription, as a shop does whose deliveries failed for too long.
func (w *World) Unsubscribe() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hooks.subscriptions = nil
}

func (w *World) addSubscription(topic, address string) (subscription, error) {
	u, err := url.Parse(address)
	switch {
	case topics[topic] == "":
		return subscription{}, fmt.Errorf("topic %q is not one of the shop's", topic)
	case w.taken(topic, address):
		return subscription{}, errors.New("address for this topic has already been taken")
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return subscription{}, fmt.Errorf("address %q is invalid", address)
	}
	w.hooks.subscribed++
	s := subscription{number: w.hooks.subscribed, topic: topic, url: address}
	w.hooks.subscriptions = append(w.hooks.subscriptions, s)
	return s, nil
}

func (w *World) taken(topic, address string) bool {
	return slices.ContainsFunc(w.hooks.subscriptions, func(s subscription) bool { return s.topic == topic && s.url == address })
}

func (w *World) subscribe(topic string, input map[string]any) (any, error) {
	address := argText(input, "uri")
	if address == "" {
		address = argText(input, "callbackUrl")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s, err := w.addSubscription(topic, address)
	if err != nil {
		return object{"webhookSubscription": nil, "userErrors": userErrors("INVALID", err.Error(), "webhookSubscription", "callbackUrl")}, nil
	}
	return object{"webhookSubscription": s.node(), "userErrors": []object{}}, nil
}

func (s subscription) id() string {
	return fmt.Sprintf("gid://shopify/WebhookSubscription/%d", s.number)
}

// unsubscribe removes a subscription, as an administrator does, or the shop itself after too many failures.
func (w *World) unsubscribe(id string) any {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := len(w.hooks.subscriptions)
	w.hooks.subscriptions = slices.DeleteFunc(w.hooks.subscriptions, func(s subscription) bool { return s.id() == id })
	if len(w.hooks.subscriptions) == before {
		return object{"deletedWebhookSubscriptionId": nil, "userErrors": userErrors("NOT_FOUND", "Webhook subscription does not exist", "id")}
	}
	return object{"deletedWebhookSubscriptionId": id, "userErrors": []object{}}
}

func (s subscription) node() object {
	return object{"id": s.id(), "topic": s.topic, "uri": s.url, "callbackUrl": s.url, "format": "JSON",
		"endpoint": object{"__typename": "WebhookHttpEndpoint", "callbackUrl": s.url}}
}

func (w *World) subscriptions() any {
	w.mu.Lock()
	defer w.mu.Unlock()
	nodes := []object{}
	for _, s := range w.hooks.subscriptions {
		nodes = append(nodes, s.node())
	}
	return connection(nodes)
}

// Deliver brings the shop to now: orders that were paid and refunds that were made become webhooks, and those due are sent, one at a time,
// in a fixed order. A receiver that fails is tried again later; the error is only for a context that ended.
func (w *World) Deliver(ctx context.Context, now time.Time) error {
	orders := w.market.DueOrders(now)
	refunds := w.market.DueRefunds(now)
	w.mu.Lock()
	for _, o := range orders {
		w.enqueueOrder(o)
	}
	for _, r := range refunds {
		w.enqueueRefund(r)
	}
	w.mu.Unlock()
	for {
		d := w.nextDue(now)
		if d == nil {
			return nil
		}
		if err := ctx.Err(); err != nil {
			w.requeue(d, now)
			return err
		}
		w.attempt(ctx, d, now)
	}
}

func (w *World) enqueueOrder(o market.Purchase) {
	if w.hooks.orders == nil {
		w.hooks.orders = map[int64]*orderRecord{}
	}
	w.hooks.orders[o.OrderID] = &orderRecord{Purchase: o}
	w.touchOrder(o.OrderID, o.At)
	w.hooks.stats.Orders++
	w.enqueue("ORDERS_CREATE", fmt.Sprint(o.OrderID), orderBody(o, w.base), o.At)
}

func (w *World) enqueueRefund(r market.Refund) {
	o := w.hooks.orders[r.OrderID]
	if o == nil || o.refunded {
		return
	}
	o.refunded, o.refund = true, r
	w.touchOrder(r.OrderID, r.At)
	w.hooks.stats.Refunds++
	w.enqueue("REFUNDS_CREATE", fmt.Sprint(r.OrderID), refundBody(o.Purchase, r), r.At)
}

// enqueue makes one delivery for every subscription; now and then one is late, so that others overtake it, or comes twice.
func (w *World) enqueue(topic, name string, content any, at time.Time) {
	body, err := json.Marshal(content)
	if err != nil {
		panic("world: unencodable webhook: " + err.Error())
	}
	for _, s := range w.hooks.subscriptions {
		if s.topic != topic {
			continue
		}
		chance := derived("webhook", topic, name, fmt.Sprint(s.number)) // by number: addresses differ from run to run
		d := &delivery{topic: topics[topic], url: s.url, event: uuid(topic, name), body: body, made: at, due: at}
		if chance%20 == 0 {
			d.due = at.Add(time.Duration(20+chance/100%60) * time.Minute)
		}
		w.push(d)
		if chance/1000%25 == 0 {
			twin := *d
			twin.due, twin.repeat = d.due.Add(time.Duration(1+chance/100000%90)*time.Minute), true
			w.hooks.stats.Duplicates++
			w.push(&twin)
		}
	}
}

func uuid(parts ...string) string {
	a, b := derived(append(parts, "a")...), derived(append(parts, "b")...)
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", uint32(a), uint16(a>>32), a>>48&0xfff, b&0xfff, b>>12&0xffffffffffff)
}

func (w *World) push(d *delivery) {
	w.hooks.made++
	if d.number == 0 || d.repeat {
		d.number = w.hooks.made
	}
	w.insert(d)
}

func (w *World) insert(d *delivery) {
	i, _ := slices.BinarySearchFunc(w.hooks.queue, d, func(a, b *delivery) int {
		return cmp.Or(a.due.Compare(b.due), cmp.Compare(a.number, b.number))
	})
	w.hooks.queue = slices.Insert(w.hooks.queue, i, d)
}

func (w *World) nextDue(now time.Time) *delivery {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.hooks.queue) == 0 || w.hooks.queue[0].due.After(now) {
		return nil
	}
	d := w.hooks.queue[0]
	w.hooks.queue = w.hooks.queue[1:]
	return d
}

func (w *World) requeue(d *delivery, due time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d.due = due
	w.insert(d)
}

// attempt sends one delivery and decides what becomes of it.
func (w *World) attempt(ctx context.Context, d *delivery, now time.Time) {
	err := w.post(ctx, d, now)
	w.mu.Lock()
	if err == nil {
		w.hooks.stats.Delivered++
		w.mu.Unlock()
		return
	}
	w.hooks.stats.Failed++
	d.tries++
	if now.Sub(d.made) > hookPatience {
		w.hooks.stats.Dropped++
		w.mu.Unlock()
		return
	}
	w.mu.Unlock()
	w.requeue(d, now.Add(min(time.Minute<<min(d.tries, 6), time.Hour)))
}

func (w *World) post(ctx context.Context, d *delivery, now time.Time) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, bytes.NewReader(d.body))
	if err != nil {
		return fmt.Errorf("make a webhook for %s: %w", d.url, err)
	}
	for key, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "Shopify-Captain-Hook", "X-Shopify-Topic": d.topic, "X-Shopify-Shop-Domain": ShopDomain,
		"X-Shopify-API-Version": "2026-07", "X-Shopify-Webhook-Id": d.event, "X-Shopify-Event-Id": d.event,
		"X-Shopify-Triggered-At": d.made.UTC().Format(time.RFC3339Nano), "X-Shopify-Hmac-Sha256": base64.StdEncoding.EncodeToString(sign(w.secrets.ShopifyWebhookSecret, d.body)),
	} {
		r.Header.Set(key, value)
	}
	resp, err := w.send(r)
	if err != nil {
		return fmt.Errorf("deliver a webhook to %s: %w", d.url, err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("deliver a webhook to %s: answered %s", d.url, resp.Status)
	}
	return nil
}

// NextDelivery is when the next webhook is due of those that exist; false when there is none.
func (w *World) NextDelivery() (time.Time, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.hooks.queue) == 0 {
		return time.Time{}, false
	}
	return w.hooks.queue[0].due, true
}
