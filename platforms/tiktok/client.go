package tiktok

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

// The defaults of Config.
const (
	DefaultBaseURL      = "https://business-api.tiktok.com/open_api/v1.3"
	DefaultIdentityType = "CUSTOMIZED_USER"
	DefaultBuyers       = "ac-buyers"
)

// Media reads the pictures that ads show.
type Media interface {
	Get(ctx context.Context, key string) (data []byte, contentType string, err error)
}

// Config is one advertiser account and what its ads refer to.
type Config struct {
	BaseURL      string       // with "/open_api/v1.3"; empty: DefaultBaseURL
	Token        httpx.Secret // long-lived access token
	AdvertiserID string
	PixelID      string // whose purchases are optimised for
	IdentityID   string // who signs the ads
	IdentityType string // empty: DefaultIdentityType
	Buyers       string // name of the audience of our buyers, the seed of lookalikes; empty: DefaultBuyers
	Currency     money.Currency
	// MinimumBudget is the least daily budget of an ad group. The zero value is the published 20 USD; an account in another currency
	// has to state its own.
	MinimumBudget money.Amount
	HTTP          *httpx.Client
	Media         Media
	Clock         platforms.Clock // for the start of schedules and for the end of quotas
}

// Client is one TikTok advertiser account.
type Client struct {
	config   Config
	service  *httpx.Service
	throttle throttle

	mu        sync.Mutex
	images    map[string]string // media key → image id
	interests map[string]string // keyword → interest keyword id, empty when TikTok knows none
	adGroups  map[string]string // ad id → ad group id; ads never move
}

var _ platforms.Ads = (*Client)(nil)

// New makes the client of an account, without calling the platform.
func New(c Config) (*Client, error) {
	c.BaseURL = orDefault(c.BaseURL, DefaultBaseURL)
	c.IdentityType = orDefault(c.IdentityType, DefaultIdentityType)
	c.Buyers = orDefault(c.Buyers, DefaultBuyers)
	if c.MinimumBudget.IsZero() && c.Currency == money.USD {
		c.MinimumBudget = publishedMinimum
	}
	switch {
	case c.Token == "":
		return nil, errors.New("tiktok: the access token is missing")
	case c.AdvertiserID == "" || c.PixelID == "" || c.IdentityID == "":
		return nil, errors.New("tiktok: advertiser, pixel and identity ids are required")
	case !c.Currency.Valid():
		return nil, fmt.Errorf("tiktok: unknown account currency %q", c.Currency)
	case c.MinimumBudget.Currency() != c.Currency || !c.MinimumBudget.Positive():
		return nil, fmt.Errorf("tiktok: the minimum daily budget in %s is required", c.Currency)
	case c.HTTP == nil || c.Media == nil || c.Clock == nil:
		return nil, errors.New("tiktok: an HTTP client, a media store and a clock are required")
	}
	service, err := c.HTTP.Service("tiktok", c.BaseURL, c.Token)
	if err != nil {
		return nil, err
	}
	return &Client{
		config: c, service: service,
		images: map[string]string{}, interests: map[string]string{}, adGroups: map[string]string{},
	}, nil
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

type envelope struct {
	Code      *int64          `json:"code"`
	Message   string          `json:"message"`
	RequestID string          `json:"request_id"`
	Data      json.RawMessage `json:"data"`
}

// get reads. Every value of the query is text; arrays and objects are JSON text.
func (c *Client) get(ctx context.Context, operation, path string, query url.Values, into any) error {
	if !query.Has("advertiser_ids") {
		query.Set("advertiser_id", c.config.AdvertiserID)
	}
	return c.call(ctx, httpx.Request{Operation: operation, Method: http.MethodGet, Path: path, Query: query}, into)
}

// post changes something: a lost answer is Ambiguous.
func (c *Client) post(ctx context.Context, operation, path string, body, into any) error {
	return c.send(ctx, operation, path, body, into, true)
}

// postRepeatable is for posts that follow a look-up of what they would make, and may be repeated with it.
func (c *Client) postRepeatable(ctx context.Context, operation, path string, body, into any) error {
	return c.send(ctx, operation, path, body, into, false)
}

func (c *Client) send(ctx context.Context, operation, path string, body, into any, mutates bool) error {
	encoded, err := httpx.JSON(body)
	if err != nil {
		return fmt.Errorf("tiktok %s: %w", operation, err)
	}
	return c.call(ctx, httpx.Request{Operation: operation, Method: http.MethodPost, Path: path, Body: encoded, Mutates: mutates}, into)
}

func (c *Client) call(ctx context.Context, r httpx.Request, into any) error {
	r.Header = http.Header{"Access-Token": {c.config.Token.Reveal()}}
	res, err := c.service.Do(ctx, r)
	if err != nil {
		return err
	}
	if res.Status == http.StatusNotFound {
		// What does not exist is said in an envelope. A bare 404 must not be taken for that: a create would be repeated.
		return fault.Stop("bad_address", "tiktok %s: nothing like TikTok's API at the configured address", r.Operation)
	}
	if err := c.service.StatusFault(res, r.Mutates, "tiktok "+r.Operation); err != nil {
		return err
	}
	var answer envelope
	if err := c.service.Decode(res, r.Mutates, &answer); err != nil {
		return err
	}
	if answer.Code == nil {
		return httpx.Doubt(r.Mutates, "bad_answer", fmt.Errorf("tiktok %s: the answer has no code", r.Operation))
	}
	if err := c.classify(r, answer); err != nil {
		return err
	}
	if into == nil {
		return nil
	}
	return c.service.Decode(httpx.Response{Body: answer.Data}, r.Mutates, into)
}

// jsonText is a nested value of a query, which TikTok wants as JSON text. Only our own types come here, and they always encode.
func jsonText(v any) string {
	data, err := httpx.MarshalJSON(v)
	if err != nil {
		panic(fmt.Sprintf("tiktok: encode %T: %v", v, err))
	}
	return string(data)
}
