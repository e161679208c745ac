// Package studio renders ad pictures: the product's photo or a pattern of its own, the headline, the price line and a badge, on a
// square canvas. It is deterministic: the same input gives the same bytes.
package studio

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // product pictures come as PNG too
	"strings"
	"sync"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms"
)

const (
	jpegQuality = 82
	// maxPixels bounds a foreign picture before it is decoded: a small file can claim to be enormous.
	maxPixels = 40 << 20
)

// Simple renders pictures of Size × Size pixels.
type Simple struct {
	size  int
	faces sync.Pool
	font  *opentype.Font
}

// New makes a studio; size is in pixels, 64 to 2160.
func New(size int) (*Simple, error) {
	parsed, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return nil, fmt.Errorf("parse the built-in font: %w", err)
	}
	if size < 64 || size > 2160 {
		return nil, fmt.Errorf("picture size %d: want 64 to 2160 pixels", size)
	}
	return &Simple{size: size, font: parsed}, nil
}

// Render draws one ad. An unreadable product picture is Refused "bad_picture"; none at all gives a pattern in the product's colours.
func (s *Simple) Render(_ context.Context, b platforms.Brief, c platforms.Copy, productImage []byte) ([]byte, string, error) {
	canvas := image.NewRGBA(image.Rect(0, 0, s.size, s.size))
	tone := toneOf(b.ProductID + c.Style)
	if err := s.background(canvas, productImage, tone); err != nil {
		return nil, "", err
	}
	s.panel(canvas, tone)
	if err := s.words(canvas, c); err != nil {
		return nil, "", err
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, canvas, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, "", fmt.Errorf("encode picture: %w", err)
	}
	return out.Bytes(), "image/jpeg", nil
}

func (s *Simple) background(canvas *image.RGBA, productImage []byte, tone color.RGBA) error {
	draw.Draw(canvas, canvas.Bounds(), image.NewUniform(lighter(tone)), image.Point{}, draw.Src)
	if len(productImage) == 0 {
		s.pattern(canvas, tone)
		return nil
	}
	header, _, err := image.DecodeConfig(bytes.NewReader(productImage))
	if err != nil || header.Width*header.Height > maxPixels || header.Width < 1 || header.Height < 1 {
		return fault.Refuse("bad_picture", "the product's picture cannot be read (%d × %d, %v)", header.Width, header.Height, err)
	}
	picture, _, err := image.Decode(bytes.NewReader(productImage))
	if err != nil {
		return fault.Refuse("bad_picture", "the product's picture cannot be read: %v", err)
	}
	draw.ApproxBiLinear.Scale(canvas, s.fit(picture.Bounds()), picture, picture.Bounds(), draw.Over, nil)
	return nil
}

// fit centres a picture in the upper three quarters, whole.
func (s *Simple) fit(b image.Rectangle) image.Rectangle {
	room := s.size * 3 / 4
	w, h := room, room*b.Dy()/b.Dx()
	if h > room {
		w, h = room*b.Dx()/b.Dy(), room
	}
	left, top := (s.size-w)/2, (room-h)/2
	return image.Rect(left, top, left+w, top+h)
}

func (s *Simple) pattern(canvas *image.RGBA, tone color.RGBA) {
	step := max(s.size/12, 4)
	for y := 0; y < s.size*3/4; y += step {
		for x := (y / step % 2) * step; x < s.size; x += 2 * step {
			draw.Draw(canvas, image.Rect(x, y, x+step, y+step), image.NewUniform(tone), image.Point{}, draw.Src)
		}
	}
}

func (s *Simple) panel(canvas *image.RGBA, tone color.RGBA) {
	draw.Draw(canvas, image.Rect(0, s.size*3/4, s.size, s.size), image.NewUniform(darker(tone)), image.Point{}, draw.Src)
}

func (s *Simple) words(canvas *image.RGBA, c platforms.Copy) error {
	face, err := s.face()
	if err != nil {
		return err
	}
	defer s.faces.Put(face)
	drawer := &font.Drawer{Dst: canvas, Src: image.White, Face: face}
	margin := s.size / 20
	line := face.Metrics().Height.Ceil()
	y := s.size*3/4 + margin/2 + line
	for _, text := range wrap(drawer, c.Headline, s.size-2*margin, 2) {
		drawer.Dot = fixed.P(margin, y)
		drawer.DrawString(text)
		y += line
	}
	if c.Badge != "" {
		s.badge(canvas, drawer, c.Badge, margin, line)
	}
	return nil
}

func (s *Simple) badge(canvas *image.RGBA, drawer *font.Drawer, text string, margin, line int) {
	width := drawer.MeasureString(text).Ceil()
	box := image.Rect(margin, margin, margin+width+margin, margin+line+margin/2)
	draw.Draw(canvas, box, image.NewUniform(color.RGBA{R: 0xb4, G: 0x1c, B: 0x1c, A: 0xff}), image.Point{}, draw.Src)
	drawer.Dot = fixed.P(margin+margin/2, margin+line)
	drawer.DrawString(text)
}

// face lends a font face: faces keep glyph caches and may not be shared by two goroutines.
func (s *Simple) face() (font.Face, error) {
	if face, ok := s.faces.Get().(font.Face); ok {
		return face, nil
	}
	face, err := opentype.NewFace(s.font, &opentype.FaceOptions{Size: float64(s.size) / 18, DPI: 72})
	if err != nil {
		return nil, fmt.Errorf("open the built-in font: %w", err)
	}
	return face, nil
}

func wrap(d *font.Drawer, text string, width, most int) []string {
	var lines []string
	current := ""
	for _, word := range strings.Fields(text) {
		longer := strings.TrimSpace(current + " " + word)
		if current != "" && d.MeasureString(longer).Ceil() > width {
			lines = append(lines, current)
			current = word
			continue
		}
		current = longer
	}
	lines = append(lines, current)
	return lines[:min(most, len(lines))]
}

func toneOf(s string) color.RGBA {
	sum := sha256.Sum256([]byte(s))
	return color.RGBA{R: 60 + sum[0]%120, G: 60 + sum[1]%120, B: 60 + sum[2]%120, A: 0xff}
}

func lighter(c color.RGBA) color.RGBA {
	return color.RGBA{R: 128 + c.R/2, G: 128 + c.G/2, B: 128 + c.B/2, A: 0xff}
}
func darker(c color.RGBA) color.RGBA { return color.RGBA{R: c.R / 3, G: c.G / 3, B: c.B / 3, A: 0xff} }
