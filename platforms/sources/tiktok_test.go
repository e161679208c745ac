package sources_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/sources"
)

func trends(t *testing.T, answers ...string) (*sources.TikTok, *site) {
	t.Helper()
	s, address := open(t, map[string][]string{trendPath: answers})
	client, err := sources.NewTikTok(address+"/open_api/v1.3", "secret-key", "7000", httpx.New(httpx.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	return client, s
}

func listOf(items string) string { return `{"code":0,"message":"OK","data":{"list":[` + items + `]}}` }

func TestTikTok_Search(t *testing.T) {
	t.Parallel()
	client, s := trends(t, listOf(`
		{"hashtag_id":"7001","hashtag_name":"MiniProjector","rank_position":1,"rank_change":4,"views":123456,"posts":99},
		{"hashtag_id":7002000000000000001,"hashtag_name":"#desk_lamp","rank_position":2,"rank_change":"-30","views":"5000"},
		{"hashtag_id":"7003","hashtag_name":"fyp","rank_change":"NEW"}`))
	offers, err := client.Search(t.Context(), "", "BR", 5)
	want := []platforms.Offer{
		{Source: "tiktok_trends", Ref: "7001", Title: "mini projector", Keywords: []string{"mini", "projector"}, Sold: 123456, TrendPct: 20},
		{Source: "tiktok_trends", Ref: "7002000000000000001", Title: "desk lamp", Keywords: []string{"desk", "lamp"}, Sold: 5000, TrendPct: -100},
		{Source: "tiktok_trends", Ref: "7003", Title: "fyp", Keywords: []string{"fyp"}},
	}
	if diff := cmp.Diff(want, offers, sameMoney); diff != "" || err != nil {
		t.Error(diff, err)
	}
	asked := s.of(trendPath)[0]
	query := map[string][]string{"advertiser_id": {"7000"}, "discovery_type": {"HASHTAG"}, "country_code": {"BR"}, "date_range": {"7DAY"}}
	if diff := cmp.Diff(query, asked.query); diff != "" || asked.header.Get("Access-Token") != "secret-key" {
		t.Error(diff, asked.header)
	}
	for keywords, n := range map[string]int{"lamp": 1, "Projector LAMP": 2, "umbrella": 0} {
		if found, err := client.Search(t.Context(), keywords, "BR", 5); err != nil || len(found) != n {
			t.Errorf("%q: %+v %v, want %d", keywords, found, err, n)
		}
	}
	if few, err := client.Search(t.Context(), "", "BR", 1); err != nil || len(few) != 1 {
		t.Errorf("at most one: %+v %v", few, err)
	}
}

func TestTikTok_Search_Spellings(t *testing.T) {
	t.Parallel()
	for hashtag, want := range map[string]string{
		"MiniProjector": "mini projector", "mini_projector": "mini projector", "mini-projector": "mini projector", "#miniprojector": "miniprojector", "AçãoTotal": "ação total",
	} {
		client, _ := trends(t, listOf(`{"hashtag_id":"1","hashtag_name":"`+hashtag+`"}`))
		if offers, err := client.Search(t.Context(), "", "BR", 5); err != nil || len(offers) != 1 || offers[0].Title != want {
			t.Errorf("%s: %+v %v, want %q", hashtag, offers, err, want)
		}
	}
}

// TestTikTok_Failures: TikTok says everything with HTTP 200.
func TestTikTok_Failures(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]struct {
		kind fault.Kind
		code string
	}{
		40100: {fault.Retryable, "throttled"}, 40016: {fault.Retryable, "throttled"}, 40133: {fault.Retryable, "throttled"},
		50000: {fault.Retryable, "server_error"}, 50002: {fault.Retryable, "server_error"}, 60001: {fault.Retryable, "server_error"},
		40001: {fault.Terminal, "token_invalid"}, 40102: {fault.Terminal, "token_invalid"}, 40105: {fault.Terminal, "token_invalid"},
		40002: {fault.Refused, "rejected"},
	} {
		client, _ := trends(t, fmt.Sprintf(`{"code":%d,"message":"no","request_id":"r","data":{}}`, code))
		for what, err := range map[string]error{"check": client.Check(t.Context()), "search": second(client.Search(t.Context(), "", "BR", 5))} {
			if fault.KindOf(err) != want.kind || fault.CodeOf(err) != want.code {
				t.Errorf("%s answered with %d: %s %s %v", what, code, fault.KindOf(err), fault.CodeOf(err), err)
			}
		}
	}
}
