package aliexpress

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
)

// feedName is AliExpress's own list of what sells best all over the world.
const feedName = "DS_Global_topsellers"

type feedAnswer struct {
	Result struct {
		Products []struct {
			ID       json.Number `json:"product_id"`
			Title    string      `json:"product_title"`
			Image    string      `json:"product_main_image_url"`
			Sold     json.Number `json:"lastest_volume"` // spelt so by the gateway
			Price    string      `json:"sale_price"`
			Currency string      `json:"sale_price_currency"`
			First    string      `json:"first_level_category_name"`
			Second   string      `json:"second_level_category_name"`
		} `json:"products"`
	} `json:"result"`
}

type searchAnswer struct {
	Data struct {
		Products []struct {
			ID       string `json:"itemId"`
			Title    string `json:"title"`
			Image    string `json:"itemMainPic"`
			Price    string `json:"salePrice"`
			Currency string `json:"salePriceCurrency"`
			Sold     string `json:"orders"`
		} `json:"products"`
	} `json:"data"`
}

// Search lists the top sellers, or what matches the keywords, each with its details and freight to the country.
func (c *Client) Search(ctx context.Context, keywords, country string, limit int) ([]platforms.Offer, error) {
	listed, err := c.list(ctx, keywords, country, min(limit, 50))
	if err != nil {
		return nil, err
	}
	out := make([]platforms.Offer, 0, len(listed))
	for _, offer := range listed {
		detailed, err := c.detail(ctx, offer, country)
		if fault.KindOf(err) == fault.Refused {
			continue // sold out of the catalogue since the list was made
		}
		if err != nil {
			return nil, err
		}
		out = append(out, detailed)
	}
	return out, nil
}

func (c *Client) list(ctx context.Context, keywords, country string, limit int) ([]platforms.Offer, error) {
	if strings.TrimSpace(keywords) == "" {
		return c.feed(ctx, country, limit)
	}
	var answer searchAnswer
	args := url.Values{
		"keyWord": {keywords}, "countryCode": {country}, "currency": {c.cfg.Currency}, "local": {"en_US"}, "pageSize": {strconv.Itoa(limit)}, "pageIndex": {"1"},
	}
	if err := c.call(ctx, "aliexpress.ds.text.search", args, false, &answer); err != nil {
		return nil, err
	}
	var out []platforms.Offer
	for _, p := range answer.Data.Products {
		if price, err := amount(p.Price, p.Currency); err == nil {
			out = append(out, platforms.Offer{Ref: p.ID, Title: p.Title, Price: price, Images: []string{p.Image}, Sold: count(p.Sold)})
		}
	}
	return out, nil
}

func (c *Client) feed(ctx context.Context, country string, limit int) ([]platforms.Offer, error) {
	var answer feedAnswer
	args := url.Values{
		"feed_name": {feedName}, "country": {country}, "target_currency": {c.cfg.Currency}, "target_language": {"EN"},
		"page_no": {"1"}, "page_size": {strconv.Itoa(limit)}, "sort": {"volumeDesc"},
	}
	if err := c.call(ctx, "aliexpress.ds.recommend.feed.get", args, false, &answer); err != nil {
		return nil, err
	}
	var out []platforms.Offer
	for _, p := range answer.Result.Products {
		price, err := amount(p.Price, p.Currency)
		if err != nil {
			continue // an offer without a readable price cannot be reckoned with
		}
		sold, _ := p.Sold.Int64() // missing is unknown
		out = append(out, platforms.Offer{
			Ref: p.ID.String(), Title: p.Title, Category: strings.Trim(p.First+" > "+p.Second, " >"), Price: price, Images: []string{p.Image}, Sold: sold,
		})
	}
	return out, nil
}

type productAnswer struct {
	Code   json.RawMessage `json:"rsp_code"`
	Result *struct {
		Base struct {
			Subject  string      `json:"subject"`
			Detail   string      `json:"detail"`
			Category string      `json:"category_sequence"`
			Rating   string      `json:"avg_evaluation_rating"`
			Reviews  json.Number `json:"evaluation_count"`
			Sold     string      `json:"sales_count"`
		} `json:"ae_item_base_info_dto"`
		SKUs []struct {
			Price    string      `json:"offer_sale_price"`
			Units    json.Number `json:"sku_available_stock"`
			Currency string      `json:"currency_code"`
			Variant  string      `json:"sku_attr"`
		} `json:"ae_item_sku_info_dtos"`
		Media struct {
			Images string `json:"image_urls"`
		} `json:"ae_multimedia_info_dto"`
		Logistics struct {
			Days json.Number `json:"delivery_time"`
		} `json:"logistics_info_dto"`
	} `json:"result"`
}

