package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/aliexpress"
	"github.com/agente-ceo/agente-ceo/platforms/crm"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
	"github.com/agente-ceo/agente-ceo/platforms/notify"
	"github.com/agente-ceo/agente-ceo/platforms/stores"
)

var customer = platforms.Address{
	Name: "Marina Souza", Line1: "Rua das Laranjeiras 210", Line2: "apto 34", City: "Rio de Janeiro", Province: "Rio de Janeiro", Country: "BR",
	Zip: "22240-003", Phone: "+55 21 99000-0000", TaxID: "000.000.000-00",
}

// inStock is a product that the supplier has.
func inStock(t *testing.T, supplier *aliexpress.Client) string {
	t.Helper()
	offers, err := supplier.Search(t.Context(), "", "BR", 20)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range offers {
		if o.InStock {
			return o.Ref
		}
	}
	t.Fatal("the supplier has nothing")
	panic("unreachable")
}

func TestConformance_Supplier(t *testing.T) {
	t.Parallel()
	x := openTown(t)
	supplier := source[*aliexpress.Client](t, x.outsideOf(t, nil))
	ref := inStock(t, supplier)
	lines := []platforms.SupplierLine{{Ref: ref, Quantity: 2}}
	orders := func() int { return len(x.World().Snapshot(time.UTC).SupplierOrders) }

	available, price, err := supplier.Stock(t.Context(), ref)
	if err != nil || !available || !price.Positive() {
		t.Fatalf("stock %v at %v: %v", available, price, err)
	}
	if available, _, err = supplier.Stock(t.Context(), "1005999999999999"); err != nil || available {
		t.Errorf("stock of what does not exist: %v %v", available, err)
	}
	placed, err := supplier.Place(t.Context(), "ord_1", lines, customer)
	if err != nil || placed.ID == "" || placed.Status != "placed" || placed.Cost.Less(price.MulRatio(2, 1, money.Down)) || placed.TrackingCode != "" {
		t.Fatalf("placed %+v: %v", placed, err)
	}
	again, err := supplier.Place(t.Context(), "ord_1", lines, customer)
	if err != nil || again != placed || orders() != 1 {
		t.Errorf("the same key again: %+v, not %+v, %d orders: %v", again, placed, orders(), err)
	}
	x.thief.steal(atTheSupplier)
	if _, err := supplier.Place(t.Context(), "ord_2", lines, customer); fault.KindOf(err) != fault.Retryable {
		t.Errorf("a lost answer: %v, want retryable, since the key makes a repeat harmless", err)
	}
	if lost, err := supplier.Place(t.Context(), "ord_2", lines, customer); err != nil || lost.ID == placed.ID || orders() != 2 {
		t.Errorf("after a lost answer: %+v, %d orders: %v", lost, orders(), err)
	}
	for name, want := range map[string]struct {
		lines []platforms.SupplierLine
		code  string
		edit  func(*platforms.Address)
	}{
		"WithoutCPF":     {lines, "bad_address", func(a *platforms.Address) { a.TaxID = "" }},
		"WithoutStreet":  {lines, "bad_address", func(a *platforms.Address) { a.Line1 = "" }},
		"UnknownProduct": {[]platforms.SupplierLine{{Ref: "1005999999999999", Quantity: 1}}, "out_of_stock", nil},
		"TooMany":        {[]platforms.SupplierLine{{Ref: ref, Quantity: 10_000_000}}, "out_of_stock", nil},
		"NoNumber":       {[]platforms.SupplierLine{{Ref: "lamp", Quantity: 1}}, "bad_order", nil},
	} {
		to := customer
		if want.edit != nil {
			want.edit(&to)
		}
		if _, err := supplier.Place(t.Context(), "ord_"+name, want.lines, to); fault.KindOf(err) != fault.Refused || fault.CodeOf(err) != want.code {
			t.Errorf("%s: %s %s %v, want refused %s", name, fault.KindOf(err), fault.CodeOf(err), err, want.code)
		}
	}
	if _, err := supplier.Order(t.Context(), "8190000000099999"); fault.CodeOf(err) != "not_found" {
		t.Errorf("an order that nobody placed: %v", err)
	}
	if orders() != 2 {
		t.Errorf("refused orders were placed: %d", orders())
	}
}

