// Package aliexpress speaks to the AliExpress dropshipping gateway: what is rising there, what a product costs and whether it is in
// stock, and orders for our customers. It is both a source and a supplier.
package aliexpress

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

// Config is an application of the gateway and its session.
type Config struct {
	BaseURL   string
	AppKey    string
	AppSecret httpx.Secret
	Session   httpx.Secret
	Currency  string // that prices are asked in, "USD"
	Clock     platforms.Clock
}

// Client is a connection to the gateway.
type Client struct {
	cfg     Config
	service *httpx.Service
}

// New makes a client.
func New(cfg Config, h *httpx.Client) (*Client, error) {
	service, err := h.Service("aliexpress", cfg.BaseURL, cfg.AppSecret, cfg.Session)
	if err != nil {
		return nil, err
	}
	return &Client{cfg: cfg, service: service}, nil
}

// Name is how offers name their source.
func (c *Client) Name() string { return "aliexpress" }

// Check asks for one product of the feed.
func (c *Client) Check(ctx context.Context) error {
	_, err := c.feed(ctx, "US", 1)
	return err
}

// call performs one method and decodes the answer into v. mutates says that a lost answer leaves doubt.
func (c *Client) call(ctx context.Context, method string, args url.Values, mutates bool, v any) error {
	form := url.Values{
		"method": {method}, "app_key": {c.cfg.AppKey}, "session": {c.cfg.Session.Reveal()}, "sign_method": {"sha256"}, "simplify": {"true"},
		"timestamp": {strconv.FormatInt(c.cfg.Clock.Now().UnixMilli(), 10)},
	}
	maps.Copy(form, args)
	form.Set("sign", Sign(c.cfg.AppSecret, "", form))
	res, err := c.service.Do(ctx, httpx.Request{
		Operation: strings.TrimPrefix(method, "aliexpress."), Method: http.MethodPost, Path: "/sync", Body: httpx.Form(form), Mutates: mutates,
	})
	if err != nil {
		return err
	}
	if err := c.service.StatusFault(res, mutates, method); err != nil {
		return err
	}
	var problem struct {
		Error *struct {
			Code    string `json:"code"`
			Message string `json:"msg"`
		} `json:"error_response"`
	}
	if err := c.service.Decode(res, mutates, &problem); err != nil {
		return err
	}
	if problem.Error != nil {
		return gatewayFault(problem.Error.Code, problem.Error.Message)
	}
	return c.service.Decode(res, mutates, v)
}

// gatewayFault sorts the gateway's own errors. All of them come before anything was done.
func gatewayFault(code, message string) error {
	switch code {
	case "IllegalAccessToken", "InvalidAppKey", "IncompleteSignature", "InvalidSession", "ExpiredAccessToken":
		return fault.Stop("token_invalid", "AliExpress refuses the credentials: %s (%s)", message, code)
	case "ApiCallLimit", "AppCallLimit", "ServiceUnavailable", "ServiceTimeout":
		return fault.Retry("throttled", 0, fmt.Errorf("AliExpress: %s (%s)", message, code))
	case "IllegalTimestamp":
		return fault.Retry("clock_off", time.Minute, fmt.Errorf("AliExpress: %s: set this machine's clock", message))
	}
	return fault.Refuse("rejected", "AliExpress: %s (%s)", message, code)
}

// Sign is the gateway's signature: upper-case hex HMAC-SHA256 over the path (empty for business methods) and all parameters but sign,
// sorted by name, each name followed by its value.
func Sign(secret httpx.Secret, path string, form url.Values) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte(path))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if name != "sign" {
			mac.Write([]byte(name + form.Get(name)))
		}
	}
	return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
}

func asJSON(v any) (string, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode argument: %w", err)
	}
	return string(data), nil
}
