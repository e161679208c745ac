package faults

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
)

// Account is an advertising account as a person has it open in a browser: what is in it, and how it is called with the account's own
// credentials.
type Account struct {
	Platform string
	Tree     func() adservers.Tree
	Call     http.Handler // the platform's API
	Token    string
	ID       string // advertiser or customer
}

// People lets people do what the script says to the campaigns of an account, once to each campaign.
func (p *Plan) People(a Account) {
	if p == nil {
		return
	}
	tree := a.Tree()
	for _, c := range tree.Campaigns {
		for _, kind := range []Kind{BudgetRaised, StatusActivated, StatusPaused, Renamed, BidChanged, AdSetDeleted, Deleted} {
			if p.wants(kind, a.Platform, c) {
				p.doneTo(kind, a.Platform, c, a.do(kind, c, tree))
			}
		}
	}
}

// wants reports whether the script has a person do something to a campaign now that has not been done to it.
func (p *Plan) wants(kind Kind, platform string, c adservers.Object) bool {
	on := c.Configured == "ACTIVE" || c.Configured == "ENABLE" || c.Configured == "ENABLED"
	if on == (kind == StatusActivated) || strings.Contains(c.Configured, "DELETE") || strings.Contains(c.Configured, "REMOVED") {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	return !p.people[string(kind)+c.ID] && slices.ContainsFunc(p.script, func(f Fault) bool {
		return f.Kind == kind && describes(f.Where, platform) && !now.Before(f.From) && (f.Until.IsZero() || now.Before(f.Until)) &&
			(f.Times == 0 || p.counts[kind] < int64(f.Times))
	})
}

func (p *Plan) doneTo(kind Kind, platform string, c adservers.Object, taken bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.people[string(kind)+c.ID] = true
	if taken {
		p.counts[kind]++
	}
}

// do performs one edit and reports whether the platform took it.
func (a Account) do(kind Kind, c adservers.Object, tree adservers.Tree) bool {
	sets := slices.DeleteFunc(slices.Clone(tree.AdSets), func(s adservers.Object) bool { return s.ParentID != c.ID })
	switch a.Platform {
	case "meta":
		return a.meta(kind, c, sets)
	case "tiktok":
		return a.tiktok(kind, c, sets)
	}
	return a.google(kind, c)
}

func (a Account) meta(kind Kind, c adservers.Object, sets []adservers.Object) bool {
	form := func(id, fields string) bool {
		return a.post("/v26.0/"+id, "application/x-www-form-urlencoded", fields+"&access_token="+a.Token)
	}
	switch kind {
	case BidChanged:
		return len(sets) > 0 && form(sets[0].ID, "bid_strategy=COST_CAP&bid_amount=500")
	case AdSetDeleted:
		return len(sets) > 0 && form(sets[0].ID, "status=DELETED")
	case BudgetRaised:
		taken := false
		for _, s := range sets {
			taken = form(s.ID, "daily_budget="+strconv.FormatInt(3*s.Budget, 10)) || taken
		}
		return taken
	case StatusActivated:
		return form(c.ID, "status=ACTIVE")
	case StatusPaused:
		return form(c.ID, "status=PAUSED")
	case Renamed:
		return form(c.ID, "name=summer+sale")
	}
	return form(c.ID, "status=DELETED")
}

func (a Account) tiktok(kind Kind, c adservers.Object, sets []adservers.Object) bool {
	status := func(operation string) bool {
		return a.post("/open_api/v1.3/campaign/status/update/", "application/json", `{"advertiser_id":"`+a.ID+`","campaign_ids":["`+c.ID+`"],"operation_status":"`+operation+`"}`)
	}
	switch kind {
	case BidChanged:
		return len(sets) > 0 && a.post("/open_api/v1.3/adgroup/update/", "application/json",
			`{"advertiser_id":"`+a.ID+`","adgroup_id":"`+sets[0].ID+`","bid_type":"BID_TYPE_CUSTOM","conversion_bid_price":5}`)
	case AdSetDeleted:
		return len(sets) > 0 && a.post("/open_api/v1.3/adgroup/status/update/", "application/json",
			`{"advertiser_id":"`+a.ID+`","adgroup_ids":["`+sets[0].ID+`"],"operation_status":"DELETE"}`)
	case BudgetRaised:
		taken := false
		for _, s := range sets {
			budget := strconv.FormatInt(3*s.Budget/100, 10)
			taken = a.post("/open_api/v1.3/adgroup/update/", "application/json", `{"advertiser_id":"`+a.ID+`","adgroup_id":"`+s.ID+`","budget":`+budget+`}`) || taken
		}
		return taken
	case StatusActivated:
		return status("ENABLE")
	case StatusPaused:
		return status("DISABLE")
	case Renamed:
		return a.post("/open_api/v1.3/campaign/update/", "application/json", `{"advertiser_id":"`+a.ID+`","campaign_id":"`+c.ID+`","campaign_name":"summer sale"}`)
	}
	return status("DELETE")
}

func (a Account) google(kind Kind, c adservers.Object) bool {
	name := "customers/" + a.ID + "/campaigns/" + c.ID
	update := func(mask, fields string) bool {
		return a.post("/v26/customers/"+a.ID+"/campaigns:mutate", "application/json", `{"operations":[{"updateMask":"`+mask+`","update":{"resourceName":"`+name+`",`+fields+`}}]}`)
	}
	switch kind {
	case StatusActivated:
		return update("status", `"status":"ENABLED"`)
	case StatusPaused:
		return update("status", `"status":"PAUSED"`)
	case Renamed:
		return update("name", `"name":"summer sale"`)
	case Deleted:
		return a.post("/v26/customers/"+a.ID+"/campaigns:mutate", "application/json", `{"operations":[{"remove":"`+name+`"}]}`)
	}
	return false
}

// post calls the platform as a person's browser does, past every other fault.
func (a Account) post(path, kind, body string) bool {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Access-Token", a.Token)
	r.Header.Set("Authorization", "Bearer "+a.Token)
	r.Header.Set("developer-token", "sandbox")
	recorded := httptest.NewRecorder()
	a.Call.ServeHTTP(recorded, r)
	said, _ := io.ReadAll(recorded.Body) // it is in memory
	return recorded.Code < 300 && (a.Platform != "tiktok" || strings.Contains(string(said), `"code":0`))
}
