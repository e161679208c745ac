package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"

	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func (a *App) savedSettings(context.Context) (map[string]string, error) { return nil, nil }

func (a *App) handler() (http.Handler, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/webhooks/shopify", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		sum := sha256.Sum256(body)
		if _, _, err := a.db.StoreWebhook(r.Context(), "shopify", r.Header.Get("X-Shopify-Topic"), hex.EncodeToString(sum[:]), nil, body, a.clock.Now()); err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
		a.directory.Tell(actorkit.Key{Kind: "orders", ID: "main"}, &messages.WebhookStored{})
	})
	return mux, nil
}
