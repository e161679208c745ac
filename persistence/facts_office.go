package persistence

import (
	"github.com/agente-ceo/agente-ceo/domain/facts"
)

func (w *writer) alert(a facts.Alert) {
	w.add("alert_raise", a.ID, a.Kind, a.Severity, a.Subject, clean(a.Title), clean(a.Detail), a.At)
	w.changed("alert", a.ID)
}

func (w *writer) approval(a facts.Approval) {
	w.add("approval_put", a.ID, a.Subject, a.Kind, a.Status, clean(a.Summary), clean(a.Why), a.Amount.Minor(),
		string(a.Amount.Currency()), a.Manifest, document(a.Details), a.ProposedBy, a.DecidedBy, clean(a.Reason),
		when(a.RequestedAt), when(a.ExpiresAt), when(a.DecidedAt), w.c.Now)
	w.changed("approval", a.ID)
}
