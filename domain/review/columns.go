// Package review reads an export of ad results and asks the product's own policy what it would do: the columns under the names that
// Meta, TikTok and Google give them in English and Portuguese, the rows, and the verdicts.
package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/scouting"
	"github.com/agente-ceo/agente-ceo/domain/table"
)

// Field is something that a column can hold.
type Field string

// The fields. Impressions to Revenue are figures, the others say what a row is about.
const (
	Impressions Field = "impressions"
	Clicks      Field = "clicks"
	Spend       Field = "spend"
	Conversions Field = "conversions"
	Revenue     Field = "revenue"
	Currency    Field = "currency"
	Campaign    Field = "campaign"
	AdSet       Field = "adset"
	Ad          Field = "ad"
	Date        Field = "date"
)

// Fields lists all, in the order in which people name them.
func Fields() []Field {
	return []Field{Impressions, Clicks, Spend, Conversions, Revenue, Currency, Campaign, AdSet, Ad, Date}
}

// names are the headers of each field, folded, in tiers: of several columns the first tier counts, and the others are told. Clicks
// are those that reach the shop, conversions are purchases, revenue is what the shop took.
var names = map[Field][][]string{
	Impressions: {{"impressions", "impr", "impressoes", "displays", "exibicoes", "impresiones"}},
	Clicks: {
		{"link clicks", "inline link clicks", "cliques no link", "clicks destination", "cliques destino", "destination clicks"},
		{"outbound clicks", "cliques de saida"},
		{"clicks", "cliques", "clics"},
		{"clicks all", "cliques todos", "all clicks"},
	},
	Spend: {
		{"amount spent", "valor usado", "valor gasto", "quantia gasta", "spend", "spent", "cost", "custo", "gasto", "ad spend", "importe gastado"},
		{"total cost", "custo total", "total spend", "investimento"},
	},
	Conversions: {
		{"purchases", "purchase", "compras", "omni purchase", "approved conversion"},
		{"website purchases", "compras no site", "purchases website", "complete payment", "complete payment website", "complete payments", "pagamento concluido", "pagamentos concluidos"},
		{"conversions", "conversoes", "conv", "conversion", "post click conversions"},
		{"total conversions", "total conversion", "all conv", "all conversions", "todas as conv", "todas as conversoes"},
	},
	Revenue: {
		{"purchases conversion value", "purchase conversion value", "valor de conversao da compra", "valor de conversao de compra", "valor de conversao de compras",
			"purchase value", "total purchase value", "valor da compra", "valor total da compra", "valor total de compra", "sale amount", "post click sales amount"},
		{"website purchases conversion value", "valor de conversao de compras no site", "purchase value website", "total purchase value website", "complete payment value", "total complete payment value"},
		{"conv value", "conversion value", "conversions value", "total conversion value", "valor conv", "valor da conv", "valor de conversao", "valor da conversao", "valor das conversoes"},
		{"revenue", "receita", "faturamento", "sales value", "sales amount", "valor de vendas"},
	},
	Currency: {{"currency", "currency code", "moeda", "codigo da moeda", "codigo de moeda", "account currency", "moeda da conta"}},
	Campaign: {{"campaign", "campaign name", "campanha", "nome da campanha", "nome campanha", "campana"}, {"campaign id", "identificacao da campanha", "id da campanha", "campaign number"}},
	AdSet: {{"ad set", "ad set name", "adset name", "ad group", "ad group name", "adgroup name", "conjunto de anuncios", "nome do conjunto de anuncios", "grupo de anuncios", "nome do grupo de anuncios"},
		{"ad set id", "adset id", "ad group id", "adgroup id", "identificacao do conjunto de anuncios", "id do grupo de anuncios"}},
	Ad:   {{"ad", "ad name", "anuncio", "nome do anuncio"}, {"ad id", "identificacao do anuncio", "id do anuncio"}},
	Date: {{"day", "date", "dia", "data", "ad date", "by day", "stat time day", "stat time hour", "reporting starts", "inicio dos relatorios"}},
}

// calendar are names of columns that say when, and so never what a row is about.
var calendar = map[string]bool{"month": true, "mes": true, "week": true, "semana": true, "year": true, "ano": true, "hour": true, "hora": true, "day of week": true,
	"dia da semana": true, "weekday": true, "reporting ends": true, "termino dos relatorios": true, "time": true, "fivetran synced": true}

