package google

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

// The defaults of Config.
const (
	DefaultBaseURL = "https://googleads.googleapis.com"
	DefaultVersion = "v26"
)

// Config is one customer account.
type Config struct {
	BaseURL    string // empty: DefaultBaseURL
	Version    string // "v26"; empty: DefaultVersion
	Tokens     Tokens
	CustomerID string // with or without dashes
	ManagerID  string // the manager account that signs in, with or without dashes; empty: the customer itself
	Currency   money.Currency
	// MinimumBudget is the least daily budget. Google publishes none; the zero value is 1 USD, and an account in another currency has to
	// state its own.
	MinimumBudget money.Amount
	HTTP          *httpx.Client
}

// Client is one Google Ads customer.
type Client struct {
	config  Config
	service *httpx.Service
}

var _ platforms.Ads = (*Client)(nil)

// New makes the client of a customer, without calling the platform.
func New(c Config) (*Client, error) {
	c.BaseURL = orDefault(c.BaseURL, DefaultBaseURL)
	c.Version = orDefault(c.Version, DefaultVersion)
	c.CustomerID = strings.ReplaceAll(c.CustomerID, "-", "")
	c.ManagerID = strings.ReplaceAll(c.ManagerID, "-", "")
	if c.MinimumBudget.IsZero() && c.Currency == money.USD {
		c.MinimumBudget = money.Minor(100, money.USD)
	}
	switch {
	case c.Tokens == nil:
		return nil, errors.New("google: a source of access tokens is required")
	case !isID(c.CustomerID) || (c.ManagerID != "" && !isID(c.ManagerID)):
		return nil, errors.New("google: customer and manager ids are ten digits")
	case !c.Currency.Valid():
		return nil, fmt.Errorf("google: unknown account currency %q", c.Currency)
	case c.MinimumBudget.Currency() != c.Currency || !c.MinimumBudget.Positive():
		return nil, fmt.Errorf("google: the minimum daily budget in %s is required", c.Currency)
	case c.HTTP == nil:
		return nil, errors.New("google: an HTTP client is required")
	}
	service, err := c.HTTP.Service("google", c.BaseURL)
	if err != nil {
		return nil, err
	}
	return &Client{config: c, service: service}, nil
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

func isID(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// resource is the name of one of the customer's things: "customers/1/campaigns/2".
func (c *Client) resource(collection, id string) string {
	return "customers/" + c.config.CustomerID + "/" + collection + "/" + id
}

// lastPart is the id in a resource name.
func lastPart(resource string) string { return resource[strings.LastIndexByte(resource, '/')+1:] }

func (c *Client) call(ctx context.Context, operation, method string, body, into any, mutates bool) error {
	token, err := c.config.Tokens.Token(ctx)
	if err != nil {
		return err
	}
	encoded, err := httpx.JSON(body)
	if err != nil {
		return fmt.Errorf("google %s: %w", operation, err)
	}
	r := httpx.Request{
		Operation: operation,
		Method:    http.MethodPost,
		Path:      "/" + c.config.Version + "/customers/" + c.config.CustomerID + "/googleAds:" + method,
		Header:    http.Header{"Authorization": {"Bearer " + token.Reveal()}},
		Body:      encoded,
		Mutates:   mutates,
	}
	if c.config.ManagerID != "" {
		r.Header["login-customer-id"] = []string{c.config.ManagerID}
	}
	res, err := c.service.Do(ctx, r)
	if err != nil {
		return err
	}
	if res.Status >= 300 {
		return c.classify(r, res)
	}
	return c.service.Decode(res, mutates, into)
}

type mutation struct {
	Operations   []operation `json:"mutateOperations"`
	ValidateOnly bool        `json:"validateOnly,omitempty"`
}

// mutate does all the operations or none, and gives the names of what they made or changed, in their order.
func (c *Client) mutate(ctx context.Context, name string, ops ...operation) ([]string, error) {
	var answer struct {
		Results []map[string]struct {
			Resource string `json:"resourceName"`
		} `json:"mutateOperationResponses"`
	}
	if err := c.call(ctx, name, "mutate", mutation{Operations: ops}, &answer, true); err != nil {
		return nil, err
	}
	var names []string
	for _, result := range answer.Results {
		for _, one := range result { // exactly one: the result of this operation's kind
			names = append(names, one.Resource)
		}
	}
	if len(names) != len(ops) {
		return nil, fault.Unknown("bad_answer", fmt.Errorf("google %s: %d results of %d operations", name, len(names), len(ops)))
	}
	return names, nil
}

// validate has Google check the operations without doing them.
func (c *Client) validate(ctx context.Context, name string, ops ...operation) error {
	var answer struct{}
	return c.call(ctx, name, "mutate", mutation{Operations: ops, ValidateOnly: true}, &answer, false)
}

// search runs a query of Google's query language and gives its rows.
func (c *Client) search(ctx context.Context, name, query string) ([]row, error) {
	var batches []struct {
		Results []row `json:"results"`
	}
	body := struct {
		Query string `json:"query"`
	}{query}
	if err := c.call(ctx, name, "searchStream", body, &batches, false); err != nil {
		return nil, err
	}
	var rows []row
	for _, b := range batches {
		rows = append(rows, b.Results...)
	}
	return rows, nil
}

// quote writes a text as a literal of the query language.
func quote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}
