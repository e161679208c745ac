package meta

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

// The defaults of Config.
const (
	DefaultBaseURL = "https://graph.facebook.com"
	DefaultVersion = "v26.0"
	DefaultBuyers  = "ac-buyers"
)

// Media reads the pictures that ads show.
type Media interface {
	Get(ctx context.Context, key string) (data []byte, contentType string, err error)
}

// Config is one ad account and what its ads refer to.
type Config struct {
	BaseURL     string       // empty: DefaultBaseURL
	Version     string       // "v26.0"; empty: DefaultVersion
	Token       httpx.Secret // a system user's token with ads_management
	AccountID   string       // with or without "act_"
	PixelID     string       // whose purchases are optimised for
	PageID      string       // the Facebook page that signs the ads
	InstagramID string       // the Instagram account that signs the ads; may be empty
	Advertiser  string       // who pays and benefits, shown with ads in the European Union; required to advertise there
	Buyers      string       // name of the audience of our buyers, the seed of lookalikes; empty: DefaultBuyers
	Currency    money.Currency
	HTTP        *httpx.Client
	Media       Media
}

// Client is one Meta ad account.
type Client struct {
	config  Config
	service *httpx.Service

	mu        sync.Mutex
	images    map[string]string   // media key → image hash
	interests map[string]interest // keyword → the platform's interest
	quota     delivery.Quota
}

var (
	_ platforms.Ads    = (*Client)(nil)
	_ platforms.Ceiled = (*Client)(nil)
)

// New makes the client of an account, without calling the platform.
func New(c Config) (*Client, error) {
	c.AccountID = strings.TrimPrefix(c.AccountID, "act_")
	c.BaseURL = orDefault(c.BaseURL, DefaultBaseURL)
	c.Version = orDefault(c.Version, DefaultVersion)
	c.Buyers = orDefault(c.Buyers, DefaultBuyers)
	switch {
	case c.Token == "":
		return nil, errors.New("meta: the access token is missing")
	case c.AccountID == "" || c.PixelID == "" || c.PageID == "":
		return nil, errors.New("meta: account, pixel and page ids are required")
	case !c.Currency.Valid():
		return nil, fmt.Errorf("meta: unknown account currency %q", c.Currency)
	case c.HTTP == nil || c.Media == nil:
		return nil, errors.New("meta: an HTTP client and a media store are required")
	}
	service, err := c.HTTP.Service("meta", c.BaseURL, c.Token)
	if err != nil {
		return nil, err
	}
	return &Client{config: c, service: service, images: map[string]string{}, interests: map[string]interest{}}, nil
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

// edge is the path of one of the account's collections.
func (c *Client) edge(name string) string { return "act_" + c.config.AccountID + "/" + name }

// node is the path of an object; an id that could not be one is refused before it can turn into another path.
func node(id string) (string, error) {
	if id == "" || strings.Trim(id, "0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
		return "", fault.Refuse("not_found", "%q is not an id of Meta's", id)
	}
	return id, nil
}

func (c *Client) get(ctx context.Context, operation, path string, query url.Values, into any) error {
	return c.call(ctx, httpx.Request{Operation: operation, Method: http.MethodGet, Path: path, Query: query}, into)
}

// post changes something. Graph has no idempotency keys, so a lost answer is Ambiguous.
func (c *Client) post(ctx context.Context, operation, path string, form url.Values, into any) error {
	request := httpx.Request{Operation: operation, Method: http.MethodPost, Path: path, Body: httpx.Form(form), Mutates: true}
	return c.call(ctx, request, into)
}

// postRepeatable is for posts that may be repeated without harm: they give the same thing, or one that is invisible and free.
func (c *Client) postRepeatable(ctx context.Context, operation, path string, form url.Values, into any) error {
	return c.call(ctx, httpx.Request{Operation: operation, Method: http.MethodPost, Path: path, Body: httpx.Form(form)}, into)
}

func (c *Client) call(ctx context.Context, r httpx.Request, into any) error {
	r.Path = "/" + c.config.Version + "/" + r.Path
	r.Header = http.Header{"Authorization": {"Bearer " + c.config.Token.Reveal()}}
	res, err := c.service.Do(ctx, r)
	if err != nil {
		return err
	}
	c.meter(res.Header)
	if res.Status >= 300 {
		return c.classify(r, res)
	}
	return c.service.Decode(res, r.Mutates, into)
}

// jsonText is a nested value of a form, which Graph wants as JSON text. Only our own types come here, and they always encode.
func jsonText(v any) string {
	data, err := httpx.MarshalJSON(v)
	if err != nil {
		panic(fmt.Sprintf("meta: encode %T: %v", v, err))
	}
	return string(data)
}
