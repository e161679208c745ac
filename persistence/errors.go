package persistence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// The SQLSTATEs that our own functions raise; see migrations.
const (
	stateStaleEpoch  = "AC001"
	stateCapExceeded = "AC002"
	stateEffectEnded = "AC005"
	stateUnique      = "23505"
	stateNoRaise     = "AC006"
	stateAnotherWon  = "AC007"
	stateNotApproved = "AC009"
)

// answeredOnce is the constraint that keeps an ask from being decided twice.
const answeredOnce = "budget_answers_once"

// busyStates are what Postgres says when the same transaction may well succeed later. Two letters stand for a whole class:
// connections (08), transaction rollback (40), resources (53), operator intervention (57); 55P03 is a lock not got in time and
// 25006 a server that turned read-only.
var busyStates = []string{"08", "40", "53", "57", "55P03", "25006"}

// classify says once, at the edge of the database, what the caller should do about err. What it does not know is a bug.
func classify(doing string, err error) error {
	if err == nil {
		return nil
	}
	var already *fault.Error
	if errors.As(err, &already) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return classifyState(doing, pg, err)
	}
	if unreachable(err) {
		return fmt.Errorf("%s: %w", doing, fault.Retry("database_unreachable", 0, err))
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func classifyState(doing string, pg *pgconn.PgError, err error) error {
	switch pg.Code {
	case stateStaleEpoch:
		return fmt.Errorf("%s: %w", doing, fault.Refuse("stale_epoch", "%s", pg.Message))
	case stateCapExceeded:
		return fmt.Errorf("%s: %w", doing, fault.Refuse("cap_exceeded", "%s", pg.Message))
	case stateEffectEnded:
		return fmt.Errorf("%s: %w", doing, fault.Refuse("effect_ended", "%s", pg.Message))
	case stateNoRaise:
		return fmt.Errorf("%s: %w", doing, refusedRaise(pg.Detail))
	case stateAnotherWon:
		return fmt.Errorf("%s: %w", doing, fault.Refuse(actorkit.AnotherWon, "%s", pg.Message))
	case stateNotApproved:
		return fmt.Errorf("%s: %w", doing, fault.Refuse("not_approved", "%s", pg.Message))
	}
	if pg.Code == stateUnique && pg.ConstraintName == answeredOnce {
		return fmt.Errorf("%s: %w", doing, fault.Refuse("answered_before", "%s", pg.Detail))
	}
	for _, prefix := range busyStates {
		if strings.HasPrefix(pg.Code, prefix) {
			return fmt.Errorf("%s: %w", doing, fault.Retry("database_busy", 0, err))
		}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func unreachable(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
