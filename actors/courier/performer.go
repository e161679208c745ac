package courier

import (
	"context"
	"errors"
	"fmt"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Task is an effect as a performer sees it.
type Task struct {
	ID      string // the effect's: makes a repeat recognisable where the other side allows it
	Subject string
	Effect  *messages.Effect
}

// Performer does what effects ask for against one account. Errors are classified by domain/fault.
type Performer interface {
	// Perform does it, reads it back and says what the other side says now. A receipt without an error is the only success.
	Perform(ctx context.Context, t Task) (*messages.Receipt, error)
	// Find looks up whether it was done already. Nil without an error means that it was not, or that repeating it changes nothing.
	Find(ctx context.Context, t Task) (*messages.Receipt, error)
	// Check validates the account with one cheap read.
	Check(ctx context.Context) error
}

// Reads answers questions about an advertising account.
type Reads interface {
	// Insights reads lifetime totals by ad of one campaign.
	Insights(ctx context.Context, campaignExternalID string) ([]ads.InsightRow, error)
	// Spend reads what the account was charged by campaign and account day, both inclusive.
	Spend(ctx context.Context, since, until string) ([]ads.SpendRow, error)
}

// attempt is how one turn at an effect ended.
type attempt struct {
	receipt *messages.Receipt
	verdict delivery.Verdict
	err     error
	found   bool   // it had been done before, without our knowing
	missed  bool   // it was looked up and had not been done
	unsent  bool   // it was turned down here: nothing was sent
	twin    string // the external id of what was made although another one had won
}

var errNotDone = errors.New("it was sent, got no answer, and was not found afterwards")

// attemptAt performs an effect. One that may have been performed already is looked up first, and repeated only if it is not there, a try
// is left, and it is not for looking up alone.
func attemptAt(ctx context.Context, p Performer, policy delivery.Policy, e actorkit.PendingEffect, failed int, lookOnly error) attempt {
	payload, ok := e.Payload.(*messages.Effect)
	if !ok {
		return judged(policy, attempt{err: fault.Refuse("unreadable", "the effect has a payload of type %T", e.Payload)}, e, failed, false)
	}
	task := Task{ID: e.ID, Subject: e.Subject, Effect: payload}
	var a attempt
	if e.State != actorkit.EffectPending {
		a.err = guarded(func() (err error) { a.receipt, err = p.Find(ctx, task); return err })
		a.found = a.receipt != nil
		if a.err != nil || a.found {
			return judged(policy, a, e, failed, true)
		}
		a.missed = true
		if failed++; failed >= policy.Tries && !urgent(e) {
			a.err = fault.Retry("not_done", 0, errNotDone)
			return judged(policy, a, e, failed-1, false)
		}
	}
	if lookOnly != nil {
		a.err, a.unsent = lookOnly, true
		return judged(policy, a, e, failed, false)
	}
	a.err = guarded(func() (err error) { a.receipt, err = p.Perform(ctx, task); return err })
	return judged(policy, a, e, failed, false)
}

func judged(policy delivery.Policy, a attempt, e actorkit.PendingEffect, failed int, unresolved bool) attempt {
	if a.err == nil && a.receipt == nil {
		a.err = fmt.Errorf("performed %s without a receipt", e.Kind)
	}
	a.verdict = policy.Judge(delivery.Try{EffectID: e.ID, Failed: failed, Unresolved: unresolved, Insist: urgent(e), Err: a.err})
	return a
}

// guarded turns a panic of an adapter into an error: the effect fails, not the courier.
func guarded(call func() error) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("the adapter panicked: %v", reason)
		}
	}()
	return call()
}

// Disconnected is the performer of an account that is not configured: its effects wait until it is.
type Disconnected struct{ Account string }

func (d Disconnected) stop() error {
	return fault.Stop("not_configured", "%s has no credentials; enter them in the settings", d.Account)
}

// Perform refuses to try.
func (d Disconnected) Perform(context.Context, Task) (*messages.Receipt, error) { return nil, d.stop() }

// Find refuses to look.
func (d Disconnected) Find(context.Context, Task) (*messages.Receipt, error) { return nil, d.stop() }

// Check says that it is not configured.
func (d Disconnected) Check(context.Context) error { return d.stop() }
