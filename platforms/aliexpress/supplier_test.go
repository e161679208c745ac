package aliexpress_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/platformtest"
)

const (
	argument = "param_place_order_request4_open_api_d_t_o"
	placed   = `{"result":{"is_success":true,"order_list":[8190000000000001]},"request_id":"2140example"}`
	repeated = `{"result":{"is_success":false,"error_code":"REPEATED_ORDER_ERROR","error_msg":"repeated order"},"request_id":"2140example"}`
	waiting  = `{"rsp_code":"200","result":{"order_id":8190000000000001,"order_status":"PLACE_ORDER_SUCCESS","order_amount":{"amount":"66.99","currency_code":"USD"},"logistics_info_list":[]}}`
)

var (
	twoOfOne = []platforms.SupplierLine{{Ref: "1005001234567890", Quantity: 2}}
	marina   = platforms.Address{
		Name: "Marina Souza", Line1: "Rua das Laranjeiras 210", Line2: "apto 34", City: "Rio de Janeiro", Province: "Rio de Janeiro", Country: "BR",
		Zip: "22240-003", Phone: "+55 21990000000", TaxID: "000.000.000-00",
	}
)

func desk(create ...string) map[string][]string {
	return map[string][]string{productMethod: {product}, createMethod: create, orderMethod: {waiting}}
}

// TestClient_Place_Sample compares what we send with the published sample field by field; the memo is ours.
func TestClient_Place_Sample(t *testing.T) {
	t.Parallel()
	var sample struct {
		Params   map[string]string `json:"request_params"`
		Business map[string]struct {
			Result json.RawMessage `json:"result"`
		} `json:"business_error"`
		Gateway json.RawMessage `json:"gateway_error"`
	}
	platformtest.Sample(t, "aliexpress/ds-order-create.json", &sample)
	client, g := setup(t, desk(placed))
	if _, err := client.Place(t.Context(), "shopify-820982911946154508", twoOfOne, marina); err != nil {
		t.Fatal(err)
	}
	want, got := asJSON(t, sample.Params[argument]), asJSON(t, g.last(createMethod).Get(argument))
	want["product_items"].([]any)[0].(map[string]any)["order_memo"] = "dropshipping: no invoice in the parcel"
	if diff := cmp.Diff(want, got); diff != "" || sample.Params["method"] != createMethod {
		t.Error(diff)
	}
	for answer, want := range map[string]fault.Kind{string(sample.Gateway): fault.Terminal, `{"result":` + string(sample.Business["aliexpress_ds_order_create_response"].Result) + `}`: 0} {
		client, _ = setup(t, desk(answer))
		if _, err := client.Place(t.Context(), "k", twoOfOne, marina); fault.KindOf(err) != want {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

func TestClient_Place(t *testing.T) {
	t.Parallel()
	want := platforms.SupplierOrder{ID: "8190000000000001", Status: "placed", Cost: usd(6699)}
	t.Run("ReadsTheOrderThatWasMade", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, desk(placed))
		got, err := client.Place(t.Context(), "ord_1", twoOfOne, marina)
		if diff := cmp.Diff(want, got, sameMoney); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if query := asJSON(t, g.last(orderMethod).Get("single_order_query")); query["order_id"] != "8190000000000001" {
			t.Errorf("asked for the order by %v", query)
		}
	})
	t.Run("FindsARepeatByOurKey", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, desk(repeated))
		got, err := client.Place(t.Context(), "ord_1", twoOfOne, marina)
		if diff := cmp.Diff(want, got, sameMoney); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if query := asJSON(t, g.last(orderMethod).Get("single_order_query")); query["out_order_id"] != "ord_1" {
			t.Errorf("asked for the order by %v", query)
		}
	})
	t.Run("FindsARepeatOfAProductThatIsGone", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, with(desk(repeated), productMethod, `{"rsp_code":"605"}`))
		if got, err := client.Place(t.Context(), "ord_1", twoOfOne, marina); err != nil || got.ID != want.ID {
			t.Errorf("%+v %v", got, err)
		}
		if item := asJSON(t, g.last(createMethod).Get(argument))["product_items"].([]any)[0].(map[string]any); item["sku_attr"] != nil {
			t.Errorf("invented a variant: %v", item)
		}
	})
	for name, c := range map[string]struct {
		answer string
		kind   fault.Kind
		code   string
	}{
		"OutOfStock":  {`{"result":{"is_success":false,"error_code":"INVENTORY_HOLD_ERROR","error_msg":"sold out"}}`, fault.Refused, "out_of_stock"},
		"BadAddress":  {`{"result":{"is_success":false,"error_code":"B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL","error_msg":"cpf"}}`, fault.Refused, "bad_address"},
		"Else":        {`{"result":{"is_success":false,"error_code":"PRICE_PAY_CURRENCY_ERROR","error_msg":"?"}}`, fault.Refused, "rejected"},
		"ServerError": {`500 {}`, fault.Retryable, "server_error"},
		"Throttled":   {`{"error_response":{"code":"ApiCallLimit","msg":"slow down"}}`, fault.Retryable, "throttled"},
		"Rubbish":     {`<html>`, fault.Retryable, "bad_answer"},
	} {
		t.Run("Fails"+name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, desk(c.answer))
			_, err := client.Place(t.Context(), "ord_1", twoOfOne, marina)
			wantFault(t, "place", err, c.kind, c.code)
		})
	}
	t.Run("RefusesWhatIsNoProduct", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, with(desk(), productMethod, `{"rsp_code":"605"}`))
		_, err := client.Place(t.Context(), "ord_1", []platforms.SupplierLine{{Ref: `1"},{"product_id":2`, Quantity: 1}}, marina)
		wantFault(t, "place", err, fault.Refused, "bad_order")
	})
	t.Run("WaitsWhenTheVariantCannotBeRead", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, with(desk(), productMethod, `500 {}`))
		_, err := client.Place(t.Context(), "ord_1", twoOfOne, marina)
		wantFault(t, "place", err, fault.Retryable, "server_error")
	})
}

