package persistence_test

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// bareRow is what one ask writes, as the treasurer's commit would: the columns are the same, and the texts as long.
type bareRow struct {
	handled, campaign, reservation, ask, posting, answer string
	nominal                                              int64
	body                                                 []byte // of the answer's message
	reason, expected, figures                            string
	done                                                 chan struct{}
}

// bareBench is a group commit written by hand over pgx: rows come in over a channel, whatever waits is written in one transaction of
// multi-row statements, and then everybody is told.
type bareBench struct {
	*purseBench
	pool    *pgxpool.Pool
	rows    chan *bareRow
	round   int
	asks    int
	waiting []*bareRow
	number  int
	epoch   int64
	version int64
	state   []byte // a snapshot of the treasurer's
	like    bareRow
}

func newBareBench(w *purseBench) *bareBench {
	act, err := w.db.Activate(context.Background(), actorkit.Key{Kind: "treasurer", ID: "bare"})
	if err != nil {
		w.b.Fatal(err)
	}
	bare := &bareBench{purseBench: w, pool: persistence.Pool(w.db), rows: make(chan *bareRow, benchCallers), epoch: act.Epoch}
	bare.sample()
	ended := make(chan struct{})
	go func() { defer close(ended); bare.commitAll() }()
	w.b.Cleanup(func() { close(bare.rows); <-ended })
	return bare
}

// sample takes the snapshot and the texts that the treasurer wrote last: what is written in its place must be as long, and as hard to shrink.
func (t *bareBench) sample() {
	ctx := context.Background()
	err := t.pool.QueryRow(ctx, `SELECT state FROM actor_snapshot WHERE kind = 'treasurer' AND id = 'main'`).Scan(&t.state)
	if err == nil {
		err = t.pool.QueryRow(ctx, `SELECT reason, expected, figures::text FROM audit_log WHERE action = 'budget_granted' ORDER BY seq DESC LIMIT 1`).
			Scan(&t.like.reason, &t.like.expected, &t.like.figures)
	}
	if err == nil {
		err = t.pool.QueryRow(ctx, `SELECT body FROM actor_message WHERE type = 'agenteceo.BudgetReserved' ORDER BY seq DESC LIMIT 1`).Scan(&t.like.body)
	}
	if err != nil {
		t.b.Fatal(err)
	}
}

func (t *bareBench) prepare(callers, asks int) []actorkit.Message {
	t.round++
	t.asks, t.waiting = asks, nil
	purse := actorkit.Key{Kind: "treasurer", ID: "bare"}
	var stored []actorkit.Message
	for caller := range callers {
		from := actorkit.Key{Kind: "campaign", ID: fmt.Sprintf("bar_%016d", caller)}
		for i := range asks {
			t.number++
			row := &bareRow{
				campaign: from.ID, ask: fmt.Sprintf("bare_%d_%d_%d", t.round, caller, i), reservation: id.Derive(id.Reservation, from.ID),
				// As ours they fall anywhere into their indexes, which costs the server more than a row of numbers.
				posting: id.Derive("pst", strconv.Itoa(t.number)), answer: id.Derive(id.Message, strconv.Itoa(t.number)), nominal: int64(2000 + 100*(t.round*benchAsks+i)),
				done: make(chan struct{}),
			}
			ask := &messages.ReserveBudget{
				ReservationId: row.ask, CampaignId: from.ID, Platform: "meta", PriorityMilli: 1500,
				DailyBudget: &messages.Money{Minor: row.nominal, Currency: "USD"}, Minimum: &messages.Money{Minor: 1000, Currency: "USD"},
			}
			row.handled = actorkit.MessageID(from, purse, ask, 0, 0)
			row.body, row.reason, row.expected, row.figures = t.like.body, t.like.reason, t.like.expected, t.like.figures
			t.waiting = append(t.waiting, row)
			stored = append(stored, actorkit.Message{ID: row.handled, From: from, To: purse, Msg: ask})
		}
	}
	t.store(stored)
	return stored
}

