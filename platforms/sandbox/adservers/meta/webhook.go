package meta

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
)

// Webhook is one notification as the platform posts it: the raw body, and the value of its X-Hub-Signature-256 header.
type Webhook struct {
	Body      []byte
	Signature string
}

// announceReview queues the notification of a finished review, once per review, for a subscribed account.
func (s *Server) announceReview(now time.Time, x *ad) {
	if x.announced || now.Before(x.reviewed) {
		return
	}
	x.announced = true
	if !s.subbed || s.cfg.Webhook == nil {
		return
	}
	kind, value := "in_process_ad_objects", object{"id": x.id, "level": "AD", "status_name": "Active"}
	if x.verdict.Outcome != adservers.Approved {
		kind = "with_issues_ad_objects"
		value = object{
			"id": x.id, "level": "AD", "error_code": "1487194", "error_summary": "Ad rejected",
			"error_message": x.verdict.Policy + ": " + x.verdict.Detail,
		}
	}
	body := encode(object{"object": "ad_account", "entry": []object{{
		"id": s.cfg.AccountID, "time": now.Unix(), "changes": []object{{"field": kind, "value": value}},
	}}})
	mac := hmac.New(sha256.New, []byte(s.cfg.AppSecret))
	mac.Write(body)
	s.outbound = append(s.outbound, Webhook{Body: body, Signature: "sha256=" + hex.EncodeToString(mac.Sum(nil))})
}

func (s *Server) takeOutbound() []Webhook {
	out := s.outbound
	s.outbound = nil
	return out
}

func (s *Server) send(out []Webhook) {
	for _, w := range out {
		s.cfg.Webhook(w)
	}
}