// TestConformance_SupplierDelivers: an order goes through its states, and tracking appears with the parcel.
func TestConformance_SupplierDelivers(t *testing.T) {
	t.Parallel()
	x := openTown(t)
	supplier := source[*aliexpress.Client](t, x.outsideOf(t, nil))
	placed, err := supplier.Place(t.Context(), "ord_1", []platforms.SupplierLine{{Ref: inStock(t, supplier), Quantity: 1}}, customer)
	if err != nil {
		t.Fatal(err)
	}
	var states []string
	for range 90 {
		now, err := supplier.Order(t.Context(), placed.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(states) == 0 || states[len(states)-1] != now.Status {
			states = append(states, now.Status)
		}
		if tracked := now.TrackingCode != ""; tracked != (now.Status != "placed") {
			t.Errorf("an order that is %s has the tracking code %q", now.Status, now.TrackingCode)
		}
		x.time.pass(24 * time.Hour)
	}
	if got := strings.Join(states, " "); got != "placed shipped delivered" {
		t.Errorf("the order went through %s", got)
	}
}

func TestConformance_Shop(t *testing.T) {
	t.Parallel()
	x := openTown(t)
	shop, err := stores.NewShopify(x.cfg.Platforms.ShopifyBaseURL, x.cfg.Platforms.ShopURL, httpx.Secret(x.cfg.Platforms.ShopifyToken), x.http)
	if err != nil {
		t.Fatal(err)
	}
	pages := func() int { return x.World().Snapshot(time.UTC).ShopProducts }
	publish := func(key, title, price string) (platforms.Listing, error) {
		amount, err := money.Parse(price, money.USD)
		if err != nil {
			t.Fatal(err)
		}
		return shop.Publish(t.Context(), key, title, `Fits <every> "home" & garden`, "1005001", amount, []string{"https://img.example.com/1.jpg"})
	}
	first, err := publish("prd_7F3A", "Mini projector", "49.90")
	if err != nil || first.ID == "" || !strings.HasSuffix(first.URL, "/shopify/products/prd-7f3a") {
		t.Fatalf("published %+v: %v", first, err)
	}
	again, err := publish("prd_7F3A", "Mini projector 1080p", "59.90")
	if err != nil || again != first || pages() != 1 {
		t.Errorf("published again as %+v, not %+v, %d pages: %v", again, first, pages(), err)
	}
	x.thief.steal(atTheShop)
	if _, err := publish("prd_2", "Lamp", "10.00"); fault.KindOf(err) != fault.Retryable {
		t.Errorf("a lost answer: %v", err)
	}
	if _, err := publish("prd_2", "Lamp", "10.00"); err != nil || pages() != 2 {
		t.Errorf("after a lost answer %d pages: %v", pages(), err)
	}
	if _, err := publish("prd_3", strings.Repeat("ção ", 100), "10.00"); err != nil {
		t.Errorf("a title of more than 255 characters is cut, not refused: %v", err)
	}
	if _, err := publish("prd_4", " ", "10.00"); fault.KindOf(err) != fault.Refused || !strings.Contains(err.Error(), "BLANK") {
		t.Errorf("a page without title: %v", err)
	}
	if _, err := publish("prd 5!", "Lamp", "10.00"); fault.KindOf(err) != fault.Refused {
		t.Errorf("a key that makes no handle: %v", err)
	}
	if pages() != 3 {
		t.Errorf("the shop has %d pages, want 3", pages())
	}
}

// channels are the three ways to a customer.
func (x *town) channels(t *testing.T, from string) map[string]platforms.Notifier {
	t.Helper()
	p := x.cfg.Platforms
	mail, err := notify.NewMail(p.SMTPURL, from)
	if err != nil {
		t.Fatal(err)
	}
	sms, err := notify.NewSMS(p.TwilioBaseURL, p.TwilioSID, httpx.Secret(p.TwilioToken), p.TwilioFrom, x.http)
	if err != nil {
		t.Fatal(err)
	}
	whatsapp, err := notify.NewWhatsApp(p.WhatsAppBaseURL, p.MetaAPIVersion, p.WhatsAppPhoneID, httpx.Secret(p.WhatsAppToken), x.http)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]platforms.Notifier{mail.Channel(): mail, sms.Channel(): sms, whatsapp.Channel(): whatsapp}
}

