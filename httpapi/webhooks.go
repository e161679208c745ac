package httpapi

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/tidwall/gjson"

	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

var ordersKey = actorkit.Key{Kind: "orders", ID: "main"}

// delivery is a webhook whose signature was right.
type delivery struct {
	source, topic, dedupe string
	headers               map[string]string
	body                  []byte
}

func (s *Server) webhookRoutes() {
	s.raw("GET /api/webhooks/meta", "Meta's challenge when the webhook is set up", s.metaChallenge)
	s.raw("POST /api/webhooks/meta", "Page, lead and ad account events, signed by Meta", s.metaWebhook)
	s.raw("POST /api/webhooks/shopify", "Orders and refunds, signed by Shopify", s.shopifyWebhook)
	s.raw("POST /api/webhooks/woocommerce", "Orders, signed by WooCommerce", s.wooWebhook)
}

// conversions is the topic of pages of conversion events, in the shape of the Conversions API, as relays of the pixel forward them.
const conversions = "conversions"

func (s *Server) metaChallenge(c *gin.Context) {
	token, challenge := c.Query("hub.verify_token"), c.Query("hub.challenge")
	secret := s.deps.Secrets().MetaVerify
	if c.Query("hub.mode") != "subscribe" || secret == "" || len(challenge) > 200 ||
		subtle.ConstantTimeCompare([]byte(token), []byte(secret)) != 1 {
		s.refuseWebhook(c, "meta", "bad_token", http.StatusForbidden, "The verify token is not ours.")
		return
	}
	s.metrics.webhooks.WithLabelValues("meta", "challenge").Inc()
	c.Data(http.StatusOK, "text/plain; charset=utf-8", []byte(challenge))
}

func (s *Server) metaWebhook(c *gin.Context) {
	body, ok := s.signedBody(c, "meta", s.deps.Secrets().MetaApp, c.GetHeader("X-Hub-Signature-256"), metaSigned)
	if !ok {
		return
	}
	topic, ok := text(body, "object")
	if topic == "" && hasItems(body, "data") {
		topic = conversions
	}
	if !ok || !isObject(body) || !topicShape.MatchString(topic) {
		s.refuseWebhook(c, "meta", "malformed", http.StatusBadRequest, "The body is neither a Meta notification nor a page of conversion events.")
		return
	}
	s.accept(c, delivery{source: "meta", topic: topic, dedupe: bodyHash(body), headers: map[string]string{}, body: body})
}

func (s *Server) shopifyWebhook(c *gin.Context) {
	body, ok := s.signedBody(c, "shopify", s.deps.Secrets().Shopify, c.GetHeader("X-Shopify-Hmac-Sha256"), base64Signed)
	if !ok {
		return
	}
	topic := c.GetHeader("X-Shopify-Topic")
	id, idOK := number(body, "id")
	updatedAt, updatedOK := text(body, "updated_at")
	if !idOK || !updatedOK || !isObject(body) || !topicShape.MatchString(topic) {
		s.refuseWebhook(c, "shopify", "malformed", http.StatusBadRequest, "The body or the topic is not Shopify's.")
		return
	}
	// The delivery's own id is a header, which the signature does not cover: a replay could carry a new one.
	dedupe := bodyHash(body)
	if id != "" && updatedAt != "" {
		dedupe = id + " " + updatedAt
	}
	headers := kept(c, "X-Shopify-Topic", "X-Shopify-Shop-Domain", "X-Shopify-Webhook-Id", "X-Shopify-Triggered-At")
	s.accept(c, delivery{source: "shopify", topic: topic, dedupe: family(topic) + " " + dedupe, headers: headers, body: body})
}

func (s *Server) wooWebhook(c *gin.Context) {
	body, ok := s.signedBody(c, "woocommerce", s.deps.Secrets().WooCommerce, c.GetHeader("X-WC-Webhook-Signature"), base64Signed)
	if !ok {
		return
	}
	topic := c.GetHeader("X-WC-Webhook-Topic")
	if !gjson.ValidBytes(body) || !topicShape.MatchString(topic) {
		s.refuseWebhook(c, "woocommerce", "malformed", http.StatusBadRequest, "The body or the topic is not WooCommerce's.")
		return
	}
	headers := kept(c, "X-WC-Webhook-Topic", "X-WC-Webhook-Source", "X-WC-Webhook-Delivery-Id")
	s.accept(c, delivery{source: "woocommerce", topic: topic, dedupe: bodyHash(body), headers: headers, body: body})
}

