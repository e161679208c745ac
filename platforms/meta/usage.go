package meta

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/platforms"
)

var _ platforms.Metered = (*Client)(nil)

// Quota is what the last answer said of the limits on calls.
func (c *Client) Quota() delivery.Quota {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.quota
}

func (c *Client) meter(h http.Header) {
	q, told := quotaOf(h)
	if !told {
		return
	}
	q.At = c.service.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.quota = q
}

// quotaOf reads the usage headers, all of them JSON texts; what is not as documented says nothing. Told is whether any of them was there.
//
//	X-Business-Use-Case-Usage  {account: [{call_count, total_cputime, total_time: percent, estimated_time_to_regain_access: minutes}]}
//	X-Ad-Account-Usage         {acc_id_util_pct: percent, reset_time_duration: seconds}
//	X-App-Usage                {call_count, total_cputime, total_time: percent}
func quotaOf(h http.Header) (q delivery.Quota, told bool) {
	type shares struct {
		Calls   float64 `json:"call_count"`
		CPU     float64 `json:"total_cputime"`
		Time    float64 `json:"total_time"`
		Minutes float64 `json:"estimated_time_to_regain_access"`
	}
	seen := func(percent float64, regain time.Duration) {
		told = true
		q.Percent, q.Regain = max(q.Percent, int(percent)), max(q.Regain, regain)
	}
	all := func(s shares) { seen(max(s.Calls, s.CPU, s.Time), time.Duration(s.Minutes*float64(time.Minute))) }
	var uses map[string][]shares
	if json.Unmarshal([]byte(h.Get("X-Business-Use-Case-Usage")), &uses) == nil {
		for _, list := range uses {
			for _, s := range list {
				all(s)
			}
		}
	}
	var account struct {
		Percent float64 `json:"acc_id_util_pct"`
		Seconds float64 `json:"reset_time_duration"`
	}
	if json.Unmarshal([]byte(h.Get("X-Ad-Account-Usage")), &account) == nil {
		seen(account.Percent, time.Duration(account.Seconds*float64(time.Second)))
	}
	var app shares
	if json.Unmarshal([]byte(h.Get("X-App-Usage")), &app) == nil {
		all(app)
	}
	return q, told
}
