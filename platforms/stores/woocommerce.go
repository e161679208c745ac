package stores

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

// WooTopics are what a WooCommerce shop has to tell us of. Refunds and cancellations are updates of their orders.
var WooTopics = []string{"order.created", "order.updated"}

// WooCommerce reads orders and keeps webhooks through the REST API, version 3.
type WooCommerce struct {
	service  *httpx.Service
	login    httpx.Secret // of basic authentication
	webhooks string       // our address; empty where we do not know it, and then nothing is subscribed
	secret   httpx.Secret // with which the shop signs its webhooks
}

// NewWooCommerce makes a client for the shop at baseURL. key and secret are those of a REST API key that may read and write.
func NewWooCommerce(baseURL string, key, secret httpx.Secret, h *httpx.Client) (*WooCommerce, error) {
	login := base64.StdEncoding.EncodeToString([]byte(key.Reveal() + ":" + secret.Reveal()))
	service, err := h.Service("woocommerce", baseURL, httpx.Secret(login))
	if err != nil {
		return nil, err
	}
	return &WooCommerce{service: service, login: httpx.Secret(login)}, nil
}

// TellAt names our address for webhooks, and the secret that they are to be signed with.
func (w *WooCommerce) TellAt(webhooks string, secret httpx.Secret) {
	w.webhooks, w.secret = webhooks, secret
}

// Shop is the name under which orders of this shop are kept.
func (w *WooCommerce) Shop() string { return "woocommerce" }

func (w *WooCommerce) call(ctx context.Context, operation, method, path string, query url.Values, body httpx.Body, into any) error {
	res, err := w.service.Do(ctx, httpx.Request{
		Operation: operation, Method: method, Path: "/wp-json/wc/v3" + path, Query: query, Body: body,
		Header: http.Header{"Authorization": {"Basic " + w.login.Reveal()}},
	})
	if err != nil {
		return err
	}
	if err := w.service.StatusFault(res, false, operation); err != nil {
		return err
	}
	return w.service.Decode(res, false, into)
}

const wooPage = 100

// Changed reads the orders that the shop modified since a moment, oldest first, and which topics it does not tell our address of. The
// shop's moments are exclusive, so a second before is asked for.
func (w *WooCommerce) Changed(ctx context.Context, since time.Time) (ordering.Changes, error) {
	query := url.Values{
		"modified_after": {since.UTC().Add(-time.Second).Format(wooTime)}, "dates_are_gmt": {"true"}, "orderby": {"modified"}, "order": {"asc"},
		"per_page": {strconv.Itoa(wooPage)},
	}
	var out ordering.Changes
	for page := 1; page <= pagesPerCall; page++ {
		query.Set("page", strconv.Itoa(page))
		var rows []json.RawMessage
		if err := w.call(ctx, "read_orders", http.MethodGet, "/orders", query, httpx.Body{}, &rows); err != nil {
			return ordering.Changes{}, err
		}
		for _, row := range rows {
			found, err := wooOrder(row)
			if err != nil {
				found = []ordering.Incoming{{Kind: ordering.KindInvalid, Problem: err.Error()}}
			}
			out.Incoming = append(out.Incoming, found...)
			out.Until = later(out.Until, found[0].Order.UpdatedAt)
		}
		if out.More = len(rows) == wooPage; !out.More {
			break
		}
	}
	return out, w.hear(ctx, &out)
}

// hear finds the topics without an active webhook to our address: the shop disables one that failed five times.
func (w *WooCommerce) hear(ctx context.Context, out *ordering.Changes) error {
	if w.webhooks == "" {
		return nil
	}
	rows, err := w.list(ctx)
	if err != nil {
		return err
	}
	for _, topic := range WooTopics {
		if row := w.of(rows, topic); row == nil || row.Status != "active" {
			out.Unheard = append(out.Unheard, topic)
		}
	}
	return nil
}

type wooWebhook struct {
	ID      int64  `json:"id"`
	Topic   string `json:"topic"`
	Status  string `json:"status"`
	Address string `json:"delivery_url"`
}

func (w *WooCommerce) list(ctx context.Context) (rows []wooWebhook, err error) {
	return rows, w.call(ctx, "list_webhooks", http.MethodGet, "/webhooks", url.Values{"per_page": {strconv.Itoa(wooPage)}}, httpx.Body{}, &rows)
}

func (w *WooCommerce) of(rows []wooWebhook, topic string) *wooWebhook {
	for i := range rows {
		if rows[i].Topic == topic && rows[i].Address == w.webhooks {
			return &rows[i]
		}
	}
	return nil
}

// Subscribe makes the shop tell us of a topic: a webhook that it has disabled is made active again, and reads back as such.
func (w *WooCommerce) Subscribe(ctx context.Context, topic string) (string, error) {
	if !strings.HasPrefix(topic, "order.") || w.webhooks == "" {
		return "", fault.Refuse("unknown_topic", "WooCommerce has nothing to tell us of %s, or we have no address", topic)
	}
	rows, err := w.list(ctx)
	if err != nil {
		return "", err
	}
	body, err := httpx.JSON(map[string]string{
		"name": "agente-ceo " + topic, "topic": topic, "delivery_url": w.webhooks, "secret": w.secret.Reveal(), "status": "active",
	})
	if err != nil {
		return "", err
	}
	path := "/webhooks"
	if row := w.of(rows, topic); row != nil {
		path += "/" + strconv.FormatInt(row.ID, 10)
	}
	var made wooWebhook
	if err := w.call(ctx, "subscribe", http.MethodPost, path, nil, body, &made); err != nil {
		return "", err
	}
	if made.Status != "active" || made.ID == 0 {
		return "", fault.Retry("bad_answer", 0, fmt.Errorf("WooCommerce answered with the webhook %d as %q", made.ID, made.Status))
	}
	return strconv.FormatInt(made.ID, 10), nil
}

// Check reads the newest order.
func (w *WooCommerce) Check(ctx context.Context) error {
	var rows []json.RawMessage
	return w.call(ctx, "check", http.MethodGet, "/orders", url.Values{"per_page": {"1"}}, httpx.Body{}, &rows)
}
