package persistence

import (
	"github.com/agente-ceo/agente-ceo/domain/facts"
)

func (w *writer) order(o facts.Order) {
	items := make([]facts.OrderItem, len(o.Items))
	for i, item := range o.Items {
		item.SKU, item.Title, item.ProductID = clean(item.SKU), clean(item.Title), clean(item.ProductID)
		items[i] = item
	}
	w.add("order_put", o.ID, o.Shop, clean(o.ExternalID), o.Status, o.CustomerID, clean(o.Email), o.Total.Minor(), o.Refunded.Minor(),
		w.oneCurrency("order ", o.ID, o.Total, o.Refunded), o.SupplierCost.Minor(), string(o.SupplierCost.Currency()),
		clean(o.ProductID), clean(o.CampaignID), clean(o.AdID), cleanMap(o.UTM), items, clean(o.SupplierOrderID), clean(o.TrackingCode),
		clean(o.Country), when(o.PlacedAt), o.UpdatedAt, o.Test, clean(o.Phone), list(o.RefundIDs),
		when(o.ShopUpdatedAt))
	w.changed("order", o.ID)
}

func (w *writer) customer(c facts.Customer) {
	w.add("customer_add", c.ID, clean(c.Email), clean(c.Name), clean(c.Phone), clean(c.Country), c.AddOrders, c.AddRevenue.Minor(),
		string(c.AddRevenue.Currency()), list(c.AddTags), when(c.SeenAt))
	w.changed("customer", c.ID)
}
