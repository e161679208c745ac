package courier_test

import (
	"context"
	"errors"
	"testing"

	"github.com/agente-ceo/agente-ceo/actors/courier"
	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
)

// limited is an account that the platform stops at a limit. deaf takes a change without obeying it.
type limited struct {
	*account
	have        ads.Ceiling
	deaf        bool
	set, unread error
}

func (l *limited) Ceiling(context.Context) (ads.Ceiling, error) { return l.have, l.unread }

func (l *limited) SetCeiling(_ context.Context, limit money.Amount) error {
	if l.set == nil && !l.deaf {
		l.have.Limit = limit
	}
	return l.set
}

func TestAds_Ceiling(t *testing.T) {
	t.Parallel()
	effect := &messages.Effect{What: &messages.Effect_SetAccountCeiling{SetAccountCeiling: &messages.SetAccountCeiling{Limit: usd(30000)}}}
	limitedTo := func(minor int64) *limited {
		return &limited{account: &account{}, have: ads.Ceiling{Limit: money.Minor(minor, money.USD), Spent: money.Minor(500, money.USD)}}
	}
	t.Run("IsDoneWhenItIsReadBack", func(t *testing.T) {
		t.Parallel()
		receipt, err := perform(t, courier.NewAds(limitedTo(100)), effect)
		if err != nil || receipt.Budget.GetMinor() != 30000 || receipt.Spent.GetMinor() != 500 {
			t.Errorf("%v, %v", receipt, err)
		}
	})
	t.Run("IsNotDoneWhenAnotherLimitIsRead", func(t *testing.T) {
		t.Parallel()
		l := limitedTo(100)
		l.deaf = true
		if _, err := perform(t, courier.NewAds(l), effect); fault.CodeOf(err) != "read_back_differs" {
			t.Errorf("%v", err)
		}
	})
	t.Run("IsUnknownWhenItCannotBeRead", func(t *testing.T) {
		t.Parallel()
		l := limitedTo(100)
		l.unread = errors.New("gone")
		if _, err := perform(t, courier.NewAds(l), effect); fault.KindOf(err) != fault.Ambiguous {
			t.Errorf("%v", err)
		}
	})
	t.Run("IsFoundByItsLimit", func(t *testing.T) {
		t.Parallel()
		for minor, want := range map[int64]bool{30000: true, 100: false} {
			found, err := courier.NewAds(limitedTo(minor)).Find(t.Context(), courier.Task{Effect: effect})
			if (found != nil) != want || err != nil {
				t.Errorf("%d was found as %v, %v", minor, found, err)
			}
		}
	})
	t.Run("IsRefusedWhereThereIsNone", func(t *testing.T) {
		t.Parallel()
		if _, err := perform(t, courier.NewAds(&account{}), effect); fault.CodeOf(err) != "no_ceiling" || fault.KindOf(err) != fault.Refused {
			t.Errorf("%v", err)
		}
	})
}
