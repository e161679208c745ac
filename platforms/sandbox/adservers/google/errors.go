package google

import (
	"net/http"
	"time"
)

// fail is a refusal in the google.rpc envelope, with the failures of the Google Ads API inside.
type fail struct {
	status  int
	code    string // canonical: INVALID_ARGUMENT, …
	message string
	errors  []adsError
	retry   time.Duration
}

// adsError is one entry of a GoogleAdsFailure.
type adsError struct {
	family, code string // campaignError, DUPLICATE_CAMPAIGN_NAME
	message      string
	trigger      string
	path         []string // field names from the operation down
	index        int      // of the operation
}

func (e adsError) show() object {
	o := object{"errorCode": object{e.family: e.code}, "message": e.message}
	if e.trigger != "" {
		o["trigger"] = object{"stringValue": e.trigger}
	}
	if e.path != nil {
		elements := []object{{"fieldName": "operations", "index": e.index}}
		for _, name := range e.path {
			elements = append(elements, object{"fieldName": name})
		}
		o["location"] = object{"fieldPathElements": elements}
	}
	return o
}

func (f *fail) envelope(id string) object { return object{"error": f.rpc(id, f.status)} }

// rpc writes a google.rpc.Status; partial failures carry the canonical number instead of the HTTP status.
func (f *fail) rpc(id string, code int) object {
	o := object{"code": code, "message": f.message, "status": f.code}
	details := []object{}
	if f.errors != nil {
		shown := []object{}
		for _, e := range f.errors {
			shown = append(shown, e.show())
		}
		details = append(details, object{"@type": "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure", "errors": shown, "requestId": id})
	}
	if f.retry > 0 {
		details = append(details, object{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f.retry.Round(time.Second).String()})
	}
	if len(details) > 0 {
		o["details"] = details
	}
	return o
}

func malformed(message string) *fail {
	return &fail{status: http.StatusBadRequest, code: "INVALID_ARGUMENT", message: message}
}

// invalid is a failure of the Google Ads API itself.
func invalid(family, code, message, trigger string, path ...string) *fail {
	return &fail{
		status: http.StatusBadRequest, code: "INVALID_ARGUMENT", message: "Request contains an invalid argument.",
		errors: []adsError{{family: family, code: code, message: message, trigger: trigger, path: path}},
	}
}

func required(path ...string) *fail {
	return invalid("fieldError", "REQUIRED", "The required field was not present.", "", path...)
}

func unauthenticated() *fail {
	return &fail{
		status: http.StatusUnauthorized, code: "UNAUTHENTICATED",
		message: "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
		errors:  []adsError{{family: "authenticationError", code: "OAUTH_TOKEN_INVALID", message: "The OAuth token is invalid or has expired."}},
	}
}

func denied() *fail {
	return &fail{
		status: http.StatusForbidden, code: "PERMISSION_DENIED", message: "The caller does not have permission",
		errors: []adsError{{family: "authorizationError", code: "USER_PERMISSION_DENIED", message: "User doesn't have permission to access customer."}},
	}
}

func exhausted(now time.Time) *fail {
	return &fail{
		status: http.StatusTooManyRequests, code: "RESOURCE_EXHAUSTED", message: "Resource has been exhausted (e.g. check quota).",
		errors: []adsError{{family: "quotaError", code: "RESOURCE_EXHAUSTED", message: "Too many requests. Retry later."}},
		retry:  now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now),
	}
}