// signedBody reads the raw bytes and checks them before anything looks into them.
func (s *Server) signedBody(c *gin.Context, source, secret, signature string, signed func(secret, signature string, body []byte) bool) ([]byte, bool) {
	body, err := readAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxBody), c.Request.ContentLength)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		s.refuseWebhook(c, source, "too_large", http.StatusRequestEntityTooLarge, "A webhook may have 1 MB.")
	case err != nil:
		s.refuseWebhook(c, source, "cut_off", http.StatusBadRequest, "The body ended early.")
	case secret == "":
		s.refuseWebhook(c, source, "no_secret", http.StatusUnauthorized, "No secret is configured for this source: enter it under credentials.")
	case signature == "":
		s.refuseWebhook(c, source, "unsigned", http.StatusUnauthorized, "The signature is missing.")
	case !signed(secret, signature, body):
		s.refuseWebhook(c, source, "wrong_signature", http.StatusUnauthorized, "The signature is wrong.")
	default:
		return body, true
	}
	return nil, false
}

// readAll is io.ReadAll into room for what the sender has announced, which is neither believed nor waited for.
func readAll(r io.Reader, announced int64) ([]byte, error) {
	room := bytes.NewBuffer(make([]byte, 0, min(max(announced, 0), believed)+bytes.MinRead))
	_, err := room.ReadFrom(r)
	return room.Bytes(), err
}

// believed bounds the room that is made for a body before any of it is there.
const believed = 64 << 10

func (s *Server) refuseWebhook(c *gin.Context, source, reason string, status int, detail string) {
	s.metrics.webhooks.WithLabelValues(source, reason).Inc()
	writeProblem(c.Writer, problem(status, "webhook_"+reason, "%s", detail))
}

// accept stores the delivery and answers only then: what was answered is never lost.
func (s *Server) accept(c *gin.Context, d delivery) {
	if reason, text := judge(d, s.deps.Clock.Now()); reason != "" {
		s.refuseWebhook(c, d.source, reason, http.StatusBadRequest, text)
		return
	}
	duplicate, err := s.intake.store(views.Delivery{
		Source: d.source, Topic: d.topic, DedupeKey: d.dedupe, Headers: d.headers, Body: d.body, ReceivedAt: s.deps.Clock.Now(),
	})
	switch {
	case err != nil:
		s.metrics.webhooks.WithLabelValues(d.source, "not_stored").Inc()
		p := problem(http.StatusServiceUnavailable, "", "It could not be stored. Send it again.")
		p.retryAfter = retryWebhook
		writeProblem(c.Writer, p)
	case duplicate:
		s.metrics.webhooks.WithLabelValues(d.source, "duplicate").Inc()
		c.Data(http.StatusOK, "application/json; charset=utf-8", answerDuplicate)
	default:
		s.metrics.webhooks.WithLabelValues(d.source, "stored").Inc()
		c.Data(http.StatusOK, "application/json; charset=utf-8", answerStored)
	}
}

// retryWebhook is when the sender is asked to send again what could not be stored.
const retryWebhook = 5 * time.Second

var answerStored, answerDuplicate = []byte(`{"result":"stored"}`), []byte(`{"result":"duplicate"}`)

// topicShape is what we store as a topic; anything else was made up.
var topicShape = regexp.MustCompile(`^[a-z][a-z_]{0,40}([/.][a-z_]{1,40})?$`)

func metaSigned(secret, signature string, body []byte) bool {
	given, prefixed := strings.CutPrefix(signature, "sha256=")
	decoded, err := hex.DecodeString(given)
	return prefixed && err == nil && hmac.Equal(decoded, macOf(secret, body))
}

func base64Signed(secret, signature string, body []byte) bool {
	decoded, err := base64.StdEncoding.Strict().DecodeString(signature)
	return err == nil && hmac.Equal(decoded, macOf(secret, body))
}

func macOf(secret string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return mac.Sum(nil)
}

func bodyHash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func kept(c *gin.Context, names ...string) map[string]string {
	out := map[string]string{}
	for _, name := range names {
		if v := c.GetHeader(name); v != "" && len(v) <= 300 {
			out[name] = v
		}
	}
	return out
}
