package main

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/domain/catalog"
	"github.com/agente-ceo/agente-ceo/domain/listing"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/scouting"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

type importFlags struct {
	dryRun   bool
	currency string
}

func newImport(c *common) *cobra.Command {
	cmd := &cobra.Command{Use: "import", Short: "Put things in from a file", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	f := &importFlags{}
	products := &cobra.Command{
		Use: "products FILE", Short: "Put a list of products in for the scout, all of it or nothing",
		Long: `Reads a list of products as CSV or JSON, with English or Portuguese column names: title and price, and where there are any currency,
sku or url, supplier_ref, shipping, rating (0: unrated), reviews, sold, category, brand, description and images. Prices may be written
as R$ 1.234,56 or $12.50, sales as 35210 vendido(s).

Nothing is imported unless every row can be read: each one that cannot is told with its number, column and value and what to do. The
same list again changes nothing; a list that says something else of a product puts it in anew. The scout takes the products up in its
next round, as the source "import", and they are qualified like any other. Stop a running serve first, or set DATABASE_URL.`,
		Example: `  agente-ceo import products catalogue.csv --dry-run
  agente-ceo import products catalogue.json --currency BRL`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error { return c.importProducts(cmd.Context(), args[0], f) },
	}
	products.Flags().BoolVar(&f.dryRun, "dry-run", false, "show what would happen, and change nothing")
	products.Flags().StringVar(&f.currency, "currency", "", "`CODE` of prices that name no currency (default: account.currency)")
	cmd.AddCommand(products)
	return cmd
}

func (c *common) importProducts(ctx context.Context, path string, f *importFlags) error {
	cfg, _, err := configs.Load(c.layers())
	if err != nil {
		return err
	}
	currency := money.Currency(strings.ToUpper(f.currency))
	switch {
	case currency == "":
		currency = money.Currency(cfg.Account.Currency)
	case !currency.Valid():
		return fmt.Errorf("%w: --currency %q is no ISO 4217 code such as BRL", errUsage, f.currency)
	}
	data, err := readFile(path)
	if err != nil {
		return err
	}
	list, err := listing.Read(data, listing.Options{Currency: currency})
	if err != nil {
		return fmt.Errorf("import %s: %w", path, err)
	}
	list.Unique()
	c.tellList(list)
	if n := len(list.Problems); n > 0 {
		return fmt.Errorf("import %s: %d rows cannot be read, so nothing was imported; correct them, or delete them, and import again", path, n)
	}
	return c.withDatabase(ctx, func(ctx context.Context, cfg configs.Config, db *persistence.DB) error {
		return c.putProducts(ctx, cfg, db, filepath.Base(path), list, f.dryRun)
	})
}

// shownProblems is how many rows are told one by one.
const shownProblems = 50

// tellList prints what is wrong with a list, and what to know of it.
func (c *common) tellList(list listing.File) {
	for i, p := range list.Problems {
		if i == shownProblems {
			fmt.Fprintf(c.stderr, "and %d more rows\n", len(list.Problems)-i)
			break
		}
		fmt.Fprintln(c.stderr, scouting.Clean(p.Error(), 400))
	}
	for i, n := range list.Notes {
		if i == shownProblems {
			fmt.Fprintf(c.stderr, "and %d more notes\n", len(list.Notes)-i)
			break
		}
		fmt.Fprintln(c.stderr, "note: "+scouting.Clean(n.String(), 400))
	}
}

func (c *common) putProducts(ctx context.Context, cfg configs.Config, db *persistence.DB, name string, list listing.File, dryRun bool) error {
	in := persistence.Import{File: name, By: "command line", At: clock.System{}.Now(), DryRun: dryRun}
	for _, p := range list.Products {
		in.Products = append(in.Products, p.Imported())
	}
	counts, err := db.ImportProducts(ctx, in)
	if err != nil {
		return err
	}
	did, nothing := "imported", "nothing was imported"
	if dryRun {
		did, nothing = "would import", "nothing would be imported"
	}
	if counts.Added+counts.Changed == 0 {
		_, err = fmt.Fprintf(c.stdout, "%s: all %d products are there already, as the list says them\n", nothing, counts.Same)
		return err
	}
	fmt.Fprintf(c.stdout, "%s %d products from %s: %d new, %d changed; %d are there already\n", did, counts.Added+counts.Changed, name, counts.Added, counts.Changed, counts.Same)
	if err := c.foresee(ctx, cfg, db, in.Products, dryRun); err != nil || dryRun {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, "the scout takes them up in its next round; Scout on the dashboard, or POST /api/run/scout, starts one")
	return err
}

// foresee says what the scout would leave out and, in a dry run, what qualification would say, as far as can be told without the other
// sources: what other shops ask and how many want it may change the verdict.
func (c *common) foresee(ctx context.Context, cfg configs.Config, db *persistence.DB, products []scouting.Imported, judge bool) error {
	book, err := rulesOf(cfg, nil)
	if err != nil {
		return err
	}
	offers := make([]scouting.Offer, len(products))
	for i, p := range products {
		offers[i] = p.Offer
	}
	taking := book.scouting.Rules
	taking.MaxOffers = max(taking.MaxOffers, len(offers))
	seen := scouting.Merge(offers, nil, taking, clock.System{}.Now())
	for _, d := range seen.Dropped {
		fmt.Fprintf(c.stdout, "the scout will leave out %d: %s\n", d.N, strings.ReplaceAll(d.Reason, "_", " "))
	}
	if !judge {
		return nil
	}
	blocked, err := blacklist{db}.Blocked(ctx)
	if err != nil {
		return err
	}
	qualified, reasons := 0, map[string]int{}
	for _, candidate := range seen.Candidates {
		v := catalog.Judge(candidate, book.catalog, blocked)
		if v.Qualified {
			qualified++
		}
		for _, kind := range kindsOf(v.Reasons) {
			reasons[kind]++
		}
	}
	fmt.Fprintf(c.stdout, "%d products would be judged, and %d of them qualify, as far as the list tells\n", len(seen.Candidates), qualified)
	kinds := slices.SortedFunc(maps.Keys(reasons), func(a, b string) int {
		if reasons[a] != reasons[b] {
			return reasons[b] - reasons[a]
		}
		return strings.Compare(a, b)
	})
	for _, kind := range kinds[:min(len(kinds), 8)] {
		fmt.Fprintf(c.stdout, "  %5d  %s\n", reasons[kind], kind)
	}
	return nil
}

var figure = regexp.MustCompile(`-?\d+(?:[.,]\d+)*`)

// kindsOf are the reasons of one verdict without their figures, each once, so that they can be counted.
func kindsOf(reasons []string) []string {
	var out []string
	for _, r := range reasons {
		kind := figure.ReplaceAllString(r, "…")
		if head, _, ok := strings.Cut(kind, " Found:"); ok {
			kind = head
		}
		kind = scouting.Clean(kind, 90)
		if !slices.Contains(out, kind) {
			out = append(out, kind)
		}
	}
	return out
}
