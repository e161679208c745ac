package httpapi

import (
	"embed"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"
)

//go:embed assets
var assets embed.FS

// documentRoutes describe the API: the OpenAPI document, and a page of our own that shows it without anything from elsewhere.
func (s *Server) documentRoutes() {
	s.raw("GET /openapi.json", "This description, OpenAPI 3.1", func(c *gin.Context) {
		body, err := s.api.OpenAPI().MarshalJSON()
		if err != nil {
			writeProblem(c.Writer, problem(http.StatusInternalServerError, "", "The description could not be written."))
			return
		}
		c.Data(http.StatusOK, "application/vnd.oai.openapi+json;version=3.1", body)
	})
	s.raw("GET /docs", "This description for people", func(c *gin.Context) { s.asset(c, "docs.html") })
	s.raw("GET /docs/:file", "Files of the description's page", func(c *gin.Context) { s.asset(c, c.Param("file")) })
}

func (s *Server) asset(c *gin.Context, name string) {
	data, err := assets.ReadFile("assets/" + path.Base(name))
	if err != nil {
		writeProblem(c.Writer, notFound("file", name))
		return
	}
	c.Header("Cache-Control", "no-cache")
	c.Data(http.StatusOK, contentTypes[path.Ext(name)], data)
}

// mediaRoute serves the pictures that creatives are made of. They come from outside: a browser shows them and runs nothing.
func (s *Server) mediaRoute() {
	s.raw("GET /media/*path", "Pictures of creatives", func(c *gin.Context) {
		name := strings.TrimPrefix(c.Param("path"), "/")
		if s.deps.Media == nil || name == "" || strings.Contains(name, "..") {
			writeProblem(c.Writer, notFound("picture", name))
			return
		}
		c.Header("Content-Security-Policy", "default-src 'none'; sandbox")
		c.Header("Cross-Origin-Resource-Policy", "cross-origin") // ad platforms and shops show them
		http.StripPrefix("/media", s.deps.Media).ServeHTTP(c.Writer, c.Request)
	})
}
