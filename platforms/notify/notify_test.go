package notify_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/notify"
)

var (
	_ platforms.Notifier = (*notify.Mail)(nil)
	_ platforms.Notifier = (*notify.SMS)(nil)
	_ platforms.Notifier = (*notify.WhatsApp)(nil)
)

// answering is a server that keeps the last body and answers as told.
type answering struct {
	status int
	answer string
	path   string
	auth   string
	body   string
}

func (a *answering) start(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		a.path, a.auth, a.body = r.URL.Path, r.Header.Get("Authorization"), string(data)
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.answer)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestSMS_Send(t *testing.T) {
	t.Parallel()
	server := &answering{status: 201, answer: `{"sid":"SM1","status":"queued"}`}
	sms, err := notify.NewSMS(server.start(t), "AC1", "token", "+15005550006", httpx.New(httpx.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := sms.Send(t.Context(), "eff_1", "+5521990000000", "", "Olá & obrigado"); err != nil {
		t.Fatal(err)
	}
	form, err := url.ParseQuery(server.body)
	if err != nil || server.path != "/2010-04-01/Accounts/AC1/Messages.json" || form.Get("Body") != "Olá & obrigado" || form.Get("From") != "+15005550006" || !strings.HasPrefix(server.auth, "Basic ") {
		t.Fatalf("path %s, form %v, error %v", server.path, form, err)
	}
	for answer, want := range map[string]fault.Kind{
		`{"code":20003,"message":"Authenticate"}`:     fault.Terminal,
		`{"code":21211,"message":"Invalid number"}`:   fault.Refused,
		`{"code":20429,"message":"Too many"}`:         fault.Retryable,
		`{"code":99999,"message":"Something is off"}`: fault.Ambiguous,
	} {
		server.status, server.answer = 500, answer
		if err := sms.Send(t.Context(), "eff_1", "+1", "", "x"); fault.KindOf(err) != want {
			t.Errorf("%s: %v, want %v", answer, err, want)
		}
	}
}

func TestWhatsApp_Send(t *testing.T) {
	t.Parallel()
	server := &answering{status: 200, answer: `{"messages":[{"id":"wamid.1"}]}`}
	wa, err := notify.NewWhatsApp(server.start(t), "v26.0", "1055", "token", httpx.New(httpx.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := wa.Send(t.Context(), "eff_1", "+55 21 99000-0000", "", "Seu pedido saiu"); err != nil {
		t.Fatal(err)
	}
	var sent map[string]any
	if err := json.Unmarshal([]byte(server.body), &sent); err != nil {
		t.Fatal(err)
	}
	if server.path != "/v26.0/1055/messages" || sent["to"] != "5521990000000" || sent["messaging_product"] != "whatsapp" || server.auth != "Bearer token" {
		t.Fatalf("path %s, body %v", server.path, sent)
	}
	for answer, want := range map[string]fault.Kind{
		`{"error":{"code":190,"message":"expired"}}`:      fault.Terminal,
		`{"error":{"code":131047,"message":"window"}}`:    fault.Refused,
		`{"error":{"code":131056,"message":"pair rate"}}`: fault.Retryable,
	} {
		server.status, server.answer = 400, answer
		if err := wa.Send(t.Context(), "eff_1", "1", "", "x"); fault.KindOf(err) != want {
			t.Errorf("%s: %v, want %v", answer, err, want)
		}
	}
}

func TestNewMail_Refuses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "mail.example.com", "http://mail.example.com", "smtp://"} {
		if _, err := notify.NewMail(address, "shop@example.com"); err == nil || !strings.Contains(err.Error(), "SMTP_URL") {
			t.Errorf("%q: error %v", address, err)
		}
	}
}

func TestMail_Send_Classifies(t *testing.T) {
	t.Parallel()
	m, err := notify.NewMail("smtp://127.0.0.1:1", "shop@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Send(t.Context(), "eff_1", "not an address", "s", "b"); fault.CodeOf(err) != "bad_recipient" {
		t.Errorf("recipient: %v", err)
	}
	if err := m.Send(t.Context(), "eff_1", "a@example.com", "s", "b"); fault.KindOf(err) != fault.Retryable {
		t.Errorf("closed port: %v", err)
	}
}
