package tiktok

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

type rule struct {
	kind fault.Kind
	code string
	wait time.Duration
}

const (
	codeOK      = 0
	codePartial = 20001
)

// rules are the return codes and what to do about them; source: "Appendix - Return Codes". Ambiguous stands for "it may have been done",
// which of a read is only Retryable.
var rules = map[int64]rule{
	40050: {fault.Refused, "duplicate_request", 0},
	40007: {fault.Refused, "not_found", 0},
	40502: {fault.Refused, "ad_limit", 0},
	40065: {fault.Refused, "policy", 0},
	40904: {fault.Refused, "policy", 0},
	40911: {fault.Refused, "duplicate_file_name", 0},
	40900: {fault.Refused, "media_refused", 0},
	40902: {fault.Refused, "media_refused", 0},
	40903: {fault.Refused, "media_refused", 0},
	40905: {fault.Refused, "media_refused", 0},
	40906: {fault.Refused, "media_refused", 0},
	40907: {fault.Refused, "media_refused", 0},
	40908: {fault.Refused, "media_refused", 0},
	40909: {fault.Refused, "media_refused", 0},
	40910: {fault.Refused, "media_refused", 0},
	40912: {fault.Refused, "media_refused", 0},
	40913: {fault.Refused, "media_refused", 0},
	40914: {fault.Refused, "media_refused", 0},
	40915: {fault.Refused, "media_refused", 0},
	40000: {fault.Refused, "invalid_parameter", 0},
	40002: {fault.Refused, "invalid_parameter", 0},

	40016: {fault.Retryable, "throttled", 0},
	40100: {fault.Retryable, "throttled", 0},
	40132: {fault.Retryable, "throttled", 0},
	40133: {fault.Retryable, "throttled", 0},
	40202: {fault.Retryable, "edit_conflict", 5 * time.Second},
	40201: {fault.Retryable, "not_ready", 30 * time.Second},
	40901: {fault.Retryable, "not_ready", 30 * time.Second},
	60001: {fault.Retryable, "maintenance", 10 * time.Minute},

	40102: {fault.Terminal, "token_expired", 0},
	40103: {fault.Terminal, "token_expired", 0},
	40115: {fault.Terminal, "token_expired", 0},
	40101: {fault.Terminal, "token_invalid", 0},
	40104: {fault.Terminal, "token_invalid", 0},
	40105: {fault.Terminal, "token_invalid", 0},
	40106: {fault.Terminal, "token_invalid", 0},
	40107: {fault.Terminal, "token_invalid", 0},
	40108: {fault.Terminal, "token_invalid", 0},
	40109: {fault.Terminal, "token_invalid", 0},
	40110: {fault.Terminal, "token_invalid", 0},
	40112: {fault.Terminal, "token_invalid", 0},
	40116: {fault.Terminal, "token_invalid", 0},
	40001: {fault.Terminal, "permission_denied", 0},
	40113: {fault.Terminal, "permission_denied", 0},
	40118: {fault.Terminal, "permission_denied", 0},
	40119: {fault.Terminal, "permission_denied", 0},
	40124: {fault.Terminal, "permission_denied", 0},
	40125: {fault.Terminal, "permission_denied", 0},
	41000: {fault.Terminal, "permission_denied", 0},
	40013: {fault.Terminal, "account_unknown", 0},
	40300: {fault.Terminal, "account_unknown", 0},
	40301: {fault.Terminal, "account_unknown", 0},
	40051: {fault.Terminal, "version_retired", 0},
	41001: {fault.Terminal, "version_retired", 0},

	codePartial: {fault.Ambiguous, "partly_done", 0},
	40700:       {fault.Ambiguous, "platform_error", 0},
	50000:       {fault.Ambiguous, "platform_error", 0},
	50002:       {fault.Ambiguous, "platform_error", 0},
	51305:       {fault.Ambiguous, "platform_error", 0},
}

// ruleOf: codes of the 4xxxx family that are not listed are refusals, all other unknown ones leave doubt.
func ruleOf(code int64) rule {
	if known, ok := rules[code]; ok {
		return known
	}
	if code >= 40000 && code < 50000 {
		return rule{kind: fault.Refused, code: "rejected"}
	}
	return rule{kind: fault.Ambiguous, code: "platform_error"}
}

// classify reads the envelope's code; nil when the call was good. A read that is only partly answered is good: its rows say what they say.
func (c *Client) classify(r httpx.Request, e envelope) error {
	code := *e.Code
	if code == codeOK || (code == codePartial && !r.Mutates) {
		c.throttle.clear()
		return nil
	}
	cause := fmt.Errorf("tiktok %s: %s (code %d, log %s)",
		r.Operation, c.service.Excerpt([]byte(e.Message)), code, c.service.Excerpt([]byte(e.RequestID)))
	matched := ruleOf(code)
	switch {
	case matched.code == "throttled":
		matched.wait = c.throttle.wait(e.Message, c.config.Clock.Now())
	case matched.kind == fault.Ambiguous:
		return httpx.Doubt(r.Mutates, matched.code, cause)
	}
	return &fault.Error{Kind: matched.kind, Code: matched.code, After: matched.wait, Err: cause}
}

// throttle finds out how long to wait, which TikTok does not say: there are limits by second, minute and day and one code for all. Where
// the message names the limit it is believed; else a throttle that follows a throttle is taken for the next longer limit.
type throttle struct {
	mu   sync.Mutex
	step int // throttles since the last good call
}

func (t *throttle) clear() {
	t.mu.Lock()
	t.step = 0
	t.mu.Unlock()
}

// The waits that TikTok asks for; the daily limit ends at midnight UTC.
const (
	waitSecond = time.Second
	waitMinute = 5 * time.Minute
)

func (t *throttle) wait(message string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.step++
	text := strings.ToLower(message)
	switch {
	case strings.Contains(text, "qpd") || strings.Contains(text, "per day") || strings.Contains(text, "daily"):
		return untilMidnight(now)
	case strings.Contains(text, "qpm") || strings.Contains(text, "per minute"):
		return waitMinute
	case strings.Contains(text, "qps") || strings.Contains(text, "per second"):
		return waitSecond
	}
	switch t.step {
	case 1:
		return waitSecond
	case 2, 3:
		return waitMinute
	}
	return untilMidnight(now)
}

func untilMidnight(now time.Time) time.Duration {
	utc := now.UTC()
	midnight := time.Date(utc.Year(), utc.Month(), utc.Day()+1, 0, 0, 0, 0, time.UTC)
	return midnight.Sub(utc)
}
