package persistence

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed queries/*.sql
var queryFiles embed.FS

// statements are the texts of queries/*.sql by the name in the "-- name:" line above each.
var statements = mustReadStatements(queryFiles)

const nameLine = "-- name:"

// statement gives the text of a named query; an unknown name stops the program at its start, before anything is connected.
func statement(name string) string {
	text, ok := statements[name]
	if !ok {
		panic("persistence: no statement named " + name)
	}
	return text
}

func mustReadStatements(files fs.FS) map[string]string {
	out, err := readStatements(files)
	if err != nil {
		panic("persistence: " + err.Error())
	}
	return out
}

func readStatements(files fs.FS) (map[string]string, error) {
	names, err := fs.Glob(files, "queries/*.sql")
	if err != nil {
		return nil, fmt.Errorf("list statements: %w", err)
	}
	out := map[string]string{}
	for _, file := range names {
		text, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		for _, part := range strings.Split(string(text), nameLine)[1:] {
			name, body, _ := strings.Cut(part, "\n")
			name = strings.TrimSpace(name)
			if _, twice := out[name]; twice {
				return nil, fmt.Errorf("read %s: statement %s is there twice", file, name)
			}
			out[name] = strings.TrimSpace(body)
		}
	}
	return out, nil
}
