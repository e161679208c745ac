package pictures_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/pictures"
)

var _ platforms.Pictures = (*pictures.Fetcher)(nil)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func TestFetcher_Fetch(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ok.png":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte("png"))
		case "/inwards":
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
		case "/page":
			w.Header().Set("Content-Type", "text/html")
		}
	}))
	t.Cleanup(server.Close)
	for name, c := range map[string]struct {
		allow   []netip.Prefix
		address string
		code    string
	}{
		"FetchesWhatIsAllowed":       {loopback, server.URL + "/ok.png", ""},
		"RefusesLoopbackOtherwise":   {nil, server.URL + "/ok.png", "private_address"},
		"RefusesARedirectInwards":    {loopback, server.URL + "/inwards", "private_address"},
		"RefusesWhatIsNoPicture":     {loopback, server.URL + "/page", "no_picture"},
		"RefusesFiles":               {nil, "file:///etc/passwd", "bad_address"},
		"RefusesCredentials":         {nil, "http://a:b@example.com/x.png", "bad_address"},
		"RefusesMetadataByNumber":    {nil, "http://169.254.169.254/x.png", "private_address"},
		"RefusesPrivateIPv6":         {nil, "http://[fd00::1]/x.png", "private_address"},
		"RefusesMappedIPv4":          {nil, "http://[::ffff:10.0.0.1]/x.png", "private_address"},
		"RefusesAnAddressWithNoHost": {nil, "http:///x.png", "bad_address"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := pictures.New(c.allow).Fetch(t.Context(), c.address)
			if c.code == "" {
				if err != nil || string(data) != "png" {
					t.Fatalf("data %q, error %v", data, err)
				}
				return
			}
			if fault.CodeOf(err) != c.code || fault.KindOf(err) != fault.Refused {
				t.Fatalf("error %v, want %s", err, c.code)
			}
		})
	}
}
