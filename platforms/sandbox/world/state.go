package world

import (
	"net/http"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// Snapshot is what the sandbox has seen and done, for tests and for the curious.
type Snapshot struct {
	Now             time.Time           `json:"now"`
	Calls           map[string]int64    `json:"calls"`
	Messages        map[string]int64    `json:"messages"`
	Repeats         map[string]int64    `json:"repeats"`
	Rejected        map[string]int64    `json:"rejected"`
	Webhooks        HookStats           `json:"webhooks"`
	WebhooksWaiting int                 `json:"webhooks_waiting"`
	ShopProducts    int                 `json:"shop_products"`
	SupplierOrders  []*supplierOrder    `json:"supplier_orders"`
	StoredFiles     int                 `json:"stored_files"`
	StoredBytes     int64               `json:"stored_bytes"`
	Charged         []market.DayCharge  `json:"charged"`
	MaxChargedDay   int64               `json:"max_charged_day"`
	MaxChargedWeek  int64               `json:"max_charged_week"`
	SpentMinor      int64               `json:"spent_minor"`
	Buyers          int                 `json:"buyers"`
	Received        map[string]Received `json:"last_received"` // the last by channel
}

// Snapshot takes stock. Days and weeks are those of tz.
func (w *World) Snapshot(tz *time.Location) Snapshot {
	s := Snapshot{Now: w.now(), Charged: w.market.Ledger(), SpentMinor: w.market.Spent(), Buyers: w.market.Buyers(), Received: map[string]Received{}}
	s.MaxChargedDay, s.MaxChargedWeek = w.market.MaxCharged(tz)
	w.mu.Lock()
	defer w.mu.Unlock()
	s.Calls, s.Messages, s.Repeats, s.Rejected = clone(w.calls), clone(w.sinks.counts), clone(w.sinks.repeats), clone(w.sinks.rejected)
	s.Webhooks, s.WebhooksWaiting = w.hooks.stats, len(w.hooks.queue)
	s.ShopProducts, s.StoredFiles, s.StoredBytes = len(w.shop.products), len(w.storage.files), w.storage.bytes
	s.SupplierOrders = append([]*supplierOrder{}, w.supplier.orders...)
	for _, m := range w.sinks.received {
		s.Received[m.Channel] = m
	}
	return s
}

func clone(in map[string]int64) map[string]int64 {
	out := make(map[string]int64, len(in))
	for k, v := range in {
		out[k] = v
	}
	return out
}

// State shows the snapshot at /state and a sink's messages at /messages/{channel}.
func (w *World) State(tz *time.Location) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /state", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, http.StatusOK, w.Snapshot(tz)) })
	mux.HandleFunc("GET /messages/{channel}", func(rw http.ResponseWriter, r *http.Request) {
		list := w.Messages(strings.ToLower(r.PathValue("channel")))
		if list == nil {
			list = []Received{}
		}
		reply(rw, http.StatusOK, list)
	})
	return mux
}
