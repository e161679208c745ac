package meta_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
)

const usage = `{"1234567890": [{"type": "ads_management", "call_count": 100, "estimated_time_to_regain_access": 12}, {"type": "ads_insights", "estimated_time_to_regain_access": 3}]}`

// TestClassify reads testdata/errors.txt: HTTP status, code, subcode, then what a mutation and a read make of it and the wait.
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
		if len(fields) != 7 {
			t.Fatalf("want seven columns: %q", lines.Text())
		}
		cases++
		status, code, subcode, mutation, read, name, wait := fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], fields[6]
		after, err := time.ParseDuration(wait)
		if err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		t.Run(status+" "+code+" "+subcode, func(t *testing.T) {
			t.Parallel()
			answer := fmt.Sprintf(`%s {"error":{"message":"m","code":%s,"error_subcode":%s,"fbtrace_id":"AbC"}}`, status, code, subcode)
			client, _ := setup(t, map[string][]string{"POST 2": {answer}, "GET 2": {answer}})
			checkFault(t, client.SetBudget(t.Context(), "2", usd(1)), mutation, name, after)
			_, err := client.Get(t.Context(), ads.LevelAdSet, "2")
			checkFault(t, err, read, name, after)
		})
	}
	if err := lines.Err(); err != nil || cases < 30 {
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
}

func TestClassify_WaitsAsLongAsToldTo(t *testing.T) {
	t.Parallel()
	client, g := setup(t, map[string][]string{"GET 2": {
		`400 {"error":{"message":"(#80004) There have been too many calls","code":80004,"error_subcode":2446079}}`,
		`400 {"error":{"message":"(#100) x","code":100}}`,
	}})
	g.header.Set("X-Business-Use-Case-Usage", usage)
	_, err := client.Get(t.Context(), ads.LevelAdSet, "2")
	checkFault(t, err, "retryable", "throttled", 12*time.Minute)
	_, err = client.Get(t.Context(), ads.LevelAdSet, "2")
	checkFault(t, err, "refused", "invalid_parameter", 0)
}

func TestClassify_AnswersThatAreNotGraphs(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, map[string][]string{"POST 2": {`502 <html>bad gateway`, `404 nothing here`, `200 <html>`}})
	wantFault(t, client.SetBudget(t.Context(), "2", usd(1)), fault.Ambiguous, "server_error")
	wantFault(t, client.SetBudget(t.Context(), "2", usd(1)), fault.Terminal, "bad_address")
	wantFault(t, client.SetBudget(t.Context(), "2", usd(1)), fault.Ambiguous, "bad_answer")
}

func TestClassify_KeepsTheTokenOut(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, map[string][]string{"GET 2": {`400 {"error":{"message":"Malformed access token TOKEN","code":190}}`}})
	_, err := client.Get(t.Context(), ads.LevelAdSet, "2")
	if err == nil || strings.Contains(err.Error(), "TOKEN") || !strings.Contains(err.Error(), "Malformed") {
		t.Errorf("have %v", err)
	}
}
