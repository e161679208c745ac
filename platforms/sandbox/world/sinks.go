package world

import (
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"
	"unicode/utf8"
)

// Received is one message that a sink took.
type Received struct {
	ID      string    `json:"id"` // the service's, or the sender's event or Message-ID
	Channel string    `json:"channel"`
	To      string    `json:"to"`
	Subject string    `json:"subject,omitempty"`
	Body    string    `json:"body"`
	At      time.Time `json:"at"`
}

// keepMessages is how many messages a sink keeps for inspection; all are counted.
const keepMessages = 5000

// sinks hold what was sent to people and to the CRM.
type sinks struct {
	received []Received
	counts   map[string]int64 // by channel, repeats left out where the sender gave an id
	repeats  map[string]int64
	rejected map[string]int64
	seen     map[string]bool
}

func newSinks() sinks {
	return sinks{counts: map[string]int64{}, repeats: map[string]int64{}, rejected: map[string]int64{}, seen: map[string]bool{}}
}

// take keeps a message; it reports whether the sender's id is new. An empty id is always new.
func (w *World) take(m Received) (number int64, fresh bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if key := m.Channel + "\x00" + m.ID; m.ID != "" {
		if w.sinks.seen[key] {
			w.sinks.repeats[m.Channel]++
			return w.sinks.counts[m.Channel], false
		}
		w.sinks.seen[key] = true
	}
	w.sinks.counts[m.Channel]++
	m.At = w.now()
	if len(w.sinks.received) >= keepMessages {
		w.sinks.received = w.sinks.received[1:]
	}
	w.sinks.received = append(w.sinks.received, m)
	return w.sinks.counts[m.Channel], true
}

func (w *World) reject(channel string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sinks.rejected[channel]++
}

// Messages returns what a channel (email, sms, whatsapp, crm) took, oldest first; the last few thousand are kept.
func (w *World) Messages(channel string) []Received {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Received
	for _, m := range w.sinks.received {
		if m.Channel == channel {
			out = append(out, m)
		}
	}
	return out
}

var e164 = regexp.MustCompile(`^\+[1-9]\d{7,14}$`)

// Twilio takes text messages: POST /2010-04-01/Accounts/{sid}/Messages.json.
func (w *World) Twilio() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2010-04-01/Accounts/{sid}/Messages.json", w.twilioSend)
	mux.HandleFunc("GET /2010-04-01/Accounts/{file}", func(rw http.ResponseWriter, r *http.Request) {
		if !w.twilioRefuses(rw, r, w.secrets.TwilioSID) {
			reply(rw, http.StatusOK, object{"sid": w.secrets.TwilioSID, "status": "active", "type": "Full", "friendly_name": "Sandbox"})
		}
	})
	return w.counted("twilio", mux)
}

func twilioError(rw http.ResponseWriter, status, code int, message string) {
	reply(rw, status, object{"code": code, "message": message, "more_info": fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code), "status": status})
}

func (w *World) twilioRefuses(rw http.ResponseWriter, r *http.Request, sid string) bool {
	user, password, _ := r.BasicAuth()
	if user == w.secrets.TwilioSID && password == w.secrets.TwilioToken && sid == w.secrets.TwilioSID {
		return false
	}
	w.reject("sms")
	twilioError(rw, http.StatusUnauthorized, 20003, "Authenticate")
	return true
}

func (w *World) twilioSend(rw http.ResponseWriter, r *http.Request) {
	if w.twilioRefuses(rw, r, r.PathValue("sid")) {
		return
	}
	to, from, body := r.PostFormValue("To"), r.PostFormValue("From"), r.PostFormValue("Body")
	service := r.PostFormValue("MessagingServiceSid")
	switch {
	case !e164.MatchString(to):
		w.reject("sms")
		twilioError(rw, http.StatusBadRequest, 21211, "The 'To' number "+to+" is not a valid phone number.")
		return
	case from == "" && service == "":
		w.reject("sms")
		twilioError(rw, http.StatusBadRequest, 21603, "A 'From' phone number is required.")
		return
	case body == "":
		w.reject("sms")
		twilioError(rw, http.StatusBadRequest, 21602, "Message body is required.")
		return
	case utf8.RuneCountInString(body) > 1600:
		w.reject("sms")
		twilioError(rw, http.StatusBadRequest, 21617, "The concatenated message body exceeds the 1600 character limit.")
		return
	}
	n, _ := w.take(Received{Channel: "sms", To: to, Body: body})
	reply(rw, http.StatusCreated, object{"sid": fmt.Sprintf("SM%032x", n), "account_sid": w.secrets.TwilioSID, "status": "queued", "to": to, "from": orElse(from, service), "body": body,
		"num_segments": "1", "direction": "outbound-api", "price": nil, "price_unit": "USD", "error_code": nil, "error_message": nil,
		"date_created": w.now().UTC().Format(time.RFC1123Z), "uri": fmt.Sprintf("/2010-04-01/Accounts/%s/Messages/SM%032x.json", w.secrets.TwilioSID, n)})
}

