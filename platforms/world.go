package platforms

import (
	"context"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
)

// The words that ports and actors share are the domain's.
type (
	// Offer is one product as one source shows it.
	Offer = scouting.Offer
	// SupplierLine is one product to order.
	SupplierLine = delivery.SupplierLine
	// SupplierOrder is what a supplier says of one of our orders.
	SupplierOrder = delivery.SupplierOrder
	// Address is where a parcel goes.
	Address = delivery.Address
	// Listing is a product page in the shop.
	Listing = delivery.Listing
	// Brief is what a writer needs to know.
	Brief = delivery.Brief
	// Copy is one ad's words.
	Copy = delivery.Copy
)

// Source is a place where products are found.
type Source interface {
	// Name is the Source field of the offers.
	Name() string
	// Search lists up to limit offers: what is rising when keywords is empty, else what matches it.
	Search(ctx context.Context, keywords string, country string, limit int) ([]Offer, error)
	Check(ctx context.Context) error
}

// Supplier sends products to customers.
type Supplier interface {
	// Place orders once per key: repeating a key returns the order that exists.
	Place(ctx context.Context, key string, lines []SupplierLine, to Address) (SupplierOrder, error)
	Order(ctx context.Context, id string) (SupplierOrder, error)
	// Stock says whether a product can be ordered and at what price.
	Stock(ctx context.Context, ref string) (inStock bool, price money.Amount, err error)
	Check(ctx context.Context) error
}

// Store is the shop.
type Store interface {
	// Publish makes the product's page, or finds it by key; key is our product id.
	Publish(ctx context.Context, key, title, description, supplierRef string, price money.Amount, images []string) (Listing, error)
	Check(ctx context.Context) error
}

// Notifier sends one message to one customer over one channel. id makes a repeat recognisable to the receiver.
type Notifier interface {
	Channel() string // email | sms | whatsapp
	Send(ctx context.Context, id, to, subject, body string) error
	Check(ctx context.Context) error
}

// CRM receives business events: JSON, signed, once per event id.
type CRM interface {
	Send(ctx context.Context, event, eventID string, body []byte) error
}

// Writer writes copy. The same brief gives the same copy where the writer is deterministic.
type Writer interface {
	Write(ctx context.Context, b Brief) ([]Copy, error)
}

// Studio renders a picture for a piece of copy: encoded image bytes and its content type.
type Studio interface {
	Render(ctx context.Context, b Brief, c Copy, productImage []byte) (data []byte, contentType string, err error)
}

// Media keeps files and gives them public addresses. The key is derived from the content: putting the same bytes twice is one file.
type Media interface {
	Put(ctx context.Context, data []byte, contentType string) (key, url string, err error)
	Get(ctx context.Context, key string) (data []byte, contentType string, err error)
}

// Pictures fetches product pictures from foreign addresses, refusing private ones.
type Pictures interface {
	Fetch(ctx context.Context, url string) ([]byte, error)
}

// Clock is the part of runtime/clock that adapters need, for rate limits and signatures.
type Clock interface{ Now() time.Time }
