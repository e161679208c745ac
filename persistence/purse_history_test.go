package persistence_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// The caps of these histories, in minor units: some seven grants, so that most are asked for when little is left.
const historyDay, historyWeek = 5_000, 7_500

var historyDays = [2]string{"2026-03-03", "2026-03-04"}

// wish is one operation on the purse: it reserves, or gives back, on one of two days of a week.
type wish struct {
	day     int
	reserve int64
}

// purseModel is the purse as it should be: one thing after another, each granted exactly when both windows have room.
var purseModel = porcupine.Model{
	Init: func() any { return [2]int64{} },
	Step: func(state, input, output any) (bool, any) {
		held, w, granted := state.([2]int64), input.(wish), output.(bool)
		fits := w.reserve <= 0 || held[w.day]+w.reserve <= historyDay && held[0]+held[1]+w.reserve <= historyWeek
		if granted != fits {
			return false, state
		}
		if granted {
			held[w.day] += w.reserve
		}
		return true, held
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v: %v", input, output) },
}

// purseHistory has several grantors at once ask and give back, and returns what happened when.
func purseHistory(b *bundle, seed uint64, grant func(s *stage, w wish) (bool, error)) []porcupine.Operation {
	var mu sync.Mutex
	var history []porcupine.Operation
	var all sync.WaitGroup
	begin := time.Now() //nolint:forbidigo // the order of real calls is what is judged
	for client := range 4 {
		s := b.actor("treasurer", fmt.Sprintf("t%d", client))
		random := rand.New(rand.NewPCG(seed, uint64(client)))
		all.Go(func() {
			var mine []wish
			for n := range 12 {
				w := wish{random.IntN(2), int64(1+random.IntN(20)) * 100}
				switch {
				case n == 0:
					w = wish{0, historyDay * 3 / 4} // of these only one can be granted
				case len(mine) > 0 && random.IntN(3) == 0:
					w = wish{mine[0].day, -mine[0].reserve}
					mine = mine[1:]
				}
				call := time.Since(begin).Nanoseconds()
				granted, err := grant(s, w)
				back := time.Since(begin).Nanoseconds()
				if err != nil {
					b.Error(err)
					return
				}
				if granted && w.reserve > 0 {
					mine = append(mine, w)
				}
				mu.Lock()
				history = append(history, porcupine.Operation{ClientId: client, Input: w, Call: call, Output: granted, Return: back})
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return history
}

func moveOf(w wish, capDay, capWeek int64) facts.PurseMove {
	return facts.PurseMove{Purse: "main", Day: historyDays[w.day], Week: "2026-03-01", CapDay: usd(capDay), CapWeek: usd(capWeek), Reserve: usd(w.reserve), Charge: usd(0)}
}

// committed asks the database, which refuses what would pass a cap.
func committed(s *stage, w wish, capDay, capWeek int64) (bool, error) {
	err := s.try(actorkit.Commit{Facts: []facts.Fact{moveOf(w, capDay, capWeek)}})
	if fault.CodeOf(err) == "cap_exceeded" {
		s.version-- // nothing was written
		return false, nil
	}
	return err == nil, err
}

func TestDB_GrantsAreLinearizable(t *testing.T) {
	b := setup(t)
	for seed := range uint64(5) {
		b.exec(`DELETE FROM purse_window`)
		history := purseHistory(b, seed, func(s *stage, w wish) (bool, error) { return committed(s, w, historyDay, historyWeek) })
		refused := 0
		for _, op := range history {
			if !op.Output.(bool) {
				refused++
			}
		}
		if refused == 0 || len(history) != 48 {
			b.Fatalf("seed %d: %d operations, %d refused: nobody competed for anything", seed, len(history), refused)
		}
		if !porcupine.CheckOperations(purseModel, history) {
			b.Fatalf("seed %d: no order of these operations explains their answers: %+v", seed, history)
		}
	}
}

var errUnread = errors.New("the window could not be read")

// A purse that looks first and writes then grants the same money twice; the model must say so.
func TestDB_LinearizabilityFindsCheckThenAct(t *testing.T) {
	b := setup(t)
	readers := make(chan *stage, 4)
	for range 4 {
		readers <- &stage{bundle: &bundle{T: b.T, db: b.db, sql: connect(b.T, b.url), url: b.url, ctx: b.ctx}}
	}
	var meeting sync.WaitGroup
	meeting.Add(4)
	var once sync.Map
	history := purseHistory(b, 1, func(s *stage, w wish) (bool, error) {
		reader := <-readers
		var day, week int64
		row := reader.sql.QueryRow(b.ctx, `SELECT coalesce(sum(reserved_minor) FILTER (WHERE kind = 'day' AND starts = $1::date), 0)::bigint,
			coalesce(sum(reserved_minor) FILTER (WHERE kind = 'week'), 0)::bigint FROM purse_window`, historyDays[w.day])
		err := row.Scan(&day, &week)
		readers <- reader
		if err != nil {
			return false, errors.Join(errUnread, err)
		}
		if _, met := once.LoadOrStore(s.key.ID, true); !met { // all have looked before the first one writes
			meeting.Done()
			meeting.Wait()
		}
		if w.reserve > 0 && (day+w.reserve > historyDay || week+w.reserve > historyWeek) {
			return false, nil
		}
		return committed(s, w, 1_000_000, 1_000_000)
	})
	if porcupine.CheckOperations(purseModel, history) {
		t.Fatalf("a purse that checks and then acts was taken for a sound one: %+v", history)
	}
}
