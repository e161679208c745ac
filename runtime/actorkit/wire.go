package actorkit

import (
	"fmt"
	"reflect"
	"strconv"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/agente-ceo/agente-ceo/domain/id"
)

// Marshal writes a message as it is stored: its full name and its deterministic bytes, which are never nil.
func Marshal(m proto.Message) (name string, body []byte, err error) {
	name = string(m.ProtoReflect().Descriptor().FullName())
	body, err = proto.MarshalOptions{Deterministic: true}.MarshalAppend([]byte{}, m)
	if err != nil {
		return "", nil, fmt.Errorf("write %s: %w", name, err)
	}
	return name, body, nil
}

// Unmarshal reads what Marshal wrote. The message's package must be linked in.
func Unmarshal(name string, body []byte) (proto.Message, error) {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(name))
	if err != nil {
		return nil, fmt.Errorf("message type %q: %w", name, err)
	}
	m := kind.New().Interface()
	if err := proto.Unmarshal(body, m); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return m, nil
}

// MessageID names a durable message by sender, receiver, type and its first field, so that the same decision taken again after a
// crash stores the same message, once. A message whose first field is no text, or empty, is named by the sender's version and its
// position in the change instead: those repeat with the decision too, as a decision that was stored is not taken again.
func MessageID(from, to Key, msg proto.Message, version int64, position int) string {
	m := msg.ProtoReflect()
	parts := []string{from.String(), to.String(), string(m.Descriptor().FullName()), firstField(m)}
	if parts[3] == "" {
		parts = append(parts, strconv.FormatInt(version, 10), strconv.Itoa(position))
	}
	return id.Derive(id.Message, parts...)
}

func firstField(m protoreflect.Message) string {
	field := m.Descriptor().Fields().ByNumber(1)
	if field == nil || field.Kind() != protoreflect.StringKind || field.IsList() {
		return ""
	}
	return m.Get(field).String()
}

// messageName is a message's type without package and pointer, for logs and metrics.
func messageName(m any) string {
	if m == nil {
		return "nil"
	}
	t := reflect.TypeOf(m)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}
