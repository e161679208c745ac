package ordering_test

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/ordering"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func usd(cents int64) money.Amount { return money.Minor(cents, money.USD) }

func TestTakeIn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		known *facts.Order
		shop  string
		want  ordering.Intake
	}{
		"FirstSightIsNew":                  {nil, "shopify", ordering.New},
		"RepeatIsADuplicate":               {&facts.Order{Shop: "shopify"}, "shopify", ordering.Duplicate},
		"ShopCompletesThePixelsPurchase":   {&facts.Order{Shop: "meta"}, "shopify", ordering.Completion},
		"PixelAfterTheShopIsADuplicate":    {&facts.Order{Shop: "shopify"}, "meta", ordering.Duplicate},
		"PixelTwiceIsADuplicate":           {&facts.Order{Shop: "meta"}, "meta", ordering.Duplicate},
		"OtherShopWithTheSameIDIsRefused ": {&facts.Order{Shop: "shopify"}, "woocommerce", ordering.Duplicate},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ordering.TakeIn(c.known, ordering.Placed{Shop: c.shop}); got != c.want {
				t.Fatalf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestAttribute(t *testing.T) {
	t.Parallel()
	campaign, ad := id.Derive(id.Campaign, "x"), id.Derive(id.Ad, "y")
	got := ordering.Attribute(map[string]string{"utm_campaign": campaign, "utm_content": ad, "utm_term": "'; drop table orders"})
	if want := (ordering.Attribution{CampaignID: campaign, AdID: ad}); got != want {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	if got := ordering.Attribute(map[string]string{"utm_campaign": "summer"}); got != (ordering.Attribution{}) {
		t.Fatalf("a foreign campaign was attributed: %+v", got)
	}
}

func TestApplyRefund(t *testing.T) {
	t.Parallel()
	order := facts.Order{Status: "shipped", Total: usd(5000), Refunded: usd(0)}
	part, taken := ordering.ApplyRefund(order, ordering.Refund{Amount: usd(2000)}, now)
	if part.Status != "shipped" || part.Refunded != usd(2000) || taken != usd(2000) {
		t.Fatalf("after part: %+v, taken %v", part, taken)
	}
	whole, taken := ordering.ApplyRefund(part, ordering.Refund{Amount: usd(9999)}, now)
	if whole.Status != "refunded" || whole.Refunded != usd(5000) || taken != usd(3000) {
		t.Fatalf("after the rest: %+v, taken %v", whole, taken)
	}
	if again, taken := ordering.ApplyRefund(whole, ordering.Refund{Amount: usd(1)}, now); again.Refunded != usd(5000) || !taken.IsZero() {
		t.Fatalf("refunded more than the total: %+v, taken %v", again, taken)
	}
}

func TestAfterSupplier(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ status, says, want string }{
		"PlacedIsOrdered":          {"pending", "placed", "ordered"},
		"ShippedIsShipped":         {"ordered", "shipped", "shipped"},
		"NeverGoesBack":            {"delivered", "shipped", "delivered"},
		"RefundedStaysRefunded":    {"refunded", "delivered", "refunded"},
		"SupplierCancelsIsAnError": {"ordered", "cancelled", "error"},
		"UnknownChangesNothing":    {"ordered", "pondering", "ordered"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ordering.AfterSupplier(facts.Order{Status: c.status}, c.says, "", now).Status; got != c.want {
				t.Fatalf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestNextLook(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	if got, want := ordering.NextLook(1, day, now), now.Truncate(day).Add(day); got != want {
		t.Fatalf("look at %v, want %v", got, want)
	}
	if first, second := ordering.NextLook(1, day, now), ordering.NextLook(7, day, now.Add(time.Hour)); first != second {
		t.Fatalf("looks at %v and %v do not fall together", first, second)
	}
	if got := ordering.NextLook(60, day, now); !got.IsZero() {
		t.Fatalf("looks for ever: %v", got)
	}
}
