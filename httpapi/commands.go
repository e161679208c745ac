package httpapi

import (
	"context"
	"crypto/rand"
	"net/http"

	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Idempotent is the part of a command that lets a client repeat it safely.
type Idempotent struct {
	Key string `header:"Idempotency-Key" maxLength:"100" doc:"Repeating a command with the same key does it once"`
}

// commandID names a command of somebody: the same key of the same person is the same command.
func (in Idempotent) commandID(ctx context.Context, name string) string {
	key := in.Key
	if key == "" {
		key = rand.Text()
	}
	return id.Derive("cmd", name, who(ctx).user.Email, key)
}

type reasonBody struct {
	Reason string `json:"reason,omitempty" maxLength:"500" doc:"For the audit log"`
}

type runScoutInput struct{ Idempotent }

type runCreativesInput struct {
	Idempotent
	Product string `path:"product_id" maxLength:"80"`
	Body    *struct {
		Count int64 `json:"count,omitempty" minimum:"0" maximum:"10" doc:"0: the configured number"`
	}
}

type runReportInput struct {
	Idempotent
	Kind string `path:"kind" enum:"daily,weekly,monthly"`
	Date string `path:"date" format:"date" doc:"A day in the period, UTC"`
}

type runBackupInput struct{ Idempotent }

type decideInput struct {
	Idempotent
	ID string `path:"id" maxLength:"80"`
}

type campaignCommandInput struct {
	Idempotent
	ID   string `path:"id" maxLength:"80"`
	Body *reasonBody
}

func (in *campaignCommandInput) reason() string {
	if in.Body == nil {
		return ""
	}
	return in.Body.Reason
}

type budgetInput struct {
	Idempotent
	ID   string `path:"id" maxLength:"80"`
	Body struct {
		DailyBudget money.Amount `json:"daily_budget"`
		Reason      string       `json:"reason,omitempty" maxLength:"500"`
	}
}

func (s *Server) commandRoutes() {
	operate(s, "POST /api/run/scout", "commands", "Look for products now", s.runScout)
	operate(s, "POST /api/run/creatives/{product_id}", "commands", "Make fresh creatives for a product", s.runCreatives)
	operate(s, "POST /api/run/report/{kind}/{date}", "commands", "Make a report again, or sooner", s.runReport)
	operate(s, "POST /api/run/backup", "commands", "Back the database up now", s.runBackup)
	operate(s, "POST /api/campaigns/{id}/decide", "commands", "Read a campaign's figures and decide now", s.decideNow)
	operate(s, "POST /api/campaigns/{id}/pause", "commands", "Stop a campaign's delivery", s.pauseCampaign)
	operate(s, "POST /api/campaigns/{id}/resume", "commands", "Let a paused campaign deliver again", s.resumeCampaign)
	operate(s, "POST /api/campaigns/{id}/budget", "commands", "Set a campaign's daily budget, within the caps", s.changeBudget)
}

func (s *Server) runScout(ctx context.Context, in *runScoutInput) (*accepted, error) {
	msg := &messages.RunScout{RunId: in.commandID(ctx, "scout"), By: who(ctx).user.Email}
	return s.command(ctx, actorkit.Key{Kind: "scout", ID: "main"}, msg)
}

func (s *Server) runCreatives(ctx context.Context, in *runCreativesInput) (*accepted, error) {
	// An actor is made by the first message to it: only products that exist may get one.
	product, err := s.deps.Reads.Product(ctx, in.Product)
	if err != nil {
		return nil, err
	}
	if product == nil {
		return nil, notFound("product", in.Product)
	}
	msg := &messages.MakeCreatives{RequestId: in.commandID(ctx, "creatives"), By: who(ctx).user.Email}
	if in.Body != nil {
		msg.Count = in.Body.Count
	}
	return s.command(ctx, actorkit.Key{Kind: "product", ID: in.Product}, msg)
}

func (s *Server) runReport(ctx context.Context, in *runReportInput) (*accepted, error) {
	msg := &messages.RunReport{ReportId: in.commandID(ctx, "report"), Kind: in.Kind, Date: in.Date, By: who(ctx).user.Email}
	return s.command(ctx, actorkit.Key{Kind: "reporter", ID: "main"}, msg)
}

func (s *Server) runBackup(ctx context.Context, in *runBackupInput) (*accepted, error) {
	msg := &messages.RunBackup{RunId: in.commandID(ctx, "backup"), By: who(ctx).user.Email}
	return s.command(ctx, actorkit.Key{Kind: "housekeeper", ID: "main"}, msg)
}

func (s *Server) decideNow(ctx context.Context, in *decideInput) (*accepted, error) {
	key, err := s.knownCampaign(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.command(ctx, key, &messages.DecideNow{CommandId: in.commandID(ctx, "decide"), By: who(ctx).user.Email})
}

func (s *Server) knownCampaign(ctx context.Context, campaignID string) (actorkit.Key, error) {
	campaign, err := s.deps.Reads.Campaign(ctx, campaignID)
	if err != nil {
		return actorkit.Key{}, err
	}
	if campaign == nil {
		return actorkit.Key{}, notFound("campaign", campaignID)
	}
	return actorkit.Key{Kind: "campaign", ID: campaignID}, nil
}

func (s *Server) pauseCampaign(ctx context.Context, in *campaignCommandInput) (*accepted, error) {
	key, err := s.knownCampaign(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.command(ctx, key, &messages.PauseCampaign{CommandId: in.commandID(ctx, "pause"), By: who(ctx).user.Email, Reason: in.reason()})
}

func (s *Server) resumeCampaign(ctx context.Context, in *campaignCommandInput) (*accepted, error) {
	key, err := s.knownCampaign(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.command(ctx, key, &messages.ResumeCampaign{CommandId: in.commandID(ctx, "resume"), By: who(ctx).user.Email, Reason: in.reason()})
}

func (s *Server) changeBudget(ctx context.Context, in *budgetInput) (*accepted, error) {
	budget := in.Body.DailyBudget
	if !budget.Positive() || string(budget.Currency()) != s.deps.System.Currency {
		return nil, problem(http.StatusUnprocessableEntity, "invalid_amount", "A daily budget is more than nothing, in %s.", s.deps.System.Currency)
	}
	key, err := s.knownCampaign(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.command(ctx, key, &messages.ChangeBudget{
		CommandId: in.commandID(ctx, "budget"), By: who(ctx).user.Email, Reason: in.Body.Reason,
		DailyBudget: &messages.Money{Minor: budget.Minor(), Currency: string(budget.Currency())},
	})
}
