package meta

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

const callsToAction = "ADD_TO_CART APPLY_NOW BOOK_NOW BUY BUY_NOW CALL_NOW CONTACT_US DOWNLOAD GET_DETAILS GET_OFFER GET_OFFER_VIEW GET_PROMOTIONS GET_QUOTE GET_STARTED INSTALL_APP LEARN_MORE MESSAGE_PAGE NO_BUTTON OPEN_LINK ORDER_NOW SEE_MORE SEE_SHOP SHOP_NOW SIGN_UP SUBSCRIBE USE_APP VIEW_PRODUCT VISIT_WEBSITE WATCH_MORE WHATSAPP_MESSAGE"

// creative is immutable once made: a changed ad gets a new one.
type creative struct {
	id, name       string
	story          string // object_story_spec, JSON as sent
	urlTags        string
	headline, body string
	description    string
	link, action   string
	imageHash      string
	videoID        string
	media          string // what the market knows the picture or video by
	created        time.Time
}

type storySpec struct {
	Page           looseText `json:"page_id"`
	Instagram      looseText `json:"instagram_user_id"`
	InstagramActor looseText `json:"instagram_actor_id"`
	Link           *struct {
		Link, Message, Name, Description string
		ImageHash                        string `json:"image_hash"`
		Picture                          string
		Action                           *callToAction `json:"call_to_action"`
	} `json:"link_data"`
	Video *struct {
		VideoID   looseText `json:"video_id"`
		ImageURL  string    `json:"image_url"`
		ImageHash string    `json:"image_hash"`
		Title     string
		Message   string
		Action    *callToAction `json:"call_to_action"`
	} `json:"video_data"`
}

type callToAction struct {
	Type  string `json:"type"`
	Value struct {
		Link string `json:"link"`
	} `json:"value"`
}

func (x *creative) nodeType() string { return "AdCreative" }
func (x *creative) nodeID() string   { return x.id }

func (x *creative) get(s *Server, _ time.Time, field string) any {
	switch field {
	case "id":
		return x.id
	case "account_id":
		return s.cfg.AccountID
	case "name":
		return x.name
	case "status":
		return "ACTIVE"
	case "object_story_spec":
		return rawJSON(x.story)
	case "title":
		return optional(x.headline)
	case "body":
		return optional(x.body)
	case "image_hash":
		return optional(x.imageHash)
	case "video_id":
		return optional(x.videoID)
	case "url_tags":
		return optional(x.urlTags)
	case "call_to_action_type":
		return optional(x.action)
	case "object_type":
		if x.videoID != "" {
			return "VIDEO"
		}
		return "SHARE"
	}
	return nil
}

func (s *Server) createCreative(c *call) (any, *fail) {
	if bad := checkName(c.params, false); bad != nil {
		return nil, bad
	}
	x, bad := s.readCreative(c, c.params)
	if bad != nil {
		return nil, bad
	}
	dry, bad := c.params.dryRun()
	if dry || bad != nil {
		return object{"success": true}, bad
	}
	s.addCreative(x)
	return object{"id": x.id}, nil
}

func (s *Server) addCreative(x *creative) {
	x.id = s.newID()
	s.creatives = append(s.creatives, x)
	s.nodes[x.id] = x
}

func (s *Server) readCreative(c *call, p params) (*creative, *fail) {
	if !p.has("object_story_spec") {
		return nil, missing("object_story_spec")
	}
	var spec storySpec
	if bad := p.into("object_story_spec", &spec); bad != nil {
		return nil, bad
	}
	if p.has("instagram_actor_id") || spec.InstagramActor != "" {
		return nil, invalid("instagram_actor_id is no longer supported. Use instagram_user_id")
	}
	if string(spec.Page) != s.cfg.PageID || s.cfg.PageID == "" {
		return nil, refuse(1487472, "object_story_spec", "Invalid page", "The page "+string(spec.Page)+" does not exist or this account may not advertise for it.")
	}
	x := &creative{name: p["name"], story: p["object_story_spec"], urlTags: p["url_tags"], created: c.now}
	switch {
	case spec.Link != nil && spec.Video == nil:
		l := spec.Link
		x.link, x.body, x.headline, x.description, x.imageHash = l.Link, l.Message, l.Name, l.Description, l.ImageHash
		if x.media = l.ImageHash; l.ImageHash == "" {
			x.media = l.Picture
		}
		return x, s.checkLinkAd(x, l.Action)
	case spec.Video != nil && spec.Link == nil:
		v := spec.Video
		x.body, x.headline, x.imageHash, x.videoID, x.media = v.Message, v.Title, v.ImageHash, string(v.VideoID), string(v.VideoID)
		return x, s.checkVideoAd(c, x, v.ImageURL, v.Action)
	}
	return nil, invalid("object_story_spec needs either link_data or video_data")
}

