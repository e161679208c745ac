package google

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

type failure struct {
	Error *struct {
		Message string   `json:"message"`
		Status  string   `json:"status"`
		Details []detail `json:"details"`
	} `json:"error"`
}

// detail is a GoogleAdsFailure (Errors, RequestID) or a RetryInfo (Delay).
type detail struct {
	Errors    []adsError `json:"errors"`
	RequestID string     `json:"requestId"`
	Delay     string     `json:"retryDelay"`
}

type adsError struct {
	Code    map[string]string `json:"errorCode"` // one entry: kind of error → its name
	Message string            `json:"message"`
	Details struct {
		Quota struct {
			Delay string `json:"retryDelay"`
		} `json:"quotaErrorDetails"`
	} `json:"details"`
}

// named gives the kind and name of an error, such as "campaignError", "DUPLICATE_CAMPAIGN_NAME".
func (e adsError) named() (kind, name string) {
	for k, n := range e.Code {
		return k, n
	}
	return "", ""
}

type rule struct {
	kind fault.Kind
	code string
}

// byName are errors whose name says what to do.
var byName = map[string]rule{
	"DUPLICATE_NAME":                                  {fault.Refused, "duplicate_name"},
	"DUPLICATE_CAMPAIGN_NAME":                         {fault.Refused, "duplicate_name"},
	"DUPLICATE_ADGROUP_NAME":                          {fault.Refused, "duplicate_name"},
	"BUDGET_BELOW_PER_DAY_MINIMUM":                    {fault.Refused, "budget_too_low"},
	"NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT":           {fault.Refused, "amount_not_billable"},
	"RESOURCE_NOT_FOUND":                              {fault.Refused, "not_found"},
	"CONCURRENT_MODIFICATION":                         {fault.Retryable, "edit_conflict"},
	"RESOURCE_EXHAUSTED":                              {fault.Retryable, "throttled"},
	"RESOURCE_TEMPORARILY_EXHAUSTED":                  {fault.Retryable, "throttled"},
	"EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION": {fault.Retryable, "throttled"},
	"UNSUPPORTED_VERSION":                             {fault.Terminal, "version_retired"},
}

// byKind are kinds of error that all mean the same to us. Ambiguous stands for "it may have been done", which of a read is only Retryable.
var byKind = map[string]rule{
	"authenticationError":  {fault.Terminal, "token_invalid"},
	"authorizationError":   {fault.Terminal, "permission_denied"},
	"policyFindingError":   {fault.Refused, "policy"},
	"policyViolationError": {fault.Refused, "policy"},
	"internalError":        {fault.Ambiguous, "platform_error"},
}

// byStatus are the statuses of google.rpc, for what carries no more.
var byStatus = map[string]rule{
	"UNAUTHENTICATED":    {fault.Terminal, "token_invalid"},
	"PERMISSION_DENIED":  {fault.Terminal, "permission_denied"},
	"RESOURCE_EXHAUSTED": {fault.Retryable, "throttled"},
	"NOT_FOUND":          {fault.Refused, "not_found"},
	"INVALID_ARGUMENT":   {fault.Refused, "invalid_parameter"},
	"ABORTED":            {fault.Ambiguous, "platform_error"},
	"CANCELLED":          {fault.Ambiguous, "platform_error"},
	"DEADLINE_EXCEEDED":  {fault.Ambiguous, "platform_error"},
	"INTERNAL":           {fault.Ambiguous, "platform_error"},
	"UNAVAILABLE":        {fault.Ambiguous, "platform_error"},
	"UNKNOWN":            {fault.Ambiguous, "platform_error"},
}

func ruleOf(status string, first adsError) rule {
	kind, name := first.named()
	if r, ok := byName[name]; ok {
		return r
	}
	if r, ok := byKind[kind]; ok {
		return r
	}
	if r, ok := byStatus[status]; ok {
		return r
	}
	return rule{fault.Refused, "rejected"}
}

// throttleWait is how long to wait where Google does not say.
const throttleWait = time.Minute

func (c *Client) classify(r httpx.Request, res httpx.Response) error {
	var answer failure
	if err := json.Unmarshal(res.Body, &answer); err != nil || answer.Error == nil || answer.Error.Status == "" {
		if res.Status == http.StatusNotFound {
			// What does not exist is said in Google's own words. A bare 404 must not be taken for that: a create would be repeated.
			return fault.Stop("bad_address", "google %s: nothing like the Google Ads API at the configured address", r.Operation)
		}
		return c.service.StatusFault(res, r.Mutates, "google "+r.Operation)
	}
	first, wait, log := digest(answer.Error.Details)
	words := orDefault(first.Message, answer.Error.Message)
	kind, name := first.named()
	cause := fmt.Errorf("google %s: %s (%s %s, log %s)", r.Operation, c.service.Excerpt([]byte(words)),
		answer.Error.Status, strings.Trim(kind+"."+name, "."), c.service.Excerpt([]byte(log)))
	matched := ruleOf(answer.Error.Status, first)
	if res.Status >= 500 || matched.kind == fault.Ambiguous {
		return httpx.Doubt(r.Mutates, "platform_error", cause)
	}
	classified := &fault.Error{Kind: matched.kind, Code: matched.code, Err: cause}
	if matched.kind == fault.Retryable {
		classified.After = max(wait, httpx.RetryAfter(res.Header, c.service.Now()))
		if classified.After == 0 {
			classified.After = throttleWait
		}
	}
	return classified
}

// digest takes the first error out of the details, the longest wait that they ask for, and the id of the request.
func digest(details []detail) (first adsError, wait time.Duration, log string) {
	for _, d := range details {
		wait = max(wait, seconds(d.Delay))
		log = orDefault(log, d.RequestID)
		for _, e := range d.Errors {
			if first.Code == nil {
				first = e
			}
			wait = max(wait, seconds(e.Details.Quota.Delay))
		}
	}
	return first, wait, log
}

// seconds reads a duration as protobuf's JSON writes it: "30s", "1.5s".
func seconds(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil || !strings.HasSuffix(text, "s") {
		return 0
	}
	return d
}
