package aliexpress

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
)

type placeOrder struct {
	OutOrderID string      `json:"out_order_id"`
	Address    aliAddress  `json:"logistics_address"`
	Items      []orderLine `json:"product_items"`
}

type aliAddress struct {
	FullName     string `json:"full_name"`
	Contact      string `json:"contact_person"`
	Mobile       string `json:"mobile_no"`
	PhoneCountry string `json:"phone_country"`
	Line1        string `json:"address"`
	Line2        string `json:"address2,omitempty"`
	City         string `json:"city"`
	Province     string `json:"province"`
	Country      string `json:"country"`
	Zip          string `json:"zip"`
	CPF          string `json:"cpf,omitempty"`
}

type orderLine struct {
	ProductID json.Number `json:"product_id"`
	Count     int64       `json:"product_count"`
	Variant   string      `json:"sku_attr,omitempty"`
	Service   string      `json:"logistics_service_name"`
	Memo      string      `json:"order_memo"`
}

// dialCodes are the countries that we sell to; elsewhere the number must begin with + and its code.
var dialCodes = map[string]string{
	"BR": "+55", "US": "+1", "CA": "+1", "PT": "+351", "GB": "+44", "MX": "+52", "AU": "+61", "CL": "+56", "CO": "+57", "AR": "+54",
}

// Place orders once per key. AliExpress refuses a key that it has seen, which makes a repeat safe: the order is then looked up.
func (c *Client) Place(ctx context.Context, key string, lines []platforms.SupplierLine, to platforms.Address) (platforms.SupplierOrder, error) {
	order := placeOrder{OutOrderID: key, Address: address(to)}
	for _, line := range lines {
		variant, err := c.variant(ctx, line.Ref, to.Country)
		if err != nil {
			return platforms.SupplierOrder{}, err
		}
		order.Items = append(order.Items, orderLine{
			ProductID: json.Number(line.Ref), Count: line.Quantity, Variant: variant, Service: "CAINIAO_STANDARD", Memo: "dropshipping: no invoice in the parcel",
		})
	}
	argument, err := asJSON(order)
	if err != nil {
		return platforms.SupplierOrder{}, fault.Refuse("bad_order", "order %s cannot be written: %v", key, err)
	}
	var answer struct {
		Result struct {
			Success bool          `json:"is_success"`
			Orders  []json.Number `json:"order_list"`
			Code    string        `json:"error_code"`
			Message string        `json:"error_msg"`
		} `json:"result"`
	}
	args := url.Values{"param_place_order_request4_open_api_d_t_o": {argument}}
	// A lost answer is Retryable and not Ambiguous: the key makes a repeat harmless.
	if err := c.call(ctx, "aliexpress.ds.order.create", args, false, &answer); err != nil {
		return platforms.SupplierOrder{}, err
	}
	r := answer.Result
	if !r.Success && r.Code != "REPEATED_ORDER_ERROR" {
		return platforms.SupplierOrder{}, orderFault(r.Code, r.Message)
	}
	if len(r.Orders) > 0 {
		return c.Order(ctx, r.Orders[0].String())
	}
	return c.find(ctx, map[string]string{"out_order_id": key})
}

