package world

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// supplier is what the supplier has on its books.
type supplier struct {
	orders []*supplierOrder
	byKey  map[string]*supplierOrder
	byID   map[string]*supplierOrder
}

func newSupplier() supplier {
	return supplier{byKey: map[string]*supplierOrder{}, byID: map[string]*supplierOrder{}}
}

// supplierOrder is one order: placed, sent off some days later, delivered some weeks later.
type supplierOrder struct {
	ID       int64        `json:"id"`
	Key      string       `json:"out_order_id"`
	Ref      string       `json:"product_id"`
	Title    string       `json:"title"`
	Quantity int64        `json:"quantity"`
	Country  string       `json:"country"`
	Cost     money.Amount `json:"cost"`
	At       time.Time    `json:"at"`
	Ships    time.Time    `json:"ships"`
	Arrives  time.Time    `json:"arrives"`
}

func (o *supplierOrder) tracking() string {
	return fmt.Sprintf("LP%014dCN", derived("track", o.Key)%1e14)
}

type placeOrder struct {
	OutOrderID string `json:"out_order_id"`
	Address    struct {
		Address       string `json:"address"`
		City          string `json:"city"`
		Country       string `json:"country"`
		Province      string `json:"province"`
		Zip           string `json:"zip"`
		CPF           string `json:"cpf"`
		ContactPerson string `json:"contact_person"`
		Name          string `json:"full_name"`
		Mobile        string `json:"mobile_no"`
		PhoneCountry  string `json:"phone_country"`
	} `json:"logistics_address"`
	Items []struct {
		ProductID json.Number `json:"product_id"`
		Count     int64       `json:"product_count"`
		Service   string      `json:"logistics_service_name"`
	} `json:"product_items"`
}

func aliResult(code, msg string) object {
	return object{"result": object{"is_success": false, "error_code": code, "error_msg": msg}}
}

// aliOrderCreate places an order once per out_order_id. The answer to a repeat names the order that exists.
func (w *World) aliOrderCreate(c aliCall) (any, *aliFault) {
	const argument = "param_place_order_request4_open_api_d_t_o"
	if fault := c.require(argument); fault != nil {
		return nil, fault
	}
	var in placeOrder
	if err := json.Unmarshal([]byte(c.args.Get(argument)), &in); err != nil {
		return nil, &aliFault{"InvalidParameter", argument + " is not the JSON of an order: " + err.Error()}
	}
	a := in.Address
	switch {
	case in.OutOrderID == "" || len(in.OutOrderID) > 100:
		return aliResult("PARAM_ERROR", "out_order_id must be 1 to 100 characters"), nil
	case len(in.Items) == 0:
		return aliResult("PARAM_ERROR", "product_items is empty"), nil
	case a.Name == "" || a.ContactPerson == "" || a.Mobile == "" || a.PhoneCountry == "" || a.Address == "" || a.City == "" || a.Country == "" || a.Zip == "" || a.Province == "":
		return aliResult("DELIVERY_ADDRESS_INVALID", "the logistics address is incomplete"), nil
	case a.Country == "BR" && !isDigits(a.CPF, 11):
		return aliResult("B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL", "cpf is required for Brazil: 11 digits"), nil
	}
	return w.placeSupplierOrder(c, in)
}

