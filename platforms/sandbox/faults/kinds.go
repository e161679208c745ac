// Package faults is what goes wrong in the sandbox: a seeded plan of faults at the edge of its services, in what they answer, in what the
// shop sends, and by the hands of people who edit campaigns behind our back. A plan is data, a script of lines, and can be changed while
// the world goes on.
package faults

import (
	"fmt"
	"maps"
	"slices"
)

// Kind names one thing that can go wrong.
type Kind string

// Faults at the edge: the call is refused, lost, or its answer is.
const (
	Throttle          Kind = "throttle"           // too many calls, in the dialect of the service; the call is not performed
	Throttle613       Kind = "throttle_613"       // Meta's calls within a time
	Throttle80004     Kind = "throttle_80004"     // Meta's business use case, with the header that says for how long
	ServerError       Kind = "server_error"       // 500 before the call is performed
	BadGateway        Kind = "bad_gateway"        // 502 with a page of HTML
	Unavailable       Kind = "unavailable"        // 503 with Retry-After
	DropBefore        Kind = "drop_before"        // the connection breaks before the call is performed
	CommitThenDrop    Kind = "commit_then_drop"   // the call is performed, and the connection breaks
	ErrorAfterCommit  Kind = "error_after_commit" // the call is performed, and a 500 is answered
	SlowDrip          Kind = "slow_drip"          // half of the answer comes, the rest never
	Timeout           Kind = "timeout"            // nothing comes before the client gives up
	TokenExpired      Kind = "token_expired"      // 190/463, 40105, 401
	PermissionRevoked Kind = "permission_revoked" // 200, 40001, 403
	AccountDisabled   Kind = "account_disabled"   // the ad account is closed
	Vanished          Kind = "vanished"           // the object does not exist
	ClockSkew         Kind = "clock_skew"         // the service's clock is a day ahead: Date headers, and signatures that it takes for old
)

// Faults in answers: the call is performed.
const (
	MalformedJSON  Kind = "malformed_json"
	TruncatedBody  Kind = "truncated_body" // half of the bytes that Content-Length promises
	EmptyBody      Kind = "empty_body"
	HTML           Kind = "html"               // 200 with a page of HTML
	WrongType      Kind = "wrong_content_type" // the body says that it is text
	DroppedField   Kind = "dropped_field"      // Field is missing
	NullField      Kind = "null_field"         // Field is null
	WrongValue     Kind = "wrong_value_type"   // Field is of another type
	BigNumbers     Kind = "big_numbers"        // ids are numbers beyond 2^53
	ListLag        Kind = "list_lag"           // what was created in the last Minutes is not listed
	StaleStatus    Kind = "stale_status"       // objects read as they were read before
	FrozenMetrics  Kind = "frozen_metrics"     // reports do not go on
	MetricsFall    Kind = "metrics_fall"       // reports say half of what they said
	MetricsRevised Kind = "metrics_revised"    // reports say a tenth more
	DuplicateRows  Kind = "duplicate_rows"     // each row comes twice
	CursorLoop     Kind = "cursor_loop"        // there is always a next page, and it is the same one
	LateReports    Kind = "late_reports"       // reports are empty
	Disapproved    Kind = "disapproved"        // ads that ran read as disapproved
)

// Faults of the supplier, the shop, the post and the language model.
const (
	PriceJump       Kind = "price_jump"       // a supplier's price is five times what it was
	OutOfStock      Kind = "out_of_stock"     //
	SupplierRefuses Kind = "supplier_refuses" // no order is taken
	DuplicateOrder  Kind = "duplicate_order"  // the order is taken, and the answer says that it had been before
	PageVanished    Kind = "page_vanished"    // the shop knows none of our pages
	MailRefused     Kind = "mail_refused"     // 554
	MailGreylisted  Kind = "mail_greylisted"  // 451
	ModelGarbage    Kind = "model_garbage"    // what the language model says is no JSON
	ModelInjection  Kind = "model_injection"  // what it says obeys a stranger
	ModelTimeout    Kind = "model_timeout"
)

