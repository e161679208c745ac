package meta

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
)

// picture is an uploaded image; the same bytes are one picture.
type picture struct {
	adservers.Picture
	name    string
	created time.Time
}

func (x *picture) nodeType() string { return "AdImage" }
func (x *picture) nodeID() string   { return x.Hash }

func (x *picture) get(s *Server, _ time.Time, field string) any {
	switch field {
	case "id":
		return s.cfg.AccountID + ":" + x.Hash
	case "account_id":
		return s.cfg.AccountID
	case "hash":
		return x.Hash
	case "name":
		return x.name
	case "status":
		return "ACTIVE"
	case "width", "original_width":
		return x.Width
	case "height", "original_height":
		return x.Height
	case "url", "permalink_url":
		return x.url()
	case "created_time", "updated_time":
		return s.stamp(x.created)
	}
	return nil
}

func (x *picture) url() string { return "https://scontent.example.com/" + x.Hash + "." + x.Format }

// uploadImages takes base64 in "bytes", or multipart files; the response is keyed by "bytes" or by the file's name.
func (s *Server) uploadImages(c *call) (any, *fail) {
	files := c.files
	if b := c.params["bytes"]; b != "" {
		data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(b), ""))
		if err != nil {
			return nil, invalid("Param bytes must be base64")
		}
		files = append(files, upload{"bytes", "bytes", data})
	}
	if len(files) == 0 {
		return nil, missing("bytes")
	}
	found := make([]*picture, len(files))
	for i, f := range files {
		p, err := adservers.ReadPicture(f.data)
		if err != nil {
			return nil, refuse(1487411, f.field, "Invalid image", "The file "+f.name+" is not an image of a supported type.")
		}
		name := f.name
		if f.field == "bytes" {
			name = or(c.params["name"], "untitled")
		}
		found[i] = &picture{p, name, c.now}
	}
	images := object{}
	for i, p := range found {
		if s.images[p.Hash] == nil {
			s.images[p.Hash] = p
			s.imageList = append(s.imageList, p)
		}
		p = s.images[p.Hash]
		images[files[i].name] = object{"hash": p.Hash, "url": p.url(), "width": p.Width, "height": p.Height, "name": p.name}
	}
	return object{"images": images}, nil
}

// video is an uploaded video; it is processed for a while.
type video struct {
	id, title, hash string
	created, ready  time.Time
}

func (x *video) nodeType() string { return "AdVideo" }
func (x *video) nodeID() string   { return x.id }

func (x *video) get(s *Server, now time.Time, field string) any {
	switch field {
	case "id":
		return x.id
	case "title":
		return optional(x.title)
	case "status":
		state, phase := "ready", "complete"
		if now.Before(x.ready) {
			state, phase = "processing", "in_progress"
		}
		return object{
			"video_status": state, "uploading_phase": object{"status": "complete"},
			"processing_phase": object{"status": phase}, "publishing_phase": object{"status": phase},
		}
	case "picture":
		return "https://scontent.example.com/" + x.id + ".jpg"
	case "created_time", "updated_time":
		return s.stamp(x.created)
	}
	return nil
}

// uploadVideo takes a whole file in "source" or an address in file_url; uploads in phases are not simulated.
func (s *Server) uploadVideo(c *call) (any, *fail) {
	if c.params.has("upload_phase") {
		return nil, invalid("upload_phase is not supported by this sandbox: send source or file_url")
	}
	hash := ""
	for _, f := range c.files {
		if f.field == "source" && len(f.data) > 0 {
			hash = adservers.Fingerprint(f.data)
		}
	}
	if u := c.params["file_url"]; hash == "" && u != "" {
		if checkLink(u) != nil {
			return nil, &fail{status: http.StatusBadRequest, kind: "OAuthException", code: 389, message: "(#389) Unable to fetch video file from URL."}
		}
		hash = adservers.Fingerprint([]byte(u))
	}
	if hash == "" {
		return nil, &fail{status: http.StatusBadRequest, kind: "OAuthException", code: 352, message: "(#352) The video file you selected is in a format that we don't support."}
	}
	x := &video{id: s.newID(), title: or(c.params["title"], c.params["name"]), hash: hash, created: c.now, ready: c.now.Add(s.cfg.VideoDelay)}
	s.nodes[x.id] = x
	return object{"id": x.id}, nil
}
