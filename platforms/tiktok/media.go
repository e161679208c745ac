package tiktok

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

// imageID uploads a picture and gives TikTok's id of it, remembered since a media key never changes its bytes. An upload may be repeated: a
// second copy in the library costs nothing.
func (c *Client) imageID(ctx context.Context, key string) (string, error) {
	c.mu.Lock()
	id, ok := c.images[key]
	c.mu.Unlock()
	if ok {
		return id, nil
	}
	data, contentType, err := c.config.Media.Get(ctx, key)
	if err != nil {
		return "", fmt.Errorf("read picture %s: %w", key, err)
	}
	id, err = c.uploadImage(ctx, data, contentType)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	c.images[key] = id
	c.mu.Unlock()
	return id, nil
}

// uploadImage names the file after its content. File names are unique in an account and cannot be looked up, so a name that is taken (by
// an upload whose answer was lost, or before a restart) is tried once more with the time in it.
func (c *Client) uploadImage(ctx context.Context, data []byte, contentType string) (string, error) {
	sum := md5.Sum(data) // the signature that TikTok asks for
	signature := hex.EncodeToString(sum[:])
	name := "ac-" + signature
	id, err := c.uploadAs(ctx, name+extension(contentType), signature, data, contentType)
	if fault.CodeOf(err) == "duplicate_file_name" {
		name += "-" + strconv.FormatInt(c.config.Clock.Now().UnixNano(), 36)
		id, err = c.uploadAs(ctx, name+extension(contentType), signature, data, contentType)
	}
	return id, err
}

func (c *Client) uploadAs(ctx context.Context, name, signature string, data []byte, contentType string) (string, error) {
	body, err := httpx.Multipart([]httpx.Field{
		{Name: "advertiser_id", Value: c.config.AdvertiserID},
		{Name: "upload_type", Value: "UPLOAD_BY_FILE"},
		{Name: "file_name", Value: name},
		{Name: "image_signature", Value: signature},
	}, httpx.File{Field: "image_file", Name: name, Type: contentType, Data: data})
	if err != nil {
		return "", err
	}
	var answer struct {
		ID string `json:"image_id"`
	}
	request := httpx.Request{Operation: "upload_image", Method: http.MethodPost, Path: "/file/image/ad/upload/", Body: body}
	if err := c.call(ctx, request, &answer); err != nil {
		return "", err
	}
	if answer.ID == "" {
		return "", fault.Retry("bad_answer", 0, fmt.Errorf("tiktok upload_image: the answer has no id"))
	}
	return answer.ID, nil
}

func extension(contentType string) string {
	switch contentType {
	case "image/png":
		return ".png"
	case "image/webp":
		return ".webp"
	}
	return ".jpg"
}