func (t *bareBench) ask(caller, number int) {
	row := t.waiting[caller*t.asks+number]
	t.rows <- row
	<-row.done
}

// commitAll takes whatever waits, and writes it.
func (t *bareBench) commitAll() {
	for row := range t.rows {
		group := []*bareRow{row}
		for more := true; more; {
			select {
			case next, open := <-t.rows:
				if more = open; open {
					group = append(group, next)
				}
			default:
				more = false
			}
		}
		t.commit(group)
		for _, row := range group {
			close(row.done)
		}
	}
}

// columns are rows turned for unnest.
type columns struct {
	handled, ids, campaigns, purses, platforms, days, weeks, currencies, states, kinds   []string
	postings, debits, credits, answers, fromKinds, fromIDs, toKinds, toIDs, types, codes []string
	texts, actions, reasons, expected, figures, by, topics, keys                         []string
	nominal, worst, zero, amounts                                                        []int64
	at                                                                                   []time.Time
	retries                                                                              []*time.Time
	partial                                                                              []bool
	bodies                                                                               [][]byte
	asks                                                                                 []string
}

func turn(group []*bareRow, now time.Time) *columns {
	c := &columns{}
	for _, r := range group {
		worst := r.nominal * 7 / 4
		c.handled, c.ids, c.campaigns = append(c.handled, r.handled), append(c.ids, r.reservation), append(c.campaigns, r.campaign)
		c.purses, c.platforms, c.days = append(c.purses, "bare"), append(c.platforms, "meta"), append(c.days, "2026-11-25")
		c.weeks, c.currencies, c.states = append(c.weeks, "2026-11-22"), append(c.currencies, "USD"), append(c.states, "outstanding")
		c.nominal, c.worst, c.zero = append(c.nominal, r.nominal), append(c.worst, worst), append(c.zero, 0)
		c.postings, c.kinds = append(c.postings, r.posting), append(c.kinds, "top_up")
		c.debits, c.credits = append(c.debits, "campaign:"+r.campaign+":held"), append(c.credits, "purse:free")
		c.amounts, c.at, c.retries = append(c.amounts, 175), append(c.at, now), append(c.retries, nil)
		c.answers, c.asks, c.bodies = append(c.answers, r.answer), append(c.asks, r.ask), append(c.bodies, r.body)
		c.fromKinds, c.fromIDs = append(c.fromKinds, "treasurer"), append(c.fromIDs, "bare")
		c.toKinds, c.toIDs = append(c.toKinds, "campaign"), append(c.toIDs, r.campaign)
		c.types, c.codes, c.texts, c.partial = append(c.types, "agenteceo.BudgetReserved"), append(c.codes, ""), append(c.texts, ""), append(c.partial, false)
		c.actions, c.by, c.figures = append(c.actions, "budget_granted"), append(c.by, ""), append(c.figures, r.figures)
		c.reasons, c.expected = append(c.reasons, r.reason), append(c.expected, r.expected)
		c.topics = append(c.topics, "reservation", "posting", "audit")
		c.keys = append(c.keys, r.reservation, r.posting, r.campaign)
	}
	c.topics, c.keys = append(c.topics, "purse_move"), append(c.keys, "bare")
	return c
}

