package meta

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// imageHash uploads a picture and gives Meta's hash of it. The same bytes give the same hash, so an upload may always be repeated; it is
// remembered to save the traffic, since a media key never changes its bytes.
func (c *Client) imageHash(ctx context.Context, key string) (string, error) {
	c.mu.Lock()
	hash, ok := c.images[key]
	c.mu.Unlock()
	if ok {
		return hash, nil
	}
	data, _, err := c.config.Media.Get(ctx, key)
	if err != nil {
		return "", fmt.Errorf("read picture %s: %w", key, err)
	}
	hash, err = c.uploadImage(ctx, data)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	c.images[key] = hash
	c.mu.Unlock()
	return hash, nil
}

func (c *Client) uploadImage(ctx context.Context, data []byte) (string, error) {
	var answer struct {
		Images map[string]struct {
			Hash string `json:"hash"`
		} `json:"images"`
	}
	form := url.Values{"bytes": {base64.StdEncoding.EncodeToString(data)}}
	if err := c.postRepeatable(ctx, "upload_image", c.edge("adimages"), form, &answer); err != nil {
		return "", err
	}
	// One picture was sent, so one comes back; its key is "bytes" today and was a file name in older versions.
	var hashes []string
	for _, image := range answer.Images {
		hashes = append(hashes, image.Hash)
	}
	if len(hashes) != 1 || slices.Contains(hashes, "") {
		return "", fault.Retry("bad_answer", 0, fmt.Errorf("meta upload_image: want one hash in the answer, have %d", len(hashes)))
	}
	return hashes[0], nil
}
