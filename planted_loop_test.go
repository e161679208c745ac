package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/actors/courier"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/httpapi"
	"github.com/agente-ceo/agente-ceo/messages"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// losesWebhooks acknowledges before it stores, and every fifth time the process would have died in between.
type losesWebhooks struct {
	httpapi.WebhookStore
	n atomic.Int64
}

func (w *losesWebhooks) StoreWebhooks(ctx context.Context, list []views.Delivery) ([]bool, error) {
	kept, at := []views.Delivery{}, []int{}
	for i, d := range list {
		if w.n.Add(1)%5 != 0 {
			kept, at = append(kept, d), append(at, i)
		}
	}
	known, err := w.WebhookStore.StoreWebhooks(ctx, kept)
	duplicate := make([]bool, len(list))
	for i, was := range known {
		duplicate[at[i]] = was
	}
	return duplicate, err
}

// trustsHeaders recognises a repeat by an id that nobody signed.
type trustsHeaders struct{ httpapi.WebhookStore }

func (w trustsHeaders) StoreWebhooks(ctx context.Context, list []views.Delivery) ([]bool, error) {
	trusting := slices.Clone(list)
	for i, d := range trusting {
		trusting[i].DedupeKey = d.Topic + " " + d.Headers["X-Shopify-Webhook-Id"]
	}
	return w.WebhookStore.StoreWebhooks(ctx, trusting)
}

// renames gives each try a name of its own, so that nobody recognises what was done before.
type renames struct {
	courier.Performer
	tries map[string]int // one call at a time
}

func (r *renames) Find(context.Context, courier.Task) (*messages.Receipt, error) { return nil, nil }

func (r *renames) Perform(ctx context.Context, task courier.Task) (*messages.Receipt, error) {
	r.tries[task.ID]++
	task.Effect = proto.CloneOf(task.Effect)
	if order := task.Effect.GetPlaceSupplierOrder(); order != nil {
		order.OrderId = fmt.Sprint(order.OrderId, "-", r.tries[task.ID])
	}
	return r.Performer.Perform(ctx, task)
}

// appliesFirst answers others before its own decision is on disk, and the decision of the third one never gets there.
type appliesFirst struct {
	actorkit.Store
	n atomic.Int64
}

func (s *appliesFirst) Commit(ctx context.Context, c actorkit.Commit) error {
	grants := slices.ContainsFunc(c.Facts, func(f facts.Fact) bool { move, is := f.(facts.PurseMove); return is && move.Reserve.Positive() })
	if c.Key.Kind == "treasurer" && grants && len(c.Tells) > 0 && s.n.Add(1) == 1 {
		c.State, c.Facts, c.Audit, c.Effects = nil, nil, nil, nil
	}
	return s.Store.Commit(ctx, c)
}

// createsActive is a world reached by a client that creates campaigns switched on.
func createsActive(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/meta/") && strings.HasSuffix(r.URL.Path, "/campaigns") {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			body = bytes.Replace(body, []byte("status=PAUSED"), []byte("status=ACTIVE"), 1)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		}
		next.ServeHTTP(rw, r)
	})
}

// births watches how campaigns come into the world.
type births struct {
	mu       sync.Mutex
	problems []string
}

func (b *births) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || !strings.HasPrefix(r.URL.Path, "/meta/") || !strings.HasSuffix(r.URL.Path, "/campaigns") {
			next.ServeHTTP(rw, r)
			return
		}
		recorded := httptest.NewRecorder()
		next.ServeHTTP(recorded, r)
		var made struct{ ID string }
		if json.Unmarshal(recorded.Body.Bytes(), &made) == nil && made.ID != "" {
			look := httptest.NewRecorder()
			next.ServeHTTP(look, httptest.NewRequest(http.MethodGet, "/meta/v26.0/"+made.ID+"?fields=status&access_token="+sandboxMetaToken, nil))
			if !strings.Contains(look.Body.String(), `"PAUSED"`) {
				b.mu.Lock()
				b.problems = append(b.problems, made.ID+" was made "+look.Body.String())
				b.mu.Unlock()
			}
		}
		rw.WriteHeader(recorded.Code)
		_, _ = rw.Write(recorded.Body.Bytes()) // the client may be gone
	})
}

// intentsLate writes the line of an intent after that of its outcome.
const intentsLate = `
	CREATE FUNCTION not_yet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN CASE WHEN NEW.expected = 'late' THEN NEW END; END $$;
	CREATE TRIGGER a_not_yet BEFORE INSERT ON audit_log FOR EACH ROW WHEN (NEW.action = 'effect_intended') EXECUTE FUNCTION not_yet();
	CREATE FUNCTION afterwards() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
	  INSERT INTO audit_log (at, actor, action, subject, reason, expected, figures, by_whom)
	  VALUES (NEW.updated_at, 'courier/' || NEW.courier, 'effect_intended', NEW.subject, NEW.kind, 'late', json_build_object('effect', NEW.id), ''); RETURN NULL; END $$;
	CREATE CONSTRAINT TRIGGER afterwards AFTER UPDATE ON outbox DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
	  WHEN (NEW.state IN ('done', 'refused')) EXECUTE FUNCTION afterwards()`

