package httpx_test

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"testing"

	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

func TestJSON_KeepsAdTextAsItIs(t *testing.T) {
	t.Parallel()
	body, err := httpx.JSON(map[string]string{"ad_text": "2 < 3 & more"})
	if err != nil || string(body.Data) != `{"ad_text":"2 < 3 & more"}` || body.Type != "application/json" {
		t.Fatalf("have %s %s, %v", body.Type, body.Data, err)
	}
	if _, err := httpx.JSON(func() {}); err == nil {
		t.Error("encoded a function")
	}
}

func TestMultipart(t *testing.T) {
	t.Parallel()
	file := httpx.File{Field: "image_file", Name: `a".png`, Type: "image/png", Data: []byte("\x89PNG")}
	body, err := httpx.Multipart([]httpx.Field{{Name: "upload_type", Value: "UPLOAD_BY_FILE"}}, file)
	if err != nil {
		t.Fatal(err)
	}
	again, err := httpx.Multipart([]httpx.Field{{Name: "upload_type", Value: "UPLOAD_BY_FILE"}}, file)
	if err != nil || !bytes.Equal(body.Data, again.Data) {
		t.Fatal("the same upload gave other bytes")
	}
	_, params, err := mime.ParseMediaType(body.Type)
	if err != nil {
		t.Fatal(err)
	}
	form, err := multipart.NewReader(bytes.NewReader(body.Data), params["boundary"]).ReadForm(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	if got := form.Value["upload_type"]; len(got) != 1 || got[0] != "UPLOAD_BY_FILE" {
		t.Errorf("field: %q", got)
	}
	part := form.File["image_file"][0]
	opened, err := part.Open()
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(opened)
	if err != nil || string(data) != "\x89PNG" || part.Filename != `a".png` || part.Header.Get("Content-Type") != "image/png" {
		t.Errorf("file: %q %q %v %v", data, part.Filename, part.Header, err)
	}
}
