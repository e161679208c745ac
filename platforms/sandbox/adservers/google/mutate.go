package google

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// micros is an int64 that JSON carries as a string or a number.
type micros int64

// UnmarshalJSON accepts both.
func (m *micros) UnmarshalJSON(raw []byte) error {
	n, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	if err != nil {
		return fmt.Errorf("read an int64: %w", err)
	}
	*m = micros(n)
	return nil
}

// operation is one change: exactly one of create, update and remove.
type operation struct {
	Create     json.RawMessage `json:"create"`
	Update     json.RawMessage `json:"update"`
	UpdateMask string          `json:"updateMask"`
	Remove     string          `json:"remove"`
}

type mutateRequest struct {
	Operations          []operation             `json:"operations"`
	MutateOperations    []map[string]*operation `json:"mutateOperations"`
	PartialFailure      bool                    `json:"partialFailure"`
	ValidateOnly        bool                    `json:"validateOnly"`
	ResponseContentType string                  `json:"responseContentType"`
}

// tx is one atomic change: what to undo, which ads to publish, and the temporary ids of the request.
type tx struct {
	server  *Server
	now     time.Time
	undo    []func()
	touched []*campaign
	temp    map[string]string
}

func (t *tx) rollback() {
	for i := len(t.undo) - 1; i >= 0; i-- {
		t.undo[i]()
	}
}

// set changes a value until the transaction is rolled back.
func set[T any](t *tx, at *T, to T) {
	before := *at
	*at = to
	t.undo = append(t.undo, func() { *at = before })
}

// put registers a new object under its resource name, and under the temporary one that the request gave it.
func (t *tx) put(resource, given string, x any) {
	t.server.byName[resource] = x
	t.undo = append(t.undo, func() { delete(t.server.byName, resource) })
	if given != "" {
		t.temp[given] = resource
	}
}

// find looks a resource name up; temporary ones stand for what the request made.
func find[T any](t *tx, resource string) (x T, ok bool) {
	if real, is := t.temp[resource]; is {
		resource = real
	}
	x, ok = t.server.byName[resource].(T)
	return x, ok
}

// collection is what can be mutated: its name in googleAds:mutate and its handler.
type collection struct {
	single string
	apply  func(*tx, operation) (string, *fail)
}

var collections = map[string]collection{
	"campaignBudgets":  {"campaignBudgetOperation", mutateBudget},
	"campaigns":        {"campaignOperation", mutateCampaign},
	"adGroups":         {"adGroupOperation", mutateAdgroup},
	"adGroupAds":       {"adGroupAdOperation", mutateAd},
	"adGroupCriteria":  {"adGroupCriterionOperation", mutateCriterion},
	"campaignCriteria": {"campaignCriterionOperation", mutateLocation},
}

// step is one operation with the handler that performs it.
type step struct {
	operation operation
	kind      collection
}

func (s *Server) mutate(now time.Time, method string, body []byte) (any, *fail) {
	name, verb, _ := strings.Cut(method, ":")
	kind, known := collections[name]
	if verb != "mutate" || !known && name != "googleAds" {
		return nil, &fail{status: http.StatusNotFound, code: "NOT_FOUND", message: "Method not found."}
	}
	var req mutateRequest
	if bad := decode(body, &req); bad != nil {
		return nil, bad
	}
	steps, bad := req.steps(name, kind)
	if bad != nil {
		return nil, bad
	}
	if bad := s.count(now, len(steps)); bad != nil {
		return nil, bad
	}
	results, partial := []object{}, &fail{status: 3, code: "INVALID_ARGUMENT", message: "Multiple errors in details."}
	t := &tx{server: s, now: now, temp: map[string]string{}}
	for i, st := range steps {
		mark := len(t.undo)
		resource, bad := st.kind.apply(t, st.operation)
		if bad == nil {
			results = append(results, st.result(name, resource))
			continue
		}
		for j := range bad.errors {
			bad.errors[j].index = i
		}
		if !req.PartialFailure || name == "googleAds" {
			t.rollback()
			return nil, bad
		}
		failed := &tx{undo: t.undo[mark:]}
		failed.rollback()
		t.undo = t.undo[:mark]
		partial.errors = append(partial.errors, bad.errors...)
		results = append(results, object{})
	}
	if req.ValidateOnly {
		t.rollback()
		return object{}, nil
	}
	t.publish()
	key := "results"
	if name == "googleAds" {
		key = "mutateOperationResponses"
	}
	out := object{key: results}
	if partial.errors != nil {
		out["partialFailureError"] = partial.rpc("", partial.status)
	}
	return out, nil
}

