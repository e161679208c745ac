package google

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

// DefaultTokenURL is where Google's access tokens come from.
const DefaultTokenURL = "https://oauth2.googleapis.com"

// Tokens gives access tokens.
type Tokens interface {
	Token(ctx context.Context) (httpx.Secret, error)
}

// StaticToken is an access token that somebody else renews, or that a test peer accepts for ever.
type StaticToken httpx.Secret

// Token gives the token.
func (s StaticToken) Token(context.Context) (httpx.Secret, error) { return httpx.Secret(s), nil }

// RefreshConfig is what renews access tokens by itself.
type RefreshConfig struct {
	BaseURL      string // empty: DefaultTokenURL
	ClientID     string
	ClientSecret httpx.Secret
	RefreshToken httpx.Secret
	HTTP         *httpx.Client
	Clock        platforms.Clock
}

// Refresher trades a refresh token for access tokens, which live for about an hour, and keeps the latest.
type Refresher struct {
	config  RefreshConfig
	service *httpx.Service

	mu    sync.Mutex
	token httpx.Secret
	until time.Time
}

// NewRefresher makes a Refresher, without calling Google.
func NewRefresher(c RefreshConfig) (*Refresher, error) {
	if c.ClientID == "" || c.ClientSecret == "" || c.RefreshToken == "" || c.HTTP == nil || c.Clock == nil {
		return nil, fmt.Errorf("google: client id, client secret, refresh token, HTTP client and clock are required")
	}
	service, err := c.HTTP.Service("google", orDefault(c.BaseURL, DefaultTokenURL), c.ClientSecret, c.RefreshToken)
	if err != nil {
		return nil, err
	}
	return &Refresher{config: c, service: service}, nil
}

// renewBefore is how long before its end a token is no longer used.
const renewBefore = time.Minute

// Token gives the kept token or a new one. A refresh token that Google no longer takes is Terminal.
func (r *Refresher) Token(ctx context.Context) (httpx.Secret, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.token != "" && r.config.Clock.Now().Before(r.until) {
		return r.token, nil
	}
	res, err := r.service.Do(ctx, httpx.Request{
		Operation: "refresh_token", Method: http.MethodPost, Path: "/token", Body: httpx.Form(url.Values{
			"grant_type":    {"refresh_token"},
			"client_id":     {r.config.ClientID},
			"client_secret": {r.config.ClientSecret.Reveal()},
			"refresh_token": {r.config.RefreshToken.Reveal()},
		}),
	})
	if err != nil {
		return "", err
	}
	if res.Status == http.StatusBadRequest || res.Status == http.StatusUnauthorized {
		return "", fault.Stop("token_expired", "google refused the refresh token: %s", r.service.Excerpt(res.Body))
	}
	if err := r.service.StatusFault(res, false, "google refresh_token"); err != nil {
		return "", err
	}
	var answer struct {
		Token   string `json:"access_token"`
		Seconds int64  `json:"expires_in"`
	}
	// The answer is a secret as a whole: a decoding error must not quote it.
	if r.service.Decode(res, false, &answer) != nil || answer.Token == "" {
		return "", fault.Retry("bad_answer", 0, fmt.Errorf("google refresh_token: the answer has no token"))
	}
	r.token = httpx.Secret(answer.Token)
	r.until = r.config.Clock.Now().Add(time.Duration(answer.Seconds)*time.Second - renewBefore)
	return r.token, nil
}
