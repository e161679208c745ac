package courier_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/actors/courier"
	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
)

func usd(minor int64) *messages.Money { return &messages.Money{Minor: minor, Currency: "USD"} }

func perform(t *testing.T, p courier.Performer, effect *messages.Effect) (*messages.Receipt, error) {
	t.Helper()
	return p.Perform(t.Context(), courier.Task{ID: "eff_1", Subject: "sub", Effect: effect})
}

func TestAds(t *testing.T) {
	t.Parallel()
	ad := &account{entities: map[string]ads.Entity{"set_1": {ID: "set_1", Delivery: ads.Active}}}
	p := courier.NewAds(ad)
	for _, c := range []struct {
		name   string
		effect *messages.Effect
		status string
	}{
		{"CreateCampaign", createCampaign("ac-1"), "paused"},
		{"CreateAdSet", &messages.Effect{What: &messages.Effect_CreateAdSet{CreateAdSet: &messages.CreateAdSet{Name: "ac-2"}}}, "paused"},
		{"CreateAd", &messages.Effect{What: &messages.Effect_CreateAd{CreateAd: &messages.CreateAd{Name: "ac-3"}}}, "paused"},
		{"CreateLookalike", &messages.Effect{What: &messages.Effect_CreateLookalike{CreateLookalike: &messages.CreateLookalike{Name: "ac-4"}}}, "created"},
		{"SetDelivery", setDelivery("set_1", "paused"), "paused"},
		{"SetBudget", &messages.Effect{What: &messages.Effect_SetBudget{SetBudget: &messages.SetBudget{AdSetExternalId: "set_1", DailyBudget: usd(6000)}}}, "paused"},
		{"SetBid", &messages.Effect{What: &messages.Effect_SetBid{SetBid: &messages.SetBid{AdSetExternalId: "set_1", BidStrategy: "lowest_cost"}}}, "paused"},
		{"ValidatePlan", &messages.Effect{What: &messages.Effect_ValidatePlan{ValidatePlan: &messages.ValidatePlan{Name: "ac-5", DailyBudget: usd(5000)}}}, "valid"},
	} {
		receipt, err := perform(t, p, c.effect)
		if err != nil || receipt.Status != c.status {
			t.Errorf("%s: %v, %v", c.name, receipt, err)
		}
		found, err := p.Find(t.Context(), courier.Task{Effect: c.effect})
		if (c.status == "paused" && c.name != "SetBid") != (found != nil) || err != nil {
			t.Errorf("%s was found as %v, %v", c.name, found, err)
		}
	}
	if got := ad.entities["set_1"].Budget; got != money.Minor(6000, money.USD) {
		t.Errorf("the budget is %s", got)
	}
	if _, err := perform(t, p, &messages.Effect{What: &messages.Effect_SendCrm{SendCrm: &messages.SendCRM{}}}); fault.CodeOf(err) != "wrong_courier" {
		t.Errorf("another courier's effect: %v", err)
	}
}

// atelier is writer, painter, media store and picture source in one.
type atelier struct{ failing map[string]error }

func (a atelier) Write(_ context.Context, b delivery.Brief) ([]delivery.Copy, error) {
	var out []delivery.Copy
	for i := range b.Count + 2 {
		out = append(out, delivery.Copy{Language: "en", Headline: fmt.Sprint(b.Title, " ", i), PainPoints: []string{"dust"}})
	}
	return out, a.failing["write"]
}

func (a atelier) Render(_ context.Context, _ delivery.Brief, c delivery.Copy, picture []byte) ([]byte, string, error) {
	return []byte(c.Headline + string(picture)), "image/png", a.failing[c.Headline]
}

func (a atelier) Put(_ context.Context, data []byte, _ string) (string, string, error) {
	return "key-" + string(data), "https://media/" + string(data), nil
}

func (a atelier) Fetch(_ context.Context, url string) ([]byte, error) {
	if strings.Contains(url, "broken") {
		return nil, errors.New("gone")
	}
	return []byte("@" + url), nil
}

func produce() *messages.Effect {
	return &messages.Effect{What: &messages.Effect_ProduceCreatives{ProduceCreatives: &messages.ProduceCreatives{
		ProductId: "prd_1", Title: "Mop", Images: []string{"broken", "a.jpg"}, Count: 3, Round: 2,
	}}}
}

