package courier

import (
	"context"
	"fmt"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
)

// Notifier sends one message to one customer over one channel. id makes a repeat recognisable to the receiver.
type Notifier interface {
	Channel() string // email | sms | whatsapp
	Send(ctx context.Context, id, to, subject, body string) error
	Check(ctx context.Context) error
}

type notifyPerformer struct{ channels []Notifier }

// NewNotify performs NotifyCustomer and SendLetter over the channels given.
func NewNotify(channels ...Notifier) Performer { return notifyPerformer{channels} }

// Check validates every channel.
func (p notifyPerformer) Check(ctx context.Context) error {
	for _, n := range p.channels {
		if err := n.Check(ctx); err != nil {
			return fmt.Errorf("check %s: %w", n.Channel(), err)
		}
	}
	return nil
}

// Find cannot tell whether a message arrived: it is sent again under the same id.
func (p notifyPerformer) Find(context.Context, Task) (*messages.Receipt, error) { return nil, nil }

// LetterWriter is a Notifier that also sends a message with a second body as HTML.
type LetterWriter interface {
	SendHTML(ctx context.Context, id, to, subject, text, html string) error
}

// Perform sends one message. What finishes one channel must not stop the others, so it is a refusal of this message.
func (p notifyPerformer) Perform(ctx context.Context, t Task) (*messages.Receipt, error) {
	if letter := t.Effect.GetSendLetter(); letter != nil {
		return p.send(letter.Channel, "letter", t.ID, func(n Notifier) error {
			if writer, does := n.(LetterWriter); does && letter.Html != "" {
				return writer.SendHTML(ctx, t.ID, letter.To, letter.Subject, letter.Text, letter.Html)
			}
			return n.Send(ctx, t.ID, letter.To, letter.Subject, letter.Text)
		})
	}
	m := t.Effect.GetNotifyCustomer()
	if m == nil {
		return nil, wrongEffect("the notifier", t)
	}
	subject, body, err := wording(m)
	if err != nil {
		return nil, err
	}
	return p.send(m.Channel, m.Template, t.ID, func(n Notifier) error { return n.Send(ctx, t.ID, m.To, subject, body) })
}

// send finds the channel and sends by it; what is for the error.
func (p notifyPerformer) send(channel, what, id string, by func(Notifier) error) (*messages.Receipt, error) {
	for _, n := range p.channels {
		if n.Channel() != channel {
			continue
		}
		err := by(n)
		if fault.KindOf(err) == fault.Terminal {
			return nil, &fault.Error{Kind: fault.Refused, Code: "channel_closed", Text: "send by " + channel, Err: err}
		}
		if err != nil {
			return nil, fmt.Errorf("send %s by %s: %w", what, channel, err)
		}
		return &messages.Receipt{ExternalId: id, Status: "sent"}, nil
	}
	return nil, fault.Refuse("no_channel", "no way to send by %s is configured", channel)
}

// template is what a customer reads; {name}, {order} and so on are filled in.
type template struct{ subject, body string }

var templates = map[string]template{
	"order_confirmed/en": {
		"Your order {order} is confirmed",
		"Hello {name},\n\nthank you for your order {order} of {total}. We are preparing it and will write again when it is on its way.\n",
	},
	"order_confirmed/pt-BR": {
		"Seu pedido {order} foi confirmado",
		"Olá {name},\n\nobrigado pelo seu pedido {order} no valor de {total}. Estamos preparando tudo e avisaremos quando ele for enviado.\n",
	},
	"order_shipped/en": {
		"Your order {order} is on its way",
		"Good news: your order {order} is on its way. Tracking code: {tracking}\n",
	},
	"order_shipped/pt-BR": {
		"Seu pedido {order} está a caminho",
		"Boa notícia: seu pedido {order} está a caminho. Código de rastreio: {tracking}\n",
	},
	"order_refunded/en": {
		"Your refund for order {order}",
		"We have refunded {amount} for your order {order}. It appears on your statement within a few days.\n",
	},
	"order_refunded/pt-BR": {
		"Reembolso do pedido {order}",
		"Reembolsamos {amount} do seu pedido {order}. O valor aparece na sua fatura em alguns dias.\n",
	},
}

// maxValue bounds what one value of foreign origin may take in a message.
const maxValue = 120

// wording fills a template in, in the customer's language or else in English. Values are text from outside: on one line, and short.
func wording(m *messages.NotifyCustomer) (subject, body string, err error) {
	words, ok := templates[m.Template+"/"+m.Language]
	if !ok {
		words, ok = templates[m.Template+"/en"]
	}
	if !ok {
		return "", "", fault.Refuse("no_template", "there is no message called %q", m.Template)
	}
	if subject, err = fill(words.subject, m); err != nil {
		return "", "", err
	}
	body, err = fill(words.body, m)
	return subject, body, err
}

// fill puts the values in; where one is empty, the space before it goes too.
func fill(text string, m *messages.NotifyCustomer) (string, error) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		if !found {
			out.WriteString(before)
			return out.String(), nil
		}
		name, after, _ := strings.Cut(rest, "}")
		value, given := m.Values[name]
		if !given {
			return "", fault.Refuse("no_value", "message %q needs a value for %q", m.Template, name)
		}
		if value = oneLine(value); value == "" {
			before = strings.TrimSuffix(before, " ")
		}
		out.WriteString(before + value)
		text = after
	}
}

func oneLine(value string) string {
	runes := []rune(strings.Join(strings.Fields(value), " "))
	return string(runes[:min(len(runes), maxValue)])
}
