package persistence_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func move(reserve, charge, capDay, capWeek int64) facts.PurseMove {
	return facts.PurseMove{Purse: "main", Day: "2026-03-03", Week: "2026-03-01", CapDay: usd(capDay), CapWeek: usd(capWeek), Reserve: usd(reserve), Charge: usd(charge)}
}

const windows = `SELECT string_agg(concat_ws(' ', kind, cap_minor, reserved_minor, charged_minor, overspend_minor), ', ' ORDER BY kind) FROM purse_window`

func TestDB_PurseMoves(t *testing.T) {
	b := setup(t)
	actor := b.actor("treasurer", "main")
	steps := []struct {
		what string
		move facts.PurseMove
		code string // of the refusal
		want string
	}{
		{"a first reservation over the cap", move(30001, 0, 30000, 150000), "cap_exceeded", "NULL"},
		{"exactly the cap of the day", move(30000, 0, 30000, 150000), "", "day 30000 30000 0 0, week 150000 30000 0 0"},
		{"a cent more", move(1, 0, 30000, 150000), "cap_exceeded", "day 30000 30000 0 0, week 150000 30000 0 0"},
		{"a charge takes from what was reserved", move(-20000, 18000, 30000, 150000), "", "day 30000 10000 18000 0, week 150000 10000 18000 0"},
		{"what it left is granted again", move(2000, 0, 30000, 150000), "", "day 30000 12000 18000 0, week 150000 12000 18000 0"},
		{"the week's cap holds as well", move(1000, 0, 90000, 30500), "cap_exceeded", "day 30000 12000 18000 0, week 150000 12000 18000 0"},
		{"a charge over the cap is recorded", move(-12000, 13000, 30000, 150000), "", "day 30000 0 31000 1000, week 150000 0 31000 0"},
		{"a lowered cap leaves an overspend", move(0, 0, 30000, 20000), "", "day 30000 0 31000 1000, week 20000 0 31000 11000"},
		{"nothing more under it", move(1, 0, 32000, 20000), "cap_exceeded", "day 30000 0 31000 1000, week 20000 0 31000 11000"},
		{"a revision downwards", move(0, -5000, 30000, 150000), "", "day 30000 0 26000 0, week 150000 0 26000 0"},
		{"reserving and charging at once", move(3000, 1001, 30000, 150000), "cap_exceeded", "day 30000 0 26000 0, week 150000 0 26000 0"},
	}
	for _, s := range steps {
		err := actor.try(actorkit.Commit{State: []byte(s.what), Facts: []facts.Fact{s.move}})
		switch {
		case s.code == "" && err != nil:
			b.Errorf("%s: %v", s.what, err)
		case s.code != "" && (fault.KindOf(err) != fault.Refused || fault.CodeOf(err) != s.code):
			b.Errorf("%s: %v, want refusal %s", s.what, err, s.code)
		}
		if got := b.text(windows); got != s.want {
			b.Errorf("%s\n got  %s\n want %s", s.what, got, s.want)
		}
	}
	b.want("a revision downwards", `SELECT convert_from(state, 'UTF8') FROM actor_snapshot`)
}

func TestDB_PurseHoldsWithoutItsFunction(t *testing.T) {
	b := setup(t)
	b.actor("treasurer", "main").write(move(30000, 0, 30000, 150000))
	_, err := b.sql.Exec(b.ctx, `UPDATE purse_window SET reserved_minor = reserved_minor + 1 WHERE kind = 'day'`)
	if err == nil || !strings.Contains(err.Error(), "purse_within_cap") {
		b.Errorf("reserving by hand: %v", err)
	}
	if err := b.actor("treasurer", "main").try(actorkit.Commit{Facts: []facts.Fact{move(-30001, 0, 30000, 150000)}}); err == nil {
		b.Error("more was released than reserved")
	}
}

