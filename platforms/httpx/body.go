package httpx

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"net/url"
)

// Body is a request body and its content type. The zero value is no body.
type Body struct {
	Type string
	Data []byte
}

// Form encodes fields as application/x-www-form-urlencoded, sorted by name.
func Form(fields url.Values) Body {
	return Body{Type: "application/x-www-form-urlencoded", Data: []byte(fields.Encode())}
}

// JSON encodes v without escaping <, > and &, which some platforms would count as six characters of an ad's text.
func JSON(v any) (Body, error) {
	data, err := MarshalJSON(v)
	if err != nil {
		return Body{}, fmt.Errorf("encode request body: %w", err)
	}
	return Body{Type: "application/json", Data: data}, nil
}

// MarshalJSON is json.Marshal without HTML escapes.
func MarshalJSON(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// Field is one text field of a multipart body.
type Field struct{ Name, Value string }

// File is the file of a multipart body.
type File struct {
	Field string
	Name  string
	Type  string // content type; empty: application/octet-stream
	Data  []byte
}

// Multipart encodes fields in their order and then one file. The boundary is derived from the file, so that the same upload is the
// same bytes.
func Multipart(fields []Field, file File) (Body, error) {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	sum := sha256.Sum256(file.Data)
	if err := w.SetBoundary("ac-" + hex.EncodeToString(sum[:16])); err != nil {
		return Body{}, fmt.Errorf("encode multipart body: %w", err)
	}
	for _, f := range fields {
		if err := w.WriteField(f.Name, f.Value); err != nil {
			return Body{}, fmt.Errorf("encode multipart field %s: %w", f.Name, err)
		}
	}
	part, err := w.CreatePart(fileHeader(file))
	if err != nil {
		return Body{}, fmt.Errorf("encode multipart file: %w", err)
	}
	if _, err := part.Write(file.Data); err != nil {
		return Body{}, fmt.Errorf("encode multipart file: %w", err)
	}
	if err := w.Close(); err != nil {
		return Body{}, fmt.Errorf("encode multipart body: %w", err)
	}
	return Body{Type: w.FormDataContentType(), Data: buf.Bytes()}, nil
}

func fileHeader(f File) textproto.MIMEHeader {
	contentType := f.Type
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	return textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition(f.Field, f.Name)},
		"Content-Type":        {contentType},
	}
}
