package world

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"regexp"
	"strings"
)

var imageName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}\.png$`)

// Images draws a picture for every product: GET /{ref}.png. The same reference has the same picture.
func (w *World) Images() http.Handler {
	return w.counted("img", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		if !imageName.MatchString(name) || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
			http.NotFound(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "image/png")
		rw.Header().Set("Cache-Control", "max-age=86400")
		_, _ = rw.Write(picture(strings.TrimSuffix(name, ".png")))
	}))
}

// picture is a plain product shot: a body of two colours with a highlight on white, 320 pixels square.
func picture(ref string) []byte {
	const side = 320
	h := derived("picture", ref)
	tone := func(shift uint) color.RGBA {
		v := h >> shift
		return color.RGBA{uint8(50 + v%170), uint8(50 + v>>8%170), uint8(50 + v>>16%170), 255}
	}
	body, lid := tone(3), tone(27)
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, body, lid, color.RGBA{235, 235, 235, 255}, color.RGBA{250, 250, 250, 255}})
	left, top := 60+int(h%50), 50+int(h>>9%60)
	right, bottom := side-left, side-40
	round := 20 + int(h>>17%60)
	for y := range side {
		for x := range side {
			switch {
			case y > bottom && y < bottom+10 && x > left-10 && x < right+10:
				img.SetColorIndex(x, y, 3)
			case x >= left && x < right && y >= top && y <= bottom && inRounded(x, y, left, top, right, bottom, round):
				index := uint8(1)
				if y < top+(bottom-top)/3 {
					index = 2
				}
				if x > left+14 && x < left+26 && y > top+round && y < bottom-round {
					index = 4
				}
				img.SetColorIndex(x, y, index)
			}
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, img); err != nil {
		panic("world: a picture in memory cannot fail to encode: " + err.Error())
	}
	return out.Bytes()
}

func inRounded(x, y, left, top, right, bottom, r int) bool {
	cx, cy := min(max(x, left+r), right-r), min(max(y, top+r), bottom-r)
	return (x-cx)*(x-cx)+(y-cy)*(y-cy) <= r*r
}
