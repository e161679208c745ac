// Package crm sends business events to the shop's CRM: a JSON body with an HMAC-SHA256 over the raw bytes in X-Signature-256, as Meta
// signs its webhooks, and an event id that the receiver drops duplicates by.
package crm

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

// Client sends to one address.
type Client struct {
	service *httpx.Service
	secret  httpx.Secret
}

// New makes a client for the full webhook address; secret signs and may be empty, which leaves the header out.
func New(address string, secret httpx.Secret, h *httpx.Client) (*Client, error) {
	service, err := h.Service("crm", address, secret)
	if err != nil {
		return nil, err
	}
	return &Client{service: service, secret: secret}, nil
}

// Send posts one event. Receivers drop a repeated event id, so a lost answer is Retryable, not Ambiguous.
func (c *Client) Send(ctx context.Context, event, eventID string, body []byte) error {
	header := http.Header{"X-Event": {event}, "X-Event-Id": {eventID}}
	if c.secret != "" {
		header.Set("X-Signature-256", Sign(c.secret, body))
	}
	res, err := c.service.Do(ctx, httpx.Request{
		Operation: "send_event", Method: http.MethodPost, Header: header, Body: httpx.Body{Type: "application/json", Data: body},
	})
	if err != nil {
		return err
	}
	return c.service.StatusFault(res, false, "send "+event+" to the CRM")
}

// Sign is the value of X-Signature-256 for a body.
func Sign(secret httpx.Secret, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}
