package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/review"
	"github.com/agente-ceo/agente-ceo/domain/strategy"
	"github.com/agente-ceo/agente-ceo/domain/table"
)

type reviewFlags struct {
	minImpressions int64
	aov, by        string
	columns        []string
	decimal, dates string
	currency       string
	json           bool
}

func newReview(c *common) *cobra.Command {
	f := &reviewFlags{}
	cmd := &cobra.Command{
		Use: "review FILE", Short: "Say what the policy would do with an export of ad results, and why",
		Long: `Reads an export of ad results (CSV of Meta, TikTok or Google Ads, in English or Portuguese) and asks the policy that serve decides
by what it would do with each row, campaign or ad, and why. Nothing is stored and nothing is changed anywhere.

Encoding, delimiter, header, decimals and days are decided from the whole file. What can be read two ways is not guessed: a warning
names the column and says what to do. Rows that are sums of others are left out and named. Currencies are never summed together.
The targets are the configuration's (targets.roas, targets.ctr, …). The exit code is 1 only when nothing could be read.`,
		Example: `  agente-ceo review meta.csv
  agente-ceo review google.csv --by campaign --aov 60
  agente-ceo review export.csv --column conversions="Total de compras" --decimal comma --json`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.review(cmd.Context(), args[0], cmd.Flags().Changed("min-impressions"), f)
		},
	}
	flags := cmd.Flags()
	flags.Int64Var(&f.minImpressions, "min-impressions", 1000, "below `N` impressions nothing is decided (default: targets.min_impressions)")
	flags.StringVar(&f.aov, "aov", "", "what an order is worth, such as 60, where the file gives no revenue")
	flags.StringVar(&f.by, "by", "row", "judge each row, campaign or ad: `row|campaign|ad`")
	flags.StringArrayVar(&f.columns, "column", nil, "`FIELD=HEADER`: which column holds impressions, clicks, spend, conversions, revenue, currency, campaign, adset, ad or date; may be repeated")
	flags.StringVar(&f.decimal, "decimal", "", "how the file writes decimals: `point|comma`")
	flags.StringVar(&f.dates, "dates", "", "how the file writes days: `dmy|mdy`")
	flags.StringVar(&f.currency, "currency", "", "`CODE` of amounts that name no currency")
	flags.BoolVar(&f.json, "json", false, "print one JSON document instead of the table")
	return cmd
}

func oneFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%w: want one file", errUsage)
	}
	return nil
}

// largestFile bounds what is read into memory, in bytes.
const largestFile = 256 << 20

// readFile reads a file that a person named.
func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the file: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(file, largestFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if len(data) > largestFile {
		return nil, fmt.Errorf("read %s: it is larger than %d MB; split it", path, largestFile>>20)
	}
	return data, nil
}

func (c *common) review(_ context.Context, path string, ownMinimum bool, f *reviewFlags) error {
	cfg, _, err := configs.Load(c.layers())
	if err != nil {
		return err
	}
	opts, err := f.options(cfg)
	if err != nil {
		return err
	}
	if ownMinimum {
		opts.Rules.MinImpressions = f.minImpressions
	}
	data, err := readFile(path)
	if err != nil {
		return err
	}
	result, err := review.Read(data, opts)
	switch {
	case errors.Is(err, review.ErrOptions):
		return fmt.Errorf("%w: %v", errUsage, err)
	case err != nil:
		return fmt.Errorf("review %s: %w", path, err)
	}
	if f.json {
		return writeReviewJSON(c.stdout, result)
	}
	return writeReviewText(c.stdout, result)
}

func (f *reviewFlags) options(cfg configs.Config) (review.Options, error) {
	rules, err := rulesOf(cfg, nil)
	if err != nil {
		return review.Options{}, err
	}
	opts := review.Options{
		Rules: rules.policy.(strategy.Rules), By: review.By(f.by), Columns: map[review.Field]string{},
		Account: money.Currency(cfg.Account.Currency), Currency: money.Currency(strings.ToUpper(f.currency)),
	}
	wrong := func(err error) (review.Options, error) { return review.Options{}, fmt.Errorf("%w: %v", errUsage, err) }
	switch {
	case f.minImpressions < 0:
		return wrong(fmt.Errorf("--min-impressions %d is not allowed; want 0 or more", f.minImpressions))
	case opts.By != review.ByRow && opts.By != review.ByCampaign && opts.By != review.ByAd:
		return wrong(fmt.Errorf("--by %q is not allowed; want row, campaign or ad", f.by))
	case opts.Currency != "" && !opts.Currency.Valid():
		return wrong(fmt.Errorf("--currency %q is no ISO 4217 code such as BRL", f.currency))
	}
	if f.aov != "" {
		if opts.AOV, err = wholeUnits(f.aov); err != nil {
			return wrong(err)
		}
	}
	if f.decimal != "" {
		if opts.Decimal, err = table.ParseStyle(f.decimal); err != nil {
			return wrong(err)
		}
	}
	if f.dates != "" {
		if opts.Dates, err = table.ParseOrder(f.dates); err != nil {
			return wrong(err)
		}
	}
	for _, given := range f.columns {
		if err := addColumn(opts.Columns, given); err != nil {
			return wrong(err)
		}
	}
	return opts, nil
}

