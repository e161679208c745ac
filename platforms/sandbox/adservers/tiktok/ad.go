package tiktok

import (
	"net/url"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
)

const (
	adFormats     = "SINGLE_VIDEO SINGLE_IMAGE"
	identityTypes = "CUSTOMIZED_USER AUTH_CODE TT_USER BC_AUTH_TT"
	callsToAction = "APPLY_NOW BOOK_NOW BUY_TICKETS CALL_NOW CHECK_AVAILABLILITY CONTACT_US DOWNLOAD_NOW EXPERIENCE_NOW GET_QUOTE GET_SHOWTIMES GET_TICKETS_NOW INSTALL_NOW INTERESTED LEARN_MORE LISTEN_NOW ORDER_NOW PLAY_GAME PREORDER_NOW READ_MORE SEND_MESSAGE SHOP_NOW SIGN_UP SUBSCRIBE VIEW_NOW VIEW_PROFILE VISIT_STORE WATCH_LIVE WATCH_NOW"
)

type ad struct {
	id, name         string
	parent           *adgroup
	format           string
	video            string
	images           []string
	text, action     string
	landing          string
	identityType     string
	identity         string
	media            string // signature of the picture or video
	status           string
	created, updated time.Time
	reviewed         time.Time
	verdict          adservers.Verdict
}

// createAds makes one ad for each creative, all or none.
func (s *Server) createAds(c *call) (any, *fail) {
	a := c.args
	a.require("advertiser_id", "adgroup_id", "creatives")
	parent, ok := s.byID[a.text("adgroup_id")].(*adgroup)
	creatives := a.objects("creatives")
	if a.bad == nil {
		a.bad = checkEditable(ok, "ad group", a.text("adgroup_id"), ok && parent.status != "DELETE")
	}
	if a.bad == nil && (len(creatives) == 0 || len(creatives) > 20) {
		a.violate("creatives", "Must hold 1 to 20 creatives.")
	}
	var made []*ad
	for _, cr := range creatives {
		x := &ad{parent: parent, created: c.now, updated: c.now, reviewed: c.now.Add(s.cfg.ReviewDelay)}
		x.read(s, c, cr)
		if a.bad == nil {
			a.bad = cr.bad
		}
		made = append(made, x)
	}
	if a.bad != nil {
		return nil, a.bad
	}
	ids, shownAds := []string{}, []object{}
	for _, x := range made {
		x.id = s.newID()
		parent.ads = append(parent.ads, x)
		s.ads = append(s.ads, x)
		s.byID[x.id] = x
		ids = append(ids, x.id)
		shownAds = append(shownAds, x.show(s, c.now))
	}
	s.publish(c.now, made)
	return object{"ad_ids": ids, "creatives": shownAds, "need_audit": true}, nil
}

func (x *ad) read(s *Server, c *call, a *args) {
	a.require("ad_name", "ad_format", "ad_text", "landing_page_url", "identity_type", "identity_id")
	x.name, x.format = a.name("ad_name"), a.choice("ad_format", "", adFormats)
	x.text, x.action = a.text("ad_text"), a.choice("call_to_action", "", callsToAction)
	x.status = a.choice("operation_status", "ENABLE", operations)
	x.landing = a.text("landing_page_url")
	if u, err := url.Parse(x.landing); x.landing != "" && (err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "http")) {
		a.violate("landing_page_url", "Not a valid URL.")
	}
	x.identityType, x.identity = a.choice("identity_type", "", identityTypes), a.text("identity_id")
	if a.bad == nil && !s.knownIdentity(x.identityType, x.identity) {
		a.violate("identity_id", "The identity "+x.identity+" does not exist.")
	}
	x.readMedia(s, c, a)
	x.verdict = adservers.Review(x.text)
}

// readMedia reads the picture of an image ad, or the video and cover of a video ad. A video that is still transcoding answers 40901.
func (x *ad) readMedia(s *Server, c *call, a *args) {
	x.video, x.images = a.text("video_id"), a.texts("image_ids")
	for _, id := range x.images {
		if f := s.files[id]; f == nil || f.video {
			a.violate("image_ids", "The image "+id+" does not exist.")
		}
	}
	switch x.format {
	case "SINGLE_IMAGE":
		if len(x.images) != 1 {
			a.violate("image_ids", "An image ad needs exactly one image.")
			return
		}
		if f := s.files[x.images[0]]; f != nil {
			x.media = f.signature
		}
	case "SINGLE_VIDEO":
		a.require("video_id", "image_ids")
		f := s.files[x.video]
		switch {
		case a.bad != nil:
		case f == nil || !f.video:
			a.bad = &fail{40053, "The Video ID " + x.video + " is invalid."}
		case c.now.Before(f.ready):
			a.bad = &fail{40901, "Video transcoding in process."}
		default:
			x.media = f.signature
		}
	}
}

func (x *ad) show(s *Server, now time.Time) object {
	o := object{
		"ad_id": x.id, "ad_name": x.name, "adgroup_id": x.parent.id, "adgroup_name": x.parent.name, "campaign_id": x.parent.parent.id,
		"campaign_name": x.parent.parent.name, "advertiser_id": s.cfg.AdvertiserID, "ad_format": x.format, "ad_text": x.text,
		"image_ids": orEmpty(x.images), "video_id": nil, "call_to_action": x.action, "landing_page_url": x.landing,
		"identity_type": x.identityType, "identity_id": x.identity, "operation_status": shown(x.status), "secondary_status": x.secondary(now),
		"reject_reason": nil, "create_time": x.created.Format(timeLayout), "modify_time": x.updated.Format(timeLayout),
	}
	if x.video != "" {
		o["video_id"] = x.video
	}
	if x.secondary(now) == "AD_STATUS_AUDIT_DENY" {
		o["reject_reason"] = x.verdict.Policy + ": " + x.verdict.Detail
	}
	return o
}

func (s *Server) adStatus(c *call) (any, *fail) {
	found := editable(s, c, "ad_ids", "ad", func(x *ad) bool { return x.status != "DELETE" })
	status := c.args.choice("operation_status", "", statusEdits)
	if c.args.bad != nil {
		return nil, c.args.bad
	}
	for _, x := range found {
		x.status, x.updated = status, c.now
	}
	s.publish(c.now, found)
	return object{"ad_ids": c.args.texts("ad_ids"), "status": status}, nil
}

func (s *Server) getAds(c *call) (any, *fail) {
	f := c.args.object("filtering")
	ids, groups, campaigns, name := f.texts("ad_ids"), f.texts("adgroup_ids"), f.texts("campaign_ids"), f.text("ad_name")
	match := statusFilter(f)
	return list(c, f, s.ads, func(x *ad) bool {
		return among(ids, x.id) && among(groups, x.parent.id) && among(campaigns, x.parent.parent.id) && like(name, x.name) && match(x.status, x.secondary(c.now))
	}, func(x *ad) object { return x.show(s, c.now) })
}
