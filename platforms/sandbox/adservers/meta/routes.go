package meta

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
)

func (s *Server) checkVersion(c *call) *fail {
	if slices.Contains(s.cfg.Live, c.version) {
		return nil
	}
	if slices.Contains(s.cfg.Retired, c.version) {
		return &fail{
			status: http.StatusBadRequest, kind: "OAuthException", code: 2635,
			message: "(#2635) You are calling a deprecated version of the Ads API. Please update to the latest version.",
		}
	}
	return &fail{
		status: http.StatusBadRequest, kind: "OAuthException", code: 2500,
		message: "Unknown path components: /" + strings.Join(append([]string{c.version}, c.path...), "/"),
	}
}

func (s *Server) checkToken(c *call) *fail {
	switch {
	case c.token == "":
		return badToken(http.StatusUnauthorized, 0, "An access token is required to request this resource.")
	case c.token != s.cfg.Token:
		return badToken(http.StatusBadRequest, 467, "Error validating access token: The session is invalid.")
	case !s.cfg.TokenExpires.IsZero() && !c.now.Before(s.cfg.TokenExpires):
		return badToken(http.StatusBadRequest, 463, "Error validating access token: Session has expired.")
	}
	if proof := c.params["appsecret_proof"]; proof != "" {
		mac := hmac.New(sha256.New, []byte(s.cfg.AppSecret))
		mac.Write([]byte(c.token))
		if proof != hex.EncodeToString(mac.Sum(nil)) {
			return invalid("Invalid appsecret_proof provided in the API argument")
		}
	}
	return nil
}

func (s *Server) checkPermission(c *call) *fail {
	if len(c.path) == 0 {
		return unknownObject("")
	}
	if strings.HasPrefix(c.path[0], "act_") && c.path[0] != "act_"+s.cfg.AccountID {
		return &fail{
			status: http.StatusForbidden, kind: "OAuthException", code: 200,
			message: "(#200) Ad account owner has NOT grant ads_management or ads_read permission",
		}
	}
	return nil
}

// route performs an admitted call.
func (s *Server) route(c *call) (any, *fail) {
	if c.path[0] == "search" && len(c.path) == 1 && c.method == http.MethodGet {
		return s.search(c)
	}
	n := s.nodes[c.path[0]]
	if n == nil || len(c.path) > 2 {
		return nil, unknownObject(c.path[0])
	}
	edge := ""
	if len(c.path) == 2 {
		edge = c.path[1]
	}
	switch c.method {
	case http.MethodGet:
		return s.read(c, n, edge)
	case http.MethodPost:
		return s.write(c, n, edge)
	case http.MethodDelete:
		if edge == "" {
			return s.remove(c, n)
		}
	}
	return nil, unsupported(c, n)
}

func unsupported(c *call, n node) *fail {
	return &fail{
		status: http.StatusBadRequest, kind: "GraphMethodException", code: 100, subcode: 33,
		message: "Unsupported " + strings.ToLower(c.method) + " request on node type (" + n.nodeType() + "), path /" + strings.Join(c.path, "/"),
	}
}

func (s *Server) read(c *call, n node, edge string) (any, *fail) {
	switch edge {
	case "":
		fields, bad := parseFields(c.params["fields"])
		if bad != nil {
			return nil, bad
		}
		return s.render(c, n, fields)
	case "insights":
		return s.insights(c, n)
	case "minimum_budgets":
		if n.nodeType() == "AdAccount" {
			return s.minimumBudgets(), nil
		}
	case "subscribed_apps":
		if n.nodeType() == "AdAccount" {
			return s.subscriptions(), nil
		}
	}
	v, ok := n.get(s, c.now, edge).(edgeOf)
	if !ok {
		return nil, &fail{
			status: http.StatusBadRequest, kind: "OAuthException", code: 2500,
			message: "Unknown path components: /" + edge,
		}
	}
	items := v()
	if c.params.has("hashes") && edge == "adimages" {
		var hashes []string
		if bad := c.params.into("hashes", &hashes); bad != nil {
			return nil, bad
		}
		items = slices.DeleteFunc(items, func(n node) bool { return !slices.Contains(hashes, n.nodeID()) })
	}
	return s.list(c, items, c.params, "/"+strings.Join(c.path, "/"))
}

func (s *Server) write(c *call, n node, edge string) (any, *fail) {
	if act, ok := n.(*account); ok {
		return act.write(c, edge)
	}
	switch x := n.(type) {
	case *adset:
		if edge == "copies" {
			return s.copyAdset(c, x)
		}
		if edge == "" {
			return s.updateAdset(c, x)
		}
	case *campaign:
		if edge == "" {
			return s.updateCampaign(c, x)
		}
	case *ad:
		if edge == "" {
			return s.updateAd(c, x)
		}
	case *plain:
		if edge == "events" && x.kind == "AdsPixel" {
			return s.receiveEvents(c)
		}
	}
	return nil, unsupported(c, n)
}

func (a *account) write(c *call, edge string) (any, *fail) {
	s := a.server
	switch edge {
	case "":
		return s.updateAccount(c)
	case "campaigns":
		return s.createCampaign(c)
	case "adsets":
		return s.createAdset(c)
	case "adcreatives":
		return s.createCreative(c)
	case "ads":
		return s.createAd(c)
	case "adimages":
		return s.uploadImages(c)
	case "advideos":
		return s.uploadVideo(c)
	case "customaudiences":
		return s.createAudience(c)
	case "subscribed_apps":
		s.subbed = true
		return object{"success": true}, nil
	}
	return nil, unsupported(c, a)
}

// remove deletes an object of the campaign tree and everything below it. Deleting twice is an edit of a deleted object.
func (s *Server) remove(c *call, n node) (any, *fail) {
	switch x := n.(type) {
	case *campaign:
		if x.status == "DELETED" {
			return nil, deletedObject("campaign")
		}
		x.setStatus("DELETED")
		s.publish(c.now, x.allAds())
	case *adset:
		if x.status == "DELETED" {
			return nil, deletedObject("ad set")
		}
		x.setStatus("DELETED")
		s.publish(c.now, x.ads)
	case *ad:
		if x.status == "DELETED" {
			return nil, deletedObject("ad")
		}
		x.status = "DELETED"
		s.publish(c.now, []*ad{x})
	default:
		return nil, unsupported(c, n)
	}
	return object{"success": true}, nil
}