// Faults of webhooks.
const (
	HookDuplicated  Kind = "hook_duplicated"
	HookReordered   Kind = "hook_reordered" // it comes after the next one
	HookDelayed     Kind = "hook_delayed"   // it is tried again later
	HookDropped     Kind = "hook_dropped"   // the shop believes that it arrived
	HookForged      Kind = "hook_forged"    // beside it comes one with another signature
	HookAltered     Kind = "hook_altered"   // beside it comes one with another amount under the same signature
	HookReplayed    Kind = "hook_replayed"  // it comes again under another id
	SubscriptionCut Kind = "subscription_deleted"
)

// What people do to campaigns on the platform, once to each that delivers.
const (
	BudgetRaised    Kind = "budget_raised"
	StatusActivated Kind = "status_activated" // a paused campaign is switched on
	StatusPaused    Kind = "status_paused"
	Renamed         Kind = "renamed"
	BidChanged      Kind = "bid_changed"
	AdSetDeleted    Kind = "ad_set_deleted"
	Deleted         Kind = "deleted"
)

// Greedy makes platforms charge the most that they may, from the beginning to the end of the world.
const Greedy Kind = "greedy"

type scope int

const (
	ofEdge scope = iota + 1
	ofAnswer
	ofMail
	ofHook
	ofPeople
	ofMarket
)

var scopes = map[Kind]scope{
	Throttle: ofEdge, Throttle613: ofEdge, Throttle80004: ofEdge, ServerError: ofEdge, BadGateway: ofEdge, Unavailable: ofEdge, DropBefore: ofEdge,
	CommitThenDrop: ofEdge, ErrorAfterCommit: ofEdge, SlowDrip: ofEdge, Timeout: ofEdge, TokenExpired: ofEdge, PermissionRevoked: ofEdge,
	AccountDisabled: ofEdge, Vanished: ofEdge, ClockSkew: ofEdge, SupplierRefuses: ofEdge, DuplicateOrder: ofEdge,
	ModelGarbage: ofEdge, ModelInjection: ofEdge, ModelTimeout: ofEdge,
	MalformedJSON: ofAnswer, TruncatedBody: ofAnswer, EmptyBody: ofAnswer, HTML: ofAnswer, WrongType: ofAnswer, DroppedField: ofAnswer, NullField: ofAnswer,
	WrongValue: ofAnswer, BigNumbers: ofAnswer, ListLag: ofAnswer, StaleStatus: ofAnswer, FrozenMetrics: ofAnswer, MetricsFall: ofAnswer,
	MetricsRevised: ofAnswer, DuplicateRows: ofAnswer, CursorLoop: ofAnswer, LateReports: ofAnswer, Disapproved: ofAnswer,
	PriceJump: ofAnswer, OutOfStock: ofAnswer, PageVanished: ofAnswer,
	MailRefused: ofMail, MailGreylisted: ofMail,
	HookDuplicated: ofHook, HookReordered: ofHook, HookDelayed: ofHook, HookDropped: ofHook, HookForged: ofHook, HookAltered: ofHook, HookReplayed: ofHook,
	SubscriptionCut: ofHook,
	BudgetRaised:    ofPeople, StatusActivated: ofPeople, StatusPaused: ofPeople, Renamed: ofPeople, Deleted: ofPeople,
	BidChanged: ofPeople, AdSetDeleted: ofPeople,
	Greedy: ofMarket,
}

// Kinds lists every kind.
func Kinds() []Kind { return slices.Sorted(maps.Keys(scopes)) }

// check says what is wrong with a line of a script.
func (f Fault) check() error {
	switch {
	case scopes[f.Kind] == 0:
		return fmt.Errorf("there is no fault %q", f.Kind)
	case f.Share < 0 || f.Share > 1:
		return fmt.Errorf("share %v of %s: want 0 to 1", f.Share, f.Kind)
	case !f.Until.IsZero() && !f.Until.After(f.From):
		return fmt.Errorf("%s ends at %s, before it begins", f.Kind, f.Until)
	case f.Times < 0 || f.Minutes < 0:
		return fmt.Errorf("%s happens %d times, by %d minutes: want 0 or more", f.Kind, f.Times, f.Minutes)
	}
	return nil
}
