// Package media keeps the files that ads show. Keys are content hashes: the same bytes are one file, and a file never changes.
package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// Local keeps files in a directory, as <two letters>/<hash>.<ending>, and gives them addresses under a public URL.
type Local struct {
	root   string
	public string
}

// NewLocal opens (and makes) the directory. public is the address that its files are served under, without a trailing slash.
func NewLocal(dir, public string) (*Local, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the media directory: %w", err)
	}
	return &Local{root: dir, public: strings.TrimSuffix(public, "/")}, nil
}

var endings = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "video/mp4": ".mp4"}

// Put writes the file unless it exists. Other types than pictures and MP4 are Refused.
func (l *Local) Put(_ context.Context, data []byte, contentType string) (key, url string, err error) {
	ending, ok := endings[contentType]
	if !ok {
		return "", "", fault.Refuse("unsupported_media", "media of type %q is not kept; want a picture or MP4", contentType)
	}
	sum := sha256.Sum256(data)
	name := hex.EncodeToString(sum[:16])
	key = name[:2] + "/" + name + ending
	path := filepath.Join(l.root, filepath.FromSlash(key))
	if _, err := os.Stat(path); err == nil {
		return key, l.public + "/" + key, nil
	}
	if err := write(path, data); err != nil {
		return "", "", fault.Retry("media_unwritable", 0, fmt.Errorf("keep media %s: %w", key, err))
	}
	return key, l.public + "/" + key, nil
}

// write makes the file appear whole: a reader never sees half of it.
func write(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".put-*")
	if err != nil {
		return err
	}
	_, err = temporary.Write(data)
	err = errors.Join(err, temporary.Chmod(0o644), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	return nil
}

var keyShape = regexp.MustCompile(`^[0-9a-f]{2}/[0-9a-f]{32}\.(jpg|png|webp|mp4)$`)

// Get reads a file; an unknown or malformed key is Refused "not_found".
func (l *Local) Get(_ context.Context, key string) ([]byte, string, error) {
	if !keyShape.MatchString(key) {
		return nil, "", fault.Refuse("not_found", "there is no media %q", key)
	}
	data, err := os.ReadFile(filepath.Join(l.root, filepath.FromSlash(key)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fault.Refuse("not_found", "there is no media %q", key)
	}
	if err != nil {
		return nil, "", fault.Retry("media_unreadable", 0, fmt.Errorf("read media %s: %w", key, err))
	}
	return data, mime.TypeByExtension(filepath.Ext(key)), nil
}

// Handler serves the files, to be cached for ever.
func (l *Local) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, contentType, err := l.Get(r.Context(), strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if _, err := w.Write(data); err != nil {
			return // the reader went away: there is nobody to tell
		}
	})
}
