package persistence_test

import (
	"os"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// Everything that an actor can write, written by an activation that has been succeeded: the database refuses it, and nothing is there.
func TestDB_AStaleEpochWritesNothing(t *testing.T) {
	tell := actorkit.Message{ID: "msg_x", From: actorkit.Key{Kind: "campaign", ID: "cmp_a"}, To: actorkit.Key{Kind: "product", ID: "prd_a"}, Msg: &messages.CampaignClosed{CampaignId: "cmp_a"}}
	inCommit := func(c actorkit.Commit) func(*stage) error {
		return func(s *stage) error { return s.try(c) }
	}
	writes := map[string]func(*stage) error{
		"Snapshot": inCommit(actorkit.Commit{State: []byte("old")}),
		"Alarms":   inCommit(actorkit.Commit{NextDue: later}),
		"Facts":    inCommit(actorkit.Commit{Facts: []facts.Fact{product("scouted"), order(), approval("pending", "")}}),
		"Approval": inCommit(actorkit.Commit{Facts: []facts.Fact{facts.ApprovalUsed{ID: "apr_a", Manifest: "m", At: later}}}),
		"Void":     inCommit(actorkit.Commit{Facts: []facts.Fact{facts.ApprovalVoided{ID: "apr_a", At: later}}}),
		"Inbox":    inCommit(actorkit.Commit{Facts: []facts.Fact{facts.WebhookHandled{ID: 1, Result: "order_created", At: later}}}),
		"Audit":    inCommit(actorkit.Commit{Audit: []actorkit.Audit{{Action: "campaign_paused", Subject: "cmp_a"}}}),
		"Effect":   inCommit(actorkit.Commit{Effects: []actorkit.Effect{effect("eff_new", "meta")}}),
		"Outcome":  inCommit(actorkit.Commit{Outcomes: []actorkit.Outcome{{EffectID: "eff_a", State: actorkit.EffectFailed, Error: "x"}}}),
		"Begin":    inCommit(actorkit.Commit{Begin: "eff_a"}),
		"Tell":     inCommit(actorkit.Commit{Tells: []actorkit.Message{tell}}),
		"Handled":  inCommit(actorkit.Commit{Handled: []string{"msg_a"}}),
		"BeginAlone": func(s *stage) error {
			_, err := s.db.BeginEffect(s.ctx, s.fence(), "eff_a", later)
			return err
		},
		"Purge": func(s *stage) error {
			_, err := s.db.Purge(s.ctx, s.fence(), later.AddDate(1, 0, 0))
			return err
		},
		"Backup": func(s *stage) error {
			dir := s.TempDir()
			_, err := (&persistence.Backups{DB: s.db, Dir: dir, BinDir: pgtest.Server(s).BinDir()}).Backup(s.ctx, s.fence(), later)
			if left, _ := os.ReadDir(dir); len(left) != 0 {
				s.Errorf("%d files are left of a backup that was refused", len(left))
			}
			return err
		},
		"HandledAlone": func(s *stage) error { return s.db.Handled(s.ctx, s.fence(), "msg_a") },
	}
	for name, write := range writes {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			waiting := tell
			waiting.ID = "msg_a"
			before := b.actor("campaign", "cmp_a")
			before.commit(actorkit.Commit{
				State: []byte("new"), Effects: []actorkit.Effect{effect("eff_a", "meta")}, Tells: []actorkit.Message{waiting},
				Facts: []facts.Fact{approval("approved", "bia@x.org")},
			})
			if _, err := b.db.StoreWebhooks(b.ctx, []views.Delivery{{Source: "shopify", Topic: "orders/create", DedupeKey: "k", Body: []byte(`{}`), ReceivedAt: start}}); err != nil {
				b.Fatal(err)
			}
			b.actor("campaign", "cmp_a") // succeeds the first
			was := b.everything()
			if err := write(before); fault.CodeOf(err) != actorkit.StaleEpoch || fault.KindOf(err) != fault.Refused {
				b.Errorf("it was answered %v", err)
			}
			if is := b.everything(); is != was {
				b.Errorf("it left something behind:\n was %s\n is  %s", was, is)
			}
		})
	}
}

// everything is the rows that actors write, in short.
func (b *bundle) everything() string {
	b.Helper()
	return b.text(`SELECT concat_ws(' ', (SELECT string_agg(convert_from(state, 'UTF8') || version, ',') FROM actor_snapshot),
		(SELECT string_agg(id || state || attempts, ',' ORDER BY id) FROM outbox), (SELECT string_agg(id, ',' ORDER BY id) FROM actor_message),
		(SELECT count(*) FROM audit_log), (SELECT count(*) FROM products), (SELECT count(*) FROM orders), (SELECT count(*) FROM backups),
		(SELECT string_agg(id || status || (used_at IS NULL), ',') FROM approvals), (SELECT string_agg(result, ',') FROM webhook_inbox))`)
}
