package main

import (
	"net/http"

	"github.com/agente-ceo/agente-ceo/actors/courier"
	"github.com/agente-ceo/agente-ceo/httpapi"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// seams are where a test puts something between the business and what it rests on, to plant a mistake and see that it is found. Only tests
// can set them; nil is nothing.
type seams struct {
	store     func(actorkit.Store) actorkit.Store
	webhooks  func(httpapi.WebhookStore) httpapi.WebhookStore
	performer func(account string, p courier.Performer) courier.Performer
	world     func(http.Handler) http.Handler // what the sandbox is reached through
}

func (s seams) overStore(store actorkit.Store) actorkit.Store {
	if s.store == nil {
		return store
	}
	return s.store(store)
}

func (s seams) overWebhooks(store httpapi.WebhookStore) httpapi.WebhookStore {
	if s.webhooks == nil {
		return store
	}
	return s.webhooks(store)
}

func (s seams) overPerformer(account string, p courier.Performer) courier.Performer {
	if s.performer == nil {
		return p
	}
	return s.performer(account, p)
}

func (s seams) overWorld(h http.Handler) http.Handler {
	if s.world == nil {
		return h
	}
	return s.world(h)
}
