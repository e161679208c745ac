package courier

import (
	"context"
	"fmt"
	"strconv"

	"github.com/agente-ceo/agente-ceo/domain/delivery"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/messages"
)

// Writer writes copy. The same brief gives the same copy where the writer is deterministic.
type Writer interface {
	Write(ctx context.Context, b delivery.Brief) ([]delivery.Copy, error)
}

// Painter renders a picture for a piece of copy: encoded image bytes and their content type. productImage may be nil.
type Painter interface {
	Render(ctx context.Context, b delivery.Brief, c delivery.Copy, productImage []byte) (data []byte, contentType string, err error)
}

// Media keeps files and gives them public addresses. Putting the same bytes twice is one file.
type Media interface {
	Put(ctx context.Context, data []byte, contentType string) (key, url string, err error)
}

// Pictures fetches product pictures from foreign addresses.
type Pictures interface {
	Fetch(ctx context.Context, url string) ([]byte, error)
}

// Studio is what makes creatives.
type Studio struct {
	Writer   Writer
	Painter  Painter
	Media    Media
	Pictures Pictures
	// Ready validates whatever of it lives outside; nil means that nothing does.
	Ready func(ctx context.Context) error
}

// NewStudio performs ProduceCreatives.
func NewStudio(s Studio) Performer { return s }

// Check validates the studio's services.
func (s Studio) Check(ctx context.Context) error {
	if s.Ready == nil {
		return nil
	}
	return s.Ready(ctx)
}

// Find says that nothing was made: making the same creatives again gives the same ids and the same files.
func (s Studio) Find(context.Context, Task) (*messages.Receipt, error) { return nil, nil }

// Perform writes, renders and stores a product's creatives. A piece that is refused is left out; with none left it is refused as a whole.
func (s Studio) Perform(ctx context.Context, t Task) (*messages.Receipt, error) {
	m := t.Effect.GetProduceCreatives()
	if m == nil {
		return nil, wrongEffect("the studio", t)
	}
	brief := briefOf(m)
	copies, err := s.Writer.Write(ctx, brief)
	if err != nil {
		return nil, fmt.Errorf("write copy for %s: %w", m.ProductId, err)
	}
	pictures := s.fetch(ctx, m.Images)
	receipt := &messages.Receipt{ExternalId: m.ProductId, Status: "ready"}
	var refused error
	for i, words := range copies[:min(len(copies), brief.Count)] {
		var picture []byte
		if len(pictures) > 0 {
			picture = pictures[i%len(pictures)]
		}
		made, err := s.make(ctx, brief, words, picture, i)
		switch {
		case fault.KindOf(err) == fault.Refused && err != nil:
			refused = err
		case err != nil:
			return nil, err
		default:
			receipt.Creatives = append(receipt.Creatives, made)
		}
	}
	if len(receipt.Creatives) == 0 {
		return nil, &fault.Error{Kind: fault.Refused, Code: "no_creatives", Text: "no creative could be made of " + m.ProductId, Err: refused}
	}
	return receipt, nil
}

func (s Studio) make(ctx context.Context, b delivery.Brief, words delivery.Copy, picture []byte, n int) (*messages.MadeCreative, error) {
	data, contentType, err := s.Painter.Render(ctx, b, words, picture)
	if err != nil {
		return nil, fmt.Errorf("render creative %d of %s: %w", n, b.ProductID, err)
	}
	key, url, err := s.Media.Put(ctx, data, contentType)
	if err != nil {
		return nil, fmt.Errorf("store creative %d of %s: %w", n, b.ProductID, err)
	}
	return &messages.MadeCreative{
		Ref: &messages.CreativeRef{
			CreativeId: id.Derive(id.Creative, b.ProductID, strconv.Itoa(b.Round), strconv.Itoa(n)),
			Headline:   words.Headline, Body: words.Body, Action: words.Action, MediaKey: key, Language: words.Language, Style: words.Style,
		},
		MediaUrl: url, PainPoints: words.PainPoints,
	}, nil
}

// maxPictures bounds how many product pictures are fetched.
const maxPictures = 3

// fetch gets the product's pictures. One that cannot be had is left out: the studio can do without.
func (s Studio) fetch(ctx context.Context, urls []string) [][]byte {
	var out [][]byte
	for _, url := range urls[:min(len(urls), maxPictures)] {
		if data, err := s.Pictures.Fetch(ctx, url); err == nil && len(data) > 0 {
			out = append(out, data)
		}
	}
	return out
}

func briefOf(m *messages.ProduceCreatives) delivery.Brief {
	return delivery.Brief{
		ProductID: m.ProductId, Title: m.Title, Description: m.Description, Category: m.Category, Keywords: m.Keywords,
		Price: amountOf(m.SellingPrice), MarketPrice: amountOf(m.MarketPrice), Languages: m.Languages, Count: int(m.Count), Round: int(m.Round),
	}
}
