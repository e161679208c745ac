package studio_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/studio"
)

var copyText = platforms.Copy{Style: "urgency", Headline: "Mini projetor por US$ 59.90", Badge: "-25%"}

func render(t *testing.T, size int, picture []byte) []byte {
	t.Helper()
	s, err := studio.New(size)
	if err != nil {
		t.Fatal(err)
	}
	data, kind, err := s.Render(t.Context(), platforms.Brief{ProductID: "prd_x"}, copyText, picture)
	if err != nil || kind != "image/jpeg" {
		t.Fatalf("kind %q, error %v", kind, err)
	}
	return data
}

func photo(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{R: 0xff, A: 0xff})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestSimple_Render(t *testing.T) {
	t.Parallel()
	t.Run("IsASquareJPEGOfTheSize", func(t *testing.T) {
		t.Parallel()
		cfg, format, err := image.DecodeConfig(bytes.NewReader(render(t, 270, nil)))
		if err != nil || format != "jpeg" || cfg.Width != 270 || cfg.Height != 270 {
			t.Fatalf("%s %d × %d, error %v", format, cfg.Width, cfg.Height, err)
		}
	})
	t.Run("GivesTheSameBytesForTheSameInput", func(t *testing.T) {
		t.Parallel()
		if !bytes.Equal(render(t, 128, nil), render(t, 128, nil)) {
			t.Fatal("two renderings differ")
		}
	})
	t.Run("ShowsTheProductWholeInTheMiddle", func(t *testing.T) {
		t.Parallel()
		img, _, err := image.Decode(bytes.NewReader(render(t, 256, photo(t, 200, 50))))
		if err != nil {
			t.Fatal(err)
		}
		if r, g, _, _ := img.At(128, 96).RGBA(); r>>8 < 200 || g>>8 > 60 {
			t.Fatalf("the middle is not the photo: r %d g %d", r>>8, g>>8)
		}
	})
	t.Run("DrawsTheBadgeAndTheHeadlinePanel", func(t *testing.T) {
		t.Parallel()
		img, _, err := image.Decode(bytes.NewReader(render(t, 256, nil)))
		if err != nil {
			t.Fatal(err)
		}
		if r, g, b, _ := img.At(15, 15).RGBA(); r>>8 < 120 || g>>8 > 90 || b>>8 > 90 {
			t.Fatalf("no red badge: %d %d %d", r>>8, g>>8, b>>8)
		}
	})
	t.Run("RefusesRubbish", func(t *testing.T) {
		t.Parallel()
		s, err := studio.New(128)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Render(t.Context(), platforms.Brief{}, copyText, []byte("not a picture"))
		if fault.KindOf(err) != fault.Refused || fault.CodeOf(err) != "bad_picture" {
			t.Fatalf("error %v", err)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	for _, size := range []int{270, 1080} {
		s, err := studio.New(size)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(map[int]string{270: "270px", 1080: "1080px"}[size], func(b *testing.B) {
			for b.Loop() {
				if _, _, err := s.Render(b.Context(), platforms.Brief{ProductID: "prd_x"}, copyText, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
