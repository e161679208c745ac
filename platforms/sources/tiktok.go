package sources

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms"
	"github.com/agente-ceo/agente-ceo/platforms/httpx"
)

// TikTok reads the one official feed of what trends there. It lists hashtags and not products, so its offers have words and a trend but no
// price: they say that something is wanted, and other sources say by whom it is sold.
type TikTok struct {
	service    *httpx.Service
	token      httpx.Secret
	advertiser string
}

// NewTikTok makes a client; baseURL ends in /open_api/v1.3.
func NewTikTok(baseURL string, token httpx.Secret, advertiser string, h *httpx.Client) (*TikTok, error) {
	service, err := h.Service("tiktok", baseURL, token)
	if err != nil {
		return nil, err
	}
	return &TikTok{service: service, token: token, advertiser: advertiser}, nil
}

// Name is how offers name their source.
func (t *TikTok) Name() string { return "tiktok_trends" }

type trendAnswer struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    struct {
		List []trend `json:"list"`
	} `json:"data"`
}

// trend is one hashtag. The published schema leaves the list's items open; these are the fields that other users of the feed read, some of
// them as text. What cannot be read is unknown: no item spoils the list.
type trend struct {
	Name       string  `json:"hashtag_name"`
	ID         looseID `json:"hashtag_id"`
	Views      loose   `json:"views"`
	RankChange loose   `json:"rank_change"` // places won (or lost) since the period before
}

// loose is a whole number that may come as text; anything else is 0.
type loose int64

// UnmarshalJSON never fails.
func (l *loose) UnmarshalJSON(raw []byte) error {
	n, err := strconv.ParseInt(strings.TrimPrefix(strings.Trim(string(raw), `"`), "+"), 10, 64)
	if err != nil {
		n = 0
	}
	*l = loose(n)
	return nil
}

// looseID is an id as text or as a number too long for a float.
type looseID string

// UnmarshalJSON never fails.
func (l *looseID) UnmarshalJSON(raw []byte) error {
	*l = looseID(strings.Trim(string(raw), `"`))
	return nil
}

// perPlace is what one place in the ranking counts as change of demand, in per cent: the feed has ranks and no volumes, so this is an
// estimate, bounded to ±100.
const perPlace = 5

// Search lists the hashtags of the last week; with keywords, those that contain one of them.
func (t *TikTok) Search(ctx context.Context, keywords, country string, limit int) ([]platforms.Offer, error) {
	query := url.Values{"advertiser_id": {t.advertiser}, "discovery_type": {"HASHTAG"}, "country_code": {country}, "date_range": {"7DAY"}}
	res, err := t.service.Do(ctx, httpx.Request{
		Operation: "trending", Method: http.MethodGet, Path: "/discovery/trending_list/", Query: query, Header: http.Header{"Access-Token": {t.token.Reveal()}},
	})
	if err != nil {
		return nil, err
	}
	if err := t.service.StatusFault(res, false, "read TikTok's trends"); err != nil {
		return nil, err
	}
	var answer trendAnswer
	if err := t.service.Decode(res, false, &answer); err != nil {
		return nil, err
	}
	if answer.Code != 0 {
		return nil, trendFault(answer.Code, answer.Message)
	}
	var out []platforms.Offer
	for _, h := range answer.Data.List {
		words := wordsOf(h.Name)
		if len(out) < limit && matches(words, keywords) && words != "" {
			out = append(out, platforms.Offer{Source: "tiktok_trends", Ref: string(h.ID), Title: words, Keywords: strings.Fields(words), Sold: max(0, int64(h.Views)), TrendPct: perCent(h.RankChange)})
		}
	}
	return out, nil
}

func perCent(places loose) int { return int(max(-100/perPlace, min(100/perPlace, places)) * perPlace) }

func trendFault(code int, message string) error {
	switch code {
	case 40100, 40016, 40132, 40133:
		return fault.Retry("throttled", 0, fmt.Errorf("TikTok: %s (%d)", message, code))
	case 50000, 50002, 51305, 60001:
		return fault.Retry("server_error", 0, fmt.Errorf("TikTok: %s (%d)", message, code))
	case 40001, 40102, 40104, 40105, 40113, 40118, 40125:
		return fault.Stop("token_invalid", "TikTok: %s (%d)", message, code)
	}
	return fault.Refuse("rejected", "TikTok: %s (%d)", message, code)
}

// wordsOf turns #MiniProjector, mini_projector and miniprojector into words where the spelling shows them.
func wordsOf(hashtag string) string {
	var b strings.Builder
	for i, r := range strings.TrimPrefix(hashtag, "#") {
		switch {
		case r == '_' || r == '-':
			b.WriteByte(' ')
			continue
		case i > 0 && unicode.IsUpper(r):
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func matches(words, keywords string) bool {
	wanted := strings.Fields(strings.ToLower(keywords))
	for _, w := range wanted {
		if strings.Contains(words, w) {
			return true
		}
	}
	return len(wanted) == 0
}

// Check asks for the trends of one country.
func (t *TikTok) Check(ctx context.Context) error {
	_, err := t.Search(ctx, "", "US", 1)
	return err
}
