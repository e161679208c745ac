package httpapi

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
)

// Role is what a route asks for.
type Role string

// The roles. Viewer is part of operator, operator of admin; approver is apart from them.
const (
	Open     Role = ""         // anybody, or whoever signs
	Session  Role = "session"  // anybody who is logged in
	Viewer   Role = "viewer"   //
	Operator Role = "operator" //
	Approver Role = "approver" //
	Admin    Role = "admin"    //
)

// rank orders the roles that contain each other.
var rank = map[Role]int{Viewer: 1, Operator: 2, Admin: 3}

// allows reports whether somebody with these roles may use a route that asks for a role.
func (r Role) allows(roles []string) bool {
	switch r {
	case Open, Session:
		return true
	case Approver:
		return slices.Contains(roles, string(Approver))
	}
	return slices.ContainsFunc(roles, func(have string) bool { return rank[Role(have)] >= rank[r] })
}

// Route is one line of the table.
type Route struct {
	Method, Path string
	Role         Role
}

// String is "GET /api/products".
func (r Route) String() string { return r.Method + " " + r.Path }

// table is every route and who may use it. There is no other way to get a route served.
var table = []Route{
	{"GET", "/healthz", Open}, {"GET", "/readyz", Open}, {"GET", "/metrics", Open},
	{"GET", "/openapi.json", Open}, {"GET", "/docs", Open}, {"GET", "/docs/:file", Open}, {"GET", "/media/*path", Open},

	{"GET", "/api/webhooks/meta", Open}, {"POST", "/api/webhooks/meta", Open},
	{"POST", "/api/webhooks/shopify", Open}, {"POST", "/api/webhooks/woocommerce", Open},

	{"POST", "/api/login", Open}, {"POST", "/api/logout", Session}, {"GET", "/api/session", Session},
	{"GET", "/api/account", Session}, {"PUT", "/api/account/reports", Viewer}, {"POST", "/api/account/second-factor", Session},
	{"POST", "/api/account/second-factor/confirm", Session}, {"POST", "/api/account/second-factor/remove", Session},
	{"GET", "/ws", Session}, // what is heard there depends on the role: topics

	{"GET", "/api/metrics/summary", Viewer}, {"GET", "/api/metrics/daily", Viewer}, {"GET", "/api/overview", Session},
	{"GET", "/api/metrics/campaigns", Viewer}, {"GET", "/api/treasury/windows", Viewer},
	{"GET", "/api/products", Viewer}, {"GET", "/api/products/{id}", Viewer},
	{"GET", "/api/creatives", Viewer}, {"GET", "/api/creatives/{id}", Viewer},
	{"GET", "/api/campaigns", Viewer}, {"GET", "/api/campaigns/{id}", Viewer},
	{"GET", "/api/orders", Viewer}, {"GET", "/api/orders/{id}", Viewer}, {"GET", "/api/customers", Viewer},
	{"GET", "/api/alerts", Viewer}, {"GET", "/api/alerts/mutes", Viewer}, {"GET", "/api/alerts/rules", Viewer},
	{"GET", "/api/reports", Viewer}, {"GET", "/api/reports/{date}", Viewer},
	{"GET", "/api/audit", Viewer}, {"GET", "/api/treasury", Viewer}, {"GET", "/api/actors", Viewer}, {"GET", "/api/tasks", Viewer},
	{"GET", "/api/messages", Viewer},
	{"GET", "/api/control", Viewer},

	{"GET", "/api/search", Viewer}, {"GET", "/api/tasks/{id}", Viewer}, {"GET", "/api/actors/{kind}/{id}", Viewer},
	{"GET", "/api/system", Viewer}, {"GET", "/api/system/logs", Operator},
	{"GET", "/api/audit/status", Viewer}, {"POST", "/api/audit/verify", Admin},

	{"GET", "/api/approvals", Approver}, {"POST", "/api/approvals/{id}/decision", Approver},

	{"POST", "/api/run/scout", Operator}, {"POST", "/api/run/creatives/{product_id}", Operator},
	{"POST", "/api/run/report/{kind}/{date}", Operator}, {"POST", "/api/run/backup", Admin}, {"POST", "/api/campaigns/{id}/decide", Operator},
	{"POST", "/api/campaigns/{id}/pause", Operator}, {"POST", "/api/campaigns/{id}/resume", Operator},
	{"POST", "/api/campaigns/{id}/budget", Operator}, {"POST", "/api/alerts/{id}/ack", Operator},
	{"POST", "/api/alerts/mutes", Operator}, {"DELETE", "/api/alerts/mutes/{id}", Operator}, {"POST", "/api/reports/{date}/mail", Operator},
	{"POST", "/api/tasks/{id}/retry", Operator}, {"POST", "/api/tasks/{id}/dismiss", Operator}, {"POST", "/api/messages/{id}/dismiss", Operator},
	{"GET", "/api/blacklist", Operator}, {"POST", "/api/blacklist", Operator}, {"DELETE", "/api/blacklist", Operator},
	{"POST", "/api/control/freeze", Operator}, {"POST", "/api/control/resume", Admin},

	{"GET", "/api/admin/config", Admin}, {"PUT", "/api/admin/config", Admin},
	{"GET", "/api/admin/credentials", Admin}, {"PUT", "/api/admin/credentials", Admin},
	{"POST", "/api/admin/connections/{name}/test", Admin}, {"POST", "/api/admin/channels/{channel}/test", Admin},
	{"GET", "/api/admin/users", Admin}, {"POST", "/api/admin/users", Admin}, {"PATCH", "/api/admin/users/{id}", Admin},
	{"POST", "/api/admin/users/{id}/second-factor/reset", Admin},
}

// routes gives every line of the table its handler.
func (s *Server) routes() {
	s.healthRoutes()
	s.webhookRoutes()
	s.sessionRoutes()
	s.accountRoutes()
	s.figureRoutes()
	s.trendRoutes()
	s.catalogueRoutes()
	s.campaignRoutes()
	s.salesRoutes()
	s.officeRoutes()
	s.deadRoutes()
	s.searchRoutes()
	s.watchRoutes()
	s.systemRoutes()
	s.approvalRoutes()
	s.commandRoutes()
	s.blacklistRoutes()
	s.alertRoutes()
	s.letterRoutes()
	s.controlRoutes()
	s.configRoutes()
	s.credentialRoutes()
	s.userRoutes()
	s.documentRoutes()
	s.raw("GET /ws", "The live feed: a snapshot, then ordered deltas, over a WebSocket", s.hub.serve)
	s.mediaRoute()
	s.engine.NoRoute(s.fallback)
	s.engine.HandleMethodNotAllowed = true
	s.engine.NoMethod(func(c *gin.Context) {
		writeProblem(c.Writer, problem(http.StatusMethodNotAllowed, "", "%s is not for %s.", c.Request.URL.Path, methodLabel(c.Request.Method)))
	})
}
