package world_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/world"
)

// aliCall signs and sends a call of the gateway.
func (b *bench) ali(method string, args map[string]string, out any) {
	b.t.Helper()
	form := url.Values{"method": {method}, "app_key": {b.secret.AliExpressKey}, "timestamp": {strconv.FormatInt(b.now.UnixMilli(), 10)},
		"sign_method": {"sha256"}, "session": {b.secret.AliExpressSession}}
	for k, v := range args {
		form.Set(k, v)
	}
	if form.Get("sign") == "" {
		form.Set("sign", world.AliExpressSign(b.secret.AliExpressSecret, "", form))
	}
	if code := b.call(b.world.AliExpress(), "POST", "/sync", map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, form.Encode(), out); code != 200 {
		b.t.Fatalf("the gateway answered %d", code)
	}
}

func TestAliExpressSign_PublishedVectors(t *testing.T) {
	t.Parallel()
	// From the vectors of a third-party client, reproduced.
	top := url.Values{"method": {"aliexpress.ds.product.get"}, "app_key": {"123456"}, "session": {"test"}, "timestamp": {"1517820392000"}, "sign_method": {"sha256"},
		"product_id": {"1005001"}, "ship_to_country": {"BR"}, "target_currency": {"USD"}, "target_language": {"en"}}
	if got := world.AliExpressSign("helloworld", "", top); got != "CF033CB57EABD6D6CA942CFD4D645E64343DF3DABC6C06A7D760DC7F047EFC5A" {
		t.Errorf("sync: %s", got)
	}
	rest := url.Values{"app_key": {"123456"}, "timestamp": {"1517820392000"}, "sign_method": {"sha256"}, "code": {"3_500102_JxZ05Ux3cnnSSUm6dCxYg6Q26"}}
	if got := world.AliExpressSign("helloworld", "/auth/token/create", rest); got != "CCA1A050ED98960288B872455ACBC479189840218C8F552D5375C662086446C7" {
		t.Errorf("rest: %s", got)
	}
}

type aliError struct {
	Error struct{ Code string } `json:"error_response"`
}

func TestAliExpress_Gate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, c := range map[string]struct {
		args map[string]string
		want string
	}{
		"BadSign":    {map[string]string{"sign": "AA"}, "IncompleteSignature"},
		"BadKey":     {map[string]string{"app_key": "1"}, "InvalidAppKey"},
		"OldTime":    {map[string]string{"timestamp": "1517820392000"}, "IllegalTimestamp"},
		"BadSession": {map[string]string{"session": "x"}, "IllegalAccessToken"},
		"NoCountry":  {map[string]string{"currency": "USD"}, "MissingParameter"},
		"HugePage":   {map[string]string{"currency": "USD", "countryCode": "US", "pageSize": "500"}, "InvalidParameter"},
	} {
		var got aliError
		if b.ali("aliexpress.ds.text.search", c.args, &got); got.Error.Code != c.want {
			t.Errorf("%s: %q, want %q", name, got.Error.Code, c.want)
		}
	}
	var got aliError
	if b.ali("aliexpress.ds.no.such", nil, &got); got.Error.Code != "InvalidApiPath" {
		t.Errorf("unknown method: %q", got.Error.Code)
	}
}

type aliSearch struct {
	Response struct {
		Data struct {
			Products struct {
				List []struct{ ItemID, Title, TargetSalePrice, Score, Orders string } `json:"selection_search_product"`
			}
		}
	} `json:"aliexpress_ds_text_search_response"`
}

type aliOrder struct {
	Response struct {
		Result struct {
			Success bool                     `json:"is_success"`
			Code    string                   `json:"error_code"`
			List    struct{ Number []int64 } `json:"order_list"`
		}
	} `json:"aliexpress_ds_order_create_response"`
}

type aliStatus struct {
	Response struct {
		Result struct {
			Status  string `json:"order_status"`
			Parcels struct {
				List []struct {
					No string `json:"logistics_no"`
				} `json:"ae_order_logistics_info"`
			} `json:"logistics_info_list"`
		}
	} `json:"aliexpress_trade_ds_order_get_response"`
}

func orderJSON(key, ref, country, cpf string) map[string]string {
	return map[string]string{"param_place_order_request4_open_api_d_t_o": fmt.Sprintf(`{"out_order_id":%q,"logistics_address":{"full_name":"Marina Souza","contact_person":"Marina Souza","mobile_no":"21900000000","phone_country":"+55","address":"Rua A 1","city":"Rio","province":"RJ","country":%q,"zip":"22240003","cpf":%q},"product_items":[{"product_id":%s,"product_count":2}]}`, key, country, cpf, ref)}
}

func TestAliExpress_OrdersOnceAndShipsLater(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var found aliSearch
	b.ali("aliexpress.ds.text.search", map[string]string{"countryCode": "BR", "currency": "USD", "pageSize": "5"}, &found)
	if list := found.Response.Data.Products.List; len(list) != 5 || list[0].TargetSalePrice == "" {
		t.Fatalf("search found %+v", list)
	}
	ref := found.Response.Data.Products.List[0].ItemID
	var first, again, noCPF aliOrder
	b.ali("aliexpress.ds.order.create", orderJSON("k1", ref, "BR", "00000000191"), &first)
	b.ali("aliexpress.ds.order.create", orderJSON("k1", ref, "BR", "00000000191"), &again)
	b.ali("aliexpress.ds.order.create", orderJSON("k2", ref, "BR", ""), &noCPF)
	if !first.Response.Result.Success || len(first.Response.Result.List.Number) != 1 {
		t.Fatalf("first order: %+v", first)
	}
	if r := again.Response.Result; r.Success || r.Code != "REPEATED_ORDER_ERROR" {
		t.Errorf("the repeat: %+v", r)
	}
	if r := noCPF.Response.Result; r.Success || r.Code == "" {
		t.Errorf("Brazil without cpf: %+v", r)
	}
	id := strconv.FormatInt(first.Response.Result.List.Number[0], 10)
	seen := []string{}
	for range 60 {
		var s aliStatus
		b.ali("aliexpress.trade.ds.order.get", map[string]string{"single_order_query": `{"order_id":` + id + `}`}, &s)
		if r := s.Response.Result; len(seen) == 0 || seen[len(seen)-1] != r.Status {
			seen = append(seen, r.Status)
			if (r.Status != "PLACE_ORDER_SUCCESS") != (len(r.Parcels.List) == 1) {
				t.Errorf("%s with %d parcels", r.Status, len(r.Parcels.List))
			}
		}
		b.now = b.now.AddDate(0, 0, 1)
	}
	if got := strings.Join(seen, " "); got != "PLACE_ORDER_SUCCESS WAIT_BUYER_ACCEPT_GOODS FINISH" {
		t.Errorf("the order went %s", got)
	}
	if s := b.world.Snapshot(time.UTC); len(s.SupplierOrders) != 1 {
		t.Errorf("%d orders on the books, want 1", len(s.SupplierOrders))
	}
}
