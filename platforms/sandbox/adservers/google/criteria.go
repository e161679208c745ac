package google

import "strings"

// criterion is one thing that an ad group is aimed at or kept from.
type criterion struct {
	id, resource string
	parent       *adgroup
	kind         string // KEYWORD or AGE_RANGE
	status       string
	negative     bool
	text, match  string // of keywords
	age          string // of age ranges
}

type criterionBody struct {
	Group    string `json:"adGroup"`
	Status   string `json:"status"`
	Negative bool   `json:"negative"`
	Keyword  *struct {
		Text  string `json:"text"`
		Match string `json:"matchType"`
	} `json:"keyword"`
	Age *struct {
		Type string `json:"type"`
	} `json:"ageRange"`
}

const ageRanges = "AGE_RANGE_18_24 AGE_RANGE_25_34 AGE_RANGE_35_44 AGE_RANGE_45_54 AGE_RANGE_55_64 AGE_RANGE_65_UP AGE_RANGE_UNDETERMINED"

// mutateCriterion adds a keyword or an age range to an ad group; other criteria and edits are not simulated.
func mutateCriterion(t *tx, op operation) (string, *fail) {
	var b criterionBody
	if op.Create == nil {
		return "", invalid("mutateError", "OPERATION_DOES_NOT_SUPPORT_UPDATE", "Only creating keywords and age ranges is supported by this sandbox.", "")
	}
	if bad := decode(op.Create, &b); bad != nil {
		return "", bad
	}
	group, ok := find[*adgroup](t, b.Group)
	if !ok || group.status == "REMOVED" {
		return "", notFound(b.Group)
	}
	x := &criterion{id: t.server.newID(), parent: group, status: "ENABLED", negative: b.Negative}
	if bad := x.read(b); bad != nil {
		return "", bad
	}
	x.resource = t.server.resource("adGroupCriteria", group.id+"~"+x.id)
	set(t, &group.criteria, append(group.criteria, x))
	t.touched = append(t.touched, group.parent)
	return x.resource, nil
}

func (x *criterion) read(b criterionBody) *fail {
	if b.Status != "" {
		if x.status = b.Status; !contains("ENABLED PAUSED", b.Status) {
			return enumError("create", "status")
		}
	}
	switch {
	case b.Keyword != nil && b.Age != nil:
		return invalid("mutateError", "MUTATE_NOT_ALLOWED", "A criterion is one thing.", "", "create")
	case b.Age != nil:
		x.kind, x.age = "AGE_RANGE", b.Age.Type
		if !contains(ageRanges, x.age) {
			return enumError("create", "age_range", "type")
		}
		return nil
	case b.Keyword == nil || b.Keyword.Text == "":
		return required("create", "keyword", "text")
	case !contains("EXACT PHRASE BROAD", b.Keyword.Match):
		return enumError("create", "keyword", "match_type")
	case len([]rune(b.Keyword.Text)) > 80 || len(strings.Fields(b.Keyword.Text)) > 10:
		return invalid("criterionError", "INVALID_KEYWORD_TEXT", "Keyword text exceeds 80 characters or 10 words.", b.Keyword.Text, "create", "keyword", "text")
	case strings.ContainsAny(b.Keyword.Text, "!@%^*()={};~`<>?\\|,"):
		return invalid("criterionError", "KEYWORD_HAS_INVALID_CHARS", "Keyword text contains invalid characters.", b.Keyword.Text, "create", "keyword", "text")
	}
	x.kind, x.text, x.match = "KEYWORD", b.Keyword.Text, b.Keyword.Match
	return nil
}

// keyed reports whether the ad group is aimed by keywords.
func (x *adgroup) keyed() bool {
	for _, c := range x.criteria {
		if c.kind == "KEYWORD" && !c.negative {
			return true
		}
	}
	return false
}

func (x *criterion) value(field string) any {
	switch field {
	case "ad_group_criterion.criterion_id":
		return x.id
	case "ad_group_criterion.resource_name":
		return x.resource
	case "ad_group_criterion.ad_group":
		return x.parent.resource
	case "ad_group_criterion.type":
		return x.kind
	case "ad_group_criterion.status":
		return x.status
	case "ad_group_criterion.negative":
		return x.negative
	case "ad_group_criterion.keyword.text":
		return optional(x.text)
	case "ad_group_criterion.keyword.match_type":
		return optional(x.match)
	case "ad_group_criterion.age_range.type":
		return optional(x.age)
	}
	return nil
}

// mutateLocation adds a country to a campaign; other criteria and edits are not simulated.
func mutateLocation(t *tx, op operation) (string, *fail) {
	var b struct {
		Campaign string `json:"campaign"`
		Negative bool   `json:"negative"`
		Location *struct {
			Constant string `json:"geoTargetConstant"`
		} `json:"location"`
		Language *struct {
			Constant string `json:"languageConstant"`
		} `json:"language"`
	}
	if op.Create == nil {
		return "", invalid("mutateError", "OPERATION_DOES_NOT_SUPPORT_UPDATE", "Only creating locations and languages is supported by this sandbox.", "")
	}
	if bad := decode(op.Create, &b); bad != nil {
		return "", bad
	}
	x, ok := find[*campaign](t, b.Campaign)
	if !ok || x.status == "REMOVED" {
		return "", notFound(b.Campaign)
	}
	if b.Language != nil {
		return t.server.resource("campaignCriteria", x.id+"~"+strings.TrimPrefix(b.Language.Constant, "languageConstants/")), nil
	}
	if b.Location == nil {
		return "", required("create", "criterion")
	}
	id := strings.TrimPrefix(b.Location.Constant, "geoTargetConstants/")
	country, known := geoTargets[id]
	if !known {
		return "", invalid("criterionError", "INVALID_LOCATION_ID", "The location ID is invalid.", b.Location.Constant, "create", "location")
	}
	if !b.Negative {
		set(t, &x.countries, append(x.countries, country))
	}
	t.touched = append(t.touched, x)
	return t.server.resource("campaignCriteria", x.id+"~"+id), nil
}
