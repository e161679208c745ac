package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/agente-ceo/agente-ceo"

// law is one line of the import law: files under From (not tests) may import ours only under Allow, and theirs under Deny nowhere.
type law struct {
	from  string
	allow []string // our packages, by prefix; nil forbids nothing
}

// ours is the import law between our own packages. The first match of a file's folder counts.
var ours = []law{
	{"domain/", []string{"domain/"}},
	{"messages", []string{}},
	{"configs", []string{"domain/", "configs"}},
	{"runtime/torture", []string{}},
	{"runtime/actortest", []string{"domain/", "messages", "runtime/"}},
	{"runtime/", []string{"domain/facts", "domain/fault", "domain/id", "messages", "runtime/"}},
	{"actors/", []string{"domain/", "messages", "runtime/actorkit", "runtime/clock", "{self}"}},
	{"persistence", []string{"domain/", "messages", "runtime/actorkit", "persistence"}},
	{"platforms/sandbox", []string{"domain/money", "domain/id", "domain/listing", "platforms/sandbox"}},
	{"platforms/platformtest", []string{"domain/", "platforms"}},
	{"platforms/", []string{"domain/", "platforms", "platforms/httpx", "{self}"}},
	{"platforms", []string{"domain/"}},
	{"httpapi", []string{"domain/", "messages", "runtime/actorkit", "httpapi"}},
	{"ui", []string{}},
}

// theirs says where a foreign package may be imported.
var theirs = map[string][]string{
	"github.com/asynkron/protoactor-go": {"actors/", "runtime/", "."},
	"github.com/jackc/pgx":              {"persistence", "."},
	"github.com/pressly/goose":          {"persistence"},
	"github.com/gin-gonic/gin":          {"httpapi"},
	"github.com/olahol/melody":          {"httpapi"},
	"github.com/danielgtaylor/huma":     {"httpapi"},
	"github.com/sashabaranov/go-openai": {"platforms/"},
	"net/http":                          {"httpapi", "platforms/", "runtime/logging", "runtime/torture", ".", "ui"},
	"database/sql":                      {"persistence"},
}

// breach checks one file's imports against both laws; empty means lawful.
func breach(path string, imports []string) string {
	folder := filepath.ToSlash(filepath.Dir(path))
	for _, imported := range imports {
		if rest, isOurs := strings.CutPrefix(imported, module+"/"); isOurs {
			if why := breachOfOurs(folder, rest); why != "" {
				return why
			}
		}
		for pkg, places := range theirs {
			if (imported == pkg || strings.HasPrefix(imported, pkg+"/")) && !placed(folder, places) {
				return fmt.Sprintf("%s imports %s, which belongs in %s", folder, imported, strings.Join(places, ", "))
			}
		}
	}
	return ""
}

func breachOfOurs(folder, imported string) string {
	if folder == "." {
		return ""
	}
	for _, l := range ours {
		if !strings.HasPrefix(folder+"/", l.from+"/") && !strings.HasPrefix(folder+"/", l.from) {
			continue
		}
		for _, allowed := range l.allow {
			if allowed == "{self}" {
				allowed = selfOf(folder)
			}
			if imported == strings.TrimSuffix(allowed, "/") || strings.HasPrefix(imported, strings.TrimSuffix(allowed, "/")+"/") && (strings.HasSuffix(allowed, "/") || allowed == selfOf(folder) || allowed == "persistence" || allowed == "httpapi" || allowed == "platforms/sandbox" || allowed == "platforms" && l.from == "platforms/platformtest") {
				return ""
			}
		}
		return fmt.Sprintf("%s imports %s; it may import only %s", folder, imported, strings.Join(l.allow, ", "))
	}
	return fmt.Sprintf("%s is in no place that the import law knows", folder)
}

// selfOf is the actor's or adapter's own top package: actors/campaign for actors/campaign/x.
func selfOf(folder string) string {
	parts := strings.SplitN(folder, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

func placed(folder string, places []string) bool {
	for _, place := range places {
		if folder == strings.TrimSuffix(place, "/") || strings.HasPrefix(folder+"/", strings.TrimSuffix(place, "/")+"/") && place != "." {
			return true
		}
	}
	return false
}

func TestArchitecture_ImportLaw(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, path := range ownFiles(t, ".go") {
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".pb.go") {
			continue
		}
		checked++
		if why := breach(path, importsOf(t, path)); why != "" {
			t.Errorf("%s: %s", path, why)
		}
	}
	if checked < 20 {
		t.Fatalf("checked only %d files: the walk is broken", checked)
	}
}

func TestArchitecture_FindsPlantedBreaches(t *testing.T) {
	t.Parallel()
	for _, planted := range []struct{ path, imported string }{
		{"domain/treasury/book.go", module + "/messages"},
		{"domain/treasury/book.go", "net/http"},
		{"actors/campaign/actor.go", module + "/actors/product"},
		{"actors/campaign/actor.go", module + "/platforms"},
		{"actors/campaign/actor.go", module + "/persistence"},
		{"actors/campaign/actor.go", module + "/runtime/directory"},
		{"actors/campaign/actor.go", "github.com/jackc/pgx/v5"},
		{"runtime/directory/local.go", module + "/domain/campaign"},
		{"platforms/sandbox/adservers/meta/server.go", module + "/platforms/meta"},
		{"platforms/meta/client.go", module + "/platforms/tiktok"},
		{"platforms/meta/client.go", "github.com/gin-gonic/gin"},
		{"httpapi/server.go", module + "/persistence"},
		{"runtime/torture/postgres.go", module + "/messages"},
		{"httpapi/server.go", "github.com/asynkron/protoactor-go/actor"},
		{"persistence/db.go", module + "/actors/ceo"},
		{"helpers/strings.go", module + "/domain/money"},
	} {
		if breach(planted.path, []string{planted.imported}) == "" {
			t.Errorf("%s importing %s went unnoticed", planted.path, planted.imported)
		}
	}
	for _, lawful := range []struct{ path, imported string }{
		{"app.go", module + "/persistence"},
		{"actors/campaign/actor.go", module + "/domain/campaign"},
		{"actors/campaign/actor.go", module + "/runtime/actorkit"},
		{"domain/treasury/book.go", module + "/domain/money"},
		{"platforms/meta/client.go", module + "/platforms"},
		{"platforms/meta/client.go", module + "/platforms/httpx"},
		{"platforms/sandbox/sandbox.go", module + "/platforms/sandbox/market"},
		{"persistence/pgtest/pgtest.go", module + "/persistence/embedded"},
	} {
		if why := breach(lawful.path, []string{lawful.imported}); why != "" {
			t.Errorf("lawful import refused: %s", why)
		}
	}
}

func importsOf(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, spec := range file.Imports {
		value, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, value)
	}
	return out
}

// ownFiles lists the project's own files with one of the suffixes, without generated, installed and ignored ones.
func ownFiles(t *testing.T, suffixes ...string) []string {
	t.Helper()
	skipped := map[string]bool{".git": true, "node_modules": true, "dist": true, "bin": true, "data": true, "out": true, ".ci-cache": true}
	var out []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipped[d.Name()] && path != "." {
				return filepath.SkipDir
			}
			return nil
		}
		for _, suffix := range suffixes {
			if strings.HasSuffix(path, suffix) {
				out = append(out, path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