// wholeUnits reads an amount of the command line: a plain decimal above 0.
func wholeUnits(text string) (*big.Rat, error) {
	_, err := kpi.ParseRatio(text)
	if n, ok := new(big.Rat).SetString(text); err == nil && ok && len(text) <= 15 && n.Sign() > 0 {
		return n, nil
	}
	return nil, fmt.Errorf("--aov %q is not allowed; want an amount such as 60 or 59.90", text)
}

func addColumn(columns map[review.Field]string, given string) error {
	field, header, ok := strings.Cut(given, "=")
	for _, known := range review.Fields() {
		if ok && header != "" && string(known) == field {
			columns[known] = header
			return nil
		}
	}
	return fmt.Errorf("--column %q is not allowed; want FIELD=HEADER with one of the fields %v", given, review.Fields())
}

// reviewDocument is the --json form. A figure that is not known is null.
type reviewDocument struct {
	Currency string                   `json:"currency"` // empty when there are several
	From     string                   `json:"from,omitempty"`
	To       string                   `json:"to,omitempty"`
	Totals   reviewTotals             `json:"totals"`
	Apart    []reviewTotals           `json:"by_currency,omitempty"`
	Counts   map[strategy.Verdict]int `json:"counts"`
	Items    []reviewItem             `json:"items"`
	Warnings []table.Note             `json:"warnings"`
}

type reviewTotals struct {
	Currency    string       `json:"currency,omitempty"`
	Rows        int          `json:"rows"`
	Impressions json.Number  `json:"impressions"`
	Clicks      json.Number  `json:"clicks"`
	Spend       *json.Number `json:"spend"`
	Conversions json.Number  `json:"conversions"`
	Revenue     *json.Number `json:"revenue"`
}

type reviewItem struct {
	Key         string            `json:"key"`
	Row         int               `json:"row"`
	Rows        int               `json:"rows"`
	Currency    string            `json:"currency"`
	Impressions int64             `json:"impressions"`
	Clicks      int64             `json:"clicks"`
	Conversions int64             `json:"conversions"`
	Spend       *json.Number      `json:"spend"`
	Revenue     *json.Number      `json:"revenue"`
	Verdict     strategy.Verdict  `json:"verdict"`
	ROAS        *json.Number      `json:"roas"`
	CTR         *json.Number      `json:"ctr"`
	CVR         *json.Number      `json:"cvr"`
	CPA         *json.Number      `json:"cpa"`
	Passed      []kpi.Check       `json:"passed"`
	Actions     []strategy.Action `json:"actions"`
	Reason      string            `json:"reason"`
	Expected    string            `json:"expected"`
}

func writeReviewJSON(w io.Writer, r review.Review) error {
	doc := reviewDocument{Currency: r.Currency, From: r.From, To: r.To, Counts: r.Counts(), Items: []reviewItem{}, Warnings: append([]table.Note{}, r.Warnings...)}
	doc.Totals = totalsOf(r.Sum(), r.Currency != "")
	if r.Currency == "" {
		for _, t := range r.Totals {
			apart := totalsOf(t, true)
			apart.Currency = t.Currency
			doc.Apart = append(doc.Apart, apart)
		}
	}
	for _, i := range r.Items {
		decimals := money.Currency(i.Currency).Exponent()
		doc.Items = append(doc.Items, reviewItem{
			Key: i.Key, Row: i.Line, Rows: i.Rows, Currency: i.Currency, Impressions: i.Impressions, Clicks: i.Clicks, Conversions: i.Conversions,
			Spend: decimalOf(i.Spend, decimals), Revenue: decimalOf(i.Revenue, decimals), Verdict: i.Verdict,
			ROAS: ratioOf(i.ROAS, 4), CTR: ratioOf(i.CTR, 6), CVR: ratioOf(i.CVR, 6), CPA: ratioOf(i.CPA, max(4, decimals)),
			Passed: append([]kpi.Check{}, i.Passed...), Actions: append([]strategy.Action{}, i.Actions...), Reason: i.Reason, Expected: i.Expected,
		})
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	if err := out.Encode(doc); err != nil {
		return fmt.Errorf("write the review: %w", err)
	}
	return nil
}

func totalsOf(t review.Totals, amounts bool) reviewTotals {
	out := reviewTotals{Rows: t.Rows, Impressions: *decimalOf(t.Impressions, 0), Clicks: *decimalOf(t.Clicks, 0), Conversions: countOf(t.Conversions)}
	if amounts {
		decimals := money.Currency(t.Currency).Exponent()
		out.Spend, out.Revenue = decimalOf(t.Spend, decimals), decimalOf(t.Revenue, decimals)
	}
	return out
}

// countOf writes a count of conversions, which platforms may split between ads.
func countOf(n *big.Rat) json.Number {
	if n.IsInt() {
		return *decimalOf(n, 0)
	}
	return *decimalOf(n, 2)
}

// decimalOf rounds half away from zero; nil is not known.
func decimalOf(n *big.Rat, decimals int) *json.Number {
	if n == nil {
		return nil
	}
	text := json.Number(n.FloatString(decimals))
	return &text
}

func ratioOf(r kpi.Ratio, decimals int) *json.Number {
	if !r.Defined() {
		return nil
	}
	text := json.Number(r.Decimal(decimals))
	return &text
}
