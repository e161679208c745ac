package httpapi

import (
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

func init() { gin.SetMode(gin.ReleaseMode) }

// metrics are the API's own.
type metrics struct {
	requests *prometheus.CounterVec
	webhooks *prometheus.CounterVec
	logins   *prometheus.CounterVec
	sockets  prometheus.Gauge
}

func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r)
	return &metrics{
		requests: f.NewCounterVec(prometheus.CounterOpts{Name: "agente_http_requests_total", Help: "Answers by route and status."},
			[]string{"method", "route", "status"}),
		webhooks: f.NewCounterVec(prometheus.CounterOpts{Name: "agente_webhooks_total", Help: "Webhook deliveries by what became of them."},
			[]string{"source", "result"}),
		logins:  f.NewCounterVec(prometheus.CounterOpts{Name: "agente_logins_total", Help: "Attempts to log in by result."}, []string{"result"}),
		sockets: f.NewGauge(prometheus.GaugeOpts{Name: "agente_live_connections", Help: "Open connections of the live feed."}),
	}
}

func (s *Server) observe(c *gin.Context) {
	c.Next()
	route := c.FullPath()
	if route == "" {
		route = "other"
	}
	s.metrics.requests.WithLabelValues(methodLabel(c.Request.Method), route, strconv.Itoa(c.Writer.Status())).Inc()
}

// methodLabel keeps strangers from making up metric labels.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "OTHER"
}

// recovered turns a panic into a problem and a log line with its stack.
func (s *Server) recovered(c *gin.Context) {
	defer func() {
		caught := recover()
		if caught == nil {
			return
		}
		if caught == http.ErrAbortHandler { //nolint:errorlint // it is compared as the library does
			panic(caught)
		}
		s.log.ErrorContext(c, "request handler panicked", "route", c.FullPath(), "error", fmt.Sprint(caught), "stack", string(debug.Stack()))
		if !c.Writer.Written() {
			writeProblem(c.Writer, problem(http.StatusInternalServerError, "", "Something is wrong with the program. The log says more."))
		}
		c.Abort()
	}()
	c.Next()
}

// wellFormed refuses what no name or text of ours has: it would only be an error further in.
func wellFormed(c *gin.Context) {
	query, err := url.QueryUnescape(c.Request.URL.RawQuery)
	for _, text := range []string{c.Request.URL.Path, query} {
		if err != nil || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			writeProblem(c.Writer, problem(http.StatusBadRequest, "", "The address is not well-formed text."))
			c.Abort()
			return
		}
	}
	c.Next()
}

// secured sets the headers that keep browsers careful. Styles and scripts come from our own files only.
func (s *Server) secured(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", s.csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
	if s.deps.TLS {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if strings.HasPrefix(c.Request.URL.Path, "/api/") {
		h.Set("Cache-Control", "no-store")
	}
	c.Next()
}

func (s *Server) policy() string {
	images := strings.Join(append([]string{"'self'", "data:", "blob:", "https:"}, s.deps.ImageOrigins...), " ")
	return "default-src 'self'; script-src 'self'; style-src 'self'; img-src " + images + "; connect-src 'self'; font-src 'self'; " +
		"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}
