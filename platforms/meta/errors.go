package meta

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

type graphError struct {
	Message   string `json:"message"`
	Code      int    `json:"code"`
	Subcode   int    `json:"error_subcode"`
	Transient bool   `json:"is_transient"`
	UserTitle string `json:"error_user_title"`
	UserText  string `json:"error_user_msg"`
	Trace     string `json:"fbtrace_id"`
}

// words are the platform's, the ones meant for people first.
func (e graphError) words() string {
	if e.UserText == "" {
		return e.Message
	}
	return strings.TrimPrefix(e.UserTitle+": ", ": ") + e.UserText
}

type rule struct {
	from, to int // codes, inclusive
	subcode  int // 0: any
	kind     fault.Kind
	code     string
	wait     time.Duration
}

const throttleWait = time.Minute

// rules are Graph's codes and what to do about them; the first that matches wins. Ambiguous stands for "it may have been done", which of a
// read is only Retryable. Sources: the Marketing API's "Error Codes" and "Rate Limiting" pages.
var rules = []rule{
	{613, 613, 1487632, fault.Retryable, "budget_edit_limit", time.Hour}, // four budget changes an hour
	{17, 17, 1885172, fault.Refused, "spend_cap_edit_limit", 0},          // ten a day: by the time that it were allowed, another limit is wanted
	{4, 4, 0, fault.Retryable, "throttled", throttleWait},
	{17, 17, 0, fault.Retryable, "throttled", throttleWait},
	{32, 32, 0, fault.Retryable, "throttled", throttleWait},
	{613, 613, 0, fault.Retryable, "throttled", throttleWait},
	{80000, 80014, 0, fault.Retryable, "throttled", throttleWait},

	{190, 190, 467, fault.Terminal, "token_invalid", 0},
	{190, 190, 0, fault.Terminal, "token_expired", 0},
	{102, 102, 0, fault.Terminal, "token_expired", 0},
	{10, 10, 0, fault.Terminal, "permission_denied", 0},
	{200, 299, 0, fault.Terminal, "permission_denied", 0},
	{2635, 2635, 0, fault.Terminal, "version_retired", 0},

	{368, 368, 0, fault.Refused, "policy", 0},
	{1885272, 1885272, 0, fault.Refused, "budget_too_low", 0},
	{100, 100, 1885272, fault.Refused, "budget_too_low", 0},
	{100, 100, 33, fault.Refused, "not_found", 0},
	{803, 803, 0, fault.Refused, "not_found", 0},
	{100, 100, 1487056, fault.Refused, "deleted", 0},
	{100, 100, 1487534, fault.Refused, "too_much_data", 0},
	{100, 100, 1885621, fault.Refused, "budget_on_two_levels", 0},
	{100, 100, 3858079, fault.Refused, "advertiser_missing", 0},
	{100, 100, 3858081, fault.Refused, "advertiser_missing", 0},
	{3018, 3018, 0, fault.Refused, "range_too_old", 0},
	{352, 352, 0, fault.Refused, "media_refused", 0},
	{389, 389, 0, fault.Refused, "media_refused", 0},
	{6000, 6001, 0, fault.Refused, "media_refused", 0},
	{100, 100, 0, fault.Refused, "invalid_parameter", 0},

	{1, 2, 0, fault.Ambiguous, "platform_error", 0},
}

// unlisted is what a code outside the table means: Graph said no, and a mutation that it refused did not happen.
var unlisted = rule{kind: fault.Refused, code: "rejected"}

func ruleOf(e graphError) rule {
	for _, r := range rules {
		if e.Code >= r.from && e.Code <= r.to && (r.subcode == 0 || r.subcode == e.Subcode) {
			return r
		}
	}
	if e.Transient {
		return rule{kind: fault.Ambiguous, code: "platform_error"}
	}
	return unlisted
}

func (c *Client) classify(r httpx.Request, res httpx.Response) error {
	var answer struct {
		Error *graphError `json:"error"`
	}
	if err := json.Unmarshal(res.Body, &answer); err != nil || answer.Error == nil {
		if res.Status == http.StatusNotFound {
			// Graph says in its own words what does not exist. A bare 404 must not be taken for that: a create would be repeated.
			return fault.Stop("bad_address", "meta %s: nothing like Graph at the configured address", r.Operation)
		}
		return c.service.StatusFault(res, r.Mutates, "meta "+r.Operation)
	}
	e := *answer.Error
	cause := fmt.Errorf("meta %s: %s (code %d/%d, trace %s)",
		r.Operation, c.service.Excerpt([]byte(e.words())), e.Code, e.Subcode, c.service.Excerpt([]byte(e.Trace)))
	matched := ruleOf(e)
	if res.Status >= 500 || matched.kind == fault.Ambiguous {
		return httpx.Doubt(r.Mutates, "platform_error", cause)
	}
	classified := &fault.Error{Kind: matched.kind, Code: matched.code, After: matched.wait, Err: cause}
	if regain := regainAccess(res.Header); matched.code == "throttled" && regain > 0 {
		classified.After = regain
	}
	return classified
}

// regainAccess reads how long the account is throttled for, from the JSON in X-Business-Use-Case-Usage: the longest of all use cases,
// which are counted in minutes; 0 when it is not said.
func regainAccess(h http.Header) time.Duration {
	var usage map[string][]struct {
		Minutes int64 `json:"estimated_time_to_regain_access"`
	}
	if json.Unmarshal([]byte(h.Get("X-Business-Use-Case-Usage")), &usage) != nil {
		return 0
	}
	var longest int64
	for _, cases := range usage {
		for _, one := range cases {
			longest = max(longest, one.Minutes)
		}
	}
	return time.Duration(min(longest, 24*60)) * time.Minute
}
