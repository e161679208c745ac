package google

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
)

type adgroupBody struct {
	ResourceName string  `json:"resourceName"`
	ID           micros  `json:"id"`
	Name         *string `json:"name"`
	Status       string  `json:"status"`
	Campaign     string  `json:"campaign"`
	Type         string  `json:"type"`
	TargetCPA    *micros `json:"targetCpaMicros"`
	Bid          *micros `json:"cpcBidMicros"`
}

func mutateAdgroup(t *tx, op operation) (string, *fail) {
	if op.Remove != "" {
		x, ok := find[*adgroup](t, op.Remove)
		if !ok || x.status == "REMOVED" {
			return "", notFound(op.Remove)
		}
		set(t, &x.status, "REMOVED")
		t.touched = append(t.touched, x.parent)
		return x.resource, nil
	}
	var b adgroupBody
	if bad := decode(either(op), &b); bad != nil {
		return "", bad
	}
	if op.Update != nil {
		return updateAdgroup(t, op, b)
	}
	s := t.server
	x := &adgroup{id: s.newID(), status: "ENABLED", kind: b.Type}
	var ok bool
	switch x.parent, ok = find[*campaign](t, b.Campaign); {
	case b.Campaign == "":
		return "", required("create", "campaign")
	case !ok || x.parent.status == "REMOVED":
		return "", notFound(b.Campaign)
	case b.Name == nil || strings.TrimSpace(*b.Name) == "":
		return "", required("create", "name")
	case b.Status != "" && !contains("ENABLED PAUSED", b.Status):
		return "", enumError("create", "status")
	}
	if b.Status != "" {
		x.status = b.Status
	}
	if x.kind == "" {
		x.kind = x.parent.channel + "_STANDARD"
	}
	if bad := x.change(t, b, "create"); bad != nil {
		return "", bad
	}
	x.resource = s.resource("adGroups", x.id)
	set(t, &s.adgroups, append(s.adgroups, x))
	set(t, &x.parent.adgroups, append(x.parent.adgroups, x))
	t.touched = append(t.touched, x.parent)
	t.put(x.resource, b.ResourceName, x)
	return x.resource, nil
}

// change reads name and bids; ad group names are unique within their campaign.
func (x *adgroup) change(t *tx, b adgroupBody, at string) *fail {
	if b.Name != nil {
		if len([]rune(*b.Name)) > 255 {
			return invalid("stringLengthError", "TOO_LONG", "Too long.", *b.Name, at, "name")
		}
		for _, other := range x.parent.adgroups {
			if other != x && other.name == *b.Name && other.status != "REMOVED" {
				return invalid("adGroupError", "DUPLICATE_ADGROUP_NAME", "An ad group with this name already exists in the campaign.", *b.Name, at, "name")
			}
		}
		set(t, &x.name, *b.Name)
	}
	if b.TargetCPA != nil {
		set(t, &x.targetCPA, int64(*b.TargetCPA))
	}
	if b.Bid != nil {
		set(t, &x.bid, int64(*b.Bid))
	}
	return nil
}

func updateAdgroup(t *tx, op operation, b adgroupBody) (string, *fail) {
	x, ok := find[*adgroup](t, b.ResourceName)
	if !ok || x.status == "REMOVED" {
		return "", notFound(b.ResourceName)
	}
	if bad := op.checkMask("status", "name", "target_cpa_micros", "targetCpaMicros", "cpc_bid_micros", "cpcBidMicros"); bad != nil {
		return "", bad
	}
	if op.masked("status") {
		if !contains("ENABLED PAUSED", b.Status) {
			return "", enumError("update", "status")
		}
		set(t, &x.status, b.Status)
	}
	t.touched = append(t.touched, x.parent)
	return x.resource, x.change(t, b, "update")
}

type textAsset struct {
	Text   string `json:"text"`
	Pinned string `json:"pinnedField"`
}

// customParameter stands for {_key} in the addresses of an ad.
type customParameter struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type adBody struct {
	ResourceName string `json:"resourceName"`
	Group        string `json:"adGroup"`
	Status       string `json:"status"`
	Ad           struct {
		ResourceName string            `json:"resourceName"`
		ID           micros            `json:"id"`
		Name         string            `json:"name"`
		FinalURLs    []string          `json:"finalUrls"`
		Suffix       string            `json:"finalUrlSuffix"`
		Parameters   []customParameter `json:"urlCustomParameters"`
		Responsive   *struct {
			Headlines    []textAsset `json:"headlines"`
			Descriptions []textAsset `json:"descriptions"`
			Path1        string      `json:"path1"`
			Path2        string      `json:"path2"`
		} `json:"responsiveSearchAd"`
		ShoppingProduct json.RawMessage `json:"shoppingProductAd"`
	} `json:"ad"`
}