// WhatsApp takes Cloud API messages: POST /{version}/{phone-number-id}/messages.
func (w *World) WhatsApp() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{version}/{phone}/messages", w.whatsAppSend)
	mux.HandleFunc("GET /{version}/{phone}", func(rw http.ResponseWriter, r *http.Request) {
		if !w.whatsAppRefuses(rw, r) {
			reply(rw, http.StatusOK, object{"id": w.secrets.WhatsAppPhoneID, "display_phone_number": "+1 555-078-3881", "verified_name": "Sandbox", "quality_rating": "GREEN"})
		}
	})
	return w.counted("whatsapp", mux)
}

func whatsAppError(rw http.ResponseWriter, status, code int, message, details string) {
	reply(rw, status, object{"error": object{"message": fmt.Sprintf("(#%d) %s", code, message), "type": "OAuthException", "code": code,
		"error_data": object{"messaging_product": "whatsapp", "details": details}, "fbtrace_id": "ASandboxTrace"}})
}

func (w *World) whatsAppRefuses(rw http.ResponseWriter, r *http.Request) bool {
	switch {
	case r.Header.Get("Authorization") != "Bearer "+w.secrets.WhatsAppToken:
		whatsAppError(rw, http.StatusUnauthorized, 190, "Invalid OAuth access token", "Cannot parse access token")
	case r.PathValue("phone") != w.secrets.WhatsAppPhoneID:
		whatsAppError(rw, http.StatusBadRequest, 100, "Invalid parameter", "Object with ID '"+r.PathValue("phone")+"' does not exist")
	default:
		return false
	}
	w.reject("whatsapp")
	return true
}

func (w *World) whatsAppSend(rw http.ResponseWriter, r *http.Request) {
	if w.whatsAppRefuses(rw, r) {
		return
	}
	var in struct {
		Product string `json:"messaging_product"`
		To      string `json:"to"`
		Type    string `json:"type"`
		Text    struct {
			Body string `json:"body"`
		} `json:"text"`
		Template struct {
			Name       string                `json:"name"`
			Language   struct{ Code string } `json:"language"`
			Components json.RawMessage       `json:"components"`
		} `json:"template"`
	}
	problem := ""
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		problem = "the body is not JSON"
	}
	body := in.Text.Body
	if in.Type == "template" {
		body = in.Template.Name + " " + string(in.Template.Components)
	}
	switch {
	case problem != "":
	case in.Product != "whatsapp":
		problem = "messaging_product must be whatsapp"
	case !regexp.MustCompile(`^\+?[1-9]\d{7,14}$`).MatchString(in.To):
		problem = "to is not a phone number"
	case in.Type != "text" && in.Type != "template" && in.Type != "":
		problem = "type must be text or template"
	case in.Type == "template" && (in.Template.Name == "" || in.Template.Language.Code == ""):
		problem = "a template needs name and language.code"
	case in.Type != "template" && (body == "" || utf8.RuneCountInString(body) > 4096):
		problem = "text.body must be 1 to 4096 characters"
	}
	if problem != "" {
		w.reject("whatsapp")
		whatsAppError(rw, http.StatusBadRequest, 100, "Invalid parameter", problem)
		return
	}
	n, _ := w.take(Received{Channel: "whatsapp", To: in.To, Subject: in.Template.Name, Body: body})
	reply(rw, http.StatusOK, object{"messaging_product": "whatsapp", "contacts": []object{{"input": in.To, "wa_id": in.To}},
		"messages": []object{{"id": fmt.Sprintf("wamid.SANDBOX%d", n), "message_status": "accepted"}}})
}

// CRM takes business events: POST of JSON, X-Signature-256 over the raw body, X-Event-Id to tell repeats.
func (w *World) CRM() http.Handler {
	return w.counted("crm", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		want := "sha256=" + hex.EncodeToString(sign(w.secrets.CRMSecret, body))
		switch {
		case r.Method != http.MethodPost:
			http.Error(rw, "POST only", http.StatusMethodNotAllowed)
			return
		case err != nil || !json.Valid(body):
			w.reject("crm")
			http.Error(rw, "the body is not JSON", http.StatusBadRequest)
			return
		case !hmac.Equal([]byte(want), []byte(r.Header.Get("X-Signature-256"))):
			w.reject("crm")
			http.Error(rw, "the signature does not match", http.StatusUnauthorized)
			return
		case r.Header.Get("X-Event-Id") == "":
			w.reject("crm")
			http.Error(rw, "X-Event-Id is missing", http.StatusBadRequest)
			return
		}
		w.take(Received{Channel: "crm", ID: r.Header.Get("X-Event-Id"), Subject: r.Header.Get("X-Event"), Body: string(body)})
		rw.WriteHeader(http.StatusNoContent)
	}))
}