func (t *bareBench) commit(group []*bareRow) {
	now := time.Now()
	seen := map[string]int{} // a caller asks one at a time, but two paced ones may be of one campaign
	unique := group[:0:0]
	for _, r := range group {
		if i, again := seen[r.reservation]; again {
			unique[i] = r
			continue
		}
		seen[r.reservation] = len(unique)
		unique = append(unique, r)
	}
	c, rows := turn(group, now), turn(unique, now)
	t.version++
	var batch pgx.Batch
	add := func(name string, args ...any) { batch.Queue(persistence.Statement(name), args...) }
	add("actor_commit", "treasurer", "bare", t.epoch, t.version, t.state, map[string]time.Time{}, nil, now, c.handled)
	add("budget_answers_insert", c.asks, c.purses, c.campaigns, c.days, c.nominal, c.worst, c.currencies, c.partial, c.codes, c.texts, c.retries, c.at)
	add("reservations_put", rows.ids, rows.purses, rows.campaigns, rows.platforms, rows.days, rows.weeks, rows.nominal, rows.worst, rows.zero,
		rows.currencies, rows.states, rows.at)
	add("postings_insert", c.postings, c.purses, c.ids, c.kinds, c.debits, c.credits, c.amounts, c.currencies, c.at)
	sum, limit := int64(175*len(group)), int64(1e15)
	add("purse_moves", []string{"bare", "bare"}, []string{"day", "week"}, []string{"2026-11-25", "2026-11-22"}, []int64{limit, limit},
		[]int64{sum, sum}, []int64{0, 0}, []string{"USD", "USD"})
	add("message_insert", c.answers, c.fromKinds, c.fromIDs, c.toKinds, c.toIDs, c.types, c.bodies, now)
	add("live_tell", c.topics, c.keys, now)
	add("audit_append", now, "treasurer/bare", c.actions, c.campaigns, c.reasons, c.expected, c.figures, c.by)
	if err := t.pool.SendBatch(context.Background(), &batch).Close(); err != nil {
		t.b.Error(err)
	}
}

// bareOne writes each ask by itself, in one statement.
type bareOne struct{ *bareBench }

// oneStatement writes the rows of one ask. Its parameters: the ask's own columns, the snapshot and the time.
const oneStatement = `
WITH handled AS (DELETE FROM actor_message WHERE id = $1),
snapshot AS (UPDATE actor_snapshot SET version = version + 1, state = $2, updated_at = $3 WHERE kind = 'treasurer' AND id = 'bare'),
answer AS (INSERT INTO budget_answers (ask_id, purse, campaign_id, day, granted_minor, worst_case_minor, currency, partial, code, text, at)
  VALUES ($4, 'bare', $5, '2026-11-25', $6, $7, 'USD', false, '', '', $3)),
reservation AS (INSERT INTO reservations (id, purse, campaign_id, platform, day, week, nominal_minor, worst_case_minor, charged_minor, currency, state, at)
  VALUES ($8, 'bare', $5, 'meta', '2026-11-25', '2026-11-22', $6, $7, 0, 'USD', 'outstanding', $3)
  ON CONFLICT (id) DO UPDATE SET nominal_minor = excluded.nominal_minor, worst_case_minor = excluded.worst_case_minor, at = excluded.at),
posting AS (INSERT INTO postings (id, purse, reservation_id, kind, debit, credit, amount_minor, currency, at)
  VALUES ($9, 'bare', $8, 'top_up', 'campaign:' || $5 || ':held', 'purse:free', 175, 'USD', $3)),
purse AS (UPDATE purse_window SET reserved_minor = reserved_minor + 175 WHERE purse = 'bare'),
message AS (INSERT INTO actor_message (id, from_kind, from_id, to_kind, to_id, type, body, created_at)
  VALUES ($10, 'treasurer', 'bare', 'campaign', $5, 'agenteceo.BudgetReserved', $11, $3)),
live AS (INSERT INTO live_event (topic, key, at) VALUES ('reservation', $8, $3), ('posting', $9, $3), ('purse_move', 'bare', $3), ('audit', $5, $3))
SELECT pg_notify('live', ''), audit_append($3, 'treasurer/bare', ARRAY['budget_granted'], ARRAY[$5],
  ARRAY[$12::text], ARRAY[$13::text], ARRAY[$14::text], ARRAY[''])`

func (t bareOne) ask(caller, number int) {
	r := t.waiting[caller*t.asks+number]
	_, err := t.pool.Exec(context.Background(), oneStatement, r.handled, t.state, time.Now(), r.ask, r.campaign, r.nominal, r.nominal*7/4,
		r.reservation, r.posting, r.answer, r.body, r.reason, r.expected, r.figures)
	if err != nil {
		t.b.Error(err)
	}
}
