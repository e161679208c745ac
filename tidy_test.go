package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

const (
	maxFileLines     = 400
	maxFunctionLines = 70
)

// check is one rule of style over one parsed file; it returns what is wrong, with line numbers.
type check struct {
	name  string
	find  func(f *parsed) []string
	skip  func(path string) bool
	plant string // a file that breaks the rule: the check must find it
}

type parsed struct {
	path  string
	text  string
	fset  *token.FileSet
	file  *ast.File
	tests bool
}

func (p *parsed) at(pos token.Pos, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: %s", p.path, p.fset.Position(pos).Line, fmt.Sprintf(format, args...))
}

var checks = []check{
	{name: "files are short", find: longFile, plant: "package p\n" + strings.Repeat("\n", maxFileLines)},
	{name: "functions are short", find: longFunctions, plant: "package p\n\nfunc f() {\n" + strings.Repeat("\tprintln()\n", maxFunctionLines) + "}\n"},
	{name: "exported names are documented", find: undocumented, skip: isTest, plant: "package p\n\nfunc Exported() {}\n"},
	{name: "time comes from the clock", find: realTime, skip: isTestOr("runtime/clock/"), plant: "package p\n\nimport \"time\"\n\nvar now = time.Now()\n"},
	{name: "tests wait by signals", find: sleeps, skip: isOr("runtime/clock/"), plant: "package p\n\nimport \"time\"\n\nfunc f() { time.Sleep(time.Second) }\n"},
	{name: "randomness is seeded", find: globalRandom, plant: "package p\n\nimport \"math/rand/v2\"\n\nvar n = rand.IntN(6)\n"},
	{name: "no float touches money", find: floats, skip: notIn("domain/money/", "domain/treasury/", "actors/treasurer/"), plant: "package p\n\nvar f float64\n"},
	{name: "nothing is unfinished", find: unfinished, plant: "package p\n\n// " + "TO" + "DO: later\n"},
	{name: "durations carry units", find: bareDurations, plant: "package p\n\nimport \"github.com/asynkron/protoactor-go/actor\"\n\nvar s = actor.NewOneForOneStrategy(10, 1000, nil)\n"},
	{name: "names say what things are", find: vagueNames, plant: "package p\n\n// BudgetManager is a manager.\ntype BudgetManager struct{}\n"},
	{name: "the project speaks of itself alone", find: foreignWords, plant: "package p\n\nvar dir = \"/wo" + "rk/main\"\n"},
}

func TestTidy(t *testing.T) {
	t.Parallel()
	files := parseAll(t)
	for _, c := range checks {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			for _, f := range files {
				if c.skip != nil && c.skip(f.path) {
					continue
				}
				for _, problem := range c.find(f) {
					t.Error(problem)
				}
			}
		})
	}
}

func TestTidy_FindsPlantedViolations(t *testing.T) {
	t.Parallel()
	for _, c := range checks {
		planted := parse(t, "domain/treasury/planted.go", c.plant)
		if len(c.find(planted)) == 0 {
			t.Errorf("%q does not find its planted violation", c.name)
		}
	}
}

func TestTidy_PackagesAreDocumented(t *testing.T) {
	t.Parallel()
	documented, seen := map[string]bool{}, map[string]string{}
	for _, f := range parseAll(t) {
		folder := f.path[:strings.LastIndex("/"+f.path, "/")]
		if f.tests {
			continue
		}
		seen[folder] = f.path
		documented[folder] = documented[folder] || f.file.Doc != nil
	}
	for folder, path := range seen {
		if !documented[folder] {
			t.Errorf("%s: package has no comment that says what it is for", path)
		}
	}
}

func parseAll(t *testing.T) []*parsed {
	t.Helper()
	var out []*parsed
	for _, path := range ownFiles(t, ".go") {
		if !strings.HasSuffix(path, ".pb.go") {
			out = append(out, parse(t, path, read(t, path)))
		}
	}
	return out
}

func parse(t *testing.T, path, text string) *parsed {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return &parsed{path: path, text: text, fset: fset, file: file, tests: isTest(path)}
}

func isTest(path string) bool {
	return strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "runtime/actortest/") || strings.HasPrefix(path, "runtime/torture/") || strings.HasPrefix(path, "persistence/pgtest/") || strings.HasPrefix(path, "platforms/platformtest/")
}

func isOr(folders ...string) func(string) bool {
	return func(path string) bool {
		for _, folder := range folders {
			if strings.HasPrefix(path, folder) {
				return true
			}
		}
		return false
	}
}

func isTestOr(folders ...string) func(string) bool {
	in := isOr(folders...)
	return func(path string) bool { return isTest(path) || in(path) }
}

func notIn(folders ...string) func(string) bool {
	in := isOr(folders...)
	return func(path string) bool { return !in(path) || isTest(path) }
}

