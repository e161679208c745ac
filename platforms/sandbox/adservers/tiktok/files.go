package tiktok

import (
	"net/url"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers"
)

// file is an uploaded picture or video.
type file struct {
	id, material, name string
	video              bool
	format             string
	width, height      int
	size               int
	signature          string
	created, ready     time.Time
}

// takeUpload reads the bytes or the address of an upload, checks its signature and claims its name, which must be new.
func (s *Server) takeUpload(c *call, kind string) (data []byte, name string) {
	a := c.args
	a.require("advertiser_id")
	how := a.choice("upload_type", "UPLOAD_BY_FILE", "UPLOAD_BY_FILE UPLOAD_BY_URL")
	switch {
	case a.bad != nil:
	case how == "UPLOAD_BY_URL":
		link := a.text(kind + "_url")
		a.require(kind + "_url")
		u, err := url.Parse(link)
		if a.bad == nil && (err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "http")) {
			a.bad = &fail{40902, "Unable to fetch the URL."}
		}
		data, name = []byte(link), pathName(u)
	case len(c.upload) == 0:
		a.require(kind + "_file")
		if a.bad == nil {
			a.bad = &fail{40906, "The file is empty."}
		}
	default:
		a.require(kind + "_signature")
		data, name = c.upload, c.uploadName
		if a.bad == nil && !strings.EqualFold(a.text(kind+"_signature"), adservers.Fingerprint(data)) {
			a.bad = &fail{40900, "The signature we calculated does not match the signature you provided for the file."}
		}
	}
	if a.has("file_name") {
		name = a.text("file_name")
	}
	if a.bad == nil && s.fileNames[name] {
		a.bad = &fail{40911, "Duplicated material name."}
	}
	return data, name
}

func pathName(u *url.URL) string {
	if u == nil {
		return ""
	}
	return u.Path[strings.LastIndex(u.Path, "/")+1:]
}

func (s *Server) uploadImage(c *call) (any, *fail) {
	data, name := s.takeUpload(c, "image")
	if c.args.bad != nil {
		return nil, c.args.bad
	}
	f := &file{name: name, created: c.now, ready: c.now, size: len(data), signature: adservers.Fingerprint(data), format: "png", width: 1080, height: 1080}
	if c.upload != nil {
		p, err := adservers.ReadPicture(data)
		if err != nil || p.Format == "gif" {
			return nil, &fail{40908, "The file type is unsupported."}
		}
		f.format, f.width, f.height = p.Format, p.Width, p.Height
	}
	s.seq++
	f.id = "ad-site-i18n-sg/" + f.signature[:16] + pad(s.seq, 6)
	s.imageCount++
	s.keep(f)
	return f.showImage(), nil
}

func (s *Server) keep(f *file) {
	s.seq++
	f.material = "70" + pad(s.seq, 17)
	s.files[f.id] = f
	s.fileNames[f.name] = true
}

func (f *file) showImage() object {
	return object{
		"image_id": f.id, "material_id": f.material, "file_name": f.name, "format": f.format, "width": f.width, "height": f.height,
		"size": f.size, "signature": f.signature, "image_url": "https://p.example.com/" + f.material, "displayable": true,
		"create_time": f.created.Format(time.RFC3339), "modify_time": f.created.Format(time.RFC3339),
	}
}

// uploadVideo answers with a list, unlike uploadImage.
func (s *Server) uploadVideo(c *call) (any, *fail) {
	data, name := s.takeUpload(c, "video")
	if c.args.bad != nil {
		return nil, c.args.bad
	}
	s.seq++
	f := &file{
		id: "v10033g5" + pad(s.seq, 12), name: name, video: true, format: "mp4", width: 720, height: 1280, size: len(data),
		signature: adservers.Fingerprint(data), created: c.now, ready: c.now.Add(s.cfg.VideoDelay),
	}
	s.keep(f)
	return []object{f.showVideo()}, nil
}

func (f *file) showVideo() object {
	return object{
		"video_id": f.id, "material_id": f.material, "file_name": f.name, "format": f.format, "width": f.width, "height": f.height,
		"duration": 15.0, "size": f.size, "signature": f.signature, "preview_url": "https://v.example.com/" + f.material,
		"video_cover_url": "https://p.example.com/" + f.material, "displayable": true,
		"create_time": f.created.Format(time.RFC3339), "modify_time": f.created.Format(time.RFC3339),
	}
}

func (s *Server) imageInfo(c *call) (any, *fail) {
	return s.fileInfo(c, "image_ids", (*file).showImage, false)
}
func (s *Server) videoInfo(c *call) (any, *fail) {
	return s.fileInfo(c, "video_ids", (*file).showVideo, true)
}

// fileInfo lists the files that exist among the ids asked for.
func (s *Server) fileInfo(c *call, field string, show func(*file) object, video bool) (any, *fail) {
	c.args.require(field)
	ids := c.args.texts(field)
	if c.args.bad != nil {
		return nil, c.args.bad
	}
	out := []object{}
	for _, id := range ids {
		if f := s.files[id]; f != nil && f.video == video {
			out = append(out, show(f))
		}
	}
	return object{"list": out}, nil
}
