package reporter

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/reporting"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Post knows who reads reports, and what was reported.
type Post interface {
	// ReportReaders are the people who get reports of a kind by e-mail, in their order.
	ReportReaders(ctx context.Context, kind string) ([]reporting.Reader, error)
	// StoredReport is a report's body as it was made; nil when there is none.
	StoredReport(ctx context.Context, kind, date string) ([]byte, error)
}

func letter(effectID, channel, to, subject string, l reporting.Letter) actorkit.Effect {
	return actorkit.Effect{
		ID: effectID, Courier: "notify", Kind: "send_letter", Subject: subject,
		Payload: &messages.Effect{Quiet: true, What: &messages.Effect_SendLetter{SendLetter: &messages.SendLetter{
			Channel: channel, To: to, Subject: l.Subject, Text: l.Text, Html: l.HTML,
		}}},
	}
}

func subjectOf(r reporting.Report) string { return "report/" + string(r.Kind) + "/" + r.Date }

// deliver adds the letters to everybody who has asked for reports of this kind: of each report one, however often it is made.
func (a *Actor) deliver(ch *actorkit.Change, r reporting.Report) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	readers, err := a.deps.Post.ReportReaders(ctx, string(r.Kind))
	if err != nil {
		panic(fmt.Errorf("look up who reads %s reports: %w", r.Kind, err))
	}
	for _, reader := range readers {
		key := id.Derive(id.Effect, "report", string(r.Kind), r.Date, reader.Email)
		ch.Effects = append(ch.Effects, letter(key, "email", reader.Email, subjectOf(r), r.Letter(reader.Language, a.deps.Base)))
	}
}

// onMailReport sends a report as it is stored.
func (a *Actor) onMailReport(c actor.Context, m *messages.MailReport) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	body, err := a.deps.Post.StoredReport(ctx, m.Kind, m.Date)
	if err != nil {
		panic(fmt.Errorf("read the %s report of %s: %w", m.Kind, m.Date, err))
	}
	if body == nil {
		a.kit.Reply(c, &messages.Refusal{Code: "unknown_report", Text: fmt.Sprintf("There is no %s report of %s.", m.Kind, m.Date)})
		return
	}
	var r reporting.Report
	if err := json.Unmarshal(body, &r); err != nil {
		panic(fmt.Errorf("decode the %s report of %s: %w", m.Kind, m.Date, err))
	}
	var ch actorkit.Change
	for _, to := range m.To {
		key := id.Derive(id.Effect, "report", m.CommandId, to.Email)
		ch.Effects = append(ch.Effects, letter(key, "email", to.Email, subjectOf(r), r.Letter(to.Language, a.deps.Base)))
	}
	ch.Audit = []actorkit.Audit{{
		Action: "report_sent", Subject: string(r.Kind) + "/" + r.Date, Reason: "somebody asked for it", By: m.By,
		Figures: []actorkit.Figure{{Name: "people", Value: fmt.Sprint(len(m.To))}},
	}}
	a.kit.Commit(c, ch)
	a.kit.Reply(c, &messages.Accepted{Id: m.CommandId})
}

var tests = map[string]reporting.Letter{
	"en":    {Subject: "Agente-CEO: a test", Text: "This is a test message of your Agente-CEO. If you can read it, this channel works.\n"},
	"pt-BR": {Subject: "Agente-CEO: um teste", Text: "Esta é uma mensagem de teste do seu Agente-CEO. Se você consegue lê-la, este canal funciona.\n"},
}

// onTestChannel sends a message that says that it is a test, by the way that every other one takes.
func (a *Actor) onTestChannel(c actor.Context, m *messages.TestChannel) {
	words, known := tests[m.Language]
	if !known {
		words = tests["en"]
	}
	a.kit.Commit(c, actorkit.Change{
		Effects: []actorkit.Effect{letter(id.Derive(id.Effect, "test", m.CommandId), m.Channel, m.To, "channel/"+m.Channel, words)},
		Audit:   []actorkit.Audit{{Action: "channel_tested", Subject: "channel/" + m.Channel, Reason: "somebody wants to know whether it works", By: m.By}},
	})
	a.kit.Reply(c, &messages.Accepted{Id: m.CommandId})
}

// onEffectPerformed hears of letters that could not be sent; those that were are not told of.
func (a *Actor) onEffectPerformed(c actor.Context, m *messages.EffectPerformed) {
	if m.Kind != "send_letter" {
		a.kit.Unhandled(c)
		return
	}
	a.kit.Commit(c, actorkit.Change{
		Facts: []facts.Fact{facts.Alert{
			ID: id.Derive(id.Alert, "letter_failed", m.Subject, a.kit.Now().Format(time.DateOnly)), Kind: "letter_failed", Severity: "warning", Subject: m.Subject, At: a.kit.Now(),
			Title: "A message to somebody here could not be sent", Detail: m.Code + ": " + m.Text,
		}},
		Audit: []actorkit.Audit{{Action: "letter_failed", Subject: m.Subject, Reason: m.Code + ": " + m.Text}},
	})
}