// Two treasurers that do not know of each other cannot grant more than the cap between them.
func TestDB_PurseHoldsAgainstTwoTreasurers(t *testing.T) {
	b := setup(t)
	var granted atomic.Int64
	var all sync.WaitGroup
	for n := range 4 {
		actor := b.actor("treasurer", fmt.Sprintf("t%d", n))
		all.Go(func() {
			for range 20 {
				err := actor.try(actorkit.Commit{Facts: []facts.Fact{move(700, 0, 30000, 150000)}})
				switch {
				case err == nil:
					granted.Add(700)
				case fault.CodeOf(err) != "cap_exceeded":
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	if granted.Load() != 29400 {
		b.Errorf("granted %d, want 29400", granted.Load())
	}
	b.want("day 30000 29400 0 0, week 150000 29400 0 0", windows)
}

// What one commit moves in a window comes to the same as its moves one by one: only what reserves is tested, where it stands.
func TestDB_PurseMovesOfOneCommit(t *testing.T) {
	b := setup(t)
	actor := b.actor("treasurer", "main")
	actor.write(move(20000, 0, 30000, 150000))
	actor.write(move(-2000, 1500, 30000, 150000), move(-3000, 3500, 30000, 150000), move(0, -500, 30000, 150000))
	b.want("day 30000 15000 4500 0, week 150000 15000 4500 0", windows)
	for what, moves := range map[string][]facts.Fact{
		"too much first":    {move(10501, 0, 30000, 150000), move(-15000, 0, 30000, 150000)},
		"too much together": {move(10500, 0, 30000, 150000), move(0, 0, 30000, 150000), move(1, 0, 30000, 150000)},
	} {
		if err := actor.try(actorkit.Commit{Facts: moves}); fault.CodeOf(err) != "cap_exceeded" {
			b.Errorf("%s: %v", what, err)
		}
	}
	actor.write(move(-15000, 0, 30000, 150000), move(25500, 0, 30000, 150000))
	b.want("day 30000 25500 4500 0, week 150000 25500 4500 0", windows)
	actor.write(move(-25500, 26000, 30000, 150000), move(0, 1, 20000, 150000))
	b.want("day 20000 0 30501 10501, week 150000 0 30501 0", windows)
}

func TestDB_LastReservationOfACommitHolds(t *testing.T) {
	b := setup(t)
	row := facts.Reservation{ID: "res_a", Purse: "main", CampaignID: "cmp_a", Platform: "meta", Day: "2026-03-03", Week: "2026-03-01",
		Nominal: usd(1000), WorstCase: usd(1750), Charged: usd(0), State: "outstanding", At: start}
	other, after := row, row
	other.ID, after.Charged, after.State = "res_b", usd(900), "posted"
	b.actor("treasurer", "main").write(row, other, after)
	b.want("res_a 900 posted, res_b 0 outstanding",
		`SELECT string_agg(concat_ws(' ', id, charged_minor, state), ', ' ORDER BY id) FROM reservations`)
}

func TestDB_AnAskIsAnsweredOnce(t *testing.T) {
	b := setup(t)
	answer := facts.BudgetAnswer{AskID: "ask_1", Purse: "main", CampaignID: "cmp_a", Day: "2026-03-03", Granted: usd(1000), WorstCase: usd(1750), Partial: true,
		Text: "as it was", RetryAt: later, At: start}
	refused := facts.BudgetAnswer{AskID: "ask_2", Purse: "main", CampaignID: "cmp_b", Day: "2026-03-03", Granted: usd(0), WorstCase: usd(0), Code: "cap_day", At: start}
	actor := b.actor("treasurer", "main")
	actor.write(answer, refused)
	again := answer
	again.Granted = usd(2000)
	err := actor.try(actorkit.Commit{State: []byte("x"), Facts: []facts.Fact{facts.BudgetAnswer{AskID: "ask_3", Day: "2026-03-03"}, again}})
	if fault.KindOf(err) != fault.Refused || fault.CodeOf(err) != "answered_before" {
		b.Errorf("answering again: %v", err)
	}
	found, err := b.db.BudgetAnswers(b.ctx, []string{"ask_1", "ask_2", "ask_3"})
	if err != nil {
		b.Fatal(err)
	}
	slices.SortFunc(found, func(x, y facts.BudgetAnswer) int { return strings.Compare(x.AskID, y.AskID) })
	if diff := cmp.Diff([]facts.BudgetAnswer{answer, refused}, found, cmp.AllowUnexported(money.Amount{})); diff != "" {
		b.Error(diff)
	}
	keeper := b.actor("housekeeper", "main")
	if counts, err := b.db.Purge(b.ctx, keeper.fence(), start.AddDate(0, 0, -90)); err != nil || counts != "nothing" {
		b.Errorf("purged %s, %v", counts, err)
	}
	b.actor("treasurer", "main").write(facts.BudgetAnswer{AskID: "ask_4", Day: "2026-03-06", At: start.AddDate(0, 0, 3)})
	if counts, err := b.db.Purge(b.ctx, keeper.fence(), start.AddDate(0, 0, -90)); err != nil || counts != "budget_answers 2" {
		b.Errorf("purged %s, %v", counts, err)
	}
}

// Many that reserve in one commit fit together or not at all, and lock each window once.
func TestDB_ManyReserveInOneCommit(t *testing.T) {
	b := setup(t)
	actor := b.actor("treasurer", "main")
	var many []facts.Fact
	for range 300 {
		many = append(many, move(100, 0, 30000, 150000))
	}
	actor.write(many...)
	b.want("day 30000 30000 0 0, week 150000 30000 0 0", windows)
	if err := actor.try(actorkit.Commit{Facts: many[:1]}); fault.CodeOf(err) != "cap_exceeded" {
		b.Errorf("one more: %v", err)
	}
}
