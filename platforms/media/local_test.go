package media_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/media"
)

var _ platforms.Media = (*media.Local)(nil)

func setup(t *testing.T) *media.Local {
	t.Helper()
	l, err := media.NewLocal(t.TempDir(), "http://shop.test/media/")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLocal(t *testing.T) {
	t.Parallel()
	t.Run("SameBytesAreOneFile", func(t *testing.T) {
		t.Parallel()
		l := setup(t)
		first, url, err := l.Put(t.Context(), []byte("picture"), "image/jpeg")
		if err != nil || url != "http://shop.test/media/"+first {
			t.Fatalf("url %q, error %v", url, err)
		}
		second, _, err := l.Put(t.Context(), []byte("picture"), "image/jpeg")
		if err != nil || first != second {
			t.Fatalf("keys %q and %q, error %v", first, second, err)
		}
		data, kind, err := l.Get(t.Context(), first)
		if err != nil || kind != "image/jpeg" || !bytes.Equal(data, []byte("picture")) {
			t.Fatalf("%q of %q, error %v", data, kind, err)
		}
	})
	t.Run("RefusesOtherTypes", func(t *testing.T) {
		t.Parallel()
		if _, _, err := setup(t).Put(t.Context(), []byte("<svg/>"), "image/svg+xml"); fault.KindOf(err) != fault.Refused {
			t.Fatalf("error %v", err)
		}
	})
	t.Run("NeverLeavesItsDirectory", func(t *testing.T) {
		t.Parallel()
		l := setup(t)
		for _, key := range []string{"../../etc/passwd", "aa/../../x.jpg", "", "aa/" + strings.Repeat("a", 32) + ".jpg"} {
			if _, _, err := l.Get(t.Context(), key); fault.CodeOf(err) != "not_found" {
				t.Errorf("%q: error %v", key, err)
			}
		}
	})
	t.Run("ServesFilesToBeCachedForEver", func(t *testing.T) {
		t.Parallel()
		l := setup(t)
		key, _, err := l.Put(t.Context(), []byte("picture"), "image/png")
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		l.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/"+key, nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Fatalf("status %d, headers %v", w.Code, w.Header())
		}
		missing := httptest.NewRecorder()
		l.Handler().ServeHTTP(missing, httptest.NewRequest(http.MethodGet, "/zz/none.png", nil))
		if missing.Code != http.StatusNotFound {
			t.Fatalf("status %d for a missing file", missing.Code)
		}
	})
}
