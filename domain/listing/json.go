package listing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/table"
)

// fromJSON makes a table of a list of objects, or of an object that holds one under products, items or data. A row's line is its
// place in the list, from 1.
func fromJSON(data []byte) (table.Table, error) {
	in := json.NewDecoder(bytes.NewReader(data))
	in.UseNumber()
	var whole any
	if err := in.Decode(&whole); err != nil {
		return table.Table{}, fmt.Errorf("read the JSON: %w", err)
	}
	if in.More() {
		return table.Table{}, errors.New("read the JSON: more follows after its end; put the products into one list")
	}
	list, ok := whole.([]any)
	if object, is := whole.(map[string]any); is {
		for _, name := range []string{"products", "items", "data"} {
			if list, ok = object[name].([]any); ok {
				break
			}
		}
	}
	if !ok {
		return table.Table{}, errors.New("read the JSON: want a list of products, or an object that holds one under products, items or data")
	}
	var t table.Table
	rows := make([]map[string]string, len(list))
	names := map[string]bool{}
	for i, item := range list {
		object, ok := item.(map[string]any)
		if !ok {
			t.Notes = append(t.Notes, table.Note{Row: i + 1, Text: "it is no object"})
			continue
		}
		rows[i] = map[string]string{}
		flatten(rows[i], "", object)
		for name := range rows[i] {
			names[name] = true
		}
	}
	t.Header = slices.Sorted(maps.Keys(names))
	for i, cells := range rows {
		if cells == nil {
			continue
		}
		row := table.Row{Line: i + 1}
		for _, name := range t.Header {
			row.Cells = append(row.Cells, cells[name])
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// flatten writes an object's values as cells. Of an object inside, the names are joined; a list of text is its words, any other list
// is as many as it has.
func flatten(into map[string]string, prefix string, object map[string]any) {
	for _, own := range slices.Sorted(maps.Keys(object)) {
		name := prefix + own
		switch v := object[own].(type) {
		case string:
			into[name] = strings.TrimSpace(v)
		case json.Number:
			into[name] = v.String()
		case bool:
			into[name] = strconv.FormatBool(v)
		case []any:
			into[name] = listed(v)
		case map[string]any:
			if prefix == "" {
				flatten(into, name+" ", v)
			}
		case nil:
			into[name] = ""
		}
	}
}

func listed(list []any) string {
	var words []string
	for _, v := range list {
		text, ok := v.(string)
		if !ok {
			return strconv.Itoa(len(list))
		}
		words = append(words, text)
	}
	return strings.Join(words, " ")
}
