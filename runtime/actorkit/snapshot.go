package actorkit

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// SnapshotFormat is how this program writes snapshots. The store keeps the number beside each; one that is higher was written by a newer
// program, and is not read.
const SnapshotFormat = 1

// sealField is the field under which a snapshot carries its checksum: the highest that there is, unknown to every message, so that
// whoever reads a snapshot as its message skips it.
const sealField = protowire.Number(1<<29 - 1)

// sealSize is the checksum with its tag.
var sealSize = protowire.SizeTag(sealField) + protowire.SizeFixed32()

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal writes a snapshot with its checksum at the end.
func seal(state proto.Message) ([]byte, error) {
	options := proto.MarshalOptions{Deterministic: true}
	size := options.Size(state)
	options.UseCachedSize = true
	body, err := options.MarshalAppend(make([]byte, 0, size+sealSize), state)
	if err != nil {
		return nil, fmt.Errorf("write the snapshot: %w", err)
	}
	sum := crc32.Checksum(body, castagnoli)
	return protowire.AppendFixed32(protowire.AppendTag(body, sealField, protowire.Fixed32Type), sum), nil
}

// unseal reads what seal wrote into state. Whatever is not exactly that is Terminal: a state that was lost in part is worse than none,
// and none is worse than an actor that does not run, as it would begin anew and do everything twice.
func unseal(key Key, act Activation, state proto.Message) error {
	if act.Format > SnapshotFormat {
		return fault.Stop("snapshot_newer", "the snapshot of %s has format %d, this program reads %d: run the newer program again, or restore a backup",
			key, act.Format, SnapshotFormat)
	}
	body, sealed := opened(act.State)
	if !sealed {
		return fault.Stop("snapshot_corrupt", "the snapshot of %s is damaged (%d bytes, version %d): restore a backup", key, len(act.State), act.Version)
	}
	if err := proto.Unmarshal(body, state); err != nil {
		return &fault.Error{Kind: fault.Terminal, Code: "snapshot_corrupt", Text: "the snapshot of " + key.String() + " cannot be read: restore a backup", Err: err}
	}
	return nil
}

func opened(b []byte) (body []byte, sealed bool) {
	cut := len(b) - sealSize
	if cut < 0 {
		return nil, false
	}
	tag := protowire.AppendTag(nil, sealField, protowire.Fixed32Type)
	if string(b[cut:cut+len(tag)]) != string(tag) {
		return nil, false
	}
	body = b[:cut]
	return body, binary.LittleEndian.Uint32(b[cut+len(tag):]) == crc32.Checksum(body, castagnoli)
}
