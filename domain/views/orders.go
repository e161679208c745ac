package views

import (
	"time"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Order is one order of the shop.
type Order struct {
	ID              string            `json:"id"`
	Shop            string            `json:"shop"`
	ExternalID      string            `json:"external_id"`
	Status          string            `json:"status" enum:"pending,ordered,shipped,delivered,refunded,cancelled,error"`
	CustomerID      string            `json:"customer_id"`
	Email           string            `json:"email"`
	Total           money.Amount      `json:"total"`
	Refunded        money.Amount      `json:"refunded"`
	SupplierCost    money.Amount      `json:"supplier_cost"`
	ProductID       string            `json:"product_id"`
	ProductTitle    string            `json:"product_title"`
	CampaignID      string            `json:"campaign_id"`
	AdID            string            `json:"ad_id"`
	UTM             map[string]string `json:"utm"`
	Items           []facts.OrderItem `json:"items"`
	SupplierOrderID string            `json:"supplier_order_id"`
	TrackingCode    string            `json:"tracking_code"`
	Country         string            `json:"country"`
	PlacedAt        *time.Time        `json:"placed_at"`
	UpdatedAt       time.Time         `json:"updated_at"`
	Test            bool              `json:"test"`
}

// OrderDetail is an order with its story.
type OrderDetail struct {
	Order
	History []Audit `json:"history"`
	Tasks   []Task  `json:"tasks"`
}

// Customer is somebody who bought.
type Customer struct {
	ID          string       `json:"id"`
	Email       string       `json:"email"`
	Name        string       `json:"name"`
	Phone       string       `json:"phone"`
	Country     string       `json:"country"`
	Orders      int64        `json:"orders"`
	LTV         money.Amount `json:"ltv"`
	Tags        []string     `json:"tags"`
	FirstSeenAt *time.Time   `json:"first_seen_at"`
	LastSeenAt  *time.Time   `json:"last_seen_at"`
}

// Delivery is a webhook as it came in, its signature already checked.
type Delivery struct {
	Source     string // shopify | meta | woocommerce
	Topic      string // "orders/create"
	DedupeKey  string // made from signed content: the same delivery has the same
	Headers    map[string]string
	Body       []byte
	ReceivedAt time.Time
}