func (c *Client) product(ctx context.Context, ref, country string) (productAnswer, error) {
	var answer productAnswer
	args := url.Values{"product_id": {ref}, "ship_to_country": {country}, "target_currency": {c.cfg.Currency}, "target_language": {"en"}}
	if err := c.call(ctx, "aliexpress.ds.product.get", args, false, &answer); err != nil {
		return answer, err
	}
	if answer.Result == nil || len(answer.Result.SKUs) == 0 {
		return answer, fault.Refuse("not_found", "AliExpress does not sell product %s in %s", ref, country)
	}
	return answer, nil
}

// detail completes a listed offer with what its own page says.
func (c *Client) detail(ctx context.Context, o platforms.Offer, country string) (platforms.Offer, error) {
	answer, err := c.product(ctx, o.Ref, country)
	if err != nil {
		return o, err
	}
	p := answer.Result
	price, err := amount(p.SKUs[0].Price, p.SKUs[0].Currency)
	if err != nil {
		return o, fault.Refuse("unreadable_price", "AliExpress product %s: %v", o.Ref, err)
	}
	units, _ := p.SKUs[0].Units.Int64()
	reviews, _ := p.Base.Reviews.Int64()
	days, _ := p.Logistics.Days.Int64()
	o.Price, o.InStock, o.IsSupplier, o.Reviews, o.ShipDays = price, units > 0, true, reviews, int(days)
	o.RatingMilli = milli(p.Base.Rating)
	o.Description = plain(p.Base.Detail)
	if o.Category == "" {
		o.Category = p.Base.Category
	}
	if images := strings.Split(p.Media.Images, ";"); p.Media.Images != "" {
		o.Images = images
	}
	o.Shipping, err = c.freight(ctx, o.Ref, country, price.Currency())
	return o, err
}

func (c *Client) freight(ctx context.Context, ref, country string, currency money.Currency) (money.Amount, error) {
	query, err := asJSON(map[string]string{"productId": ref, "shipToCountry": country, "quantity": "1", "currency": c.cfg.Currency, "language": "en_US", "locale": "en_US"})
	if err != nil {
		return money.Amount{}, err
	}
	var answer struct {
		Result struct {
			Options []struct {
				Fee      string `json:"shipping_fee_cent"`
				Currency string `json:"shipping_fee_currency"`
				Free     bool   `json:"free_shipping"`
			} `json:"delivery_options"`
		} `json:"result"`
	}
	if err := c.call(ctx, "aliexpress.ds.freight.query", url.Values{"queryDeliveryReq": {query}}, false, &answer); err != nil {
		return money.Amount{}, err
	}
	if len(answer.Result.Options) == 0 {
		return money.Amount{}, fault.Refuse("not_shipped", "AliExpress does not ship product %s to %s", ref, country)
	}
	option := answer.Result.Options[0]
	if option.Free {
		return money.Zero(currency), nil
	}
	fee, err := amount(option.Fee, option.Currency)
	if err != nil {
		return money.Amount{}, fault.Refuse("unreadable_price", "AliExpress freight of %s: %v", ref, err)
	}
	return fee, nil
}

// amount reads a decimal of a currency; without one it is no price.
func amount(text, currency string) (money.Amount, error) {
	if currency == "" {
		return money.Amount{}, fmt.Errorf("read price %q: no currency", text)
	}
	return money.Parse(text, money.Currency(currency))
}

// count reads "340+" and "12,000+"; what is no number is unknown.
func count(s string) int64 {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// milli reads "4.5" as 4500, exactly; anything else is unknown.
func milli(s string) int64 {
	a, err := money.ParseRounded(s+"", "KWD", money.HalfUp) // three decimals, as thousandths of a star
	if err != nil {
		return 0
	}
	return a.Minor()
}

// plain takes the tags out of a listing's HTML and leaves a text; it is data and never shown as HTML again.
func plain(listing string) string {
	var b strings.Builder
	depth := 0
	for _, r := range listing {
		switch {
		case r == '<':
			depth++
		case r == '>' && depth > 0:
			depth--
			b.WriteByte(' ')
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(html.UnescapeString(b.String())), " ")
}
