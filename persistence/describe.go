package persistence

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/messages"
)

// mostDetails bounds what one message becomes: pages are read by people.
const mostDetails = 120

// described is a message as names and texts, in the order of its fields; what is not set is left out. The name of the one thing that a
// message is about is left out too: create_ad_set.name is name.
func described(m proto.Message) []views.Detail {
	out := []views.Detail{}
	describe(&out, "", m.ProtoReflect())
	return out[:min(len(out), mostDetails)]
}

func describe(out *[]views.Detail, prefix string, m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if !m.Has(field) {
			continue
		}
		name := prefix + string(field.Name())
		if oneof := field.ContainingOneof(); oneof != nil && field.Message() != nil && prefix == "" {
			describe(out, "", m.Get(field).Message())
			continue
		}
		switch value := m.Get(field); {
		case field.IsMap():
			*out = append(*out, views.Detail{Name: name, Value: strconv.Itoa(value.Map().Len())})
		case field.IsList():
			describeList(out, name, field, value.List())
		default:
			describeOne(out, name, field, value)
		}
	}
}

func describeList(out *[]views.Detail, name string, field protoreflect.FieldDescriptor, values protoreflect.List) {
	if field.Message() == nil {
		texts := make([]string, values.Len())
		for i := range texts {
			texts[i] = textOf(field, values.Get(i))
		}
		*out = append(*out, views.Detail{Name: name, Value: strings.Join(texts, ", ")})
		return
	}
	for i := range values.Len() {
		describeOne(out, fmt.Sprintf("%s.%d", name, i+1), field, values.Get(i))
	}
}

func describeOne(out *[]views.Detail, name string, field protoreflect.FieldDescriptor, value protoreflect.Value) {
	if field.Message() == nil {
		*out = append(*out, views.Detail{Name: name, Value: textOf(field, value)})
		return
	}
	if amount, is := value.Message().Interface().(*messages.Money); is {
		text := money.Minor(amount.GetMinor(), money.Currency(amount.GetCurrency())).String()
		*out = append(*out, views.Detail{Name: name, Value: text})
		return
	}
	describe(out, name+".", value.Message())
}

// textOf is one value; names that end in _ms are moments.
func textOf(field protoreflect.FieldDescriptor, value protoreflect.Value) string {
	switch {
	case field.Kind() == protoreflect.BytesKind:
		return fmt.Sprintf("%d bytes", len(value.Bytes()))
	case field.Kind() == protoreflect.Int64Kind && strings.HasSuffix(string(field.Name()), "_ms"):
		return time.UnixMilli(value.Int()).UTC().Format(time.RFC3339)
	}
	return value.String()
}
