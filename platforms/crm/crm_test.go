package crm_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/crm"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

var _ platforms.CRM = (*crm.Client)(nil)

func TestClient_Send(t *testing.T) {
	t.Parallel()
	status := http.StatusNoContent
	var got *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	client, err := crm.New(server.URL+"/hook", "It's a Secret to Everybody", httpx.New(httpx.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	// The vector that the documentation of signed webhooks at GitHub publishes.
	if err := client.Send(t.Context(), "order_created", "eff_1", []byte("Hello, World!")); err != nil {
		t.Fatal(err)
	}
	const want = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	if got.URL.Path != "/hook" || got.Header.Get("X-Signature-256") != want || got.Header.Get("X-Event-Id") != "eff_1" || string(body) != "Hello, World!" {
		t.Fatalf("path %s, headers %v, body %q", got.URL.Path, got.Header, body)
	}
	for code, kind := range map[int]fault.Kind{500: fault.Retryable, 429: fault.Retryable, 400: fault.Refused, 401: fault.Terminal} {
		status = code
		if err := client.Send(t.Context(), "order_created", "eff_1", nil); fault.KindOf(err) != kind {
			t.Errorf("status %d: %v, want %v", code, err, kind)
		}
	}
}
