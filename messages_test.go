package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/agente-ceo/agente-ceo/messages"
)

// unfinishedTraffic is the messages of which only one half exists, with what is missing. A message that gets its other half leaves this
// list and loses its "-" in messages/doc.go.
var unfinishedTraffic = map[string]string{
	"GetControl":   "no sender: the API reads the switch from the database",
	"ControlState": "no reader: the answer of GetControl",
}

// talkers are the folders whose sources send and handle messages, and how messages/doc.go calls them; actors go by their own names.
var talkers = map[string]string{"httpapi": "api", "runtime/actorkit": "kit", "runtime/directory": "directory", ".": "supervisor"}

// traffic is who sends and who handles, by message: sorted names of talkers. Effects have names such as Effect_SetBid.
type traffic struct{ sent, handled map[string][]string }

// row is a line of a table in messages/doc.go.
type row struct {
	name, id string
	from, to []string
	reply    []string
	durable  bool
	effect   bool
}

// shape is what the protobuf files say of a message.
type shape struct {
	first  string // name of field 1 if it is a string
	part   bool   // it is a field of another message
	effect string // the name of its case in Effect, such as Effect_SendCrm
}

func TestMessages_TablesAreTrue(t *testing.T) {
	t.Parallel()
	rows := readTables(t, read(t, "messages/doc.go"))
	if len(rows) < 40 {
		t.Fatalf("read only %d rows: the tables of messages/doc.go are not where they are expected", len(rows))
	}
	for _, problem := range lies(rows, shapes(), listen(t), unfinishedTraffic) {
		t.Error(problem)
	}
}

// shapes reads the descriptors of all linked-in messages of ours.
func shapes() map[string]shape {
	out := map[string]shape{}
	pkg := messages.File_shared_proto.Package()
	each := func(visit func(protoreflect.MessageDescriptor)) {
		for _, file := range protoFiles() {
			if file.Package() != pkg {
				continue
			}
			for i := range file.Messages().Len() {
				visit(file.Messages().Get(i))
			}
		}
	}
	each(func(d protoreflect.MessageDescriptor) {
		s := shape{}
		if f := d.Fields().ByNumber(1); f != nil && f.Kind() == protoreflect.StringKind && !f.IsList() {
			s.first = string(f.Name())
		}
		out[string(d.Name())] = s
	})
	each(func(d protoreflect.MessageDescriptor) {
		for i := range d.Fields().Len() {
			f := d.Fields().Get(i)
			if f.Message() == nil || f.IsMap() {
				continue
			}
			name := string(f.Message().Name())
			s := out[name]
			if d.Name() == "Effect" && f.ContainingOneof() != nil {
				s.effect = "Effect_" + camel(string(f.Name()))
			} else {
				s.part = true
			}
			out[name] = s
		}
	})
	return out
}

func protoFiles() []protoreflect.FileDescriptor {
	return []protoreflect.FileDescriptor{
		messages.File_approvals_proto, messages.File_campaign_proto, messages.File_ceo_proto, messages.File_courier_proto,
		messages.File_housekeeper_proto, messages.File_orders_proto, messages.File_product_proto, messages.File_reporter_proto,
		messages.File_scout_proto, messages.File_shared_proto, messages.File_treasurer_proto,
	}
}

func TestMessages_EveryProtoFileIsLookedAt(t *testing.T) {
	t.Parallel()
	if have, want := len(protoFiles()), len(ownFiles(t, ".proto")); have != want {
		t.Errorf("%d proto files are looked at, there are %d: add the new one to protoFiles", have, want)
	}
}

// camel is a field's name in generated Go: send_crm is SendCrm.
func camel(field string) string {
	var out strings.Builder
	for _, part := range strings.Split(field, "_") {
		out.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return out.String()
}

// listen reads the sources of everybody who talks.
func listen(t *testing.T) traffic {
	t.Helper()
	heard := traffic{map[string][]string{}, map[string][]string{}}
	for _, file := range ownFiles(t, ".go") {
		folder := path.Dir(file)
		who, known := talkers[folder]
		if actor, isActor := strings.CutPrefix(folder, "actors/"); isActor {
			who, known = actor, true
		}
		if known && !isTest(file) {
			heard.file(who, parse(t, file, read(t, file)).file)
		}
	}
	return heard
}

// file notes composite literals as sending, and cases of type switches as handling; a reply is also read by a type assertion, and an
// effect by its getter.
func (h traffic) file(who string, file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			note(h.sent, messageOf(n.Type), who)
		case *ast.CaseClause:
			for _, kind := range n.List {
				note(h.handled, pointed(kind), who)
			}
		case *ast.TypeAssertExpr:
			if who == "api" {
				note(h.handled, pointed(n.Type), who)
			}
		case *ast.SelectorExpr:
			if what, isGetter := strings.CutPrefix(n.Sel.Name, "Get"); isGetter && who == "courier" {
				note(h.handled, "Effect_"+what, who)
			}
		}
		return true
	})
}

