package aliexpress_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms"
)

const (
	feedOfOne = `{"rsp_code":"200","result":{"products":[{"product_id":1005001234567890,"product_title":"Mini Projector 1080p","product_main_image_url":"https://ae.example.com/1.jpg",
		"lastest_volume":3400,"sale_price":"29.90","sale_price_currency":"USD","first_level_category_name":"Electronics","second_level_category_name":"Projectors"}]}}`
	searchOfOne = `{"code":"200","data":{"products":[{"itemId":"1005001234567890","title":"Mini Projector 1080p","itemMainPic":"https://ae.example.com/1.jpg",
		"salePrice":"29.90","salePriceCurrency":"USD","orders":"12,000+"}]}}`
	product = `{"rsp_code":200,"result":{"ae_item_base_info_dto":{"subject":"Mini Projector 1080p","detail":"<p>Small &amp; bright.</p><br/>Fits <b>every</b> room","category_sequence":"Electronics > Projectors",
		"avg_evaluation_rating":"4.7","evaluation_count":"812","sales_count":"340+"},
		"ae_item_sku_info_dtos":[{"sku_attr":"14:193#Black","offer_sale_price":"31.50","sku_available_stock":77,"currency_code":"USD"},{"sku_attr":"14:29#White","offer_sale_price":"99.00","sku_available_stock":1,"currency_code":"USD"}],
		"ae_multimedia_info_dto":{"image_urls":"https://ae.example.com/1.jpg;https://ae.example.com/2.jpg"},"logistics_info_dto":{"delivery_time":12}}}`
	freight = `{"result":{"success":true,"delivery_options":[{"code":"CAINIAO_STANDARD","free_shipping":false,"shipping_fee_cent":"3.99","shipping_fee_currency":"USD"}]}}`
)

func shelf() map[string][]string {
	return map[string][]string{feedMethod: {feedOfOne}, searchMethod: {searchOfOne}, productMethod: {product}, freightMethod: {freight}}
}

// projector is what the shelf's answers say of their one product.
func projector() platforms.Offer {
	return platforms.Offer{
		Ref: "1005001234567890", Title: "Mini Projector 1080p", Description: "Small & bright. Fits every room", Category: "Electronics > Projectors",
		Price: usd(3150), Shipping: usd(399), Images: []string{"https://ae.example.com/1.jpg", "https://ae.example.com/2.jpg"},
		RatingMilli: 4700, Reviews: 812, Sold: 3400, ShipDays: 12, IsSupplier: true, InStock: true,
	}
}

func TestClient_Search(t *testing.T) {
	t.Parallel()
	t.Run("WithoutWordsListsTopSellers", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, shelf())
		offers, err := client.Search(t.Context(), " ", "BR", 500)
		if diff := cmp.Diff([]platforms.Offer{projector()}, offers, sameMoney); diff != "" || err != nil {
			t.Error(diff, err)
		}
		feed := g.last(feedMethod)
		if feed.Get("feed_name") == "" || feed.Get("country") != "BR" || feed.Get("page_size") != "50" || feed.Get("sort") != "volumeDesc" {
			t.Errorf("asked for %v", feed)
		}
		if detail := g.last(productMethod); detail.Get("product_id") != "1005001234567890" || detail.Get("ship_to_country") != "BR" {
			t.Errorf("asked for %v", detail)
		}
		query := asJSON(t, g.last(freightMethod).Get("queryDeliveryReq"))
		if query["productId"] != "1005001234567890" || query["shipToCountry"] != "BR" || query["quantity"] != "1" {
			t.Errorf("asked for freight by %v", query)
		}
	})
	t.Run("WithWordsSearches", func(t *testing.T) {
		t.Parallel()
		client, g := setup(t, shelf())
		offers, err := client.Search(t.Context(), "mini projector", "US", 7)
		want := projector()
		want.Sold = 12_000
		if diff := cmp.Diff([]platforms.Offer{want}, offers, sameMoney); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if form := g.last(searchMethod); form.Get("keyWord") != "mini projector" || form.Get("countryCode") != "US" || form.Get("pageSize") != "7" || form.Get("currency") != "USD" {
			t.Errorf("asked for %v", form)
		}
	})
	t.Run("FreeShippingCostsNothing", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, with(shelf(), freightMethod, `{"result":{"delivery_options":[{"free_shipping":true}]}}`))
		offers, err := client.Search(t.Context(), "", "US", 1)
		if err != nil || len(offers) != 1 || offers[0].Shipping != usd(0) {
			t.Errorf("%+v %v", offers, err)
		}
	})
}

