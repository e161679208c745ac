package tiktok

import (
	"net/http"
	"strings"
)

const root = "/open_api/v1.3"

// route is one endpoint. An open one needs no advertiser_id.
type route struct {
	method string
	handle func(*Server, *call) (any, *fail)
	open   bool
}

var routes = map[string]route{
	root + "/campaign/create/":                      {http.MethodPost, (*Server).createCampaign, false},
	root + "/campaign/update/":                      {http.MethodPost, (*Server).updateCampaign, false},
	root + "/campaign/status/update/":               {http.MethodPost, (*Server).campaignStatus, false},
	root + "/campaign/get/":                         {http.MethodGet, (*Server).getCampaigns, false},
	root + "/adgroup/create/":                       {http.MethodPost, (*Server).createAdgroup, false},
	root + "/adgroup/update/":                       {http.MethodPost, (*Server).updateAdgroup, false},
	root + "/adgroup/status/update/":                {http.MethodPost, (*Server).adgroupStatus, false},
	root + "/adgroup/budget/update/":                {http.MethodPost, (*Server).adgroupBudget, false},
	root + "/adgroup/get/":                          {http.MethodGet, (*Server).getAdgroups, false},
	root + "/ad/create/":                            {http.MethodPost, (*Server).createAds, false},
	root + "/ad/status/update/":                     {http.MethodPost, (*Server).adStatus, false},
	root + "/ad/get/":                               {http.MethodGet, (*Server).getAds, false},
	root + "/file/image/ad/upload/":                 {http.MethodPost, (*Server).uploadImage, false},
	root + "/file/image/ad/info/":                   {http.MethodGet, (*Server).imageInfo, false},
	root + "/file/video/ad/upload/":                 {http.MethodPost, (*Server).uploadVideo, false},
	root + "/file/video/ad/info/":                   {http.MethodGet, (*Server).videoInfo, false},
	root + "/identity/create/":                      {http.MethodPost, (*Server).createIdentity, false},
	root + "/identity/get/":                         {http.MethodGet, (*Server).getIdentities, false},
	root + "/dmp/custom_audience/rule/create/":      {http.MethodPost, (*Server).createRuleAudience, false},
	root + "/dmp/custom_audience/lookalike/create/": {http.MethodPost, (*Server).createLookalike, false},
	root + "/dmp/custom_audience/get/":              {http.MethodGet, (*Server).getAudiences, false},
	root + "/dmp/custom_audience/list/":             {http.MethodGet, (*Server).listAudiences, false},
	root + "/report/integrated/get/":                {http.MethodGet, (*Server).report, false},
	root + "/event/track/":                          {http.MethodPost, (*Server).trackEvents, true},
	root + "/advertiser/info/":                      {http.MethodGet, (*Server).advertiserInfo, true},
	root + "/tool/region/":                          {http.MethodGet, (*Server).regions, false},
	root + "/tool/interest_category/":               {http.MethodGet, (*Server).interestCategories, false},
	root + "/tool/interest_keyword/recommend/":      {http.MethodGet, (*Server).interestKeywords, false},
	root + "/discovery/trending_list/":              {http.MethodGet, (*Server).trendingList, false},
}

// versionOf is the API version of a path that ends in a slash as the platform demands; empty for any other path.
func versionOf(path string) string {
	rest, ok := strings.CutPrefix(path, "/open_api/")
	if !ok || !strings.HasSuffix(path, "/") {
		return ""
	}
	version, _, _ := strings.Cut(rest, "/")
	return version
}

// once guards a create that carries a request_id: one success per id. The returned mark is called on success.
func (s *Server) once(c *call) (mark func()) {
	if !c.args.has("request_id") {
		return func() {}
	}
	id := c.args.text("request_id")
	if strings.Trim(id, "0123456789") != "" || len(id) > 19 {
		c.args.violate("request_id", "Must be the decimal text of a 64-bit integer.")
	}
	key := c.path + id
	if c.args.bad == nil && s.requestIDs[key] {
		c.args.bad = &fail{40050, "Duplicated requests have been sent."}
	}
	return func() { s.requestIDs[key] = true }
}
