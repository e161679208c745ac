package main

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/google"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/meta"
	"github.com/agente-ceo/agente-ceo/platforms/platformtest"
	sandboxgoogle "github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers/google"
	sandboxmeta "github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers/meta"
	sandboxtiktok "github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers/tiktok"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
	"github.com/agente-ceo/agente-ceo/platforms/tiktok"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

// picture is a store with one picture in it, whatever is asked for.
type picture struct{}

func (picture) Get(context.Context, string) ([]byte, string, error) {
	var data bytes.Buffer
	err := png.Encode(&data, image.NewGray(image.Rect(0, 0, 1080, 1080)))
	return data.Bytes(), "image/png", err
}

// sandboxed is a real client on a sandbox's server of its platform, in a world in which nothing has happened.
func sandboxed(t *testing.T, platform string) platforms.Ads {
	t.Helper()
	at := clock.NewVirtual(time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC))
	world := market.New(market.Config{Seed: 1, Start: at.Now()})
	calls := httpx.New(httpx.Options{Timeout: 10 * time.Second, Clock: at})
	var seconds atomic.Int64 // every look at the server's clock takes one, so that nothing is throttled
	now := func() time.Time { return at.Now().Add(time.Duration(seconds.Add(1)) * time.Second) }
	var client platforms.Ads
	var err error
	serve := func(h http.Handler) string {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		return server.URL
	}
	switch platform {
	case "meta":
		base := serve(sandboxmeta.New(sandboxmeta.Config{
			Token: sandboxMetaToken, AppSecret: sandboxMetaSecret, AccountID: sandboxAccount, PixelID: sandboxPixel, PageID: sandboxPage,
			Currency: "USD", Zone: time.UTC, Market: world, Now: now, ReviewDelay: reviewDelay,
		}))
		client, err = meta.New(meta.Config{
			BaseURL: base, Token: sandboxMetaToken, AccountID: sandboxAccount, PixelID: sandboxPixel, PageID: sandboxPage,
			Currency: money.USD, HTTP: calls, Media: picture{},
		})
	case "tiktok":
		base := serve(sandboxtiktok.New(sandboxtiktok.Config{
			Token: sandboxTikTokToken, AdvertiserID: sandboxAdvertiser, PixelID: sandboxTikTokPixel, IdentityID: sandboxIdentity,
			Currency: "USD", Zone: time.UTC, Market: world, Trends: world, Now: now, ReviewDelay: reviewDelay,
		}))
		client, err = tiktok.New(tiktok.Config{
			BaseURL: base + "/open_api/v1.3", Token: sandboxTikTokToken, AdvertiserID: sandboxAdvertiser, PixelID: sandboxTikTokPixel,
			IdentityID: sandboxIdentity, Currency: money.USD, HTTP: calls, Media: picture{}, Clock: at,
		})
	case "google":
		base := serve(sandboxgoogle.New(sandboxgoogle.Config{
			Token: sandboxGoogleToken, CustomerID: sandboxCustomer, Currency: "USD", Zone: time.UTC, Market: world, Now: now, ReviewDelay: reviewDelay,
		}))
		client, err = google.New(google.Config{
			BaseURL: base, Tokens: google.StaticToken(sandboxGoogleToken), CustomerID: sandboxCustomer, Currency: money.USD, HTTP: calls,
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// The real client of a platform has to get along with the sandbox's server of it: each was written from the platform's documents alone.
func TestClients_AgainstTheSandbox(t *testing.T) {
	t.Parallel()
	for platform, several := range map[string]bool{"meta": true, "tiktok": true, "google": false} {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			platformtest.AdsSuite(t, func(t *testing.T) (platforms.Ads, platformtest.Controls) {
				return sandboxed(t, platform), platformtest.Controls{
					Currency: money.USD, MediaKey: "media/one.png", LandingURL: "https://shop.example/products/one", Since: "2026-11-23", SeveralAdSets: several,
				}
			})
		})
	}
}
