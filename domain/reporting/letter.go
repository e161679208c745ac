package reporting

import (
	"fmt"
	"html"
	"strings"
)

// Letter is a report as an e-mail.
type Letter struct {
	Subject, Text, HTML string
}

// Reader is who gets reports by e-mail. Language is en, pt-BR or "" for English.
type Reader struct {
	Email, Language string
}

// words are what a letter says in a language.
type words struct {
	kinds                                                            map[Kind]string
	spend, revenue, contribution, orders, active, budget, of, advice string
	top, product, more, why                                          string
}

var languages = map[string]words{
	"en": {
		kinds: map[Kind]string{Daily: "Report of the day", Weekly: "Report of the week", Monthly: "Report of the month"},
		spend: "Spend", revenue: "Revenue", contribution: "Left after suppliers and refunds", orders: "Orders", active: "Active campaigns",
		budget: "Budget used", of: "of", advice: "Advice", top: "Top products", product: "Product", more: "Open the report",
		why: "You get this because reports are switched on in your account, or because somebody sent it to you.",
	},
	"pt-BR": {
		kinds: map[Kind]string{Daily: "Relatório do dia", Weekly: "Relatório da semana", Monthly: "Relatório do mês"},
		spend: "Gasto", revenue: "Receita", contribution: "Resta após fornecedores e reembolsos", orders: "Pedidos", active: "Campanhas ativas",
		budget: "Orçamento usado", of: "de", advice: "Conselhos", top: "Melhores produtos", product: "Produto", more: "Abrir o relatório",
		why: "Você recebe isto porque os relatórios estão ligados na sua conta, ou porque alguém enviou a você.",
	},
}

// Letter says a report to a person, in pt-BR or else in English. Its plain part has all that the HTML part has. Text from outside, such as
// titles, is escaped. base is where the dashboard is, "" for no link.
func (r Report) Letter(language, base string) Letter {
	w, known := languages[language]
	if !known {
		w, language = languages["en"], "en"
	}
	title := w.kinds[r.Kind] + " " + r.Date
	rows := [][2]string{
		{w.spend, r.Spend.String()}, {w.revenue, r.Revenue.String()}, {w.contribution, r.Contribution.String()}, {"ROAS", r.ROAS},
		{w.orders, fmt.Sprint(r.Orders)}, {w.active, fmt.Sprint(r.Active)}, {w.budget, r.Charged.String() + " " + w.of + " " + r.Allotted.String()},
	}
	link := ""
	if base != "" {
		link = strings.TrimSuffix(base, "/") + "/reports/" + string(r.Kind) + "/" + r.Date
	}
	return Letter{Subject: "Agente-CEO: " + title, Text: r.plain(w, title, rows, link), HTML: r.page(w, language, title, rows, link)}
}

func (r Report) plain(w words, title string, rows [][2]string, link string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", title)
	for _, row := range rows {
		fmt.Fprintf(&b, "%s: %s\n", row[0], row[1])
	}
	for i, p := range r.Top {
		if i == 0 {
			fmt.Fprintf(&b, "\n%s\n", w.top)
		}
		fmt.Fprintf(&b, "- %s: %s\n", line(p.Title), p.Revenue)
	}
	for i, advice := range r.Advice {
		if i == 0 {
			fmt.Fprintf(&b, "\n%s\n", w.advice)
		}
		fmt.Fprintf(&b, "- %s\n", line(advice))
	}
	if link != "" {
		fmt.Fprintf(&b, "\n%s: %s\n", w.more, link)
	}
	fmt.Fprintf(&b, "\n-- \n%s\n", w.why)
	return b.String()
}

// page is written for mail readers: one table, styles in place, nothing fetched.
func (r Report) page(w words, language, title string, rows [][2]string, link string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html><html lang="%s"><head><meta charset="utf-8"><title>%s</title></head>`, language, html.EscapeString(title))
	fmt.Fprintf(&b, `<body style="font-family:sans-serif;color:#1c2430;max-width:36rem;margin:0 auto;padding:1rem"><h1 style="font-size:1.25rem">%s</h1>`, html.EscapeString(title))
	b.WriteString(`<table style="border-collapse:collapse;width:100%">`)
	for _, row := range rows {
		tableRow(&b, row[0], row[1])
	}
	b.WriteString(`</table>`)
	if len(r.Top) > 0 {
		fmt.Fprintf(&b, `<h2 style="font-size:1rem">%s</h2><table style="border-collapse:collapse;width:100%%"><tr><th scope="col" align="left">%s</th><th scope="col" align="right">%s</th></tr>`,
			html.EscapeString(w.top), html.EscapeString(w.product), html.EscapeString(w.revenue))
		for _, p := range r.Top {
			tableRow(&b, line(p.Title), p.Revenue.String())
		}
		b.WriteString(`</table>`)
	}
	if len(r.Advice) > 0 {
		fmt.Fprintf(&b, `<h2 style="font-size:1rem">%s</h2><ul>`, html.EscapeString(w.advice))
		for _, advice := range r.Advice {
			fmt.Fprintf(&b, `<li>%s</li>`, html.EscapeString(line(advice)))
		}
		b.WriteString(`</ul>`)
	}
	if link != "" {
		fmt.Fprintf(&b, `<p><a href="%s">%s</a></p>`, html.EscapeString(link), html.EscapeString(w.more))
	}
	fmt.Fprintf(&b, `<p style="color:#5b6675;font-size:.8rem">%s</p></body></html>`, html.EscapeString(w.why))
	return b.String()
}

func tableRow(b *strings.Builder, name, value string) {
	fmt.Fprintf(b, `<tr><td style="padding:.3rem 0;border-bottom:1px solid #e3e7ec">%s</td><td align="right" style="border-bottom:1px solid #e3e7ec"><strong>%s</strong></td></tr>`,
		html.EscapeString(name), html.EscapeString(value))
}

// line keeps text from outside on one line of its own.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }
