package meta

import (
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// account is the ad account's node.
type account struct{ server *Server }

func (x *account) nodeType() string { return "AdAccount" }
func (x *account) nodeID() string   { return "act_" + x.server.cfg.AccountID }

func (x *account) get(s *Server, now time.Time, field string) any {
	switch field {
	case "id":
		return x.nodeID()
	case "account_id":
		return s.cfg.AccountID
	case "name":
		return s.cfg.AccountName
	case "currency":
		return s.cfg.Currency
	case "timezone_name":
		return s.cfg.Zone.String()
	case "timezone_offset_hours_utc":
		_, offset := now.In(s.cfg.Zone).Zone()
		return float64(offset) / 3600
	case "timezone_id":
		return 1
	case "account_status":
		return 1
	case "disable_reason":
		return 0
	case "amount_spent":
		return adservers.Count(s.spent(now))
	case "spend_cap":
		return adservers.Count(s.ceiling)
	case "balance":
		return "0"
	case "min_daily_budget":
		return s.cfg.MinDailyBudget
	case "campaigns":
		return edgeOf(func() []node { return nodesOf(s.campaigns) })
	case "adsets":
		return edgeOf(func() []node { return nodesOf(s.adsets) })
	case "ads":
		return edgeOf(func() []node { return nodesOf(s.ads) })
	case "adcreatives":
		return edgeOf(func() []node { return nodesOf(s.creatives) })
	case "adimages":
		return edgeOf(func() []node { return nodesOf(s.imageList) })
	case "customaudiences":
		return edgeOf(func() []node { return nodesOf(s.audiences) })
	}
	return nil
}

// spent is what the account was charged since amount_spent was last set back, in minor units. It lags as all reports do; the limit
// itself is held to what was really charged.
func (s *Server) spent(now time.Time) int64 {
	total := int64(0)
	for _, x := range s.ads {
		if s.board.Ever(x.id) {
			total += s.cfg.Market.Lifetime(now, market.Meta, x.id).SpendMinor
		}
	}
	return max(0, total-s.forgotten)
}

func (s *Server) minimumBudgets() object {
	m := s.cfg.MinDailyBudget
	return object{"data": []object{{
		"currency": s.cfg.Currency, "min_daily_budget_imp": m, "min_daily_budget_video_views": m,
		"min_daily_budget_high_freq": 5 * m, "min_daily_budget_low_freq": 40 * m,
	}}}
}

func (s *Server) subscriptions() object {
	data := []object{}
	if s.subbed {
		data = append(data, object{"app_id": "1", "app_name": s.cfg.AccountName + " app"})
	}
	return object{"data": data}
}

// plain is a node that only has a name: the token's user, the page, the pixel.
type plain struct{ kind, id, name string }

func (x *plain) nodeType() string { return x.kind }
func (x *plain) nodeID() string   { return x.id }

func (x *plain) get(_ *Server, _ time.Time, field string) any {
	switch field {
	case "id":
		return x.id
	case "name":
		return x.name
	}
	return nil
}
