package persistence

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// flatArrays teaches a connection to write the arrays that groups of rows are sent as. The driver takes each element through interfaces and
// lets the buffer grow as it goes; here an array is one run over its elements into a buffer of the right size. Everything else about
// arrays stays the driver's.
func flatArrays(m *pgtype.Map) {
	flat(m, pgtype.TextArrayOID, func(s string) int { return len(s) }, func(buf []byte, s string) []byte { return append(buf, s...) })
	flat(m, pgtype.ByteaArrayOID, func(b []byte) int { return len(b) }, func(buf, b []byte) []byte { return append(buf, b...) })
	flat(m, pgtype.Int8ArrayOID, func(int64) int { return 8 }, func(buf []byte, n int64) []byte { return binary.BigEndian.AppendUint64(buf, uint64(n)) })
	flat(m, pgtype.TimestamptzArrayOID, func(time.Time) int { return 8 }, func(buf []byte, t time.Time) []byte {
		return binary.BigEndian.AppendUint64(buf, uint64(t.UnixMicro()-year2000))
	})
}

// year2000 is where PostgreSQL's timestamps begin, in microseconds since 1970.
const year2000 = 946_684_800_000_000

// flat replaces the writing of arrays of a Go type. size is the bytes of an element, write appends them.
func flat[T any](m *pgtype.Map, oid uint32, size func(T) int, write func([]byte, T) []byte) {
	known, _ := m.TypeForOID(oid)
	codec, is := known.Codec.(*pgtype.ArrayCodec)
	if !is {
		return // the driver has changed: it writes them as it likes
	}
	plan := flatPlan[T]{element: codec.ElementType.OID, size: size, write: write}
	m.RegisterType(&pgtype.Type{Name: known.Name, OID: oid, Codec: flatCodec[T]{codec, plan}})
}

type flatCodec[T any] struct {
	*pgtype.ArrayCodec
	plan flatPlan[T]
}

// PlanEncode is pgtype.Codec's.
func (c flatCodec[T]) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, is := value.([]T); is && format == pgtype.BinaryFormatCode {
		return c.plan
	}
	return c.ArrayCodec.PlanEncode(m, oid, format, value)
}

type flatPlan[T any] struct {
	element uint32
	size    func(T) int
	write   func([]byte, T) []byte
}

const (
	arrayHeader   = 20 // bytes: dimensions, whether one is NULL, the type, the length, the first index
	elementHeader = 4  // bytes: the length
)

// Encode is pgtype.EncodePlan's. A nil slice is NULL, as the driver has it; so is a nil element, which only bytes can be.
func (p flatPlan[T]) Encode(value any, buf []byte) ([]byte, error) {
	list := value.([]T)
	if list == nil {
		return nil, nil
	}
	bytes := arrayHeader
	for _, x := range list {
		bytes += elementHeader + p.size(x)
	}
	buf = slices.Grow(buf, bytes)
	dimensions, first := uint32(1), uint32(1)
	buf = binary.BigEndian.AppendUint32(buf, dimensions)
	nulls := len(buf)
	buf = binary.BigEndian.AppendUint32(buf, 0)
	buf = binary.BigEndian.AppendUint32(buf, p.element)
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(list)))
	buf = binary.BigEndian.AppendUint32(buf, first)
	for _, x := range list {
		if b, is := any(x).([]byte); is && b == nil {
			binary.BigEndian.PutUint32(buf[nulls:], 1)
			buf = binary.BigEndian.AppendUint32(buf, ^uint32(0))
			continue
		}
		buf = binary.BigEndian.AppendUint32(buf, uint32(p.size(x)))
		buf = p.write(buf, x)
	}
	return buf, nil
}
