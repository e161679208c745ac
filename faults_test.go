package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/llm"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
	"github.com/agente-ceo/agente-ceo/platforms/writer"
)

// faultCase is a fault and how the business shows that it has noticed it: words in the audit log, in an alert, or a counter with these labels.
// A case without words is one that must leave no trace; why says so.
type faultCase struct {
	faults.Fault
	words string
	why   string
}

func once(kind faults.Kind, where, words string) faultCase {
	return faultCase{Fault: faults.Fault{Kind: kind, Where: where, Times: 1}, words: words}
}

// evening is a fault from the eighth hour on.
func evening(kind faults.Kind, where string) faults.Fault {
	return faults.Fault{Kind: kind, Where: where, From: simulationStart.Add(8 * time.Hour)}
}

// evenOnce is a fault that happens once then: to one campaign, to one webhook.
func evenOnce(kind faults.Kind, where string) faults.Fault {
	f := evening(kind, where)
	f.Times = 1
	return f
}

const (
	metaCreates   = "POST /meta/ /campaigns"
	tiktokCreates = "POST /tiktok/ /campaign/create/"
	metaInsights  = "GET /meta/ /insights"
)

// faultRuns are days of the business, each with faults that do not get in each other's way.
var faultRuns = map[string][]faultCase{
	"Edge": {
		once(faults.Throttle, metaCreates, "code 17/"),
		once(faults.Throttle613, metaCreates, "create_campaign: (#613)"),
		once(faults.Throttle80004, metaCreates, "code 80004/"),
		once(faults.ServerError, metaCreates, "meta create_campaign: An unknown error"),
		once(faults.ErrorAfterCommit, metaCreates, "meta create_campaign: An unknown error"),
		once(faults.BadGateway, metaCreates, "meta create_campaign: HTTP 502"),
		once(faults.Unavailable, metaCreates, "meta create_campaign: HTTP 503"),
		once(faults.DropBefore, metaCreates, "meta create_campaign: EOF"),
		once(faults.CommitThenDrop, metaCreates, "meta create_campaign: EOF"),
		once(faults.SlowDrip, metaCreates, "meta create_campaign: context deadline exceeded"),
		once(faults.Timeout, metaCreates, "meta create_campaign: context deadline exceeded"),
		once(faults.TokenExpired, tiktokCreates, "40105"),
		once(faults.Throttle, tiktokCreates, "Requests made too frequently"),
		once(faults.ServerError, tiktokCreates, "System error"),
	},
	"Answers": {
		once(faults.MalformedJSON, metaCreates, "after top-level value"),
		once(faults.TruncatedBody, metaCreates, "meta create_campaign: EOF"),
		once(faults.EmptyBody, metaCreates, "unexpected end of JSON input"),
		once(faults.HTML, metaCreates, "invalid character '<'"),
		once(faults.DroppedField, metaCreates, "the answer has no id"),
		once(faults.NullField, metaCreates, "the answer has no id"),
		once(faults.WrongValue, metaCreates, "cannot unmarshal object"),
		once(faults.BigNumbers, metaCreates, "cannot unmarshal number"),
		{Fault: faults.Fault{Kind: faults.WrongType, Where: tiktokCreates, Times: 1}, why: "what is in the body counts, not what it is called"},
		once(faults.PermissionRevoked, tiktokCreates, "No permission to operate"),
		once(faults.Vanished, tiktokCreates, "The object does not exist"),
	},
	"World": {
		once(faults.ClockSkew, "order.create", "The timestamp is illegal"),
		once(faults.SupplierRefuses, "", "does not take this order"),
		{Fault: faults.Fault{Kind: faults.DuplicateOrder, Times: 1}, why: "the order is looked up under our key, and is there"},
		once(faults.MailGreylisted, "", "Greylisted"),
		once(faults.MailRefused, "", "Message refused"),
		once(faults.PageVanished, "/shopify/", "Shopify answered without a product"),
		once(faults.AccountDisabled, tiktokCreates, "The advertiser is disabled"),
		once(faults.HookDuplicated, "orders/create", "metric:duplicate shopify"),
		once(faults.HookReplayed, "orders/create", "metric:duplicate shopify"),
		once(faults.HookForged, "orders/create", "metric:wrong_signature shopify"),
		once(faults.HookAltered, "orders/create", "metric:wrong_signature shopify"),
	},
	"Reads": {
		{Fault: faults.Fault{Kind: faults.StaleStatus, Where: "GET /meta/", Times: 3}, words: "read_back_differs"},
		{Fault: faults.Fault{Kind: faults.CursorLoop, Where: "GET /tiktok/ /report/"}, words: "A campaign's figures do not arrive"},
	},
	"Raised": {{Fault: evenOnce(faults.BudgetRaised, "meta"), words: "Somebody raised it from"}},
	"Quiet": {
		{Fault: evenOnce(faults.StatusPaused, "meta"), words: "platform_drift"},
		{Fault: faults.Fault{Kind: faults.StatusActivated, Where: "meta", From: simulationStart.Add(10 * time.Hour), Times: 1}, why: "its money is held until the day is over"},
		{Fault: evenOnce(faults.Renamed, "tiktok"), why: "ids count, not names"},
		{Fault: evenOnce(faults.HookDelayed, "orders/create"), why: "it comes later"},
		{Fault: evenOnce(faults.HookReordered, "orders/create"), why: "orders stand for themselves"},
	},
	"Deleted": {
		{Fault: evenOnce(faults.Deleted, "meta"), words: "Somebody deleted it on the platform."},
		{Fault: evenOnce(faults.AdSetDeleted, "tiktok"), words: "An ad set was deleted on the platform"},
	},
	"Bid":     {{Fault: evenOnce(faults.BidChanged, "meta"), words: "It bids for the lowest cost again."}},
	"Late":    {{Fault: evening(faults.LateReports, metaInsights), words: "A campaign's figures do not arrive"}},
	"Frozen":  {{Fault: evening(faults.FrozenMetrics, metaInsights), words: "A campaign's figures stand still"}},
	"Fall":    {{Fault: evening(faults.MetricsFall, metaInsights), why: "what was charged once is not taken back on a report's word"}},
	"Revised": {{Fault: evening(faults.MetricsRevised, metaInsights), why: "platforms revise their figures by as much every day"}},
	"Lag": {
		once(faults.CommitThenDrop, metaCreates, "meta create_campaign: EOF"),
		{Fault: faults.Fault{Kind: faults.ListLag, Where: "GET /meta/ /campaigns"}, why: "it is made again, and one alone of the two may ever run"},
		{Fault: faults.Fault{Kind: faults.Disapproved, Where: "GET /tiktok/ /ad/get/", From: simulationStart.Add(8 * time.Hour), Times: 2}, words: "ad_refused"},
	},
	"Later": {
		{Fault: faults.Fault{Kind: faults.PriceJump, Where: "/aliexpress/", From: simulationStart.Add(20 * time.Hour), Times: 2}, words: "price"},
		{Fault: faults.Fault{Kind: faults.OutOfStock, Where: "/aliexpress/", From: simulationStart.Add(20 * time.Hour)}, words: "stock"},
	},
	"Doubled": {{Fault: evening(faults.DuplicateRows, metaInsights), why: "a row that comes twice is one row"}},
	"Cut":     {{Fault: faults.Fault{Kind: faults.SubscriptionCut, Where: "orders/create", Times: 1}, words: "subscri"}},
	"Dropped": {{Fault: faults.Fault{Kind: faults.HookDropped, Where: "orders/create", Times: 2}, words: "missed"}},
}