func TestClient_Place_Addresses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		to   platforms.Address
		want map[string]any
	}{
		"Brazil":       {marina, map[string]any{"phone_country": "+55", "mobile_no": "21990000000", "zip": "22240003", "cpf": "00000000000"}},
		"States":       {platforms.Address{Country: "US", Phone: "+1 (415) 555-0100", Zip: "94103-1234"}, map[string]any{"phone_country": "+1", "mobile_no": "4155550100", "zip": "941031234", "cpf": nil}},
		"GreatBritain": {platforms.Address{Country: "GB", Phone: "020 7946 0000", Zip: "SW1A 1AA"}, map[string]any{"phone_country": "+44", "mobile_no": "02079460000", "zip": "SW1A 1AA"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, g := setup(t, desk(placed))
			if _, err := client.Place(t.Context(), "ord_1", twoOfOne, c.to); err != nil {
				t.Fatal(err)
			}
			got := asJSON(t, g.last(createMethod).Get(argument))["logistics_address"].(map[string]any)
			for key, value := range c.want {
				if got[key] != value {
					t.Errorf("%s is %v, want %v", key, got[key], value)
				}
			}
		})
	}
}

func TestClient_Order(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]string{
		"PLACE_ORDER_SUCCESS": "placed", "WAIT_SELLER_SEND_GOODS": "placed", "SELLER_PART_SEND_GOODS": "shipped", "WAIT_BUYER_ACCEPT_GOODS": "shipped",
		"FINISH": "delivered", "IN_CANCEL": "cancelled", "SOMETHING_NEW": "placed",
	} {
		client, _ := setup(t, map[string][]string{orderMethod: {`{"result":{"order_id":8190000000000001,"order_status":"` + status + `","order_amount":{"amount":"66.99","currency_code":"USD"},
			"logistics_info_list":[{"logistics_no":"LP1"},{"logistics_no":"LP2"}]}}`}})
		got, err := client.Order(t.Context(), "8190000000000001")
		if err != nil || got.Status != want || got.TrackingCode != "LP1" || got.ID != "8190000000000001" {
			t.Errorf("%s: %+v %v, want %s", status, got, err, want)
		}
	}
	for answer, want := range map[string]struct {
		kind fault.Kind
		code string
	}{
		`{"rsp_code":"2","rsp_msg":"order not found"}`:                                                 {fault.Refused, "not_found"},
		`{"result":{"order_id":1,"order_amount":{"amount":"?","currency_code":"USD"}}}`:                {fault.Retryable, "bad_answer"},
		`{"result":{"order_amount":{"amount":"1.00","currency_code":"USD"}}}`:                          {fault.Retryable, "bad_answer"},
		`{"result":{"order_id":"one","order_amount":{"amount":"1.00","currency_code":"USD"}}}`:         {fault.Retryable, "bad_answer"},
		`{"error_response":{"code":"IllegalAccessToken","msg":"The specified access token is wrong"}}`: {fault.Terminal, "token_invalid"},
	} {
		client, _ := setup(t, map[string][]string{orderMethod: {answer}})
		_, err := client.Order(t.Context(), "1")
		wantFault(t, answer, err, want.kind, want.code)
	}
}