func TestStudio(t *testing.T) {
	t.Parallel()
	studio := func(failing map[string]error) courier.Performer {
		a := atelier{failing}
		return courier.NewStudio(courier.Studio{Writer: a, Painter: a, Media: a, Pictures: a})
	}
	t.Run("MakesTheSameUnderTheSameIds", func(t *testing.T) {
		t.Parallel()
		first, err := perform(t, studio(nil), produce())
		again, _ := perform(t, studio(nil), produce())
		if err != nil || len(first.Creatives) != 3 || first.String() != again.String() {
			t.Fatalf("made %v, then %v, %v", first, again, err)
		}
		made := first.Creatives[1]
		if made.Ref.CreativeId != id.Derive(id.Creative, "prd_1", "2", "1") || made.Ref.MediaKey != "key-Mop 1@a.jpg" || made.PainPoints[0] != "dust" {
			t.Errorf("made %v", made)
		}
	})
	t.Run("LeavesOutWhatIsRefused", func(t *testing.T) {
		t.Parallel()
		receipt, err := perform(t, studio(map[string]error{"Mop 1": fault.Refuse("unsafe", "unsafe")}), produce())
		if err != nil || len(receipt.Creatives) != 2 || receipt.Creatives[1].Ref.Headline != "Mop 2" {
			t.Errorf("made %v, %v", receipt, err)
		}
	})
	t.Run("RefusesWhenNothingIsLeft", func(t *testing.T) {
		t.Parallel()
		no := fault.Refuse("unsafe", "unsafe")
		_, err := perform(t, studio(map[string]error{"Mop 0": no, "Mop 1": no, "Mop 2": no}), produce())
		if fault.KindOf(err) != fault.Refused || fault.CodeOf(err) != "no_creatives" {
			t.Errorf("%v", err)
		}
	})
	t.Run("PassesOnWhatMayPass", func(t *testing.T) {
		t.Parallel()
		_, err := perform(t, studio(map[string]error{"Mop 1": fault.Retry("busy", 0, errWire)}), produce())
		if fault.KindOf(err) != fault.Retryable {
			t.Errorf("%v", err)
		}
	})
}

// trade is a shop, a supplier, a channel and a CRM in one; it keeps what it was told.
type trade struct {
	channel string
	told    []string
	err     error
}

func (s *trade) Publish(_ context.Context, key, title, _, ref string, price money.Amount, _ []string) (delivery.Listing, error) {
	s.told = append(s.told, key+" "+title+" "+ref+" "+price.String())
	return delivery.Listing{ID: "gid", URL: "https://shop/mop"}, s.err
}

func (s *trade) Place(_ context.Context, key string, lines []delivery.SupplierLine, to delivery.Address) (delivery.SupplierOrder, error) {
	s.told = append(s.told, fmt.Sprint(key, " ", lines, " ", to.City, " ", to.TaxID))
	return delivery.SupplierOrder{ID: "so_1", Status: "placed", Cost: money.Minor(700, money.USD)}, s.err
}

func (s *trade) Stock(_ context.Context, ref string) (bool, money.Amount, error) {
	if ref == "gone" {
		return false, money.Amount{}, s.err
	}
	return true, money.Minor(650, money.USD), s.err
}

func (s *trade) Check(context.Context) error { return s.err }
func (s *trade) Channel() string             { return s.channel }

func (s *trade) Send(_ context.Context, messageID, to, subject, body string) error {
	s.told = append(s.told, messageID, to, subject, body)
	return s.err
}

type crm struct{ trade }

func (c *crm) Send(_ context.Context, event, eventID string, body []byte) error {
	c.told = append(c.told, event, eventID, string(body))
	return c.err
}

func TestShopAndSupplier(t *testing.T) {
	t.Parallel()
	s := &trade{}
	published, err := perform(t, courier.NewShop(s, nil), &messages.Effect{What: &messages.Effect_PublishListing{PublishListing: &messages.PublishListing{
		ProductId: "prd_1", Title: "Mop", SupplierRef: "cj-1", Price: usd(2990),
	}}})
	if err != nil || published.Url != "https://shop/mop" || published.ExternalId != "gid" {
		t.Errorf("published %v, %v", published, err)
	}
	placed, err := perform(t, courier.NewSupplier(s), &messages.Effect{What: &messages.Effect_PlaceSupplierOrder{PlaceSupplierOrder: &messages.PlaceSupplierOrder{
		OrderId: "ord_1", Items: []*messages.SupplierItem{{SupplierRef: "cj-1", Quantity: 2}}, Address: &messages.Address{City: "Recife", TaxId: "123"},
	}}})
	if err != nil || placed.ExternalId != "so_1" || placed.Cost.Minor != 700 {
		t.Errorf("placed %v, %v", placed, err)
	}
	if want := []string{"prd_1 Mop cj-1 29.90 USD", "ord_1 [{cj-1 2}] Recife 123"}; !slices.Equal(s.told, want) {
		t.Errorf("told %q, want %q", s.told, want)
	}
}

func TestSupplier_ReadsStock(t *testing.T) {
	t.Parallel()
	ask := func(ref string) *messages.Effect {
		return &messages.Effect{What: &messages.Effect_CheckStock{CheckStock: &messages.CheckStock{SupplierRef: ref}}}
	}
	s := &trade{}
	p := courier.NewSupplier(s)
	for range 2 {
		if r, err := perform(t, p, ask("cj-1")); err != nil || r.Status != "in_stock" || r.Cost.Minor != 650 || r.ExternalId != "cj-1" {
			t.Errorf("in stock: %v, %v", r, err)
		}
	}
	if r, err := perform(t, p, ask("gone")); err != nil || r.Status != "out_of_stock" || r.Cost != nil {
		t.Errorf("gone: %v, %v", r, err)
	}
	if found, err := p.Find(t.Context(), courier.Task{Effect: ask("cj-1")}); found != nil || err != nil || len(s.told) != 0 {
		t.Errorf("found %v, %v; told %q: asking changes nothing and may be repeated", found, err, s.told)
	}
	s.err = fault.Retry("busy", 0, errWire)
	if r, err := perform(t, p, ask("cj-1")); r != nil || fault.KindOf(err) != fault.Retryable {
		t.Errorf("busy: %v, %v", r, err)
	}
}

