package persistence

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/messages"
)

// The codes and words of raise_refusal, for who asks why a call was not made.
var refusals = map[string]string{
	"frozen":           "all spending is frozen",
	"not_the_winner":   "it names another entity than the one that was created for this plan",
	"grant_expired":    "the account day that it was granted for is over",
	"grant_missing":    "no outstanding reservation of the day covers it",
	"approval_missing": "no standing approval is for exactly this plan",
	"not_alone":        "what raises spending is begun by itself",
}

func entityOf(payload proto.Message) string {
	e, _ := payload.(*messages.Effect)
	return e.GetEntity()
}

// entitlements writes beside each effect that raises spending what pays for it, in columns that effect_begin compares. A payload that is
// no effect, or raises nothing, needs none.
func (w *writer) entitlements() {
	var ids, externals, days, currencies, reservations, approvals, manifests []string
	var until []time.Time
	var minors []int64
	for _, x := range w.c.Effects {
		e, _ := x.Payload.(*messages.Effect)
		if !e.Raises() {
			continue
		}
		g := e.GetGrant()
		day := g.GetDay()
		if day == "" {
			day = "0001-01-01" // nothing is granted for it
		}
		ids, externals, days = append(ids, x.ID), append(externals, e.ExternalID()), append(days, day)
		until, minors, currencies = append(until, time.UnixMilli(g.GetUntilMs())), append(minors, g.GetAmount().GetMinor()), append(currencies, g.GetAmount().GetCurrency())
		reservations, approvals, manifests = append(reservations, g.GetReservationId()), append(approvals, g.GetApprovalId()), append(manifests, g.GetManifest())
	}
	if len(ids) > 0 {
		w.add("effect_entitle", ids, externals, days, until, minors, currencies, reservations, approvals, manifests)
	}
}

// Winner is the external id of the one entity of a plan that may deliver; empty when none was created yet.
func (db *DB) Winner(ctx context.Context, plan, entity string) (externalID string, err error) {
	err = db.pool.QueryRow(ctx, statement("entity_winner"), plan, entity).Scan(&externalID)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return externalID, classify("read the winner of "+entity, err)
}

// CampaignWinners are the external ids of all campaigns that a platform has for us, by our id.
func (db *DB) CampaignWinners(ctx context.Context, platform string) (map[string]string, error) {
	rows, err := db.pool.Query(ctx, statement("campaign_winners"), platform)
	if err != nil {
		return nil, classify("list the campaigns of "+platform, err)
	}
	out := map[string]string{}
	var ours, external string
	_, err = pgx.ForEachRow(rows, []any{&ours, &external}, func() error { out[ours] = external; return nil })
	return out, classify("list the campaigns of "+platform, err)
}