// noticed counts where the business shows the words.
func (l *loop) noticed(words string) int64 {
	if labels, metric := strings.CutPrefix(words, "metric:"); metric {
		return l.counted(strings.Fields(labels))
	}
	var n int64
	err := l.db.QueryRow(l.t.Context(), `SELECT (SELECT count(*) FROM audit_log WHERE strpos(action || ' ' || reason || ' ' || figures::text, $1) > 0)
		+ (SELECT count(*) FROM alerts WHERE strpos(title || ' ' || detail, $1) > 0)`, words).Scan(&n)
	if err != nil {
		l.t.Fatal(err)
	}
	return n
}

// counted adds up the counters that have all of the labels.
func (l *loop) counted(labels []string) (n int64) {
	families, err := l.app.metrics.Gather()
	if err != nil {
		l.t.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.Metric {
			have := ""
			for _, label := range m.Label {
				have += " " + label.GetValue() + " "
			}
			all := m.Counter != nil
			for _, label := range labels {
				all = all && strings.Contains(have, " "+label+" ")
			}
			if all {
				n += int64(m.Counter.GetValue())
			}
		}
	}
	return n
}

// elsewhere are the kinds that other tests let happen.
var elsewhere = map[faults.Kind]string{
	faults.Greedy:       "TestLoop_GreedyPlatforms",
	faults.ModelGarbage: "TestFaults_LanguageModel", faults.ModelInjection: "TestFaults_LanguageModel", faults.ModelTimeout: "TestFaults_LanguageModel",
}

