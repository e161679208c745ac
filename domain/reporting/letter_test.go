package reporting_test

import (
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/reporting"
)

func TestReport_Letter(t *testing.T) {
	t.Parallel()
	usd := func(n int64) money.Amount { return money.Minor(n, money.USD) }
	r := reporting.Report{
		Kind: reporting.Weekly, Date: "2026-03-02", From: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Spend: usd(1234), Revenue: usd(5678), Contribution: usd(900),
		ROAS: "4.60", Orders: 3, Charged: usd(1234), Allotted: usd(2000),
		Top:    []reporting.ProductFigures{{Title: "Lamp <script>alert(1)</script>\r\nBcc: all@example.com", Revenue: usd(5678)}},
		Advice: []string{"Look at <b>this</b> & that."},
	}
	for language, want := range map[string]string{"en": "Report of the week 2026-03-02", "pt-BR": "Relatório da semana 2026-03-02", "fr": "Report of the week 2026-03-02"} {
		l := r.Letter(language, "https://agente.example/")
		if l.Subject != "Agente-CEO: "+want {
			t.Errorf("%s: the subject is %q", language, l.Subject)
		}
		for part, text := range map[string]string{"plain": l.Text, "HTML": l.HTML} {
			for _, figure := range []string{want, r.Spend.String(), r.Contribution.String(), "4.60", "https://agente.example/reports/weekly/2026-03-02"} {
				if !strings.Contains(text, figure) {
					t.Errorf("%s: the %s part lacks %q:\n%s", language, part, figure, text)
				}
			}
			if strings.Contains(text, "\r") || strings.Contains(text, "\nBcc") {
				t.Errorf("%s: a title breaks out of its line:\n%s", language, text)
			}
		}
		if strings.Contains(l.HTML, "<script") || strings.Contains(l.HTML, "<b>") || !strings.Contains(l.HTML, "&lt;script&gt;") {
			t.Errorf("%s: text from outside is not escaped:\n%s", language, l.HTML)
		}
	}
	if l := r.Letter("en", ""); strings.Contains(l.HTML, "<a ") || strings.Contains(l.Text, "/reports/") {
		t.Error("it links to nowhere")
	}
}
