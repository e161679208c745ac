package treasurer

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/treasury"
	"github.com/agente-ceo/agente-ceo/messages"
)

// encoded keeps reservations as the last snapshot had them, in the book's order. Of a book of hundreds a commit changes a few: the others
// are written as they were: encoding all of them was a quarter of the processor time of a lone request.
type encoded []*encodedReservation

type encodedReservation struct {
	of   treasury.Reservation
	wire []byte
}

// reservationsField is the number of TreasurerState.reservations.
const reservationsField = 1

// snapshot is the state of a book. Its reservations are in the message as they are on the wire, and appear when it is read again.
func (e *encoded) snapshot(b treasury.Book, observations int64) *messages.TreasurerState {
	s := &messages.TreasurerState{
		NextNumber: b.Number, AlertedDay: string(b.AlertedDay), AlertedWeek: string(b.AlertedWeek), BreachedDay: string(b.BreachedDay),
		SettleNumber: observations, Frozen: b.Frozen, LatestDay: string(b.Latest), AlertedClock: string(b.AlertedClock), Ceilings: ceilingStates(b), Wishes: wishStates(b), DoubtedAtMs: msOf(b.DoubtedAt),
	}
	size := e.update(b.Reservations)
	wire := make([]byte, 0, size)
	for _, r := range *e {
		wire = append(wire, r.wire...)
	}
	s.ProtoReflect().SetUnknown(wire)
	return s
}

// update encodes what is new or has changed; size is the bytes of all.
func (e *encoded) update(reservations []treasury.Reservation) (size int) {
	was, next := *e, 0
	*e = make(encoded, len(reservations))
	for i := range reservations {
		r := &reservations[i]
		for next < len(was) && was[next].before(r) {
			next++
		}
		if next < len(was) && was[next].of == *r {
			(*e)[i] = was[next]
		} else {
			(*e)[i] = encode(r)
		}
		size += len((*e)[i].wire)
	}
	return size
}

// before reports whether a book has the reservation before another.
func (e *encodedReservation) before(r *treasury.Reservation) bool {
	return e.of.Day < r.Day || e.of.Day == r.Day && e.of.CampaignID < r.CampaignID
}

func encode(r *treasury.Reservation) *encodedReservation {
	state, options := reservationState(*r), proto.MarshalOptions{Deterministic: true}
	size := options.Size(state)
	wire := make([]byte, 0, protowire.SizeTag(reservationsField)+protowire.SizeBytes(size))
	wire = protowire.AppendVarint(protowire.AppendTag(wire, reservationsField, protowire.BytesType), uint64(size))
	options.UseCachedSize = true
	wire, err := options.MarshalAppend(wire, state)
	if err != nil {
		panic(fmt.Errorf("write reservation %s: %w", r.ID, err)) // its texts are our own ids
	}
	return &encodedReservation{of: *r, wire: wire}
}