func longFile(f *parsed) []string {
	if n := strings.Count(f.text, "\n"); n > maxFileLines {
		return []string{fmt.Sprintf("%s: %d lines; split it at its second idea (limit %d)", f.path, n, maxFileLines)}
	}
	return nil
}

// longFunctions counts a function literal as a function of its own, so that a test with many subtests is as long as its longest.
func longFunctions(f *parsed) []string {
	var out []string
	lines := func(n ast.Node) int { return f.fset.Position(n.End()).Line - f.fset.Position(n.Pos()).Line + 1 }
	var measure func(name string, body ast.Node, own int)
	measure = func(name string, body ast.Node, own int) {
		ast.Inspect(body, func(n ast.Node) bool {
			literal, ok := n.(*ast.FuncLit)
			if ok {
				own -= lines(literal) - 1
				measure(name+"'s function literal", literal.Body, lines(literal))
			}
			return !ok
		})
		if own > maxFunctionLines {
			out = append(out, f.at(body.Pos(), "%s has %d lines (limit %d)", name, own, maxFunctionLines))
		}
	}
	for _, d := range f.file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			measure(fn.Name.Name, fn.Body, lines(fn))
		}
	}
	return out
}

func undocumented(f *parsed) []string {
	var out []string
	complain := func(name *ast.Ident, docs ...*ast.CommentGroup) {
		for _, doc := range docs {
			if doc != nil {
				return
			}
		}
		if name.IsExported() {
			out = append(out, f.at(name.Pos(), "exported %s has no comment", name.Name))
		}
	}
	for _, d := range f.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil || exportedReceiver(d.Recv) {
				complain(d.Name, d.Doc)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					complain(s.Name, s.Doc, d.Doc, s.Comment)
				case *ast.ValueSpec:
					for _, name := range s.Names {
						complain(name, s.Doc, d.Doc, s.Comment)
					}
				}
			}
		}
	}
	return out
}

func exportedReceiver(list *ast.FieldList) bool {
	kind := list.List[0].Type
	for {
		switch k := kind.(type) {
		case *ast.StarExpr:
			kind = k.X
		case *ast.IndexExpr:
			kind = k.X
		case *ast.Ident:
			return k.IsExported()
		default:
			return false
		}
	}
}

var (
	realTimeCall = regexp.MustCompile(`\btime\.(Now|Sleep|After|AfterFunc|Tick|NewTimer|NewTicker|Since|Until)\(`)
	sleepCall    = regexp.MustCompile(`\btime\.Sleep\(`)
	randomCall   = regexp.MustCompile(`\brand\.(Int|IntN|Intn|Int64|Int64N|Uint64|Float64|Perm|Shuffle|N|ExpFloat64|NormFloat64|Read)\(`)
	floatWord    = regexp.MustCompile(`\bfloat(32|64)\b`)
	unfinishedRe = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b|not (yet )?impl` + `emented`)
	bareStrategy = regexp.MustCompile(`NewOneForOneStrategy\([^,]+,\s*\d+\s*,`)
	vagueRe      = regexp.MustCompile(`^type (\w*(Manager|Helper|Util|Utils|Processor)|[A-Z]\w+(Request|Message|Event))\b`)
	foreignRe    = regexp.MustCompile(`/wo` + `rk/|\b(Claude|ChatGPT wrote|Anthropic|LLM session)\b`)
)

func realTime(f *parsed) []string { return lines(f, realTimeCall, "real time outside runtime/clock") }
func sleeps(f *parsed) []string   { return lines(f, sleepCall, "sleeps instead of waiting for a signal") }

// globalRandom leaves crypto/rand alone: secrets must be unpredictable.
func globalRandom(f *parsed) []string {
	if !strings.Contains(f.text, `"math/rand`) {
		return nil
	}
	return lines(f, randomCall, "unseeded randomness")
}
func floats(f *parsed) []string     { return lines(f, floatWord, "float beside money") }
func unfinished(f *parsed) []string { return lines(f, unfinishedRe, "unfinished") }
func bareDurations(f *parsed) []string {
	return lines(f, bareStrategy, "a duration without a unit, or a stock strategy")
}
func foreignWords(f *parsed) []string {
	return lines(f, foreignRe, "speaks of something outside the project")
}

func lines(f *parsed, re *regexp.Regexp, why string) []string {
	var out []string
	for i, line := range strings.Split(f.text, "\n") {
		if match := re.FindString(line); match != "" && f.path != "tidy_test.go" {
			out = append(out, fmt.Sprintf("%s:%d: %s: %s", f.path, i+1, why, match))
		}
	}
	return out
}

// vagueNames finds exported type names that say nothing. "Message" and "Request" stay free where they are the thing itself.
func vagueNames(f *parsed) []string { return lines(f, vagueRe, "vague name") }
