// Package ui embeds the dashboard as built by Vite. Without a build it holds only .gitkeep, and the server says so.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files is the built dashboard, index.html at its root.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is a constant that go:embed checked
	}
	return files
}
