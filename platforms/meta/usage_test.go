package meta

import (
	"net/http"
	"testing"
	"time"
)

func TestQuotaOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		headers map[string]string
		percent int
		regain  time.Duration
		told    bool
	}{
		"Nothing": {nil, 0, 0, false},
		"TheFullestCounts": {map[string]string{
			"X-Business-Use-Case-Usage": `{"123":[{"type":"ads_management","call_count":12,"total_cputime":81,"total_time":3,"estimated_time_to_regain_access":0}]}`,
			"X-Ad-Account-Usage":        `{"acc_id_util_pct":40.5,"reset_time_duration":0}`,
			"X-App-Usage":               `{"call_count":7,"total_cputime":1,"total_time":1}`,
		}, 81, 0, true},
		"Regain": {map[string]string{
			"X-Business-Use-Case-Usage": `{"123":[{"type":"ads_insights","call_count":100,"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":17}]}`,
		}, 100, 17 * time.Minute, true},
		"AccountScore": {map[string]string{"X-Ad-Account-Usage": `{"acc_id_util_pct":100,"reset_time_duration":300}`}, 100, 5 * time.Minute, true},
		"NotJSON":      {map[string]string{"X-App-Usage": `full`}, 0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			for key, value := range c.headers {
				h.Set(key, value)
			}
			if q, told := quotaOf(h); q.Percent != c.percent || q.Regain != c.regain || told != c.told {
				t.Errorf("read %+v, told %v", q, told)
			}
		})
	}
}
