package httpapi

import (
	"context"
	"net/mail"
	"slices"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

var reporterKey = actorkit.Key{Kind: "reporter", ID: "main"}

type mailReportInput struct {
	Idempotent
	Date string `path:"date" format:"date"`
	Body struct {
		Kind string   `json:"kind" enum:"daily,weekly,monthly"`
		To   []string `json:"to" minItems:"1" maxItems:"20" doc:"People of this dashboard; administrators may write to others, too"`
	}
}

type readerInput struct {
	Body struct {
		Kinds []string `json:"kinds" enum:"daily,weekly,monthly" maxItems:"3"`
	}
}

type channelInput struct {
	Idempotent
	Channel string `path:"channel" enum:"email,sms,whatsapp"`
	Body    struct {
		To string `json:"to" minLength:"3" maxLength:"254" doc:"An address, or a number with its country's code"`
	}
}

// letterRoutes write to people who work here.
func (s *Server) letterRoutes() {
	operate(s, "POST /api/reports/{date}/mail", "office", "Send a report by e-mail", s.mailReport)
	operate(s, "PUT /api/account/reports", "account", "Which reports one gets by e-mail", s.chooseReports)
	operate(s, "POST /api/admin/channels/{channel}/test", "admin", "Send a test message", s.testChannel)
}

func (s *Server) mailReport(ctx context.Context, in *mailReportInput) (*accepted, error) {
	report, err := s.deps.Reads.Report(ctx, in.Body.Kind, in.Date)
	if err != nil {
		return nil, err
	}
	if report == nil {
		return nil, notFound(in.Body.Kind+" report", in.Date)
	}
	to, err := s.readers(ctx, in.Body.To)
	if err != nil {
		return nil, err
	}
	return s.command(ctx, reporterKey, &messages.MailReport{
		CommandId: in.commandID(ctx, "mail"), Kind: in.Body.Kind, Date: in.Date, To: to, By: who(ctx).user.Email,
	})
}

// readers are people of the dashboard by their e-mail, each once; others only an administrator may write to.
func (s *Server) readers(ctx context.Context, emails []string) ([]*messages.Reader, error) {
	users, err := s.deps.Users.ListUsers(ctx)
	if err != nil {
		return nil, err
	}
	var out []*messages.Reader
	for _, email := range emails {
		email = strings.ToLower(strings.TrimSpace(email))
		if parsed, err := mail.ParseAddress(email); err != nil || parsed.Address != email {
			return nil, refusal("invalid_email", "This is no e-mail address.")
		}
		if slices.ContainsFunc(out, func(r *messages.Reader) bool { return r.Email == email }) {
			continue
		}
		i := slices.IndexFunc(users, func(u views.User) bool { return u.Email == email && u.DisabledAt == nil })
		language := who(ctx).user.Language
		switch {
		case i >= 0:
			language = users[i].Language
		case !Admin.allows(who(ctx).user.Roles):
			return nil, refusal("not_a_person_here", "Only administrators send reports to people who have no account here.")
		}
		out = append(out, &messages.Reader{Email: email, Language: language})
	}
	return out, nil
}

func (s *Server) chooseReports(ctx context.Context, in *readerInput) (*out[views.Profile], error) {
	if err := s.deps.Readers.SetReportsOf(ctx, who(ctx).user.ID, append([]string{}, in.Body.Kinds...)); err != nil {
		return nil, err
	}
	return answer(s.profile(ctx))
}

func (s *Server) testChannel(ctx context.Context, in *channelInput) (*accepted, error) {
	user := who(ctx).user
	return s.command(ctx, reporterKey, &messages.TestChannel{
		CommandId: in.commandID(ctx, "channel"), Channel: in.Channel, To: strings.TrimSpace(in.Body.To), Language: user.Language, By: user.Email,
	})
}
