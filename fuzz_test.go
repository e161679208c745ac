package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/media"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

// babel answers every call of every platform with the same text.
type babel struct {
	mu     sync.Mutex
	status int
	body   string
}

func (b *babel) ServeHTTP(rw http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(b.status)
	_, _ = rw.Write([]byte(b.body)) // the client may have read enough
}

func (b *babel) say(status int, body string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.status, b.body = status, body
}

// connectedTo is every production client, all of them talking to one server.
func connectedTo(f *testing.F, base string) *outside {
	f.Helper()
	world := sandbox.New(sandbox.Config{Start: simulationStart, Now: clock.System{}.Now, AdCredentials: map[string]string{
		"META_ACCESS_TOKEN": sandboxMetaToken, "META_AD_ACCOUNT_ID": sandboxAccount, "META_PIXEL_ID": sandboxPixel, "META_PAGE_ID": sandboxPage,
		"TIKTOK_ACCESS_TOKEN": sandboxTikTokToken, "TIKTOK_ADVERTISER_ID": sandboxAdvertiser, "TIKTOK_PIXEL_ID": sandboxTikTokPixel,
		"TIKTOK_IDENTITY_ID": sandboxIdentity, "GOOGLE_ACCESS_TOKEN": sandboxGoogleToken, "GOOGLE_CUSTOMER_ID": sandboxCustomer,
	}})
	cfg := withSandbox(configs.Default(), world.URLs(base), world.Credentials())
	cfg.Platforms.SMTPURL, cfg.Courier.CallTimeout = "", time.Second
	files, err := media.NewLocal(f.TempDir(), base)
	if err != nil {
		f.Fatal(err)
	}
	o, err := connect(cfg, clock.System{}, files, nil, nil, allowedEgress(cfg), "")
	if err != nil {
		f.Fatal(err)
	}
	return o
}

// answers are what platforms say, and what they might.
var answers = []string{
	``, `{}`, `[]`, `null`, `"`, `{"id":null}`, `{"id":123}`, `{"id":"120210000000000030"}`, `{"id":120210000000000031}`, `{"data":[]}`, `{"data":[null]}`,
	`{"data":[{"ad_id":"1","spend":"12.345","impressions":"99999999999999999999","clicks":"-1"}]}`, `{"data":[{"spend":"1e9"}],"paging":{"cursors":{"after":"x"}}}`,
	`{"code":0,"data":{}}`, `{"code":0,"data":{"list":[{"campaign_id":"1","metrics":{"spend":"0.1","impressions":"x"}}],"page_info":{"total_page":1}}}`,
	`{"code":0,"data":{"campaign_id":1800000000000000001}}`, `{"code":40100,"message":"slow down"}`, `{"code":"0"}`,
	`{"results":[{"resourceName":"customers/1/campaigns/2"}]}`, `{"results":[{"campaign":{"id":"1"},"metrics":{"costMicros":"-9223372036854775808"}}]}`,
	`{"error":{"code":190,"message":"expired"}}`, `{"error":{"code":"190"}}`, `{"error":"x"}`, `{"errors":[{"message":"Throttled"}]}`, `{"errors":"x"}`,
	`{"data":{"productCreate":{"product":null,"userErrors":[]}}}`, `{"access_token":"","expires_in":-1}`, `<html>sorry</html>`,
	`{"aliexpress_ds_product_get_response":{"result":{"ae_item_sku_info_dtos":{"ae_item_sku_info_d_t_o":[{"offer_sale_price":"1e400","sku_available_stock":-5}]}}}}`,
	`{"aliexpress_ds_order_create_response":{"result":{"is_success":true,"order_list":{"number":[]}}}}`, `{"shopping_results":[{"extracted_price":1e308,"title":"x"}]}`,
	`{"choices":[{"message":{"content":"{\"ads\":null}"}}]}`, strings.Repeat(`[`, 5000), `{"id":"` + strings.Repeat("9", 400) + `"}`, "\xff\xfe",
}

// FuzzPlatformAnswers lets every client read the same text as the answer to whatever it asks: it gives an error, or something that makes sense.
func FuzzPlatformAnswers(f *testing.F) {
	world := &babel{}
	server := httptest.NewServer(world)
	f.Cleanup(server.Close)
	o := connectedTo(f, server.URL)
	for _, body := range answers {
		f.Add(200, body)
	}
	for _, status := range []int{204, 302, 400, 401, 403, 404, 429, 500, 502} {
		f.Add(status, `{"error":{"message":"no"}}`)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 || len(body) > 1<<16 {
			t.Skip("no answer of an HTTP server")
		}
		world.say(status, body)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		for _, platform := range []ads.Platform{ads.Meta, ads.TikTok, ads.Google} {
			askAds(t, ctx, o.ads[platform])
		}
		for _, source := range o.sources {
			if offers, err := source.Search(ctx, "lamp", "US", 3); err == nil {
				for _, offer := range offers {
					if offer.Price.Negative() {
						t.Errorf("%s offers %q at %s", source.Name(), offer.Title, offer.Price)
					}
				}
			}
		}
		for _, c := range o.checks {
			_ = c.Check(ctx) // it must end, either way
		}
	})
}

// askAds calls all that an advertising client can do.
func askAds(t *testing.T, ctx context.Context, client platforms.Ads) {
	made := func(what string, e ads.Entity, err error) {
		if err == nil && e.ID == "" {
			t.Errorf("%T: %s succeeded without an id", client, what)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%T: %s did not end: %v", client, what, err)
		}
	}
	e, err := client.CreateCampaign(ctx, ads.CampaignSpec{Name: "ac-cmp_x-0"})
	made("creating a campaign", e, err)
	e, err = client.Get(ctx, ads.LevelCampaign, "120210000000000030")
	made("reading a campaign", e, err)
	e, err = client.Find(ctx, ads.LevelCampaign, "", "ac-cmp_x-0")
	made("finding a campaign", e, err)
	if rows, err := client.Insights(ctx, "120210000000000030"); err == nil {
		for _, row := range rows {
			if row.Metrics.Spend.Negative() || row.Metrics.Impressions < 0 || row.Metrics.Clicks < 0 {
				t.Errorf("%T: figures under zero: %+v", client, row)
			}
		}
	}
	if rows, err := client.Spend(ctx, "2026-03-01", "2026-03-02"); err == nil {
		for _, row := range rows {
			if row.Spend.Negative() {
				t.Errorf("%T: a charge under zero: %+v", client, row)
			}
		}
	}
	for what, err := range map[string]error{
		"setting a status": client.SetDelivery(ctx, ads.LevelCampaign, "120210000000000030", ads.Active),
		"setting a budget": client.SetBudget(ctx, "120210000000000031", money.Minor(2000, money.USD)),
	} {
		if err != nil && fault.KindOf(err) == fault.Bug {
			slog.Debug("error was not classified", "what", what, "error", err) // a restart of the courier, no harm
		}
	}
}
