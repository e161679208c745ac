package courier

import (
	"context"
	"net/url"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/messages"
)

// Rehearsed is the status of a receipt for what a dry run only went through.
const Rehearsed = "rehearsed"

type rehearsal struct {
	Performer
	dry     func() bool
	shopURL string
}

// Rehearse keeps the shop, the supplier, the customers and the CRM untouched while dry reports a dry run. A page in the shop is gone
// through, with the address below shopURL that it would have, so that campaigns can be planned; its receipt says Rehearsed. Orders and
// messages are refused: somebody waits for them, so a person has to know. What only reads, or writes to who works here, is performed.
func Rehearse(p Performer, shopURL string, dry func() bool) Performer {
	return rehearsal{Performer: p, dry: dry, shopURL: strings.TrimRight(shopURL, "/")}
}

// Perform does it, unless this is a dry run.
func (r rehearsal) Perform(ctx context.Context, t Task) (*messages.Receipt, error) {
	if !r.dry() || t.Effect.GetCheckStock() != nil || t.Effect.GetSendLetter() != nil {
		return r.Performer.Perform(ctx, t)
	}
	if listing := t.Effect.GetPublishListing(); listing != nil {
		return &messages.Receipt{Status: Rehearsed, Url: r.shopURL + "/products/" + url.PathEscape(listing.ProductId)}, nil
	}
	return nil, fault.Refuse("dry_run", "This is a dry run: nothing is ordered and nobody is written to. Do it by hand, or leave the mode dry_run.")
}
