package adservers

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"image"

	// The formats that the platforms accept for ads.
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"

	_ "golang.org/x/image/webp"
)

// Picture is an uploaded image as a platform describes it. Hash is the MD5 of its bytes, in hex: the same bytes are the same image.
type Picture struct {
	Hash          string
	Format        string // "png", "jpeg", "gif", "webp"
	Width, Height int
	Size          int
}

// ReadPicture describes image bytes; it fails when they are no image of a known format.
func ReadPicture(data []byte) (Picture, error) {
	cfg, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return Picture{}, fmt.Errorf("read the picture: %w", err)
	}
	return Picture{Hash: Fingerprint(data), Format: format, Width: cfg.Width, Height: cfg.Height, Size: len(data)}, nil
}

// Fingerprint is the MD5 of data in hex, as both platforms define their file signatures.
func Fingerprint(data []byte) string {
	sum := md5.Sum(data)
	return hex.EncodeToString(sum[:])
}
