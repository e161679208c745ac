package tiktok

import (
	"crypto/md5"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
)

// place is a country by its GeoNames id.
type place struct{ id, code, name string }

var places = []place{
	{"6252001", "US", "United States"}, {"3469034", "BR", "Brazil"}, {"2264397", "PT", "Portugal"}, {"3996063", "MX", "Mexico"},
	{"3865483", "AR", "Argentina"}, {"3895114", "CL", "Chile"}, {"3686110", "CO", "Colombia"}, {"3932488", "PE", "Peru"},
	{"6251999", "CA", "Canada"}, {"2635167", "GB", "United Kingdom"}, {"2963597", "IE", "Ireland"}, {"2921044", "DE", "Germany"},
	{"3017382", "FR", "France"}, {"2510769", "ES", "Spain"}, {"3175395", "IT", "Italy"}, {"2077456", "AU", "Australia"},
	{"2186224", "NZ", "New Zealand"}, {"1861060", "JP", "Japan"},
}

var countryOf = func() map[string]string {
	out := map[string]string{}
	for _, p := range places {
		out[p.id] = p.code
	}
	return out
}()

func (s *Server) regions(c *call) (any, *fail) {
	c.args.require("advertiser_id", "placements", "objective_type")
	c.args.texts("placements")
	if c.args.bad != nil {
		return nil, c.args.bad
	}
	out := []object{}
	for _, p := range places {
		out = append(out, object{
			"location_id": p.id, "name": p.name, "region_code": p.code, "parent_id": "0", "next_level_ids": []string{}, "level": "COUNTRY",
		})
	}
	return object{"region_info": out}, nil
}

var categories = []string{
	"Apparel & Accessories", "Baby, Kids & Maternity", "Beauty & Personal Care", "Food & Beverage", "Games", "Home Improvement",
	"Household Products", "Pets", "Sports & Outdoor", "Tech & Electronics", "Travel", "Vehicles & Transportation",
}

func categoryID(i int) string { return strconv.Itoa(10 + i) }

func knownCategory(id string) bool {
	n, err := strconv.Atoi(id)
	return err == nil && n >= 10 && n < 10+len(categories)
}

func (s *Server) interestCategories(*call) (any, *fail) {
	out := []object{}
	for i, name := range categories {
		out = append(out, object{
			"interest_category_id": categoryID(i), "interest_category_name": name, "level": 1, "sub_category_ids": []string{},
			"placements": []string{"PLACEMENT_TIKTOK", "PLACEMENT_PANGLE"},
		})
	}
	return object{"interest_categories": out}, nil
}

// keywordID is the id of an interest keyword: a prefix and nine digits drawn from the word, so that ids need no table.
func keywordID(word string) string {
	sum := md5.Sum([]byte(strings.ToLower(word)))
	return "7005" + pad(int64(binary.BigEndian.Uint32(sum[:4]))%1_000_000_000, 9)
}

func knownKeyword(id string) bool {
	return len(id) == 13 && strings.HasPrefix(id, "7005") && strings.Trim(id, "0123456789") == ""
}

func (s *Server) interestKeywords(c *call) (any, *fail) {
	a := c.args
	a.require("advertiser_id", "keyword")
	word, language := a.text("keyword"), a.text("language")
	limit := a.integer("limit", 5, 1, 50)
	if a.bad != nil {
		return nil, a.bad
	}
	if language == "" {
		language = "en"
	}
	out := []object{}
	for _, suffix := range []string{"", " shopping", " review", " hacks", " unboxing"}[:min(5, limit)] {
		out = append(out, object{"keyword_id": keywordID(word + suffix), "keyword": word + suffix, "language": language, "status": "EFFECTIVE"})
	}
	return object{"recommended_keywords": out}, nil
}

// identity is who an ad speaks as.
type identity struct{ id, name, image string }

func (s *Server) knownIdentity(kind, id string) bool {
	return kind == "CUSTOMIZED_USER" && slices.ContainsFunc(s.identities, func(x identity) bool { return x.id == id })
}

func (s *Server) createIdentity(c *call) (any, *fail) {
	a := c.args
	a.require("advertiser_id", "display_name", "image_uri")
	x := identity{name: a.text("display_name"), image: a.text("image_uri")}
	if x.image != "" && s.files[x.image] == nil {
		a.violate("image_uri", "The image "+x.image+" does not exist.")
	}
	if a.bad != nil {
		return nil, a.bad
	}
	x.id = s.newID()
	s.identities = append(s.identities, x)
	return object{"identity_id": x.id}, nil
}

func (s *Server) getIdentities(c *call) (any, *fail) {
	page, size := c.args.paging()
	c.args.choice("identity_type", "", identityTypes)
	if c.args.bad != nil {
		return nil, c.args.bad
	}
	out := []object{}
	for _, x := range cut(s.identities, page, size) {
		out = append(out, object{"identity_id": x.id, "identity_type": "CUSTOMIZED_USER", "display_name": x.name, "profile_image": x.image})
	}
	return object{"identity_list": out, "page_info": pageInfo(page, size, len(s.identities))}, nil
}

func (s *Server) advertiserInfo(c *call) (any, *fail) {
	a := c.args
	a.require("advertiser_ids")
	ids, fields := a.texts("advertiser_ids"), a.texts("fields")
	if a.bad != nil {
		return nil, a.bad
	}
	out := []object{}
	for _, id := range ids {
		if id != s.cfg.AdvertiserID {
			return nil, &fail{40001, "No permission to operate advertiser " + id + "."}
		}
		o, bad := choose(object{
			"advertiser_id": id, "name": s.cfg.AdvertiserName, "currency": s.cfg.Currency, "timezone": s.cfg.Zone.String(),
			"display_timezone": s.cfg.Zone.String(), "status": "STATUS_ENABLE", "balance": 0.0, "country": "BR", "role": "ROLE_ADVERTISER",
		}, fields)
		if bad != nil {
			return nil, bad
		}
		out = append(out, o)
	}
	return object{"list": out}, nil
}

// placesWon is how far a hashtag rose: the market knows growth and the feed only ranks, so a place stands for five per cent.
func placesWon(growthPct int) int { return growthPct / 5 }

// trendingList is the platform's one official trend feed: hashtags, not products. The platform publishes no schema of the list's items; these
// are the fields that its users read.
func (s *Server) trendingList(c *call) (any, *fail) {
	a := c.args
	a.require("advertiser_id", "discovery_type")
	a.choice("discovery_type", "", "HASHTAG")
	a.choice("date_range", "7DAY", "1DAY 7DAY 30DAY 120DAY")
	country, category := a.text("country_code"), a.text("category_name")
	if a.bad != nil {
		return nil, a.bad
	}
	if country == "" {
		country = "US"
	}
	out := []object{}
	if s.cfg.Trends == nil {
		return object{"list": out}, nil
	}
	for _, h := range s.cfg.Trends.TrendingHashtags(c.now, country) {
		key := strings.ToUpper(strings.NewReplacer(" & ", "_AND_", ", ", "_", " ", "_").Replace(h.Category))
		if category == "" || category == "ALL" || category == key {
			out = append(out, object{
				"hashtag_id": h.ID, "hashtag_name": h.Name, "rank_position": h.Rank, "rank_change": placesWon(h.TrendPct), "posts": h.Posts,
				"views": h.Views, "category_name": key, "country_code": country,
			})
		}
	}
	return object{"list": out}, nil
}
