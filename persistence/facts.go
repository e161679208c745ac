package persistence

import (
	"fmt"
	"strconv"

	"github.com/agente-ceo/agente-ceo/domain/facts"
)

// fact queues the statement of one fact. A type that has no table is a bug of whoever committed it.
func (w *writer) fact(f facts.Fact) {
	switch v := f.(type) {
	case facts.Product:
		w.product(v)
	case facts.Creative:
		w.creative(v)
	case facts.ScoutRun:
		w.scoutRun(v)
	case facts.ImportsTaken:
		w.add("imports_taken", list(v.IDs), list(v.Versions), v.At, v.RunID)
	case facts.Blacklisted:
		w.blacklisted(v)
	case facts.Campaign:
		w.campaign(v)
	case facts.AdSet:
		w.adSet(v)
	case facts.Ad:
		w.ad(v)
	case facts.Analytics:
		w.analytics(v)
	case facts.ShopRevenue:
		w.shopRevenue(v)
	case facts.Order:
		w.order(v)
	case facts.Customer:
		w.customer(v)
	default:
		w.officeFact(f)
	}
}

// officeFact is fact for what concerns money, people and the program itself.
func (w *writer) officeFact(f facts.Fact) {
	switch v := f.(type) {
	case facts.Reservation:
		w.reservation(v)
	case facts.Posting:
		w.posting(v)
	case facts.PurseMove:
		w.purseMove(v)
	case facts.BudgetAnswer:
		if w.purse.answers == nil {
			w.purse.answers = make([]facts.BudgetAnswer, 0, w.third())
		}
		w.purse.answers = append(w.purse.answers, v)
	case facts.Alert:
		w.alert(v)
	case facts.AlertResolved:
		w.add("alert_resolve", v.ID, v.At)
		w.changed("alert", v.ID)
	case facts.Approval:
		w.approval(v)
	case facts.ApprovalUsed:
		w.add("approval_use", v.ID, v.Manifest, v.By, v.At)
		w.changed("approval", v.ID)
	case facts.ApprovalVoided:
		w.add("approval_void", v.ID, clean(v.Reason), v.At)
		w.changed("approval", v.ID)
	case facts.Report:
		w.add("report_put", v.Kind, v.Date, document(v.Body), clean(v.Text), v.At)
		w.changed("report", v.Kind+"/"+v.Date)
	case facts.Control:
		w.add("control_put", v.Frozen, v.By, clean(v.Reason), v.At)
		w.changed("control", "control")
	case facts.WebhookHandled:
		w.add("webhook_handled", v.ID, v.At, v.Result, clean(v.Detail))
		w.changed("webhook_handled", strconv.FormatInt(v.ID, 10))
	default:
		w.fail(fmt.Errorf("write %T: it has no table", f))
	}
}
