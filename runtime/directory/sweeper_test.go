package directory_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/directory"
)

// books is a ledger that says what it was asked, and a directory that says what it was given.
type books struct {
	trace []string
	err   error
}

func (b *books) asked(what string, at time.Time) {
	b.trace = append(b.trace, what+" "+at.Sub(start).String())
}

func (b *books) Overdue(_ context.Context, before time.Time) ([]actorkit.Key, error) {
	b.asked("overdue", before)
	return []actorkit.Key{{Kind: "scout", ID: "main"}}, nil
}

func (b *books) Undelivered(_ context.Context, before time.Time) ([]actorkit.Message, error) {
	b.asked("undelivered", before)
	return []actorkit.Message{{ID: "msg_1", Msg: &messages.WebhookStored{}}}, b.err
}

func (b *books) PendingCouriers(_ context.Context, now time.Time) ([]string, error) {
	b.asked("couriers", now)
	return []string{"meta"}, nil
}

func (b *books) Wake(key actorkit.Key)        { b.trace = append(b.trace, "wake "+key.String()) }
func (b *books) Deliver(msg actorkit.Message) { b.trace = append(b.trace, "deliver "+msg.ID) }

func TestSweeper(t *testing.T) {
	t.Parallel()
	set := func() (*directory.Sweeper, *books, *clock.Virtual) {
		v, b := clock.NewVirtual(start), &books{}
		return &directory.Sweeper{Clock: v, Executor: v, Ledger: b, Posts: b, Log: quiet, Every: time.Hour, Grace: time.Minute}, b, v
	}
	pass := func(hour int) []string {
		grace := (time.Duration(hour)*time.Hour - time.Minute).String()
		return []string{"overdue " + grace, "wake scout/main", "undelivered " + grace, "deliver msg_1",
			"couriers " + (time.Duration(hour) * time.Hour).String(), "wake courier/meta"}
	}

	t.Run("SweepsEveryInterval", func(t *testing.T) {
		t.Parallel()
		s, b, v := set()
		s.Start()
		if err := v.RunUntil(t.Context(), start.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if want := append(pass(1), pass(2)...); !slices.Equal(b.trace, want) {
			t.Errorf("trace %q\nwant  %q", b.trace, want)
		}
	})

	t.Run("StopsForGood", func(t *testing.T) {
		t.Parallel()
		s, b, v := set()
		s.Start()
		s.Stop()
		s.Start()
		if err := v.RunUntil(t.Context(), start.Add(5*time.Hour)); err != nil || len(b.trace) != 0 {
			t.Errorf("trace %q, %v", b.trace, err)
		}
	})

	t.Run("GoesOnPastAnError", func(t *testing.T) {
		t.Parallel()
		s, b, v := set()
		b.err = errors.New("the database is away")
		s.Start()
		if err := v.RunUntil(t.Context(), start.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(b.trace, pass(1)) {
			t.Errorf("trace %q", b.trace)
		}
		if _, timers := v.Pending(); timers != 1 {
			t.Errorf("%d timers are set", timers)
		}
		b.trace, b.err = nil, nil
		if err := v.RunUntil(t.Context(), start.Add(time.Hour+4*time.Second)); err != nil || len(b.trace) == 0 || b.trace[0] != "overdue 1h0m0s" {
			t.Errorf("a pass that failed was not repeated soon: %q, %v", b.trace, err)
		}
		b.err = errors.New("the database is away")
		if found, err := s.Sweep(t.Context()); !errors.Is(err, b.err) || !strings.Contains(err.Error(), "undelivered") || found.Woken != 1 {
			t.Errorf("found %+v, %v", found, err)
		}
	})

	t.Run("SweepsSoonWhenAsked", func(t *testing.T) {
		t.Parallel()
		s, b, v := set()
		s.Haste = 3 * time.Second
		s.Start()
		if err := v.RunUntil(t.Context(), start.Add(10*time.Second)); err != nil {
			t.Fatal(err)
		}
		s.Soon()
		s.Soon()
		if err := v.RunUntil(t.Context(), start.Add(30*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if len(b.trace) != 6 || b.trace[0] != "overdue 10s" || b.trace[4] != "couriers 13s" {
			t.Errorf("trace %q: want one pass three seconds later, for what is older than that", b.trace)
		}
		b.trace = nil
		if err := v.RunUntil(t.Context(), start.Add(time.Hour+13*time.Second)); err != nil || len(b.trace) != 6 || b.trace[0] != "overdue 59m13s" {
			t.Errorf("trace %q, %v: want the usual pass after it", b.trace, err)
		}
	})

	t.Run("WakesEverybodyAtTheStart", func(t *testing.T) {
		t.Parallel()
		s, b, _ := set()
		found, err := s.WakeAll(t.Context())
		if err != nil || found != (directory.Swept{Woken: 1, Delivered: 1, Couriers: 1}) {
			t.Errorf("found %+v, %v", found, err)
		}
		if !strings.HasPrefix(b.trace[0], "overdue ") || len(b.trace[0]) < 15 || b.trace[2] != "undelivered 1µs" {
			t.Errorf("trace %q", b.trace)
		}
	})
}