func TestFaults_EveryKindHasItsTest(t *testing.T) {
	t.Parallel()
	tried := map[faults.Kind]bool{}
	for _, cases := range faultRuns {
		for _, c := range cases {
			tried[c.Kind] = true
			if (c.words == "") == (c.why == "") {
				t.Errorf("%s: want either the words that show it or why there are none", c.Kind)
			}
		}
	}
	for _, kind := range faults.Kinds() {
		if !tried[kind] && elsewhere[kind] == "" {
			t.Errorf("no test lets %s happen", kind)
		}
	}
	if n := len(faults.Kinds()); n < 40 {
		t.Errorf("only %d kinds of faults", n)
	}
}

// TestFaults_LanguageModel lets a model talk rubbish, obey strangers and keep silent: the templates stand in, and nothing of it is used.
func TestFaults_LanguageModel(t *testing.T) {
	t.Parallel()
	brief := platforms.Brief{Title: "Desk lamp", Category: "Home", Languages: []string{"en", "pt-BR"}, Count: 6}
	want, err := writer.Templates{}.Write(t.Context(), brief)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []faults.Kind{faults.ModelGarbage, faults.ModelInjection, faults.ModelTimeout} {
		plan := faults.New(1, faults.Fault{Kind: kind})
		server := httptest.NewServer(plan.Wrap(http.NotFoundHandler()))
		t.Cleanup(server.Close)
		model := llm.New(llm.Config{BaseURL: server.URL + "/llm/v1", Key: "key", Model: "sandbox", Fallback: writer.Templates{}, HTTP: &http.Client{Timeout: time.Second}})
		got, err := model.Write(t.Context(), brief)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: wrote %+v, %v, want the templates' words", kind, got, err)
		}
		if plan.Counts()[kind] == 0 {
			t.Errorf("%s did not happen", kind)
		}
	}
}

// TestFaults_AreNoticed lets every kind of fault happen to the whole business and looks for its trace within the day.
func TestFaults_AreNoticed(t *testing.T) {
	t.Parallel()
	env := []string{"AGENTE_CAPS_DAILY=3000", "AGENTE_CAPS_WEEKLY=15000", "AGENTE_CAMPAIGNS_PER_CYCLE=6", "AGENTE_COURIER_CALL_TIMEOUT=1s"}
	for name, cases := range faultRuns {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var script []faults.Fault
			wanted := map[string]int64{} // by words: each case that shares them leaves its own trace
			for _, c := range cases {
				script = append(script, c.Fault)
				wanted[c.words]++
			}
			plan := faults.New(9, script...)
			days := 1
			if name == "Later" {
				days = 2 // suppliers are asked once a day
			}
			l := run(t, "7", days, env, plan)
			for _, c := range cases {
				if plan.Counts()[c.Kind] == 0 {
					t.Errorf("%s did not happen", c.Kind)
				}
				if n := l.noticed(c.words); c.words != "" && n < wanted[c.words] {
					t.Errorf("%s was not noticed: %q was found %d times, want %d", c.Kind, c.words, n, wanted[c.words])
				}
			}
			l.mustHold(l.capsHold, l.onePlanOneCampaign)
			if n := l.number(`SELECT count(*) FROM audit_log WHERE action = 'spending_frozen'`); n != 0 {
				t.Errorf("spending was frozen %d times; none of these faults is worth that", n)
			}
			if t.Failed() {
				for _, x := range l.texts(`SELECT concat_ws(' ', count(*), action, figures->>'code', figures->>'kind', left(min(reason),150)) FROM audit_log WHERE action NOT IN ('effect_done','effect_intended') GROUP BY action, figures->>'code', figures->>'kind', left(reason,60)`) {
					fmt.Println(name, x)
				}
				for _, x := range l.texts(`SELECT concat_ws(' ', 'alert', kind, left(title,60), left(detail,80)) FROM alerts`) {
					fmt.Println(name, x)
				}
			}
		})
	}
}