func (st step) result(name, resource string) object {
	if name != "googleAds" {
		return object{"resourceName": resource}
	}
	return object{strings.TrimSuffix(st.kind.single, "Operation") + "Result": object{"resourceName": resource}}
}

// steps pairs every operation with its handler.
func (req *mutateRequest) steps(name string, kind collection) (out []step, bad *fail) {
	for _, op := range req.Operations {
		out = append(out, step{op, kind})
	}
	if name == "googleAds" {
		out = nil
		for _, m := range req.MutateOperations {
			st, bad := mutateStep(m)
			if bad != nil {
				return nil, bad
			}
			out = append(out, st)
		}
	}
	if len(out) == 0 {
		return nil, invalid("requestError", "REQUIRED_FIELD_MISSING", "Required field is missing.", "", "operations")
	}
	for _, st := range out {
		given := 0
		for _, is := range []bool{st.operation.Create != nil, st.operation.Update != nil, st.operation.Remove != ""} {
			if is {
				given++
			}
		}
		if given != 1 {
			return nil, invalid("mutateError", "MUTATE_NOT_ALLOWED", "An operation must have exactly one of create, update and remove.", "")
		}
		if st.operation.Update != nil && st.operation.UpdateMask == "" {
			return nil, invalid("fieldMaskError", "FIELD_MASK_MISSING", "The field mask must be provided for update operations.", "", "update_mask")
		}
	}
	return out, nil
}

// mutateStep reads one entry of googleAds:mutate: an object with one name, that of the operation's kind.
func mutateStep(m map[string]*operation) (step, *fail) {
	for _, k := range collections {
		if op := m[k.single]; op != nil && len(m) == 1 {
			return step{*op, k}, nil
		}
	}
	return step{}, malformed("Invalid JSON payload received. Every entry of mutate_operations must hold exactly one known operation.")
}

// decode reads JSON as protobuf does: unknown names are errors.
func decode(raw []byte, v any) *fail {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return malformed("Invalid JSON payload received. " + err.Error())
	}
	return nil
}

// publish tells the market about every ad of the campaigns that the transaction touched, each once.
func (t *tx) publish() {
	seen := map[*campaign]bool{}
	for _, c := range t.touched {
		for _, user := range c.budget.users {
			if seen[user] {
				continue
			}
			seen[user] = true
			for _, g := range user.adgroups {
				t.server.publish(t.now, g.ads)
			}
		}
	}
}

// masked reports whether an update's mask names a field.
func (op operation) masked(names ...string) bool {
	for _, m := range strings.Split(op.UpdateMask, ",") {
		m = strings.TrimSpace(m)
		for _, n := range names {
			if m == n || strings.HasPrefix(m, n+".") {
				return true
			}
		}
	}
	return false
}

// checkMask refuses a mask with a field that cannot be updated.
func (op operation) checkMask(allowed ...string) *fail {
	for _, m := range strings.Split(op.UpdateMask, ",") {
		if probe := (operation{UpdateMask: m}); !probe.masked(allowed...) {
			return invalid("fieldError", "IMMUTABLE_FIELD", "The field cannot be changed.", m, "update_mask")
		}
	}
	return nil
}

func notFound(resource string) *fail {
	return invalid("mutateError", "RESOURCE_NOT_FOUND", "Resource was not found.", resource)
}
