package reporter_test

import (
	"context"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/actors/reporter"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/reporting"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

var (
	start = time.Date(2026, 2, 26, 9, 0, 0, 0, time.UTC) // a Thursday
	key   = actorkit.Key{Kind: "reporter", ID: "main"}
)

type books struct {
	pulse   reporting.Pulse
	readers map[string][]reporting.Reader
	stored  map[string][]byte
}

func (b *books) ReportReaders(_ context.Context, kind string) ([]reporting.Reader, error) {
	return b.readers[kind], nil
}

func (b *books) StoredReport(_ context.Context, kind, date string) ([]byte, error) {
	return b.stored[kind+"/"+date], nil
}

func (b *books) Figures(_ context.Context, from, to time.Time) (reporting.Figures, error) {
	usd := func(n int64) money.Amount { return money.Minor(n, money.USD) }
	return reporting.Figures{From: from, To: to, Revenue: usd(100), SupplierCost: usd(0), Refunds: usd(0), Allotted: usd(0), Charged: usd(0)}, nil
}

func (b *books) Pulse(context.Context, time.Time) (reporting.Pulse, error) { return b.pulse, nil }

func setup(t *testing.T) (*actortest.Harness, *books) {
	t.Helper()
	h, b := actortest.New(t, start), &books{}
	h.Register(key.Kind, func(k actorkit.Key) actor.Actor {
		return reporter.New(reporter.Deps{Kit: h.Deps(), Books: b, Target: func() reporting.Target { return reporting.Target{ROAS: big.NewRat(3, 2)} }, Post: b, Base: "https://agente.example"}, k)
	})
	h.Tell(key, &messages.Wake{})
	h.Settle()
	return h, b
}

func made(h *actortest.Harness) string {
	var out []string
	for _, f := range h.Facts() {
		if r, ok := f.(facts.Report); ok {
			out = append(out, r.Kind+" "+r.Date)
		}
	}
	return strings.Join(out, ", ")
}

func TestReporter_ReportsAtMidnightUTC(t *testing.T) {
	t.Parallel()
	h, _ := setup(t)
	h.RunUntil(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	const want = "daily 2026-02-26, weekly 2026-02-16, monthly 2026-01-01, daily 2026-02-27, daily 2026-02-28, monthly 2026-02-01, daily 2026-03-01, weekly 2026-02-23"
	if got := made(h); got != want {
		t.Fatalf("made %s\nwant %s", got, want)
	}
}

func TestReporter_SurvivesRestart(t *testing.T) {
	t.Parallel()
	h, _ := setup(t)
	h.FailNextCommit()
	h.RunUntil(time.Date(2026, 2, 28, 0, 10, 0, 0, time.UTC))
	if got := strings.Count(made(h), "daily 2026-02-26"); got != 1 {
		t.Fatalf("the daily report was made %d times: %s", got, made(h))
	}
	if !strings.Contains(made(h), "daily 2026-02-27") {
		t.Fatalf("the clock stopped: %s", made(h))
	}
}

func TestReporter_RunReport(t *testing.T) {
	t.Parallel()
	h, _ := setup(t)
	if reply, ok := h.Ask(key, &messages.RunReport{ReportId: "r", Kind: "daily", Date: "2026-02-20", By: "ana@example.com"}).(*messages.Accepted); !ok || made(h) != "daily 2026-02-20" {
		t.Fatalf("reply %v, made %s", reply, made(h))
	}
	if audit := h.Audit(); audit[len(audit)-1].By != "ana@example.com" {
		t.Fatalf("audit %+v", audit)
	}
	if reply, ok := h.Ask(key, &messages.RunReport{ReportId: "r2", Kind: "yearly", Date: "2026-02-20"}).(*messages.Refusal); !ok || reply.Code != "invalid_report" {
		t.Fatalf("reply %v", reply)
	}
}

func TestReporter_RaisesOnceAndResolves(t *testing.T) {
	t.Parallel()
	h, b := setup(t)
	b.pulse = reporting.Pulse{Hours: 24, Spend: money.Minor(1000, money.USD)}
	h.Advance(3*time.Hour + time.Minute)
	count := func() (raised, resolved int) {
		for _, f := range h.Facts() {
			switch f.(type) {
			case facts.Alert:
				raised++
			case facts.AlertResolved:
				resolved++
			}
		}
		return raised, resolved
	}
	if raised, resolved := count(); raised != 2 || resolved != 0 {
		t.Fatalf("raised %d, resolved %d", raised, resolved)
	}
	b.pulse = reporting.Pulse{Hours: 24, Spend: money.Minor(1000, money.USD), Revenue: money.Minor(2000, money.USD), Orders: 1}
	h.Advance(2 * time.Hour)
	if raised, resolved := count(); raised != 2 || resolved != 2 {
		t.Fatalf("after better news: raised %d, resolved %d", raised, resolved)
	}
}