func TestConformance_Messages(t *testing.T) {
	t.Parallel()
	x := openTown(t)
	channels := x.channels(t, x.cfg.Platforms.MailFrom)
	for channel, to := range map[string]string{"email": "marina@example.com", "sms": "+5521990000000", "whatsapp": "+55 21 99000-0000"} {
		if err := channels[channel].Send(t.Context(), "eff_1", to, "Seu pedido saiu", "Olá, Marina: ação!"); err != nil {
			t.Errorf("%s: %v", channel, err)
			continue
		}
		got := x.World().Messages(channel)
		if len(got) != 1 || channel != "email" && got[0].Body != "Olá, Marina: ação!" || channel == "email" && got[0].Subject != "Seu pedido saiu" {
			t.Errorf("%s arrived as %+v", channel, got)
		}
		if err := channels[channel].Send(t.Context(), "eff_2", "nobody", "s", "b"); fault.KindOf(err) != fault.Refused {
			t.Errorf("%s to nobody: %s %v, want refused", channel, fault.KindOf(err), err)
		}
	}
	if err := channels["email"].Send(t.Context(), "eff_1", "marina@example.com", "Seu pedido saiu", "Olá"); err != nil || len(x.World().Messages("email")) != 1 {
		t.Errorf("a repeated e-mail was not recognised by its id: %v", err)
	}
	x.thief.steal(atTheSMS)
	if err := channels["sms"].Send(t.Context(), "eff_3", "+5521990000000", "", "Olá"); fault.KindOf(err) != fault.Ambiguous || len(x.World().Messages("sms")) != 2 {
		t.Errorf("an SMS whose answer was lost: %v", err)
	}
}

func TestConformance_MailRefusesWrongPasswords(t *testing.T) {
	t.Parallel()
	x := openTown(t)
	x.cfg.Platforms.SMTPURL = strings.Replace(x.cfg.Platforms.SMTPURL, "sandbox-smtp-password", "wrong", 1)
	mail := x.channels(t, "shop@example.com")["email"]
	if err := mail.Send(t.Context(), "eff_1", "marina@example.com", "s", "b"); fault.KindOf(err) != fault.Terminal {
		t.Errorf("a wrong password: %s %v, want terminal", fault.KindOf(err), err)
	}
}

func TestConformance_CRM(t *testing.T) {
	t.Parallel()
	x := openTown(t)
	client, err := crm.New(x.cfg.Platforms.CRMWebhookURL, httpx.Secret(x.cfg.Platforms.CRMSecret), x.http)
	if err != nil {
		t.Fatal(err)
	}
	send := func(c *crm.Client, n int) error {
		return c.Send(t.Context(), "order_created", fmt.Sprintf("eff_%d", n), []byte(`{"total":"10.00","note":"ação"}`))
	}
	if err := send(client, 1); err != nil {
		t.Fatal(err)
	}
	x.thief.steal(atTheCRM)
	if err := send(client, 2); fault.KindOf(err) != fault.Retryable {
		t.Errorf("a lost answer: %v", err)
	}
	for n := range 3 {
		if err := send(client, n); err != nil {
			t.Error(err)
		}
	}
	got := x.World().Messages("crm")
	if len(got) != 3 || got[0].ID != "eff_1" || got[0].Subject != "order_created" || got[0].Body != `{"total":"10.00","note":"ação"}` {
		t.Errorf("the CRM has %+v", got)
	}
	stranger, err := crm.New(x.cfg.Platforms.CRMWebhookURL, "another secret", x.http)
	if err != nil {
		t.Fatal(err)
	}
	if err := send(stranger, 9); fault.KindOf(err) != fault.Terminal {
		t.Errorf("a wrong secret: %v", err)
	}
}
