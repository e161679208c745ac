package world

import (
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

// storage is the file store: buckets of objects.
type storage struct {
	buckets map[string]*bucket
	files   map[string]*file // by bucket/path
	bytes   int64
	writes  int64
}

type bucket struct {
	public bool
	limit  int64
	types  []string // mime types, as image/* or image/png; empty: any
}

type file struct {
	data        []byte
	contentType string
	at          time.Time
}

// newStorage has the public bucket media, for pictures and clips of up to 50 MB.
func newStorage() storage {
	return storage{files: map[string]*file{}, buckets: map[string]*bucket{"media": {public: true, limit: 50 << 20, types: []string{"image/*", "video/*", "audio/*"}}}}
}

// Supabase is the storage service: /storage/v1/object/{bucket}/{path}. Its errors are HTTP 400 with the true status inside.
func (w *World) Supabase() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /storage/v1/object/public/{bucket}/{path...}", w.storagePublic)
	mux.HandleFunc("GET /storage/v1/object/{bucket}/{path...}", w.storageAllowed(w.storageGet))
	mux.HandleFunc("POST /storage/v1/object/{bucket}/{path...}", w.storageAllowed(w.storagePut))
	mux.HandleFunc("PUT /storage/v1/object/{bucket}/{path...}", w.storageAllowed(w.storagePut))
	mux.HandleFunc("DELETE /storage/v1/object/{bucket}/{path...}", w.storageAllowed(w.storageDelete))
	mux.HandleFunc("GET /storage/v1/bucket/{bucket}", w.storageAllowed(w.storageBucket))
	mux.HandleFunc("GET /storage/v1/bucket", w.storageAllowed(w.storageBuckets))
	return w.counted("supabase", mux)
}

func storageError(rw http.ResponseWriter, status, name, code, message string) {
	reply(rw, http.StatusBadRequest, object{"statusCode": status, "error": name, "message": message, "code": code})
}

func (w *World) storageAllowed(next http.HandlerFunc) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if key != w.secrets.SupabaseKey {
			storageError(rw, "403", "Unauthorized", "AccessDenied", "Invalid Compact JWS")
			return
		}
		next(rw, r)
	}
}

func (w *World) storagePut(rw http.ResponseWriter, r *http.Request) {
	name, path := r.PathValue("bucket"), r.PathValue("path")
	w.mu.Lock()
	b := w.storage.buckets[name]
	w.mu.Unlock()
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case b == nil:
		storageError(rw, "404", "Bucket not found", "NoSuchBucket", "Bucket not found")
		return
	case path == "" || strings.Contains(path, "..") || strings.HasSuffix(path, "/"):
		storageError(rw, "400", "InvalidKey", "InvalidKey", "Invalid key: "+path)
		return
	case err != nil || !b.allows(kind):
		storageError(rw, "415", "invalid_mime_type", "InvalidMimeType", "mime type "+orElse(kind, "undefined")+" is not supported")
		return
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, b.limit+1))
	if err != nil || int64(len(data)) > b.limit {
		storageError(rw, "413", "Payload too large", "EntityTooLarge", "The object exceeded the maximum allowed size")
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	key := name + "/" + path
	old := w.storage.files[key]
	switch {
	case r.Method == http.MethodPost && old != nil && r.Header.Get("x-upsert") != "true":
		storageError(rw, "409", "Duplicate", "KeyAlreadyExists", "The resource already exists")
		return
	case r.Method == http.MethodPut && old == nil:
		storageError(rw, "404", "not_found", "NoSuchKey", "Object not found")
		return
	case old != nil:
		w.storage.bytes -= int64(len(old.data))
	}
	w.storage.files[key] = &file{data: data, contentType: kind, at: w.now()}
	w.storage.bytes += int64(len(data))
	w.storage.writes++
	reply(rw, http.StatusOK, object{"Id": uuid("object", key), "Key": key})
}

func (b *bucket) allows(kind string) bool {
	family, _, _ := strings.Cut(kind, "/")
	return len(b.types) == 0 || slices.Contains(b.types, kind) || slices.Contains(b.types, family+"/*")
}

func (w *World) storagePublic(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	b := w.storage.buckets[r.PathValue("bucket")]
	w.mu.Unlock()
	if b == nil || !b.public {
		storageError(rw, "404", "Bucket not found", "NoSuchBucket", "Bucket not found")
		return
	}
	w.storageGet(rw, r)
}

func (w *World) storageGet(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	f := w.storage.files[r.PathValue("bucket")+"/"+r.PathValue("path")]
	w.mu.Unlock()
	if f == nil {
		storageError(rw, "404", "not_found", "NoSuchKey", "Object not found")
		return
	}
	rw.Header().Set("Content-Type", f.contentType)
	rw.Header().Set("Cache-Control", "max-age=3600")
	rw.Header().Set("Last-Modified", f.at.UTC().Format(http.TimeFormat))
	_, _ = rw.Write(f.data)
}

func (w *World) storageDelete(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := r.PathValue("bucket") + "/" + r.PathValue("path")
	f := w.storage.files[key]
	if f == nil {
		storageError(rw, "404", "not_found", "NoSuchKey", "Object not found")
		return
	}
	w.storage.bytes -= int64(len(f.data))
	delete(w.storage.files, key)
	reply(rw, http.StatusOK, object{"message": "Successfully deleted"})
}

func (b *bucket) node(id string) object {
	return object{"id": id, "name": id, "public": b.public, "file_size_limit": b.limit, "allowed_mime_types": b.types}
}

func (w *World) storageBucket(rw http.ResponseWriter, r *http.Request) {
	id := r.PathValue("bucket")
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.storage.buckets[id]
	if b == nil {
		storageError(rw, "404", "Bucket not found", "NoSuchBucket", "Bucket not found")
		return
	}
	reply(rw, http.StatusOK, b.node(id))
}

func (w *World) storageBuckets(rw http.ResponseWriter, _ *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	reply(rw, http.StatusOK, []object{w.storage.buckets["media"].node("media")})
}