// variant names the first variant of a product, the one whose price and stock we show; products without variants have none. A product that is
// gone since has none either: whether an earlier try was placed is for the order's key to say.
func (c *Client) variant(ctx context.Context, ref, country string) (string, error) {
	answer, err := c.product(ctx, ref, country)
	if fault.KindOf(err) == fault.Refused {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return answer.Result.SKUs[0].Variant, nil
}

func orderFault(code, message string) error {
	switch code {
	case "INVENTORY_HOLD_ERROR", "PRODUCT_NOT_EXIST", "SKU_NOT_EXIST":
		return fault.Refuse("out_of_stock", "AliExpress: %s (%s)", message, code)
	case "DELIVERY_ADDRESS_INVALID", "B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL":
		return fault.Refuse("bad_address", "AliExpress: %s (%s)", message, code)
	}
	return fault.Refuse("rejected", "AliExpress: %s (%s)", message, code)
}

func address(a platforms.Address) aliAddress {
	dial := dialCodes[a.Country]
	local := strings.TrimPrefix(strings.ReplaceAll(a.Phone, " ", ""), dial)
	return aliAddress{
		FullName: a.Name, Contact: a.Name, Mobile: onlyDigits(local), PhoneCountry: dial, Line1: a.Line1, Line2: a.Line2, City: a.City,
		Province: a.Province, Country: a.Country, Zip: onlyDigitsOrSame(a.Zip), CPF: onlyDigits(a.TaxID),
	}
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// onlyDigitsOrSame strips the dash of a CEP but leaves codes with letters alone.
func onlyDigitsOrSame(s string) string {
	if strings.Trim(s, "0123456789- ") == "" {
		return onlyDigits(s)
	}
	return s
}

// Order reads an order by the gateway's id.
func (c *Client) Order(ctx context.Context, orderID string) (platforms.SupplierOrder, error) {
	return c.find(ctx, map[string]string{"order_id": orderID})
}

func (c *Client) find(ctx context.Context, by map[string]string) (platforms.SupplierOrder, error) {
	query, err := asJSON(by)
	if err != nil {
		return platforms.SupplierOrder{}, err
	}
	var answer struct {
		Message string `json:"rsp_msg"`
		Result  *struct {
			ID     json.Number `json:"order_id"`
			Status string      `json:"order_status"`
			Amount struct {
				Amount   string `json:"amount"`
				Currency string `json:"currency_code"`
			} `json:"order_amount"`
			Logistics []struct {
				Number string `json:"logistics_no"`
			} `json:"logistics_info_list"`
		} `json:"result"`
	}
	if err := c.call(ctx, "aliexpress.trade.ds.order.get", url.Values{"single_order_query": {query}}, false, &answer); err != nil {
		return platforms.SupplierOrder{}, err
	}
	if answer.Result == nil {
		return platforms.SupplierOrder{}, fault.Refuse("not_found", "AliExpress: %s", answer.Message)
	}
	cost, err := amount(answer.Result.Amount.Amount, answer.Result.Amount.Currency)
	if err == nil && answer.Result.ID == "" {
		err = errors.New("read order: no id")
	}
	if err != nil {
		return platforms.SupplierOrder{}, fault.Retry("bad_answer", 0, err)
	}
	out := platforms.SupplierOrder{ID: answer.Result.ID.String(), Status: statusOf(answer.Result.Status), Cost: cost}
	if len(answer.Result.Logistics) > 0 {
		out.TrackingCode = answer.Result.Logistics[0].Number
	}
	return out, nil
}

// statusOf puts the gateway's states into our four.
func statusOf(s string) string {
	switch s {
	case "WAIT_BUYER_ACCEPT_GOODS", "SELLER_PART_SEND_GOODS":
		return "shipped"
	case "FINISH":
		return "delivered"
	case "IN_CANCEL", "CANCELLED", "ORDER_CLOSED", "CLOSED":
		return "cancelled"
	}
	return "placed"
}

// Stock says whether a product can be ordered and at what price.
func (c *Client) Stock(ctx context.Context, ref string) (bool, money.Amount, error) {
	answer, err := c.product(ctx, ref, "US")
	if fault.CodeOf(err) == "not_found" {
		return false, money.Amount{}, nil
	}
	if err != nil {
		return false, money.Amount{}, err
	}
	sku := answer.Result.SKUs[0]
	units, _ := sku.Units.Int64()
	price, err := amount(sku.Price, sku.Currency)
	if err != nil {
		return false, money.Amount{}, fault.Retry("bad_answer", 0, err)
	}
	return units > 0, price, nil
}