// results are columns that count whatever each campaign is optimised for.
var results = []string{"results", "resultados", "result"}

var tierOf = func() map[string]struct {
	field Field
	tier  int
} {
	out := map[string]struct {
		field Field
		tier  int
	}{}
	for _, field := range Fields() {
		for tier, list := range names[field] {
			for _, name := range list {
				out[name] = struct {
					field Field
					tier  int
				}{field, tier}
			}
		}
	}
	return out
}()

// headerName is a header folded, without the currency in its brackets, which is returned beside it: "Amount spent (BRL)".
func headerName(header string) (name, currency string) {
	if open := strings.LastIndexAny(header, "(["); open > 0 {
		inside := strings.TrimRight(header[open+1:], ")] ")
		if code, ok := table.CurrencyOf(inside); ok {
			return scouting.Fold(header[:open]), code
		}
	}
	return scouting.Fold(header), ""
}

// columns says where each field is; a field that is missing is absent.
type columns struct {
	at    map[Field]int
	codes map[Field]string // currencies that headers name
	// several are the columns of a field of which none is to be preferred.
	several map[Field][]int
	notes   []table.Note
}

// locate finds the columns. chosen maps fields to headers that a person gave; a header that is not there is an error.
func locate(t table.Table, chosen map[Field]string) (columns, error) {
	c := columns{at: map[Field]int{}, codes: map[Field]string{}, several: map[Field][]int{}}
	for _, field := range Fields() {
		if header, ok := chosen[field]; ok {
			at := slices.IndexFunc(t.Header, func(h string) bool { return h == header })
			if at < 0 {
				at = slices.IndexFunc(t.Header, func(h string) bool { return scouting.Fold(h) == scouting.Fold(header) })
			}
			if at < 0 {
				return c, fmt.Errorf("%w: there is no column %q for %s; the columns are %s", ErrOptions, header, field, quoted(t.Header))
			}
			c.at[field] = at
			_, c.codes[field] = headerName(t.Header[at])
			continue
		}
		c.find(t, field)
	}
	return c, nil
}

func (c *columns) find(t table.Table, field Field) {
	tiers := map[int][]int{}
	for at, header := range t.Header {
		name, _ := headerName(header)
		if found, ok := tierOf[name]; ok && found.field == field {
			tiers[found.tier] = append(tiers[found.tier], at)
		}
	}
	var taken []int
	var left []string
	for tier := range names[field] {
		switch {
		case taken == nil:
			taken = tiers[tier]
		default:
			for _, at := range tiers[tier] {
				left = append(left, t.Header[at])
			}
		}
	}
	if len(taken) > 1 {
		c.several[field] = taken
		return
	}
	if len(taken) == 0 {
		c.resembling(t, field)
		return
	}
	c.at[field] = taken[0]
	_, c.codes[field] = headerName(t.Header[taken[0]])
	if len(left) > 0 && isFigure(field) {
		c.notes = append(c.notes, table.Note{Column: t.Header[taken[0]], Text: fmt.Sprintf(
			"Taken for %s; left aside: %s. If that is wrong, say --column %s=NAME.", field, quoted(left), field)})
	}
}

// resembling looks for a campaign's columns under longer names, such as fb_campaign_id.
func (c *columns) resembling(t table.Table, field Field) {
	if field != Campaign {
		return
	}
	var like []int
	for at, header := range t.Header {
		if name := " " + scouting.Fold(header) + " "; strings.Contains(name, " campaign ") || strings.Contains(name, " campanha ") {
			like = append(like, at)
		}
	}
	switch len(like) {
	case 0:
	case 1:
		c.at[field] = like[0]
	default:
		c.several[field] = like
	}
}

func isFigure(f Field) bool {
	return slices.Contains([]Field{Impressions, Clicks, Spend, Conversions, Revenue}, f)
}

// known reports whether a header is one of those that files of results have.
func known(chosen map[Field]string) func(string) bool {
	return func(header string) bool {
		name, _ := headerName(header)
		if _, ok := tierOf[name]; ok || slices.Contains(results, name) {
			return true
		}
		for _, given := range chosen {
			if given == header {
				return true
			}
		}
		return false
	}
}

func quoted(headers []string) string {
	out := make([]string, len(headers))
	for i, h := range headers {
		out[i] = fmt.Sprintf("%q", h)
	}
	return strings.Join(out, ", ")
}