func note(in map[string][]string, name, who string) {
	if name != "" && !slices.Contains(in[name], who) {
		in[name] = append(in[name], who)
		slices.Sort(in[name])
	}
}

func pointed(n ast.Expr) string {
	if star, ok := n.(*ast.StarExpr); ok {
		return messageOf(star.X)
	}
	return ""
}

// messageOf is X of messages.X.
func messageOf(n ast.Expr) string {
	if s, ok := n.(*ast.SelectorExpr); ok {
		if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "messages" {
			return s.Sel.Name
		}
	}
	return ""
}

var (
	columns  = regexp.MustCompile(` {2,}`)
	listSign = regexp.MustCompile(`, *`)
)

// readTables reads the preformatted lines of the package comment: six columns are a message, three an effect.
func readTables(t *testing.T, source string) []row {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	list := func(cell string) []string {
		if cell == "-" {
			return nil
		}
		return listSign.Split(cell, -1)
	}
	var out []row
	for _, line := range strings.Split(file.Doc.Text(), "\n") {
		line, isRow := strings.CutPrefix(line, "\t")
		cells := columns.Split(strings.TrimSpace(line), -1)
		switch {
		case !isRow || cells[0] == "" || cells[0] == "message" || cells[0] == "effect":
		case len(cells) == 6:
			out = append(out, row{name: cells[0], from: list(cells[1]), to: list(cells[2]), reply: list(cells[3]), durable: cells[4] == "yes", id: cells[5]})
		case len(cells) == 3:
			out = append(out, row{name: cells[0], from: list(cells[1]), to: list(cells[2]), effect: true})
		default:
			t.Errorf("messages/doc.go: %q has %d columns; two blanks part them", line, len(cells))
		}
	}
	return out
}

