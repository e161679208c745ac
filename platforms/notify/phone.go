package notify

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

// SMS sends text messages through Twilio's Messages resource.
type SMS struct {
	service *httpx.Service
	sid     string
	token   httpx.Secret
	from    string
}

// NewSMS makes a client; from is a number in E.164 form or a messaging service's SID ("MG…").
func NewSMS(baseURL, accountSID string, token httpx.Secret, from string, h *httpx.Client) (*SMS, error) {
	service, err := h.Service("twilio", baseURL, token)
	if err != nil {
		return nil, err
	}
	return &SMS{service: service, sid: accountSID, token: token, from: from}, nil
}

// Channel is "sms".
func (s *SMS) Channel() string { return "sms" }

// Send sends one message. Twilio has no idempotency key, so a lost answer is Ambiguous: better one message too few than two.
func (s *SMS) Send(ctx context.Context, _, to, _, body string) error {
	form := url.Values{"To": {to}, "Body": {body}}
	if strings.HasPrefix(s.from, "MG") {
		form.Set("MessagingServiceSid", s.from)
	} else {
		form.Set("From", s.from)
	}
	res, err := s.service.Do(ctx, httpx.Request{
		Operation: "send_sms", Method: http.MethodPost, Path: "/2010-04-01/Accounts/" + url.PathEscape(s.sid) + "/Messages.json",
		Header: s.header(), Body: httpx.Form(form), Mutates: true,
	})
	if err != nil {
		return err
	}
	return s.fault(res, true)
}

type twilioProblem struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// fault sorts by Twilio's code where there is one; credentials (20003) stop the channel, numbers are refused one by one.
func (s *SMS) fault(res httpx.Response, mutates bool) error {
	if res.Status < 300 {
		return nil
	}
	var p twilioProblem
	if s.service.Decode(res, false, &p) != nil || p.Code == 0 {
		return s.service.StatusFault(res, mutates, "send SMS")
	}
	switch p.Code {
	case 20003:
		return fault.Stop("token_invalid", "Twilio refuses the credentials: %s", p.Message)
	case 20429:
		return fault.Retry("throttled", httpx.RetryAfter(res.Header, s.service.Now()), fmt.Errorf("send SMS: %s", p.Message))
	case 21211, 21610, 21614:
		return fault.Refuse("bad_recipient", "Twilio: %s (%d)", p.Message, p.Code)
	}
	return s.service.StatusFault(res, mutates, "send SMS")
}

func (s *SMS) header() http.Header {
	return http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(s.sid+":"+s.token.Reveal()))}}
}

// Check reads the account.
func (s *SMS) Check(ctx context.Context) error {
	res, err := s.service.Do(ctx, httpx.Request{
		Operation: "check", Method: http.MethodGet, Path: "/2010-04-01/Accounts/" + url.PathEscape(s.sid) + ".json", Header: s.header(),
	})
	if err != nil {
		return err
	}
	return s.fault(res, false)
}

// WhatsApp sends text messages through the WhatsApp Cloud API.
type WhatsApp struct {
	service *httpx.Service
	path    string
	token   httpx.Secret
}

// NewWhatsApp makes a client for one business phone number; version is the Graph version, "v26.0".
func NewWhatsApp(baseURL, version, phoneID string, token httpx.Secret, h *httpx.Client) (*WhatsApp, error) {
	service, err := h.Service("whatsapp", baseURL, token)
	if err != nil {
		return nil, err
	}
	return &WhatsApp{service: service, path: "/" + version + "/" + url.PathEscape(phoneID), token: token}, nil
}

// Channel is "whatsapp".
func (w *WhatsApp) Channel() string { return "whatsapp" }

type whatsappText struct {
	Product   string `json:"messaging_product"`
	Recipient string `json:"recipient_type"`
	To        string `json:"to"`
	Type      string `json:"type"`
	Text      struct {
		Body string `json:"body"`
	} `json:"text"`
}

// Send sends one text. Outside the customer's 24-hour window WhatsApp takes only approved templates and refuses (131047); a lost
// answer is Ambiguous.
func (w *WhatsApp) Send(ctx context.Context, _, to, _, body string) error {
	msg := whatsappText{Product: "whatsapp", Recipient: "individual", To: digits(to), Type: "text"}
	msg.Text.Body = body
	encoded, err := httpx.JSON(msg)
	if err != nil {
		return err
	}
	res, err := w.service.Do(ctx, httpx.Request{
		Operation: "send_whatsapp", Method: http.MethodPost, Path: w.path + "/messages", Header: w.header(), Body: encoded, Mutates: true,
	})
	if err != nil {
		return err
	}
	return w.fault(res, true)
}

type graphProblem struct {
	Error struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func (w *WhatsApp) fault(res httpx.Response, mutates bool) error {
	if res.Status < 300 {
		return nil
	}
	var p graphProblem
	if w.service.Decode(res, false, &p) != nil || p.Error.Code == 0 {
		return w.service.StatusFault(res, mutates, "send WhatsApp message")
	}
	switch p.Error.Code {
	case 190:
		return fault.Stop("token_invalid", "WhatsApp refuses the token: %s", p.Error.Message)
	case 130429, 131048, 131056:
		return fault.Retry("throttled", 0, fmt.Errorf("send WhatsApp message: %s", p.Error.Message))
	case 131026, 131047, 131049:
		return fault.Refuse("undeliverable", "WhatsApp: %s (%d)", p.Error.Message, p.Error.Code)
	}
	return w.service.StatusFault(res, mutates, "send WhatsApp message")
}

func (w *WhatsApp) header() http.Header {
	return http.Header{"Authorization": {"Bearer " + w.token.Reveal()}}
}

// Check reads the phone number.
func (w *WhatsApp) Check(ctx context.Context) error {
	res, err := w.service.Do(ctx, httpx.Request{Operation: "check", Method: http.MethodGet, Path: w.path, Header: w.header()})
	if err != nil {
		return err
	}
	return w.fault(res, false)
}

func digits(phone string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
}