// TestClient_Search_LeavesOut: one bad product does not spoil the list.
func TestClient_Search_LeavesOut(t *testing.T) {
	t.Parallel()
	const two = `{"result":{"products":[{"product_id":1,"product_title":"a","sale_price":"1.00","sale_price_currency":"USD"},{"product_id":2,"product_title":"b","sale_price":"2.00","sale_price_currency":"USD"}]}}`
	for name, answers := range map[string]map[string][]string{
		"GoneProducts":      with(shelf(), productMethod, `{"rsp_code":"605","rsp_msg":"The product does not exist"}`, product),
		"UnreadablePrices":  with(shelf(), productMethod, `{"result":{"ae_item_sku_info_dtos":[{"offer_sale_price":"a lot","currency_code":"USD"}]}}`, product),
		"UnknownCurrencies": with(shelf(), productMethod, `{"result":{"ae_item_sku_info_dtos":[{"offer_sale_price":"1.00","currency_code":"???"}]}}`, product),
		"NoCurrency":        with(shelf(), productMethod, `{"result":{"ae_item_sku_info_dtos":[{"offer_sale_price":"1.00"}]}}`, product),
		"NotShipped":        with(shelf(), freightMethod, `{"result":{"success":false,"msg":"no"}}`, freight),
		"UnreadableFreight": with(shelf(), freightMethod, `{"result":{"delivery_options":[{"shipping_fee_cent":"?","shipping_fee_currency":"USD"}]}}`, freight),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, with(answers, feedMethod, two))
			offers, err := client.Search(t.Context(), "", "US", 5)
			if err != nil || len(offers) != 1 || offers[0].Ref != "2" {
				t.Errorf("%+v %v", offers, err)
			}
		})
	}
	t.Run("ButNotAllWhenTheGatewayFails", func(t *testing.T) {
		t.Parallel()
		client, _ := setup(t, with(with(shelf(), feedMethod, two), productMethod, product, `{"error_response":{"code":"ApiCallLimit","msg":"slow down"}}`))
		_, err := client.Search(t.Context(), "", "US", 5)
		wantFault(t, "search", err, fault.Retryable, "throttled")
	})
}

func TestClient_Stock(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer    string
		available bool
		cents     int64
		kind      fault.Kind
	}{
		"There":      {product, true, 3150, 0},
		"SoldOut":    {`{"result":{"ae_item_sku_info_dtos":[{"offer_sale_price":"31.50","sku_available_stock":0,"currency_code":"USD"}]}}`, false, 3150, 0},
		"Gone":       {`{"rsp_code":"605","rsp_msg":"The product does not exist"}`, false, 0, 0},
		"Unreadable": {`{"result":{"ae_item_sku_info_dtos":[{"offer_sale_price":"?","sku_available_stock":5,"currency_code":"USD"}]}}`, false, 0, fault.Retryable},
		"Failure":    {`500 {}`, false, 0, fault.Retryable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, map[string][]string{productMethod: {c.answer}})
			available, price, err := client.Stock(t.Context(), "1005001")
			if available != c.available || price.Minor() != c.cents || fault.KindOf(err) != c.kind {
				t.Errorf("%v at %v: %v", available, price, err)
			}
		})
	}
}

// TestClient_Search_ReadsTexts: what the gateway writes for people becomes figures, and what is no figure is unknown.
func TestClient_Search_ReadsTexts(t *testing.T) {
	t.Parallel()
	for written, want := range map[[2]string]platforms.Offer{
		{"4.5", "340+"}:               {RatingMilli: 4500, Sold: 340},
		{"4.75", "12,000"}:            {RatingMilli: 4750, Sold: 12_000},
		{"", ""}:                      {},
		{"none", "many"}:              {},
		{"5", "99999999999999999999"}: {RatingMilli: 5000},
	} {
		client, _ := setup(t, with(with(shelf(),
			searchMethod, `{"data":{"products":[{"itemId":"1","title":"a","salePrice":"1.00","salePriceCurrency":"USD","orders":"`+written[1]+`"}]}}`),
			productMethod, `{"result":{"ae_item_base_info_dto":{"avg_evaluation_rating":"`+written[0]+`"},"ae_item_sku_info_dtos":[{"offer_sale_price":"1.00","currency_code":"USD"}]}}`))
		offers, err := client.Search(t.Context(), "a", "US", 1)
		if err != nil || len(offers) != 1 || offers[0].RatingMilli != want.RatingMilli || offers[0].Sold != want.Sold || offers[0].InStock {
			t.Errorf("%v: %+v %v", written, offers, err)
		}
	}
	if client, _ := setup(t, nil); client.Name() != "aliexpress" {
		t.Errorf("offers name their source %q", client.Name())
	}
}
