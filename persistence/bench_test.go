package persistence_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// BenchmarkDB_CommitCampaignHour is what a campaign writes each hour: its snapshot, ten rows of analytics and their roll-ups.
func BenchmarkDB_CommitCampaignHour(b *testing.B) {
	db := pgtest.New(b)
	ctx := context.Background()
	key := actorkit.Key{Kind: "campaign", ID: "cmp_bench"}
	a, err := db.Activate(ctx, key)
	if err != nil {
		b.Fatal(err)
	}
	state := make([]byte, 1500)
	now := start
	n := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		n++
		now = now.Add(time.Hour)
		c := actorkit.Commit{Key: key, Epoch: a.Epoch, Version: n, Now: now, State: state,
			Alarms:  map[string]time.Time{"monitor": now.Add(time.Hour), "decide": now.Add(6 * time.Hour), "scale": now.Add(48 * time.Hour)},
			NextDue: now.Add(time.Hour)}
		for i := range 10 {
			c.Facts = append(c.Facts, hourOf(fmt.Sprintf("ad_%d", i), key.ID, now))
		}
		if err := db.Commit(ctx, c); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDB_CommitSnapshot is the least that a handled message costs.
func BenchmarkDB_CommitSnapshot(b *testing.B) {
	db := pgtest.New(b)
	ctx := context.Background()
	key := actorkit.Key{Kind: "campaign", ID: "cmp_bench"}
	a, err := db.Activate(ctx, key)
	if err != nil {
		b.Fatal(err)
	}
	state := make([]byte, 1500)
	n := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		n++
		if err := db.Commit(ctx, actorkit.Commit{Key: key, Epoch: a.Epoch, Version: n, Now: start, State: state}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDB_CommitAudited adds one line of the audit chain and one message to the snapshot.
func BenchmarkDB_CommitAudited(b *testing.B) {
	db := pgtest.New(b)
	ctx := context.Background()
	key := actorkit.Key{Kind: "campaign", ID: "cmp_bench"}
	a, err := db.Activate(ctx, key)
	if err != nil {
		b.Fatal(err)
	}
	n := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		n++
		c := actorkit.Commit{Key: key, Epoch: a.Epoch, Version: n, Now: start, State: []byte{1},
			Audit: []actorkit.Audit{{Action: "verdict_given", Subject: key.ID, Reason: "ROAS 1.8 is over 1.5", Figures: []actorkit.Figure{{Name: "roas", Value: "1.8"}}}}}
		if err := db.Commit(ctx, c); err != nil {
			b.Fatal(err)
		}
	}
}
