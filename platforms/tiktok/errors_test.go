package tiktok_test

import (
	"bufio"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// TestClassify reads testdata/errors.txt: the code, then what a mutation and a read make of it and the wait.
func TestClassify(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/errors.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	cases := 0
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		if len(fields) != 5 {
			t.Fatalf("want five columns: %q", lines.Text())
		}
		cases++
		code, mutation, read, name, wait := fields[0], fields[1], fields[2], fields[3], fields[4]
		after, err := time.ParseDuration(wait)
		if err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, map[string][]string{"POST /adgroup/update/": {code + " why"}})
			checkFault(t, client.SetBudget(t.Context(), "2", usd(2000)), mutation, name, after)
			client, _ = setup(t, map[string][]string{listCampaign: {code + " why"}})
			_, err := client.Get(t.Context(), ads.LevelCampaign, "1")
			checkFault(t, err, read, name, after)
		})
	}
	if err := lines.Err(); err != nil || cases < 60 {
		t.Fatalf("%d cases, %v", cases, err)
	}
}

func checkFault(t *testing.T, err error, kind, code string, after time.Duration) {
	t.Helper()
	var classified *fault.Error
	if !errors.As(err, &classified) {
		t.Fatalf("unclassified: %v", err)
	}
	if classified.Kind.String() != kind || classified.Code != code || classified.After != after {
		t.Errorf("have %s %s %v, want %s %s %v", classified.Kind, classified.Code, classified.After, kind, code, after)
	}
	if !strings.Contains(err.Error(), "why") {
		t.Errorf("the platform's words are lost: %v", err)
	}
}

// TestThrottle_WaitsLongerEachTime: nothing says which limit was hit, so a throttle after a throttle is taken for the next longer one.
func TestThrottle_WaitsLongerEachTime(t *testing.T) {
	t.Parallel()
	busy := "40100 Too many requests, why not retry in some time."
	good := `{"list":[{"campaign_id":"1"}],"page_info":{"total_page":1}}`
	client, _ := setup(t, map[string][]string{listCampaign: {busy, busy, busy, busy, good, busy}})
	get := func() error {
		_, err := client.Get(t.Context(), ads.LevelCampaign, "1")
		return err
	}
	for _, wait := range []time.Duration{time.Second, 5 * time.Minute, 5 * time.Minute, 10 * time.Hour} { // the clock stands at 14:00
		checkFault(t, get(), "retryable", "throttled", wait)
	}
	if err := get(); err != nil {
		t.Fatal(err)
	}
	checkFault(t, get(), "retryable", "throttled", time.Second)
}

func TestThrottle_BelievesTheMessage(t *testing.T) {
	t.Parallel()
	for message, wait := range map[string]time.Duration{
		"why: QPS limit": time.Second, "why: QPM limit": 5 * time.Minute, "why: QPD limit": 10 * time.Hour, "why: daily quota": 10 * time.Hour,
	} {
		client, _ := setup(t, map[string][]string{listCampaign: {"40016 " + message}})
		_, err := client.Get(t.Context(), ads.LevelCampaign, "1")
		checkFault(t, err, "retryable", "throttled", wait)
	}
}

func TestClassify_PartlyGoodReadsAreGood(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, map[string][]string{"GET /advertiser/info/": {
		`HTTP 200 {"code":20001,"message":"Partially successful","data":{"list":[{"status":"STATUS_ENABLE","currency":"USD"}]}}`,
	}})
	if err := client.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestClassify_AnswersThatAreNotTikToks(t *testing.T) {
	t.Parallel()
	update := "POST /adgroup/update/"
	client, _ := setup(t, map[string][]string{update: {`HTTP 502 <html>`, `HTTP 200 <html>`, `HTTP 200 {}`, `HTTP 404 404 page not found`}})
	for _, want := range []struct {
		kind fault.Kind
		code string
	}{{fault.Ambiguous, "server_error"}, {fault.Ambiguous, "bad_answer"}, {fault.Ambiguous, "bad_answer"}, {fault.Terminal, "bad_address"}} {
		wantFault(t, client.SetBudget(t.Context(), "2", usd(2000)), want.kind, want.code)
	}
}

func TestClassify_KeepsTheTokenOut(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, map[string][]string{listCampaign: {"40105 Access token TOKEN is incorrect"}})
	_, err := client.Get(t.Context(), ads.LevelCampaign, "1")
	if err == nil || strings.Contains(err.Error(), "TOKEN") || !strings.Contains(err.Error(), "incorrect") {
		t.Errorf("have %v", err)
	}
}
