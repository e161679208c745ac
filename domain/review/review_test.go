package review_test

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/review"
	"github.com/agente-ceo/agente-ceo/domain/strategy"
	"github.com/agente-ceo/agente-ceo/domain/table"
)

func options() review.Options {
	return review.Options{Rules: strategy.DefaultRules(), Account: money.USD}
}

func read(t *testing.T, text string, opts review.Options) review.Review {
	t.Helper()
	r, err := review.Read([]byte(text), opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// line is an item in one line: key, verdict, spend, revenue, ROAS.
func line(i review.Item) string {
	amount := func(n *big.Rat) string {
		if n == nil {
			return "?"
		}
		return n.FloatString(2)
	}
	return fmt.Sprintf("%s|%s|%d %d %d|%s %s %s|%s", i.Key, i.Verdict, i.Impressions, i.Clicks, i.Conversions, amount(i.Spend), amount(i.Revenue), i.Currency, i.ROAS.Decimal(2))
}

func lines(r review.Review) string {
	var out []string
	for _, i := range r.Items {
		out = append(out, line(i))
	}
	return strings.Join(out, "\n")
}

func wantNote(t *testing.T, r review.Review, row int, column, text string) {
	t.Helper()
	for _, n := range r.Warnings {
		if n.Row == row && n.Column == column && strings.Contains(n.Text, text) {
			return
		}
	}
	t.Errorf("no warning of row %d, column %q with %q among %v", row, column, text, r.Warnings)
}

func TestRead_Exports(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"Meta, English": {
			"Campaign name,Ad set name,Ad name,Day,Impressions,Clicks (all),Link clicks,Amount spent (USD),Purchases,Purchases conversion value,CTR (all)\n" +
				"C,S,A,2026-03-01,\"2,000\",90,60,40.00,4,\"1,200.00\",4.5%\n" +
				",,,2026-03-01,\"2,000\",90,60,40.00,4,\"1,200.00\",4.5%\n",
			"C / S / A|winner|2000 60 4|40.00 1200.00 USD|30.00",
		},
		"Meta, Portuguese": {
			"Nome da campanha;Nome do anúncio;Dia;Impressões;Cliques (todos);Cliques no link;Valor usado (BRL);Compras;Valor de conversão da compra\n" +
				"Verão;A;16/11/2026;2.000;90;60;R$ 1.040,50;;\n",
			"Verão / A|potential|2000 60 0|1040.50 0.00 BRL|0.00",
		},
		"Google, English": {
			"Campaign performance\n\"November 1, 2026 - November 30, 2026\"\nCampaign\tCurrency code\tClicks\tImpr.\tCTR\tCost\tConversions\tConv. value\nShoes\tEUR\t10\t5,000\t0.20%\t100.00\t1.00\t50.00\n" +
				"Total: Account\tEUR\t10\t5,000\t0.20%\t100.00\t1.00\t50.00\n",
			"Shoes|potential|5000 10 1|100.00 50.00 EUR|0.50",
		},
		"Google, Portuguese": {
			"Relatório de campanhas\n1 de nov. de 2026 - 30 de nov. de 2026\nCampanha,Código da moeda,Cliques,Impr.,Custo,Conversões,Valor conv.\nSapatos,BRL,1.000,50.000,\"100,00\",\"30,00\",\"5.000,00\"\n" +
				"Total: conta,BRL,1.000,50.000,\"100,00\",\"30,00\",\"5.000,00\"\n",
			"Sapatos|winner|50000 1000 30|100.00 5000.00 BRL|50.00",
		},
		"TikTok, English": {
			"Campaign name,Ad group name,Ad name,Cost,Impressions,Clicks (all),Clicks (destination),Complete payment,Total complete payment value,Currency\nC,G,A,10.5,999,50,30,2,100,USD\nTotal,,,10.5,999,50,30,2,100,USD\n",
			"C / G / A|insufficient|999 30 2|10.50 100.00 USD|9.52",
		},
		"TikTok, Portuguese": {
			"Nome da campanha;Nome do grupo de anúncios;Nome do anúncio;Custo;Impressões;Cliques (destino);Pagamento concluído;Valor total da compra\nC;G;A;R$ 10,50;1.500;3;0;0\n",
			"C / G / A|loser|1500 3 0|10.50 0.00 BRL|0.00",
		},
	} {
		if got := lines(read(t, c.text, options())); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestRead_NamesWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	r := read(t, "Campaign,Impressions,Clicks,Cost,Conversions,Conv. value\nA,1000,15,10,1,5\nTotal,1000,15,10,1,5\nB,many,1,1,1,1\nC,1000,1,-5,1,1\nD,10,1,1,1,1,1\nE,10.5,1,1,1,1\n", options())
	if got := lines(r); got != "A|potential|1000 15 1|10.00 5.00 USD|0.50" {
		t.Error(got)
	}
	wantNote(t, r, 3, "Campaign", `Left out: "Total"`)
	wantNote(t, r, 4, "Impressions", `"many" is not a number`)
	wantNote(t, r, 5, "Cost", "under zero")
	wantNote(t, r, 6, "", "7 cells, the header 6")
	wantNote(t, r, 7, "Impressions", "no whole number")
	wantNote(t, r, 0, "", "taken as USD")
}

func TestRead_ACampaignMayBeCalledTotal(t *testing.T) {
	t.Parallel()
	if r := read(t, "Campaign,Impressions,Clicks,Cost\nTotal Wellness,10,1,1\nSummary of summer,10,1,1\n", options()); len(r.Items) != 2 {
		t.Errorf("%v, %v", r.Items, r.Warnings)
	}
}

func TestRead_GuessesNothing(t *testing.T) {
	t.Parallel()
	const head = "Campaign,Impressions,Clicks,Cost,Conversions,Revenue\n"
	for name, c := range map[string]struct {
		text, column, note string
	}{
		"thousands or decimals": {head + "A,2000,50,\"1,234\",1,9\n", "Cost", "--decimal point"},
		"both styles":           {head + "A,2000,50,\"1.234,50\",1,9\nB,2000,50,\"1,234.50\",1,9\n", "Cost", "row 3 writes"},
		"percentages":           {head + "A,2000,2.5%,1.5,1,9\n", "Clicks", "percentages"},
		"no numbers":            {head + "A,2000,50,cheap,1,9\n", "Cost", "no numbers"},
		"two columns":           {"Campaign,Impressions,Clicks,Cost,Spend,Conversions,Revenue\nA,2000,50,1,2,1,9\n", "Cost, Spend", "--column spend=NAME"},
		"results":               {"Campaign,Impressions,Link clicks,Cost,Results,Revenue\nA,2000,50,1,2,9\n", "Results", "--column conversions="},
	} {
		r := read(t, c.text, options())
		wantNote(t, r, 0, c.column, c.note)
		for _, i := range r.Items {
			if i.Verdict != strategy.Insufficient || !strings.Contains(i.Reason, "does not give") {
				t.Errorf("%s: %s because %s", name, line(i), i.Reason)
			}
		}
	}
}

func TestRead_TheFileDecidesForAColumn(t *testing.T) {
	t.Parallel()
	r := read(t, "Campanha;Impressões;Cliques;Custo;Conversões;Receita\nA;2.000;50;1.234;1;9\n", options())
	if got := lines(r); got != "A|potential|2000 50 1|1234.00 9.00 USD|0.01" {
		t.Error(got, r.Warnings)
	}
}

func TestRead_OptionsAnswer(t *testing.T) {
	t.Parallel()
	opts := options()
	opts.Decimal, opts.Columns = table.Comma, map[review.Field]string{review.Spend: "Cost", review.Conversions: "Results"}
	r := read(t, "Campaign,Impressions,Clicks,Cost,Spend,Results,Revenue\nA,2000,50,\"1,234\",7,2,9\n", opts)
	if got := lines(r); got != "A|winner|2000 50 2|1.23 9.00 USD|7.29" {
		t.Error(got, r.Warnings)
	}
	opts.Columns[review.Ad] = "Nowhere"
	if _, err := review.Read([]byte("Campaign,Impressions,Cost,Results\nA,1,1,1\n"), opts); !errors.Is(err, review.ErrOptions) || !strings.Contains(err.Error(), `"Nowhere"`) {
		t.Error(err)
	}
}

func TestRead_CurrenciesAreNeverSummed(t *testing.T) {
	t.Parallel()
	opts := options()
	opts.By = review.ByCampaign
	r := read(t, "Campaign,Currency,Impressions,Clicks,Cost,Conversions,Revenue\nA,USD,2000,50,10,1,20\nA,BRL,2000,50,50,1,100\nA,BRL,2000,50,50,1,100\nB,BRL,2000,50,US$ 5,1,1\n", opts)
	if got := lines(r); got != "A|potential|2000 50 1|10.00 20.00 USD|2.00\nA|potential|4000 100 2|100.00 200.00 BRL|2.00" {
		t.Error(got)
	}
	if r.Currency != "" || len(r.Totals) != 2 || r.Sum().Spend != nil || r.Sum().Impressions.FloatString(0) != "6000" {
		t.Errorf("%q %+v", r.Currency, r.Totals)
	}
	wantNote(t, r, 5, "", "do not mix")
	wantNote(t, r, 0, "", "2 currencies")
}

func TestRead_ARowWithoutASignHasTheFilesCurrency(t *testing.T) {
	t.Parallel()
	r := read(t, "Campaign,Impressions,Clicks,Cost,Conversions,Revenue\nA,10,1,\"R$ 1,50\",0,0\nB,10,1,\"1,50\",0,0\n", options())
	if r.Currency != "BRL" {
		t.Errorf("%q %v", r.Currency, r.Warnings)
	}
}

func TestRead_BlanksAndAOV(t *testing.T) {
	t.Parallel()
	const text = "Ad,Impressions,Clicks,Cost,Purchases,Purchase value\nshown,2000,,5,,\nunshown,,,,,\nfree,2000,50,,2,80\nunpriced,2000,50,10,2,\n"
	r := read(t, text, options())
	if got, want := lines(r), "shown|loser|2000 0 0|5.00 0.00 USD|0.00\nunshown|insufficient|0 0 0|? 0.00 USD|n/a\nfree|insufficient|2000 50 2|? 80.00 USD|n/a\nunpriced|insufficient|2000 50 2|10.00 ? USD|n/a"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	opts := options()
	opts.AOV = big.NewRat(60, 1)
	if got := line(read(t, text, opts).Items[3]); got != "unpriced|winner|2000 50 2|10.00 120.00 USD|12.00" {
		t.Error(got)
	}
}

func TestRead_IncompleteRowsAreLeftAsideOfACampaign(t *testing.T) {
	t.Parallel()
	opts := options()
	opts.By = review.ByCampaign
	r := read(t, "Campaign,Impressions,Clicks,Cost,Purchases,Purchase value\nA,2000,50,10,2,80\nA,2000,50,,2,80\n", opts)
	if i := r.Items[0]; line(i) != "A|winner|2000 50 2|10.00 80.00 USD|8.00" || !strings.Contains(i.Reason, "1 of its 2 rows") {
		t.Error(line(i), i.Reason)
	}
}

// Fractions of a cent are judged before anything is rounded, and told in cents.
func TestRead_JudgesExactly(t *testing.T) {
	t.Parallel()
	r := read(t, "Ad,Impressions,Clicks,Cost,Purchases,Purchase value\nat,1000,15,0.666666666,1,0.999999999\nunder,1000,15,0.6666666667,1,1\n", options())
	at, under := r.Items[0], r.Items[1]
	if at.Verdict != strategy.Potential || !strings.Contains(at.Reason, "ROAS 1.50 reaches 1.50") || !strings.Contains(at.Reason, "CPA 0.67 USD is over 0.40 USD") {
		t.Error(at.Reason)
	}
	if !strings.Contains(under.Reason, "ROAS 1.50 is under 1.50") {
		t.Error(under.Reason)
	}
}

func TestRead_Days(t *testing.T) {
	t.Parallel()
	if r := read(t, "Campaign,Day,Impressions,Clicks\nA,03/04/2026,1,1\nB,16/04/2026,1,1\n", options()); r.From != "2026-04-03" || r.To != "2026-04-16" {
		t.Errorf("%s to %s", r.From, r.To)
	}
	r := read(t, "Campaign,Day,Impressions,Clicks\nA,03/04/2026,1,1\n", options())
	wantNote(t, r, 0, "Day", "--dates dmy")
	if r.From != "" {
		t.Errorf("guessed %s", r.From)
	}
}

func TestRead_NothingToRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a,b\n1,2\n":                "no line names",
		"Campaign,Impressions\n":    "no row below the header in line 1",
		"Campaign,Impressions\nA\n": "",
		"Campaign,Day\nA,1\n":       "no column of figures",
	} {
		_, err := review.Read([]byte(text), options())
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// FuzzRead reviews anything: it ends, and what it judges was read.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"Campaign,Impressions,Clicks,Cost,Conversions,Revenue\nA,2000,50,\"R$ 1.234,50\",1.5,9\nTotal,2000,50,1,1,9\n",
		"Campanha;Impressões;Cliques;Custo;Compras\nA;999999999999;1;999999999999,999999999999;1000000\n", "Ad\tImpr.\tCost\n\t--\t(5)\n",
	} {
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, group bool) {
		opts := options()
		opts.AOV = big.NewRat(5999, 100)
		if group {
			opts.By = review.ByCampaign
		}
		r, err := review.Read(data, opts)
		if err != nil {
			return
		}
		for _, i := range r.Items {
			if i.Verdict != strategy.Insufficient && (i.Impressions < 1000 || i.Spend == nil || i.Revenue == nil) {
				t.Errorf("%s was judged", line(i))
			}
		}
	})
}
