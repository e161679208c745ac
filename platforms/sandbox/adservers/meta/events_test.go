package meta

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func deleteOf(id string) *http.Request {
	return httptest.NewRequest(http.MethodDelete, "/v26.0/"+id+"?access_token=TOKEN", nil)
}

const hashed = "fe5466afcb7e9038104740c4adf2cf49cdbe23345004aa3d44d7ecec979e94e2"

func purchase(id string, at time.Time) string {
	return fmt.Sprintf(`{"event_name":"Purchase","event_time":%d,"event_id":%q,"action_source":"website","event_source_url":"https://shop.example.com/thank-you",
		"user_data":{"em":[%q],"client_ip_address":"203.0.113.7","client_user_agent":"Mozilla/5.0"},
		"custom_data":{"currency":"USD","value":64.7,"order_id":%q,"contents":[{"id":"A","quantity":2,"item_price":29.9}]}}`, at.Unix(), id, hashed, id)
}

func (b *bench) events(list ...string) reply {
	b.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/v26.0/900/events?access_token=TOKEN", strings.NewReader(`{"data":[`+strings.Join(list, ",")+`]}`))
	r.Header.Set("Content-Type", "application/json")
	return b.do(r)
}

func TestEvents_CountOnceIn48Hours(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.events(purchase("1", b.now), purchase("2", b.now)).ok().want(float64(2), "events_received")
	b.events(purchase("1", b.now)).ok()
	if n := b.server.Snapshot().Events; n != 2 {
		t.Errorf("%d events, want 2", n)
	}
	b.now = b.now.Add(49 * time.Hour)
	b.events(purchase("1", b.now)).ok()
	if n := b.server.Snapshot().Events; n != 3 {
		t.Errorf("%d events, want 3", n)
	}
}

func TestEvents_OneBadEventRejectsAll(t *testing.T) {
	t.Parallel()
	b := setup(t)
	good := purchase("1", b.now)
	for name, bad := range map[string]string{
		"AnOldOne":         purchase("2", b.now.AddDate(0, 0, -8)),
		"OneOfTheFuture":   purchase("2", b.now.Add(time.Hour)),
		"APlainEmail":      strings.Replace(good, hashed, "a@example.com", 1),
		"NoSource":         strings.Replace(good, `"action_source":"website",`, "", 1),
		"NoURL":            strings.Replace(good, `"event_source_url":"https://shop.example.com/thank-you",`, "", 1),
		"NoCurrency":       strings.Replace(good, `"currency":"USD",`, "", 1),
		"NoName":           strings.Replace(good, `"Purchase"`, `""`, 1),
		"NoTime":           strings.Replace(good, `"event_time"`, `"time"`, 1),
		"NobodyInUserData": strings.Replace(good, `"user_data"`, `"user"`, 1),
	} {
		if b.events(good, bad).refused(100, 2804003); b.server.Snapshot().Events != 0 {
			t.Errorf("%s: the good event counted", name)
		}
	}
	b.events().refused(100, 0)
}
