package reporter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/reporting"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actortest"
)

// sent lists letters as "to: subject (what it is about)".
func sent(h *actortest.Harness) string {
	var out []string
	for _, e := range h.Effects("notify") {
		payload, _ := e.Payload.(*messages.Effect)
		l := payload.GetSendLetter()
		out = append(out, l.GetTo()+": "+l.GetSubject()+" ("+e.Subject+")")
	}
	return strings.Join(out, "\n")
}

func TestReporter_SendsToWhoeverHasAsked(t *testing.T) {
	t.Parallel()
	h, b := setup(t)
	b.readers = map[string][]reporting.Reader{"daily": {{Email: "ana@example.com", Language: "pt-BR"}, {Email: "bob@example.com"}}, "weekly": {{Email: "bob@example.com"}}}
	h.FailNextCommit()
	h.RunUntil(time.Date(2026, 2, 27, 0, 10, 0, 0, time.UTC))
	const want = `ana@example.com: Agente-CEO: Relatório do dia 2026-02-26 (report/daily/2026-02-26)
bob@example.com: Agente-CEO: Report of the day 2026-02-26 (report/daily/2026-02-26)
bob@example.com: Agente-CEO: Report of the week 2026-02-16 (report/weekly/2026-02-16)`
	if got := sent(h); got != want {
		t.Errorf("sent\n%s\nwant\n%s", got, want)
	}
}

func TestReporter_MailsAReportThatWasMade(t *testing.T) {
	t.Parallel()
	h, b := setup(t)
	b.stored = map[string][]byte{"daily/2026-02-20": []byte(`{"kind":"daily","date":"2026-02-20","spend":{"amount":"12.34","currency":"USD"},"roas":"2.00"}`)}
	ask := func(command, date string) any {
		return h.Ask(key, &messages.MailReport{CommandId: command, Kind: "daily", Date: date, By: "ana@example.com", To: []*messages.Reader{{Email: "bob@example.com", Language: "en"}}})
	}
	if reply, ok := ask("c1", "2026-02-20").(*messages.Accepted); !ok {
		t.Fatalf("reply %v", reply)
	}
	ask("c1", "2026-02-20") // the same command again
	if got := sent(h); got != "bob@example.com: Agente-CEO: Report of the day 2026-02-20 (report/daily/2026-02-20)" {
		t.Errorf("sent %s", got)
	}
	if reply, ok := ask("c2", "2026-02-21").(*messages.Refusal); !ok || reply.Code != "unknown_report" {
		t.Errorf("reply %v", reply)
	}
}

func TestReporter_TestsAChannelAndSaysWhatFailed(t *testing.T) {
	t.Parallel()
	h, _ := setup(t)
	h.Ask(key, &messages.TestChannel{CommandId: "c", Channel: "sms", To: "+5521990000000", Language: "pt-BR", By: "ana@example.com"})
	if got := sent(h); got != "+5521990000000: Agente-CEO: um teste (channel/sms)" {
		t.Errorf("sent %s", got)
	}
	h.Answer(h.Effects("notify")[0], &messages.EffectPerformed{Outcome: "refused", Code: "no_channel", Text: "no way to send by sms is configured"})
	h.Settle()
	var alerts []facts.Alert
	for _, f := range h.Facts() {
		if a, is := f.(facts.Alert); is {
			alerts = append(alerts, a)
		}
	}
	if len(alerts) != 1 || alerts[0].Kind != "letter_failed" || !strings.Contains(alerts[0].Detail, "no_channel") {
		t.Errorf("alerts are %+v", alerts)
	}
}

func TestReporter_OnDemandIsStoredWhereTheScheduleStoresIt(t *testing.T) {
	t.Parallel()
	h, _ := setup(t)
	for _, day := range []string{"2026-02-16", "2026-02-18", "2026-02-22"} {
		if reply, ok := h.Ask(key, &messages.RunReport{ReportId: day, Kind: "weekly", Date: day}).(*messages.Accepted); !ok || reply.Id != "weekly/2026-02-16" {
			t.Errorf("asked for %s: %v", day, reply)
		}
	}
	if got := made(h); got != "weekly 2026-02-16, weekly 2026-02-16, weekly 2026-02-16" {
		t.Errorf("made %s", got)
	}
}
