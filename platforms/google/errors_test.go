package google_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	status := func(http, name string) string {
		return http + ` {"error":{"code":` + http + `,"message":"why","status":"` + name + `"}}`
	}
	cases := []struct {
		name, answer   string
		mutation, read fault.Kind
		code           string
	}{
		{"Token", status("401", "UNAUTHENTICATED"), fault.Terminal, fault.Terminal, "token_invalid"},
		{"AdsToken", refused("authenticationError", "OAUTH_TOKEN_REVOKED"), fault.Terminal, fault.Terminal, "token_invalid"},
		{"Permission", status("403", "PERMISSION_DENIED"), fault.Terminal, fault.Terminal, "permission_denied"},
		{"AdsPermission", refused("authorizationError", "USER_PERMISSION_DENIED"), fault.Terminal, fault.Terminal, "permission_denied"},
		{"Version", refused("requestError", "UNSUPPORTED_VERSION"), fault.Terminal, fault.Terminal, "version_retired"},
		{"Quota", refused("quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED"), fault.Retryable, fault.Retryable, "throttled"},
		{"Throttle", status("429", "RESOURCE_EXHAUSTED"), fault.Retryable, fault.Retryable, "throttled"},
		{"Conflict", refused("databaseError", "CONCURRENT_MODIFICATION"), fault.Retryable, fault.Retryable, "edit_conflict"},
		{"Internal", status("500", "INTERNAL"), fault.Ambiguous, fault.Retryable, "platform_error"},
		{"Unavailable", status("503", "UNAVAILABLE"), fault.Ambiguous, fault.Retryable, "platform_error"},
		{"Aborted", status("409", "ABORTED"), fault.Ambiguous, fault.Retryable, "platform_error"},
		{"AdsInternal", refused("internalError", "TRANSIENT_ERROR"), fault.Ambiguous, fault.Retryable, "platform_error"},
		{"Policy", refused("policyFindingError", "POLICY_FINDING"), fault.Refused, fault.Refused, "policy"},
		{"Missing", refused("mutateError", "RESOURCE_NOT_FOUND"), fault.Refused, fault.Refused, "not_found"},
		{"LowBudget", refused("campaignBudgetError", "BUDGET_BELOW_PER_DAY_MINIMUM"), fault.Refused, fault.Refused, "budget_too_low"},
		{"Parameter", refused("fieldError", "REQUIRED"), fault.Refused, fault.Refused, "invalid_parameter"},
		{"Other", status("400", "FAILED_PRECONDITION"), fault.Refused, fault.Refused, "rejected"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client := setup(t, &api{mutations: []string{c.answer}, searches: []string{c.answer}})
			err := client.SetDelivery(t.Context(), ads.LevelCampaign, "222", ads.Active)
			wantFault(t, err, c.mutation, c.code)
			if !strings.Contains(err.Error(), "why") {
				t.Errorf("Google's words are lost: %v", err)
			}
			_, err = client.Get(t.Context(), ads.LevelCampaign, "222")
			wantFault(t, err, c.read, c.code)
		})
	}
}

func TestClassify_WaitsAsLongAsToldTo(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]time.Duration{
		`429 {"error":{"status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"30s"}]}}`:                                               30 * time.Second,
		`429 {"error":{"status":"RESOURCE_EXHAUSTED","details":[{"errors":[{"errorCode":{"quotaError":"RESOURCE_EXHAUSTED"},"details":{"quotaErrorDetails":{"retryDelay":"90.5s"}}}]}]}}`: 90*time.Second + 500*time.Millisecond,
		`429 {"error":{"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"soon"}]}}`:                                                                                                 time.Minute,
		`429 {"error":{"status":"RESOURCE_EXHAUSTED"}}`: time.Minute,
	} {
		_, err := setup(t, &api{searches: []string{answer}}).Get(t.Context(), ads.LevelCampaign, "222")
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Retryable || f.After != want {
			t.Errorf("%s: have %v, want %v", answer, err, want)
		}
	}
}

func TestClassify_AnswersThatAreNotGoogles(t *testing.T) {
	t.Parallel()
	client := setup(t, &api{mutations: []string{`502 <html>`, `200 <html>`, `404 <html>`}})
	for _, want := range []struct {
		kind fault.Kind
		code string
	}{{fault.Ambiguous, "server_error"}, {fault.Ambiguous, "bad_answer"}, {fault.Terminal, "bad_address"}} {
		wantFault(t, client.SetDelivery(t.Context(), ads.LevelCampaign, "222", ads.Active), want.kind, want.code)
	}
}