// intentsFirst checks that the line of each intent is before that of its outcome.
func (l *loop) intentsFirst() (problems []string) {
	for _, found := range l.texts(`SELECT o.figures->>'effect' FROM audit_log o WHERE o.action IN ('effect_done', 'effect_refused', 'effect_failed', 'effect_unknown') AND NOT EXISTS
		(SELECT FROM audit_log i WHERE i.action = 'effect_intended' AND i.figures->>'effect' = o.figures->>'effect' AND i.seq < o.seq) LIMIT 5`) {
		problems = append(problems, "no intent before the outcome of "+found)
	}
	return problems
}

// grantsFirst checks that whatever was switched on had a reservation before.
func (l *loop) grantsFirst() (problems []string) {
	for _, found := range l.texts(`SELECT c.id FROM campaigns c WHERE c.activated_at IS NOT NULL AND NOT EXISTS
		(SELECT FROM reservations r JOIN postings p ON p.reservation_id = r.id WHERE r.campaign_id = c.id AND p.kind = 'reserve' AND p.at <= c.activated_at)`) {
		problems = append(problems, found+" was switched on without a reservation")
	}
	return problems
}

// signedOnce checks that nothing that was signed is stored twice.
func (l *loop) signedOnce() (problems []string) {
	for _, found := range l.texts(`SELECT min(topic) FROM webhook_inbox GROUP BY source, topic, body HAVING count(*) > 1`) {
		problems = append(problems, "the same content was stored twice: "+found)
	}
	return problems
}

// ackedIsStored compares what the shop was told to have arrived with what is stored.
func (l *loop) ackedIsStored() (problems []string) {
	shop := l.app.world.World().Snapshot(time.UTC).Webhooks
	if stored := l.number(`SELECT count(*) FROM webhook_inbox WHERE source = 'shopify'`); stored < shop.Delivered-shop.Duplicates {
		problems = append(problems, fmt.Sprintf("%d webhooks were acknowledged, %d of them repeats, and %d are stored", shop.Delivered, shop.Duplicates, stored))
	}
	return problems
}

// suppliedOnce compares the supplier's orders with ours.
func (l *loop) suppliedOnce() (problems []string) {
	theirs := int64(len(l.app.world.World().Snapshot(time.UTC).SupplierOrders))
	if ours := l.number(`SELECT count(*) FROM orders`); theirs > ours {
		problems = append(problems, fmt.Sprintf("the supplier has %d orders for %d of ours", theirs, ours))
	}
	return problems
}

// TestPlanted_Business plants mistakes at the seams of the whole business, which lives through a day with the faults that bring them out, and
// sees that a check turns red; without the mistake it stays green.
func TestPlanted_Business(t *testing.T) {
	t.Parallel()
	rich := []string{"AGENTE_CAPS_DAILY=3000", "AGENTE_CAPS_WEEKLY=15000", "AGENTE_CAMPAIGNS_PER_CYCLE=6"}
	for name, c := range map[string]struct {
		seams  seams
		plant  string
		faults []faults.Fault
		check  func(*loop) []string
	}{
		"AckBeforeCommit": {
			seams: seams{webhooks: func(s httpapi.WebhookStore) httpapi.WebhookStore { return &losesWebhooks{WebhookStore: s} }},
			check: (*loop).ackedIsStored,
		},
		"DedupeOnHeaderID": {
			seams:  seams{webhooks: func(s httpapi.WebhookStore) httpapi.WebhookStore { return trustsHeaders{s} }},
			faults: []faults.Fault{{Kind: faults.HookReplayed, Times: 3}}, check: (*loop).signedOnce,
		},
		"RetryWithANewID": {
			seams: seams{performer: func(account string, p courier.Performer) courier.Performer {
				if account != "supplier" {
					return p
				}
				return &renames{Performer: p, tries: map[string]int{}}
			}},
			faults: []faults.Fault{{Kind: faults.CommitThenDrop, Where: "order.create", Times: 3}}, check: (*loop).suppliedOnce,
		},
		"CreateActive": {seams: seams{world: createsActive}, check: func(*loop) []string { return nil }},
		"ApplyThenPersist": {
			seams: seams{store: func(s actorkit.Store) actorkit.Store { return &appliesFirst{Store: s} }}, check: (*loop).grantsFirst,
		},
		"AuditAfterTheCall": {plant: intentsLate, check: (*loop).intentsFirst},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, planted := range []bool{false, true} {
				opts, prepare := Options{Faults: faults.New(5, c.faults...)}, func(*pgx.Conn) {}
				born := &births{}
				if planted {
					opts.seams = c.seams
					prepare = func(db *pgx.Conn) {
						if _, err := db.Exec(t.Context(), c.plant); err != nil {
							t.Fatal(err)
						}
					}
				}
				planting := opts.seams.overWorld
				opts.seams.world = func(h http.Handler) http.Handler { return born.watch(planting(h)) }
				l := runWith(t, "7", 1, rich, opts, prepare)
				if problems := append(c.check(l), born.problems...); (len(problems) > 0) != planted {
					t.Errorf("with the mistake planted %t, the check said %q", planted, problems)
				}
			}
		})
	}
}
