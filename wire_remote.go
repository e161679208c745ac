package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox"
)

// remoteTimeout bounds a call to a sandbox that runs elsewhere.
const remoteTimeout = 10 * time.Second

// remoteTime takes time and speed from a sandbox that runs elsewhere, so that both live in the same hour; without one it is start. A
// business never goes back behind what it has written down.
func (a *App) remoteTime(ctx context.Context, start time.Time) (time.Time, error) {
	if a.cfg.SandboxURL == "" {
		return start, nil
	}
	var moment sandbox.Moment
	if err := a.remote(ctx, http.MethodGet, "clock", nil, &moment); err != nil {
		return time.Time{}, err
	}
	if moment.Speed >= 1 {
		a.cfg.Speed = moment.Speed
	}
	if business, err := a.db.LastMoment(ctx); err != nil || business.After(moment.Now) {
		return business, err
	}
	return moment.Now, nil
}

// joinRemote points every client at a sandbox that runs elsewhere and has its shop send us its webhooks.
func (a *App) joinRemote(ctx context.Context) error {
	settings := map[string]string{}
	if err := a.remote(ctx, http.MethodGet, "settings", nil, &settings); err != nil {
		return err
	}
	a.pointAt(func(cfg configs.Config) configs.Config { return withSandbox(cfg, settings, nil) })
	return a.remote(ctx, http.MethodPost, "subscriptions", sandbox.Subscription{Address: a.publicURL() + "/api/webhooks/shopify"}, nil)
}

// remote calls the control of a sandbox that runs elsewhere. Its 409, to a second subscription of the same address, is as good as a 2xx.
func (a *App) remote(ctx context.Context, method, what string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, remoteTimeout)
	defer cancel()
	address := strings.TrimSuffix(a.cfg.SandboxURL, "/") + "/_sandbox/" + what
	data, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode what the sandbox is asked: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("ask the sandbox: %w", err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask the sandbox for its %s: %w", what, err)
	}
	defer func() { _ = answer.Body.Close() }() // it was read as far as it is wanted
	if answer.StatusCode > 299 && answer.StatusCode != http.StatusConflict {
		return fmt.Errorf("ask the sandbox for its %s: it answered %s", what, answer.Status)
	}
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(into); err != nil {
		return fmt.Errorf("read the sandbox's %s: %w", what, err)
	}
	return nil
}