func (w *World) placeSupplierOrder(c aliCall, in placeOrder) (any, *aliFault) {
	now := w.now()
	w.mu.Lock()
	old, repeated := w.supplier.byKey[in.OutOrderID]
	w.mu.Unlock()
	if repeated {
		body := aliResult("REPEATED_ORDER_ERROR", "repeated order")
		body["result"].(object)["order_list"] = c.list("number", []int64{old.ID})
		return body, nil
	}
	item := in.Items[0]
	p, ok := w.market.Product(now, item.ProductID.String())
	if !ok {
		return aliResult("PRODUCT_NOT_EXIST", "product "+item.ProductID.String()+" does not exist"), nil
	}
	supply := p.SupplyAt(now)
	switch {
	case len(in.Items) > 1:
		return aliResult("PARAM_ERROR", "one product an order"), nil
	case item.Count < 1:
		return aliResult("PARAM_ERROR", "product_count must be at least 1"), nil
	case supply.Units < item.Count:
		return aliResult("INVENTORY_HOLD_ERROR", "the product is out of stock"), nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	chance := derived("ships", in.OutOrderID)
	o := &supplierOrder{
		ID: 8190000000000001 + int64(len(w.supplier.orders)), Key: in.OutOrderID, Ref: p.Ref, Title: p.Title, Quantity: item.Count, Country: in.Address.Country,
		Cost: supply.Price.MulRatio(item.Count, 1, money.Down).Add(p.Shipping), At: now,
	}
	o.Ships = now.Add(time.Duration(18+chance%78) * time.Hour)
	o.Arrives = o.Ships.Add(time.Duration(p.ShipDays)*24*time.Hour + time.Duration(chance/100%72)*time.Hour)
	w.supplier.orders = append(w.supplier.orders, o)
	w.supplier.byKey[o.Key] = o
	w.supplier.byID[strconv.FormatInt(o.ID, 10)] = o
	return object{"result": object{"is_success": true, "order_list": c.list("number", []int64{o.ID})}}, nil
}

func isDigits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// aliOrderGet answers for an order of ours by its id, or by our own key.
func (w *World) aliOrderGet(c aliCall) (any, *aliFault) {
	var q struct {
		OrderID    json.Number `json:"order_id"`
		OutOrderID string      `json:"out_order_id"`
	}
	if err := json.Unmarshal([]byte(c.args.Get("single_order_query")), &q); err != nil || (q.OrderID == "" && q.OutOrderID == "") {
		return nil, &aliFault{"MissingParameter", "single_order_query must be JSON with order_id"}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	o := w.supplier.byID[q.OrderID.String()]
	if q.OrderID == "" {
		o = w.supplier.byKey[q.OutOrderID]
	}
	if o == nil {
		return object{"rsp_code": "2", "rsp_msg": "order not found"}, nil
	}
	status, logistics, parcels := "PLACE_ORDER_SUCCESS", "WAIT_SELLER_SEND_GOODS", []object{}
	if now := w.now(); !now.Before(o.Ships) {
		status, logistics = "WAIT_BUYER_ACCEPT_GOODS", "SELLER_SEND_GOODS"
		parcels = append(parcels, object{"logistics_no": o.tracking(), "logistics_service": "CAINIAO_STANDARD"})
		if !now.Before(o.Arrives) {
			status, logistics = "FINISH", "BUYER_ACCEPT_GOODS"
		}
	}
	price := object{"amount": o.Cost.Decimal(), "currency_code": string(o.Cost.Currency())}
	product, _ := strconv.ParseInt(o.Ref, 10, 64)
	return object{"rsp_code": "200", "rsp_msg": "Call succeeds", "result": object{
		"order_id": o.ID, "out_order_id": o.Key, "gmt_create": o.At.UTC().Format(time.DateTime), "order_status": status, "logistics_status": logistics, "order_amount": price,
		"child_order_list":    c.list("ae_child_order_info", []object{{"product_id": product, "product_name": o.Title, "product_count": o.Quantity, "product_price": price}}),
		"logistics_info_list": c.list("ae_order_logistics_info", parcels),
		"store_info":          object{"store_id": derived(o.Ref) % 1e9, "store_name": "Sandbox Store"},
	}}, nil
}

// aliTracking has nothing to tell until the parcel is on its way.
func (w *World) aliTracking(c aliCall) (any, *aliFault) {
	if fault := c.require("ae_order_id", "language"); fault != nil {
		return nil, fault
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	o := w.supplier.byID[c.args.Get("ae_order_id")]
	if o == nil {
		return object{"result": object{"ret": false, "code": "ORDER_NOT_FOUND", "msg": "order not found"}}, nil
	}
	lines, now := []object{}, w.now()
	if !now.Before(o.Ships) {
		nodes := []object{{"time_stamp": o.Ships.UnixMilli(), "tracking_name": "Shipped", "tracking_detail_desc": "Package handed to the carrier"}}
		if !now.Before(o.Arrives) {
			nodes = append(nodes, object{"time_stamp": o.Arrives.UnixMilli(), "tracking_name": "Delivered", "tracking_detail_desc": "Package delivered"})
		}
		lines = append(lines, object{"mail_no": o.tracking(), "carrier_name": "Cainiao Standard", "eta_time_stamps": o.Arrives.UnixMilli(), "detail_node_list": c.list("detail_node", nodes)})
	}
	return object{"result": object{"ret": true, "code": "0", "msg": "success", "data": object{"tracking_detail_line_list": c.list("tracking_detail", lines)}}}, nil
}
