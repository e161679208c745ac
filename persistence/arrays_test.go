package persistence

import (
	"bytes"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	"pgregory.net/rapid"
)

// What is written here is byte for byte what the driver would have written.
func TestFlatArrays(t *testing.T) {
	t.Parallel()
	ours, drivers := pgtype.NewMap(), pgtype.NewMap()
	flatArrays(ours)
	same := func(t *rapid.T, oid uint32, value any) {
		got, err := ours.Encode(oid, pgtype.BinaryFormatCode, value, []byte("before"))
		want, wantErr := drivers.Encode(oid, pgtype.BinaryFormatCode, value, []byte("before"))
		if err != nil || wantErr != nil || (got == nil) != (want == nil) || !bytes.Equal(got, want) {
			t.Fatalf("%T %v is written as\n%x, %v, the driver writes\n%x, %v", value, value, got, err, want, wantErr)
		}
	}
	if _, is := ours.PlanEncode(pgtype.TextArrayOID, pgtype.BinaryFormatCode, []string{"a"}).(flatPlan[string]); !is {
		t.Error("texts are written by the driver")
	}
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOf(rapid.String()).Draw(t, "texts")
		same(t, pgtype.TextArrayOID, texts)
		same(t, pgtype.TextArrayOID, []string(nil))
		bodies := [][]byte{nil, {}}
		numbers, times := []int64{}, []time.Time{}
		for _, text := range texts {
			bodies = append(bodies, []byte(text))
		}
		for _, n := range rapid.SliceOf(rapid.Int64()).Draw(t, "numbers") {
			numbers, times = append(numbers, n), append(times, time.UnixMicro(n%1e17).Add(time.Duration(n%1000)))
		}
		same(t, pgtype.ByteaArrayOID, bodies)
		same(t, pgtype.Int8ArrayOID, numbers)
		same(t, pgtype.TimestamptzArrayOID, times)
		same(t, pgtype.TimestamptzArrayOID, []*time.Time{nil})
	})
}
