package httpapi

import (
	"bytes"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// contentTypes are ours, because a machine's own table may say otherwise.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp",
	".ico": "image/x-icon", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8", ".webmanifest": "application/manifest+json",
	".map": "application/json",
}

const notBuilt = `Agente-CEO runs, and its dashboard was not built into this binary.
Build it with: make ui build
The API is described at /docs.
`

// fallback serves the dashboard's files, and its index page for every path that the dashboard itself routes.
func (s *Server) fallback(c *gin.Context) {
	p := c.Request.URL.Path
	if c.Request.Method != http.MethodGet && c.Request.Method != http.MethodHead || strings.HasPrefix(p, "/api/") {
		writeProblem(c.Writer, problem(http.StatusNotFound, "", "There is no %s %s.", methodLabel(c.Request.Method), p))
		return
	}
	name := strings.TrimPrefix(path.Clean(p), "/")
	if name != "" && s.file(c, name) {
		return
	}
	if path.Ext(name) != "" {
		writeProblem(c.Writer, problem(http.StatusNotFound, "", "There is no file %s.", p))
		return
	}
	if !s.file(c, "index.html") {
		c.Data(http.StatusOK, "text/plain; charset=utf-8", []byte(notBuilt))
	}
}

// file answers with one file of the dashboard, and reports whether there was one.
func (s *Server) file(c *gin.Context, name string) bool {
	if s.deps.UI == nil || strings.HasPrefix(path.Base(name), ".") {
		return false
	}
	data, err := fs.ReadFile(s.deps.UI, name)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid) {
			s.log.DebugContext(c, "dashboard file was not read", "file", name, "error", err.Error())
		}
		return false
	}
	kind := contentTypes[path.Ext(name)]
	if kind == "" {
		kind = mime.TypeByExtension(path.Ext(name))
	}
	if kind == "" {
		kind = "application/octet-stream"
	}
	c.Header("Content-Type", kind)
	c.Header("Cache-Control", caching(name))
	c.Status(http.StatusOK)
	http.ServeContent(c.Writer, c.Request, name, time.Time{}, bytes.NewReader(data))
	return true
}

// caching lets browsers keep what has a hash in its name, and ask again for the rest.
func caching(name string) string {
	if strings.HasPrefix(name, "assets/") {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}