// lies are the differences between the tables, the protobuf files and the sources.
func lies(rows []row, known map[string]shape, heard traffic, unfinished map[string]string) []string {
	var out []string
	told := map[string]bool{}
	for _, r := range rows {
		s, exists := known[r.name]
		switch {
		case !exists:
			out = append(out, r.name+" is in the table and in no .proto file")
		case told[r.name]:
			out = append(out, r.name+" is in the table twice")
		case r.effect:
			out = append(out, effectLies(r, s, heard)...)
		default:
			out = append(out, messageLies(r, s, heard)...)
			out = append(out, halfLies(r, unfinished)...)
			for _, reply := range r.reply {
				if _, exists := known[reply]; !exists {
					out = append(out, r.name+" is answered by "+reply+", which does not exist")
				}
			}
		}
		told[r.name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if !told[name] {
			out = append(out, untold(name, known[name], heard)...)
		}
	}
	return out
}

func messageLies(r row, s shape, heard traffic) []string {
	var out []string
	senders := heard.sent[r.name]
	if s.part { // who handles a message may also compose it, as a part of its own snapshot
		senders = slices.DeleteFunc(slices.Clone(senders), func(who string) bool {
			return slices.Contains(r.to, who) && !slices.Contains(r.from, who)
		})
	}
	if !slices.Equal(senders, r.from) {
		out = append(out, fmt.Sprintf("%s: the table says that %v send it, the sources %v", r.name, r.from, senders))
	}
	if !slices.Equal(heard.handled[r.name], r.to) {
		out = append(out, fmt.Sprintf("%s: the table says that %v handle it, the sources %v", r.name, r.to, heard.handled[r.name]))
	}
	if r.id != "-" && r.id != s.first {
		out = append(out, fmt.Sprintf("%s: field 1 is %q and the table says %q", r.name, s.first, r.id))
	}
	if r.durable && r.id == "-" {
		out = append(out, r.name+": a durable message needs an id that makes a repeat harmless")
	}
	return out
}

// halfLies asks for both halves of a message, unless it is known what is missing.
func halfLies(r row, unfinished map[string]string) []string {
	whole := len(r.from) > 0 && len(r.to) > 0
	switch why, listed := unfinished[r.name]; {
	case !whole && !listed:
		return []string{r.name + ": nobody sends it, or nobody handles it"}
	case whole && listed:
		return []string{fmt.Sprintf("%s has both halves now: take it off unfinishedTraffic (%s)", r.name, why)}
	}
	return nil
}

func effectLies(r row, s shape, heard traffic) []string {
	if s.effect == "" {
		return []string{r.name + " is in the table of effects and is no case of Effect"}
	}
	var out []string
	if !slices.Equal(heard.sent[s.effect], r.from) {
		out = append(out, fmt.Sprintf("%s: the table says that %v want it, the sources %v", r.name, r.from, heard.sent[s.effect]))
	}
	if !slices.Contains(heard.handled[s.effect], "courier") {
		out = append(out, r.name+": no courier performs it")
	}
	return out
}

// untold looks at what is in no table: snapshots and parts may be, a message that somebody handles may not.
func untold(name string, s shape, heard traffic) []string {
	switch {
	case s.effect != "":
		return []string{name + " is an effect and not in the table"}
	case len(heard.handled[name]) > 0:
		return []string{fmt.Sprintf("%s is handled by %v and not in the table", name, heard.handled[name])}
	case !s.part && !strings.HasSuffix(name, "State") && name != "Effect":
		return []string{name + " is no snapshot and no part of a message, and nobody handles it"}
	}
	return nil
}

// calm is a small truth, for the planted lies.
func calm() (rows []row, known map[string]shape, heard traffic) {
	rows = []row{
		{name: "OpenShop", from: []string{"ceo"}, to: []string{"shop"}, durable: true, id: "shop_id"},
		{name: "PaintSign", from: []string{"shop"}, to: []string{"studio"}, effect: true},
	}
	known = map[string]shape{
		"OpenShop": {first: "shop_id", part: true}, "PaintSign": {effect: "Effect_PaintSign"}, "ShopState": {}, "Door": {part: true},
	}
	heard = traffic{
		sent:    map[string][]string{"OpenShop": {"ceo", "shop"}, "Effect_PaintSign": {"shop"}},
		handled: map[string][]string{"OpenShop": {"shop"}, "Effect_PaintSign": {"courier"}},
	}
	return rows, known, heard
}

func TestMessages_FindsPlantedLies(t *testing.T) {
	t.Parallel()
	rows, known, heard := calm()
	if found := lies(rows, known, heard, nil); len(found) > 0 {
		t.Fatalf("a true table is called a lie: %v", found)
	}
	unfinished := map[string]string{}
	for _, plant := range []struct {
		lie string
		in  func(rows []row, known map[string]shape, heard traffic)
	}{
		{"nobody handles it", func(_ []row, _ map[string]shape, h traffic) { delete(h.handled, "OpenShop") }},
		{"nobody sends it", func(_ []row, _ map[string]shape, h traffic) { delete(h.sent, "OpenShop") }},
		{"a half without a reason", func(r []row, _ map[string]shape, h traffic) { r[0].from = nil; delete(h.sent, "OpenShop") }},
		{"another sender", func(_ []row, _ map[string]shape, h traffic) { h.sent["OpenShop"] = []string{"ceo", "scout"} }},
		{"another field", func(r []row, _ map[string]shape, _ traffic) { r[0].id = "door_id" }},
		{"durable without an id", func(r []row, _ map[string]shape, _ traffic) { r[0].id = "-" }},
		{"an unknown reply", func(r []row, _ map[string]shape, _ traffic) { r[0].reply = []string{"Opened"} }},
		{"a name that is gone", func(_ []row, k map[string]shape, _ traffic) { delete(k, "OpenShop") }},
		{"a row twice", func(r []row, _ map[string]shape, _ traffic) { r[1] = r[0] }},
		{"an effect that nobody performs", func(_ []row, _ map[string]shape, h traffic) { delete(h.handled, "Effect_PaintSign") }},
		{"an effect that nobody wants", func(_ []row, _ map[string]shape, h traffic) { delete(h.sent, "Effect_PaintSign") }},
		{"an effect without a row", func(_ []row, k map[string]shape, _ traffic) { k["HangSign"] = shape{effect: "Effect_HangSign"} }},
		{"a message without a row", func(_ []row, k map[string]shape, h traffic) {
			k["CloseShop"], h.handled["CloseShop"] = shape{}, []string{"shop"}
		}},
		{"a dead message", func(_ []row, k map[string]shape, _ traffic) { k["CloseShop"] = shape{} }},
		{"a gap that is closed", func([]row, map[string]shape, traffic) { unfinished["OpenShop"] = "no sender" }},
	} {
		rows, known, heard := calm()
		plant.in(rows, known, heard)
		if len(lies(rows, known, heard, unfinished)) == 0 {
			t.Errorf("%s went unnoticed", plant.lie)
		}
		clear(unfinished)
	}
}

func TestMessages_HearsWhatSourcesSay(t *testing.T) {
	t.Parallel()
	heard := traffic{map[string][]string{}, map[string][]string{}}
	heard.file("ceo", parse(t, "actors/ceo/planted.go", `package ceo

func f(m any) any {
	switch m.(type) {
	case *messages.Freeze, *messages.Unfreeze:
	}
	return &messages.PauseCampaign{}
}
`).file)
	if len(heard.handled["Freeze"])+len(heard.handled["Unfreeze"]) != 2 || len(heard.sent["PauseCampaign"]) != 1 || len(heard.sent) != 1 {
		t.Errorf("heard %+v", heard)
	}
}
