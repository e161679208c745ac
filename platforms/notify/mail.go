// Package notify tells customers: e-mail over SMTP, SMS through Twilio, WhatsApp through the Cloud API.
package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"

	"github.com/wneessen/go-mail"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// Mail sends e-mail: plain text, with the same in HTML where there is any.
type Mail struct {
	from    string
	host    string
	options []mail.Option
}

// NewMail reads smtp://user:password@host:port (STARTTLS wherever offered; required unless the host is a loopback address) or
// smtps://… (TLS from the start).
func NewMail(address, from string) (*Mail, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "smtp" && u.Scheme != "smtps") || u.Hostname() == "" {
		return nil, errors.New("SMTP_URL: want smtp://user:password@host:587 or smtps://user:password@host:465")
	}
	m := &Mail{from: from, host: u.Hostname(), options: []mail.Option{mail.WithTLSConfig(&tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12})}}
	if port, err := strconv.Atoi(u.Port()); err == nil {
		m.options = append(m.options, mail.WithPort(port))
	}
	switch ip := net.ParseIP(u.Hostname()); {
	case u.Scheme == "smtps":
		m.options = append(m.options, mail.WithSSL())
	case u.Hostname() == "localhost" || ip != nil && ip.IsLoopback():
		m.options = append(m.options, mail.WithTLSPolicy(mail.TLSOpportunistic))
	default:
		m.options = append(m.options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if password, ok := u.User.Password(); ok {
		m.options = append(m.options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(u.User.Username()), mail.WithPassword(password))
	}
	return m, nil
}

// Channel is "email".
func (m *Mail) Channel() string { return "email" }

// Send sends one message with id as its Message-ID, so that a receiver drops a repeat. Temporary refusals (4xx) are Retryable,
// permanent ones (5xx) Refused.
func (m *Mail) Send(ctx context.Context, id, to, subject, body string) error {
	return m.SendHTML(ctx, id, to, subject, body, "")
}

// SendHTML is Send with the same said in HTML, which readers may choose; "" for none.
func (m *Mail) SendHTML(ctx context.Context, id, to, subject, text, html string) error {
	msg := mail.NewMsg()
	if err := msg.From(m.from); err != nil {
		return fault.Stop("bad_sender", "mail_from %q is no address: %v", m.from, err)
	}
	if err := msg.To(to); err != nil {
		return fault.Refuse("bad_recipient", "%q is no address: %v", to, err)
	}
	msg.Subject(subject)
	msg.SetMessageIDWithValue(id + "@agente-ceo")
	msg.SetBodyString(mail.TypeTextPlain, text)
	if html != "" {
		msg.AddAlternativeString(mail.TypeTextHTML, html)
	}
	client, err := mail.NewClient(m.host, m.options...)
	if err != nil {
		return fault.Stop("bad_smtp_settings", "SMTP settings are not usable: %v", err)
	}
	if err := client.DialAndSendWithContext(ctx, msg); err != nil {
		return mailFault(err)
	}
	return nil
}

func mailFault(err error) error {
	if credentialsRefused(err) {
		return fault.Stop("token_invalid", "the mail server refuses the credentials: %v", err)
	}
	var sending *mail.SendError
	if errors.As(err, &sending) && !sending.IsTemp() {
		return &fault.Error{Kind: fault.Refused, Code: "mail_refused", Err: fmt.Errorf("send mail: %w", err)}
	}
	return fault.Retry("mail_unsent", 0, fmt.Errorf("send mail: %w", err))
}

// credentialsRefused reports a server's 530, 534, 535 or 538 to our login (RFC 4954): asking again changes nothing.
func credentialsRefused(err error) bool {
	var answer *textproto.Error
	return errors.As(err, &answer) && slices.Contains([]int{530, 534, 535, 538}, answer.Code)
}

// Check connects and says goodbye.
func (m *Mail) Check(ctx context.Context) error {
	client, err := mail.NewClient(m.host, m.options...)
	if err != nil {
		return fault.Stop("bad_smtp_settings", "SMTP settings are not usable: %v", err)
	}
	if err := client.DialWithContext(ctx); err != nil {
		if credentialsRefused(err) {
			return fault.Stop("token_invalid", "the mail server refuses the credentials: %v", err)
		}
		return fault.Retry("mail_unreachable", 0, fmt.Errorf("reach the mail server: %w", err))
	}
	return client.Close()
}
