package courier_test

import (
	"testing"

	"github.com/agente-ceo/agente-ceo/actors/courier"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
)

func TestRehearse(t *testing.T) {
	t.Parallel()
	publish := &messages.Effect{What: &messages.Effect_PublishListing{PublishListing: &messages.PublishListing{ProductId: "prd_1", Title: "Mop"}}}
	place := &messages.Effect{What: &messages.Effect_PlaceSupplierOrder{PlaceSupplierOrder: &messages.PlaceSupplierOrder{OrderId: "ord_1"}}}
	look := &messages.Effect{What: &messages.Effect_CheckStock{CheckStock: &messages.CheckStock{SupplierRef: "cj-1"}}}

	t.Run("GoesThroughAPageWithoutPublishingIt", func(t *testing.T) {
		t.Parallel()
		s := &trade{}
		receipt, err := perform(t, courier.Rehearse(courier.NewShop(s, nil), "https://shop.example/", always(true)), publish)
		if err != nil || receipt.Status != courier.Rehearsed || receipt.Url != "https://shop.example/products/prd_1" || len(s.told) != 0 {
			t.Errorf("receipt %v, %v; the shop was told %q", receipt, err, s.told)
		}
	})
	t.Run("OrdersNothing", func(t *testing.T) {
		t.Parallel()
		s := &trade{}
		if _, err := perform(t, courier.Rehearse(courier.NewSupplier(s), "", always(true)), place); fault.CodeOf(err) != "dry_run" || len(s.told) != 0 {
			t.Errorf("%v; the supplier was told %q", err, s.told)
		}
	})
	t.Run("StillReads", func(t *testing.T) {
		t.Parallel()
		if receipt, err := perform(t, courier.Rehearse(courier.NewSupplier(&trade{}), "", always(true)), look); err != nil || receipt.Status != "in_stock" {
			t.Errorf("%v, %v", receipt, err)
		}
	})
	t.Run("WritesToWhoWorksHere", func(t *testing.T) {
		t.Parallel()
		n := &trade{channel: "email"}
		letter := &messages.Effect{What: &messages.Effect_SendLetter{SendLetter: &messages.SendLetter{Channel: "email", To: "ana@example.com", Subject: "Report", Text: "All is well."}}}
		receipt, err := perform(t, courier.Rehearse(courier.NewNotify(n), "", always(true)), letter)
		if err != nil || receipt.Status != "sent" || len(n.told) != 4 || n.told[1] != "ana@example.com" || n.told[2] != "Report" || n.told[3] != "All is well." {
			t.Errorf("%v, %v: told %q", receipt, err, n.told)
		}
	})
	t.Run("PerformsOnceTheModeIsAnother", func(t *testing.T) {
		t.Parallel()
		s := &trade{}
		if _, err := perform(t, courier.Rehearse(courier.NewSupplier(s), "", always(false)), place); err != nil || len(s.told) != 1 {
			t.Errorf("%v; the supplier was told %q", err, s.told)
		}
	})
}

func always(dry bool) func() bool { return func() bool { return dry } }
