package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const readyTimeout = 5 * time.Second

type readiness struct {
	Status  string   `json:"status" enum:"ready,not_ready"`
	Reasons []string `json:"reasons"`
}

type liveness struct {
	Status string `json:"status" enum:"ok"`
}

// healthRoutes tell orchestrators and Prometheus how the program is. They never need a session.
func (s *Server) healthRoutes() {
	s.raw("GET /healthz", "That the program answers", func(c *gin.Context) { c.JSON(http.StatusOK, liveness{"ok"}) })
	s.raw("GET /readyz", "Whether the program can do its work, and why not", s.ready)
	s.raw("GET /metrics", "Metrics for Prometheus", gin.WrapH(promhttp.HandlerFor(s.deps.Registry, promhttp.HandlerOpts{})))
}

func (s *Server) ready(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), readyTimeout)
	defer cancel()
	reasons := s.deps.Readiness.Reasons(ctx)
	if len(reasons) > 0 {
		c.JSON(http.StatusServiceUnavailable, readiness{"not_ready", reasons})
		return
	}
	c.JSON(http.StatusOK, readiness{"ready", []string{}})
}