func notice(template, language string, values map[string]string) *messages.Effect {
	return &messages.Effect{What: &messages.Effect_NotifyCustomer{NotifyCustomer: &messages.NotifyCustomer{
		Channel: "email", To: "ana@example.com", Template: template, Language: language, Values: values,
	}}}
}

func TestNotify(t *testing.T) {
	t.Parallel()
	values := map[string]string{"name": "Ana", "order": "#1001", "total": "29.90 USD", "tracking": "LB1", "amount": "9.90 USD"}

	t.Run("SpeaksTheCustomersLanguage", func(t *testing.T) {
		t.Parallel()
		for _, c := range []struct{ template, language, want string }{
			{"order_confirmed", "pt-BR", "Olá Ana,"}, {"order_confirmed", "en", "Hello Ana,"}, {"order_confirmed", "fr", "Hello Ana,"},
			{"order_shipped", "pt-BR", "rastreio: LB1"}, {"order_shipped", "en", "Tracking code: LB1"},
			{"order_refunded", "pt-BR", "Reembolsamos 9.90 USD"}, {"order_refunded", "en", "refunded 9.90 USD"},
		} {
			n := &trade{channel: "email"}
			receipt, err := perform(t, courier.NewNotify(n), notice(c.template, c.language, values))
			if err != nil || receipt.Status != "sent" || n.told[0] != "eff_1" || !strings.Contains(n.told[2], "#1001") || !strings.Contains(n.told[3], c.want) {
				t.Errorf("%s in %s: told %q, %v", c.template, c.language, n.told, err)
			}
		}
	})
	t.Run("DoesNotCommaNobody", func(t *testing.T) {
		t.Parallel()
		n := &trade{channel: "email"}
		_, err := perform(t, courier.NewNotify(n), notice("order_confirmed", "en", map[string]string{"name": " ", "order": "1", "total": "2"}))
		if err != nil || !strings.HasPrefix(n.told[3], "Hello,\n") {
			t.Errorf("told %q, %v", n.told, err)
		}
	})
	t.Run("KeepsForeignTextOnOneLine", func(t *testing.T) {
		t.Parallel()
		n := &trade{channel: "email"}
		_, err := perform(t, courier.NewNotify(n), notice("order_shipped", "en", map[string]string{"order": "1\r\nBcc: all@example.com", "tracking": strings.Repeat("x", 500)}))
		if err != nil || strings.ContainsAny(n.told[2], "\r\n") || len(n.told[3]) > 400 {
			t.Errorf("told %q, %v", n.told, err)
		}
	})
	t.Run("RefusesWhatItCannotSay", func(t *testing.T) {
		t.Parallel()
		n := &trade{channel: "sms"}
		for effect, code := range map[*messages.Effect]string{
			notice("order_eaten", "en", values): "no_template", notice("order_shipped", "en", nil): "no_value", notice("order_shipped", "en", values): "no_channel",
		} {
			if _, err := perform(t, courier.NewNotify(n), effect); fault.KindOf(err) != fault.Refused || fault.CodeOf(err) != code {
				t.Errorf("%v, want %s", err, code)
			}
		}
	})
	t.Run("OneClosedChannelStopsNoOther", func(t *testing.T) {
		t.Parallel()
		n := &trade{channel: "email", err: fault.Stop("token_revoked", "revoked")}
		if _, err := perform(t, courier.NewNotify(n), notice("order_shipped", "en", values)); fault.KindOf(err) != fault.Refused {
			t.Errorf("%v", err)
		}
	})
}

func TestCRM(t *testing.T) {
	t.Parallel()
	c := &crm{}
	receipt, err := perform(t, courier.NewCRM(c), &messages.Effect{What: &messages.Effect_SendCrm{SendCrm: &messages.SendCRM{
		Event: "order_created", EventId: "ev_1", Body: []byte(`{"a":1}`),
	}}})
	if err != nil || receipt.ExternalId != "ev_1" || !slices.Equal(c.told, []string{"order_created", "ev_1", `{"a":1}`}) {
		t.Errorf("told %q, %v, %v", c.told, receipt, err)
	}
}

func TestDisconnected(t *testing.T) {
	t.Parallel()
	d := courier.Disconnected{Account: "google"}
	if _, err := perform(t, d, createCampaign("x")); fault.KindOf(err) != fault.Terminal || !strings.Contains(err.Error(), "google") {
		t.Errorf("%v", err)
	}
	if err := d.Check(t.Context()); fault.KindOf(err) != fault.Terminal {
		t.Errorf("%v", err)
	}
}
