package persistence_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// start is when every test's world begins.
var start = time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)

func usd(minor int64) money.Amount { return money.Minor(minor, money.USD) }

// bundle is a database of the test's own, and a superuser's connection to look behind it.
type bundle struct {
	*testing.T
	db  *persistence.DB
	sql *pgx.Conn
	url string
	ctx context.Context
}

func setup(t *testing.T, options ...persistence.Options) *bundle {
	t.Helper()
	t.Parallel()
	return another(t, options...)
}

// another is a further database for a test that compares two.
func another(t *testing.T, options ...persistence.Options) *bundle {
	t.Helper()
	b := &bundle{T: t, url: pgtest.URL(t), ctx: context.Background()}
	var opts persistence.Options
	if len(options) > 0 {
		opts = options[0]
	}
	b.db, b.sql = open(t, b.url, opts), connect(t, b.url)
	return b
}

func open(t *testing.T, url string, opts persistence.Options) *persistence.DB {
	t.Helper()
	db, err := persistence.Open(context.Background(), url, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) }) //nolint:errcheck // the database goes anyway
	return conn
}

// text is the one value of a query, as text.
func (b *bundle) text(query string, args ...any) string {
	b.Helper()
	var out string
	if err := b.sql.QueryRow(b.ctx, "SELECT coalesce((SELECT ("+query+"))::text, 'NULL')", args...).Scan(&out); err != nil {
		b.Fatalf("%s: %v", query, err)
	}
	return out
}

func (b *bundle) want(want, query string, args ...any) {
	b.Helper()
	if got := b.text(query, args...); got != want {
		b.Errorf("%s\n got  %s\n want %s", query, got, want)
	}
}

func (b *bundle) exec(query string, args ...any) {
	b.Helper()
	if _, err := b.sql.Exec(b.ctx, query, args...); err != nil {
		b.Fatalf("%s: %v", query, err)
	}
}

// stage is an actor as far as the store sees it.
type stage struct {
	*bundle
	key     actorkit.Key
	epoch   int64
	version int64
}

func (b *bundle) actor(kind, id string) *stage {
	b.Helper()
	key := actorkit.Key{Kind: kind, ID: id}
	a, err := b.db.Activate(b.ctx, key)
	if err != nil {
		b.Fatal(err)
	}
	return &stage{bundle: b, key: key, epoch: a.Epoch, version: a.Version}
}

func (s *stage) fence() actorkit.Fence { return actorkit.Fence{Key: s.key, Epoch: s.epoch} }

// try commits c, with what every commit has filled in.
func (s *stage) try(c actorkit.Commit) error {
	s.version++
	c.Key, c.Epoch, c.Version = s.key, s.epoch, s.version
	if c.Now.IsZero() {
		c.Now = start
	}
	return s.db.Commit(s.ctx, c)
}

func (s *stage) commit(c actorkit.Commit) {
	s.Helper()
	if err := s.try(c); err != nil {
		s.Fatal(err)
	}
}

func (s *stage) write(list ...facts.Fact) {
	s.Helper()
	s.commit(actorkit.Commit{Facts: list})
}

// hourOf is a usual hour of an ad.
func hourOf(ad, campaign string, hour time.Time) facts.Analytics {
	day := hour.Format(time.DateOnly)
	return facts.Analytics{Hour: hour, Day: day, AccountDay: day, Platform: "meta", ProductID: "prd_a", CampaignID: campaign,
		AdSetID: "set_a", AdID: ad, Delta: kpi.Metrics{Impressions: 1000, Clicks: 20, Conversions: 1, Spend: usd(500), Revenue: usd(900)}}
}
