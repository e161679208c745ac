package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/views"
)

// Trends reads how things went over days, for small charts.
type Trends interface {
	// Windows lists the days and weeks of the purse that began in these account days, both ends included, oldest first.
	Windows(ctx context.Context, from, to time.Time) ([]views.Window, error)
	// CampaignDays lists what each campaign brought on each of these UTC days, both ends included.
	CampaignDays(ctx context.Context, from, to time.Time) ([]views.CampaignDay, error)
}

// maxTrendDays bounds lists that have a row for each campaign and day: a month, and the one before to compare with.
const maxTrendDays = 62

func (s *Server) trendRoutes() {
	operate(s, "GET /api/treasury/windows", "campaigns", "Days and weeks of the purse, oldest first", s.windows)
	operate(s, "GET /api/metrics/campaigns", "figures", "What each campaign brought by UTC day, for at most 62 days", s.campaignDays)
}

func (s *Server) windows(ctx context.Context, in *periodInput) (*out[views.Page[views.Window]], error) {
	from, to, err := s.period(in)
	if err != nil {
		return nil, err
	}
	windows, err := s.deps.Reads.Windows(ctx, from, to)
	return answer(views.Page[views.Window]{Items: windows}, err)
}

func (s *Server) campaignDays(ctx context.Context, in *periodInput) (*out[views.Page[views.CampaignDay]], error) {
	from, to, err := s.period(in)
	if err != nil {
		return nil, err
	}
	if to.Sub(from) >= maxTrendDays*24*time.Hour {
		return nil, problem(http.StatusUnprocessableEntity, "invalid_period", "This list has at most %d days.", maxTrendDays)
	}
	days, err := s.deps.Reads.CampaignDays(ctx, from, to)
	return answer(views.Page[views.CampaignDay]{Items: days}, err)
}
