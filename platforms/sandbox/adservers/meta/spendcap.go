package meta

import (
	"net/http"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

// capChanges is how often the account's spend_cap may be changed in 24 hours.
const capChanges = 10

// updateAccount changes the account's spending limit: when amount_spent reaches spend_cap, everything in the account stops delivering,
// whatever its status says. spend_cap is written in whole units of the currency with decimals ("23.50"), unlike budgets, and read back
// in minor units ("2350"); 0 is no limit. spend_cap_action "reset" begins to count amount_spent anew, "delete" takes the limit away.
func (s *Server) updateAccount(c *call) (any, *fail) {
	action, limited := c.params["spend_cap_action"], c.params.has("spend_cap")
	if action == "" && !limited {
		return object{"success": true}, nil
	}
	if action != "" && action != "reset" && action != "delete" {
		return nil, invalid("spend_cap_action must be one of {reset, delete}")
	}
	limit := s.ceiling
	if limited {
		minor, err := adservers.ParseMinor(c.params["spend_cap"])
		if err != nil {
			return nil, invalid("Param spend_cap must be a non-negative number with at most two decimals")
		}
		limit = minor
	}
	if s.changes.Sum(c.now) >= capChanges {
		return nil, &fail{
			status: http.StatusBadRequest, kind: "OAuthException", code: 17, subcode: 1885172,
			message: "User request limit reached", title: "Spending limit changed too often",
			advice: "The spending limit of an ad account can be changed at most 10 times a day.",
		}
	}
	s.changes.Add(c.now, 1)
	switch action {
	case "reset":
		s.forgotten = s.cfg.Market.Lifelong(c.now, market.Meta)
	case "delete":
		limit = 0
	}
	s.ceiling = limit
	if limit > 0 {
		limit += s.forgotten
	}
	s.cfg.Market.SetCeiling(c.now, market.Meta, limit)
	return object{"success": true}, nil
}
