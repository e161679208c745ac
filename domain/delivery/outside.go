package delivery

import "github.com/agente-ceo/agente-ceo/domain/money"

// Brief is what a writer needs to know of a product.
type Brief struct {
	ProductID, Title, Description, Category string
	Keywords                                []string
	Price, MarketPrice                      money.Amount
	Languages                               []string // "pt-BR", "en"
	Count                                   int      // variations wanted, 5..10
	Round                                   int      // 0 first, then fresh angles
}

// Copy is one ad's words.
type Copy struct {
	Language   string
	Style      string // informative | urgency | social
	Headline   string
	Body       string
	Action     string // shop_now | learn_more | get_offer | order_now | buy_now
	Badge      string // short text for the picture, may be empty
	PainPoints []string
}

// Listing is a product page in the shop.
type Listing struct {
	ID  string
	URL string
}

// SupplierLine is one product to order.
type SupplierLine struct {
	Ref      string
	Quantity int64
}

// Address is where a parcel goes.
type Address struct {
	Name, Phone, Line1, Line2, City, Province, Country, Zip, TaxID, Email string
}

// SupplierOrder is what a supplier says of one of our orders.
type SupplierOrder struct {
	ID           string
	Status       string // placed | shipped | delivered | cancelled
	TrackingCode string
	Cost         money.Amount
}
