// Package writer writes ad copy from templates in pt-BR and en: three styles (informative, urgency, social), several headlines, bodies,
// calls to action and pain points, chosen by what the product is and without two equal ads. The same brief gives the same copy.
package writer

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/platforms"
)

// The lengths that fit every placement without being cut: Meta shows about 40 characters of a headline and 125 of a body, TikTok takes
// 100 characters of text.
const (
	maxHeadline = 40
	maxBody     = 100
)

// Templates is the template writer. The zero value is ready.
type Templates struct{}

// Write makes b.Count variations, languages and styles in turn; each round starts at other templates.
func (Templates) Write(_ context.Context, b platforms.Brief) ([]platforms.Copy, error) {
	if strings.TrimSpace(b.Title) == "" || b.Count < 1 || len(b.Languages) == 0 {
		return nil, fault.Refuse("empty_brief", "a brief needs a title, a count and a language")
	}
	out := make([]platforms.Copy, 0, b.Count)
	seen := map[string]bool{}
	for i := 0; len(out) < b.Count && i < b.Count*8; i++ {
		c, err := variation(b, i)
		if err != nil {
			return nil, err
		}
		if key := c.Language + c.Headline + c.Body; !seen[key] {
			seen[key] = true
			out = append(out, c)
		}
	}
	return out, nil
}

func variation(b platforms.Brief, i int) (platforms.Copy, error) {
	language := b.Languages[i%len(b.Languages)]
	set, ok := phrases[language]
	if !ok {
		return platforms.Copy{}, fault.Refuse("unknown_language", "no templates for %q; pt-BR and en are written", language)
	}
	style := styles[(i/len(b.Languages))%len(styles)]
	turn := pick(b.ProductID, i, b.Round)
	values := strings.NewReplacer("{p}", short(b.Title, 26), "{k}", keyword(b), "{d}", discount(b), "{price}", price(b.Price))
	headlines := set.headlines
	bodies := set.bodies[style]
	return platforms.Copy{
		Language: language, Style: style,
		Headline:   cut(values.Replace(headlines[turn%len(headlines)]), maxHeadline),
		Body:       cut(values.Replace(bodies[(turn/7)%len(bodies)]), maxBody),
		Action:     actions[(turn/3)%len(actions)],
		Badge:      values.Replace(badge(set, b, turn)),
		PainPoints: set.pains,
	}, nil
}

// pick is a stable number for a product, a variation and a round.
func pick(productID string, i, round int) int {
	sum := sha256.Sum256([]byte(productID))
	return int(binary.BigEndian.Uint32(sum[:4])>>1)%1009 + i*31 + round*127
}

func badge(set phraseSet, b platforms.Brief, turn int) string {
	if discount(b) != "" && turn%2 == 0 {
		return set.discount
	}
	return set.freeShipping
}

// discount is how much less than the market we ask, in whole per cent, "" below five: a promise must be true.
func discount(b platforms.Brief) string {
	if !b.MarketPrice.Positive() || !b.Price.Positive() || b.MarketPrice.Currency() != b.Price.Currency() {
		return ""
	}
	percent := b.MarketPrice.Sub(b.Price).MulRatio(100, b.MarketPrice.Minor(), money.Down).Minor()
	if percent < 5 {
		return ""
	}
	return fmt.Sprintf("%d%%", percent)
}

func price(a money.Amount) string {
	if a.Currency() == "USD" {
		return "US$ " + a.Decimal()
	}
	return a.String()
}

func keyword(b platforms.Brief) string {
	if len(b.Keywords) > 0 {
		return short(b.Keywords[0], 18)
	}
	return short(b.Title, 18)
}

// short keeps whole words up to n characters.
func short(s string, n int) string {
	words := strings.Fields(s)
	out := ""
	for _, w := range words {
		if out != "" && utf8.RuneCountInString(out)+1+utf8.RuneCountInString(w) > n {
			break
		}
		out = strings.TrimSpace(out + " " + w)
	}
	return cut(out, n)
}

func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)
	return strings.TrimSpace(string(runes[:n-1])) + "…"
}