func mutateAd(t *tx, op operation) (string, *fail) {
	if op.Remove != "" {
		x, ok := find[*ad](t, op.Remove)
		if !ok || x.status == "REMOVED" {
			return "", notFound(op.Remove)
		}
		set(t, &x.status, "REMOVED")
		t.touched = append(t.touched, x.parent.parent)
		return x.resource, nil
	}
	var b adBody
	if bad := decode(either(op), &b); bad != nil {
		return "", bad
	}
	if op.Update != nil {
		return updateAd(t, op, b)
	}
	s := t.server
	x := &ad{id: s.newID(), name: b.Ad.Name, status: "ENABLED", urls: b.Ad.FinalURLs, parameters: b.Ad.Parameters, created: t.now, reviewed: t.now.Add(s.cfg.ReviewDelay)}
	var ok bool
	switch x.parent, ok = find[*adgroup](t, b.Group); {
	case b.Group == "":
		return "", required("create", "ad_group")
	case !ok || x.parent.status == "REMOVED":
		return "", notFound(b.Group)
	case b.Status != "" && !contains("ENABLED PAUSED", b.Status):
		return "", enumError("create", "status")
	}
	if b.Status != "" {
		x.status = b.Status
	}
	if bad := x.read(b); bad != nil {
		return "", bad
	}
	x.verdict = adservers.Review(append(append([]string{}, x.headlines...), x.descriptions...)...)
	x.resource = s.resource("adGroupAds", x.parent.id+"~"+x.id)
	set(t, &s.ads, append(s.ads, x))
	set(t, &x.parent.ads, append(x.parent.ads, x))
	t.touched = append(t.touched, x.parent.parent)
	t.put(x.resource, b.ResourceName, x)
	return x.resource, nil
}

// read judges a new ad: a responsive search ad has 3 to 15 headlines of 30 characters and 2 to 4 descriptions of 90.
func (x *ad) read(b adBody) *fail {
	if b.Ad.ShoppingProduct != nil && x.parent.parent.channel == "SHOPPING" {
		return nil
	}
	if len(x.urls) == 0 {
		return required("create", "ad", "final_urls")
	}
	for _, link := range x.urls {
		if u, err := url.Parse(link); err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "http") {
			return invalid("adError", "INVALID_URL", "The final URL is invalid.", link, "create", "ad", "final_urls")
		}
	}
	if bad := checkParameters(x.parameters); bad != nil {
		return bad
	}
	r := b.Ad.Responsive
	if r == nil {
		return required("create", "ad", "responsive_search_ad")
	}
	var bad *fail
	if x.headlines, bad = texts(r.Headlines, 3, 15, 30, "headlines"); bad != nil {
		return bad
	}
	x.descriptions, bad = texts(r.Descriptions, 2, 4, 90, "descriptions")
	return bad
}

// checkParameters: an ad has at most eight, with keys of up to 16 letters and digits and values of up to 200 bytes.
func checkParameters(list []customParameter) *fail {
	path := []string{"create", "ad", "url_custom_parameters"}
	if len(list) > 8 {
		return invalid("collectionSizeError", "TOO_MANY", "Too many.", "", path...)
	}
	for _, p := range list {
		switch {
		case !parameterKey.MatchString(p.Key):
			return invalid("urlFieldError", "INVALID_CUSTOM_PARAMETER_KEY", "A custom parameter's key has 1 to 16 letters and digits.", p.Key, path...)
		case len(p.Value) > 200:
			return invalid("stringLengthError", "TOO_LONG", "Too long.", p.Value, path...)
		}
	}
	return nil
}

var parameterKey = regexp.MustCompile(`^[A-Za-z0-9]{1,16}$`)

func texts(assets []textAsset, least, most, length int, name string) (out []string, bad *fail) {
	path := []string{"create", "ad", "responsive_search_ad", name}
	if len(assets) < least {
		return nil, invalid("collectionSizeError", "TOO_FEW", "Too few.", "", path...)
	}
	if len(assets) > most {
		return nil, invalid("collectionSizeError", "TOO_MANY", "Too many.", "", path...)
	}
	for _, a := range assets {
		if n := len([]rune(a.Text)); n > length {
			return nil, invalid("adError", "LINE_TOO_WIDE", "The text is too long.", a.Text, path...)
		} else if n == 0 {
			return nil, required(path...)
		}
		out = append(out, a.Text)
	}
	return out, nil
}

func updateAd(t *tx, op operation, b adBody) (string, *fail) {
	x, ok := find[*ad](t, b.ResourceName)
	if !ok || x.status == "REMOVED" {
		return "", notFound(b.ResourceName)
	}
	if bad := op.checkMask("status"); bad != nil {
		return "", bad
	}
	if !contains("ENABLED PAUSED", b.Status) {
		return "", enumError("update", "status")
	}
	set(t, &x.status, b.Status)
	t.touched = append(t.touched, x.parent.parent)
	return x.resource, nil
}