func (s *Server) checkLinkAd(x *creative, action *callToAction) *fail {
	if bad := checkLink(x.link); bad != nil {
		return bad
	}
	if bad := s.checkImage(x.imageHash); bad != nil {
		return bad
	}
	if action == nil {
		return nil
	}
	if action.Value.Link != "" {
		if bad := checkLink(action.Value.Link); bad != nil {
			return bad
		}
		x.link = action.Value.Link
	}
	x.action = action.Type
	return checkAction(action.Type)
}

func (s *Server) checkVideoAd(c *call, x *creative, imageURL string, action *callToAction) *fail {
	v, ok := s.nodes[x.videoID].(*video)
	if !ok {
		return refuse(1885252, "object_story_spec", "Invalid video", "The video "+x.videoID+" does not exist.")
	}
	if c.now.Before(v.ready) {
		return refuse(1885252, "object_story_spec", "Video is not ready", "The video "+x.videoID+" is still being processed.")
	}
	if x.imageHash == "" && imageURL == "" {
		return refuse(1443226, "object_story_spec", "Your video needs a thumbnail", "Set image_url or image_hash in video_data.")
	}
	if bad := s.checkImage(x.imageHash); bad != nil {
		return bad
	}
	if action == nil {
		return missing("object_story_spec[video_data][call_to_action]")
	}
	if bad := checkLink(action.Value.Link); bad != nil {
		return bad
	}
	x.link, x.action, x.media = action.Value.Link, action.Type, v.hash
	return checkAction(action.Type)
}

func (s *Server) checkImage(hash string) *fail {
	if hash != "" && s.images[hash] == nil {
		return refuse(1487242, "object_story_spec", "Image not found", "The image hash "+hash+" does not belong to an image of this account.")
	}
	return nil
}

func checkAction(kind string) *fail {
	if !contains(callsToAction, kind) {
		return invalid("Param call_to_action[type] " + kind + " is not a call to action of this objective")
	}
	return nil
}

func checkLink(link string) *fail {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return refuse(1487057, "object_story_spec", "Invalid link", "The link “"+link+"” is not a web address.")
	}
	return nil
}

// landing is where the ad leads: its link with url_tags, and the platform's macros filled in.
func (x *ad) landing() string {
	link := x.creative.link
	if tags := x.creative.urlTags; tags != "" {
		join := "?"
		if strings.Contains(link, "?") {
			join = "&"
		}
		link += join + tags
	}
	set := x.parent
	return strings.NewReplacer(
		"{{ad.id}}", x.id, "{{ad.name}}", url.QueryEscape(x.name), "{{adset.id}}", set.id, "{{adset.name}}", url.QueryEscape(set.name),
		"{{campaign.id}}", set.parent.id, "{{campaign.name}}", url.QueryEscape(set.parent.name),
		"{{site_source_name}}", "fb", "{{placement}}", "Facebook_Mobile_Feed",
	).Replace(link)
}

// inlineParams turns a creative given inside an ad into parameters.
func inlineParams(text string) params {
	var raw map[string]json.RawMessage
	_ = json.Unmarshal([]byte(text), &raw)
	p := params{}
	for k, v := range raw {
		var plain string
		if json.Unmarshal(v, &plain) == nil {
			p[k] = plain
		} else {
			p[k] = string(v)
		}
	}
	return p
}
