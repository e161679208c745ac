package treasurer

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/treasury"
	"github.com/agente-ceo/agente-ceo/messages"
)

// encoded keeps reservations as the last snapshots had them. Of a book of hundreds a commit changes a few: the others are written as they
// were: encoding all of them was a quarter of the processor time of a lone request.
type encoded map[string]encodedReservation

type encodedReservation struct {
	of   treasury.Reservation
	wire []byte
}

// reservationSize is about what a reservation takes, in bytes.
const reservationSize = 240

// reservationsField is the number of TreasurerState.reservations.
const reservationsField = 1

// snapshot is the state of a book. Its reservations are in the message as they are on the wire, and appear when it is read again.
func (e encoded) snapshot(b treasury.Book, observations int64) *messages.TreasurerState {
	s := &messages.TreasurerState{
		NextNumber: b.Number, AlertedDay: string(b.AlertedDay), AlertedWeek: string(b.AlertedWeek), BreachedDay: string(b.BreachedDay),
		SettleNumber: observations, Frozen: b.Frozen, LatestDay: string(b.Latest), AlertedClock: string(b.AlertedClock), Ceilings: ceilingStates(b), Wishes: wishStates(b), DoubtedAtMs: msOf(b.DoubtedAt),
	}
	if len(e) > 2*len(b.Reservations) {
		clear(e) // most of it was forgotten by the book
	}
	wire := make([]byte, 0, reservationSize*len(b.Reservations))
	for _, r := range b.Reservations {
		wire = append(wire, e.reservation(r)...)
	}
	s.ProtoReflect().SetUnknown(wire)
	return s
}

func (e encoded) reservation(r treasury.Reservation) []byte {
	if have, ok := e[r.ID]; ok && have.of == r {
		return have.wire
	}
	state, options := reservationState(r), proto.MarshalOptions{Deterministic: true}
	size := options.Size(state)
	wire := make([]byte, 0, protowire.SizeTag(reservationsField)+protowire.SizeBytes(size))
	wire = protowire.AppendVarint(protowire.AppendTag(wire, reservationsField, protowire.BytesType), uint64(size))
	options.UseCachedSize = true
	wire, err := options.MarshalAppend(wire, state)
	if err != nil {
		panic(fmt.Errorf("write reservation %s: %w", r.ID, err)) // its texts are our own ids
	}
	e[r.ID] = encodedReservation{of: r, wire: wire}
	return wire
}
