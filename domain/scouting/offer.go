package scouting

import (
	"fmt"
	"net/url"

	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Offer is one product as one source shows it, unchecked.
type Offer struct {
	Source      string // "aliexpress", "google_shopping", "tiktok_trends", "amazon", "import"
	Ref         string // the source's id
	Title       string
	Description string
	Category    string
	Price       money.Amount
	Shipping    money.Amount
	Images      []string
	RatingMilli int64 // 4.5 stars = 4500
	Reviews     int64 // 0: rating unknown
	Keywords    []string
	Sold        int64 // units or searches a month, as the source counts demand; 0 unknown
	Sellers     int64 // other sellers seen; 0 unknown
	TrendPct    int   // change of demand in per cent; 0 unknown or flat
	BestRank    int64 // best-seller rank; 0 unknown
	ShipDays    int   // 0 unknown
	IsSupplier  bool  // can be ordered from
	InStock     bool
}

// SourceImport is the source of offers that a person put in as a list.
const SourceImport = "import"

// Imported is an offer that a person put in. Version changes whenever the list says something else of it.
type Imported struct {
	ID      string
	Version string
	Offer   Offer
}

// Why an offer or a candidate is left out, as the run's audit counts it.
const (
	DropNoTitle      = "no_title"              // empty, or without a single letter
	DropControl      = "control_characters"    // in the title, or broken UTF-8
	DropHugeTitle    = "title_too_long"        // over three times the title limit
	DropNoRef        = "no_reference"          // a supplier's offer that cannot be ordered by id
	DropNoPrice      = "no_price"              // of a supplier, or less than nothing
	DropAbsurdPrice  = "absurd_price"          // outside the configured bounds, or negative shipping
	DropCurrency     = "unknown_currency"      // no exchange rate configured
	DropAbsurdFigure = "absurd_figures"        // negative counts, more than five stars, impossible trends
	DropNoSupplier   = "no_supplier"           // nobody to order from
	DropOutOfStock   = "supplier_out_of_stock" // no supplier has it
	DropOverLimit    = "over_limit"            // more offers than a run takes in
)

// Rules are what scouting goes by.
type Rules struct {
	Rates       money.Rates  // to the account's currency
	LeastPrice  money.Amount // of any offer, in the account's currency
	MostPrice   money.Amount
	MarkUpPct   int // market price as per cent of the supplier's landed price, where no other shop was seen; ≥ 100
	MaxShipDays int // a supplier who delivers in time is preferred to a cheaper one who does not
	MaxOffers   int // taken in by one run
}

// DefaultRules are for an account in the base currency of rates: offers from 0.50 to 2,000.00, market price assumed at 250 % of the
// supplier's landed price, suppliers preferred who deliver within 20 days, 2,000 offers a run.
func DefaultRules(rates money.Rates) Rules {
	base := rates.Base()
	return Rules{
		Rates: rates, LeastPrice: money.Minor(50, base), MostPrice: money.Minor(200_000, base),
		MarkUpPct: 250, MaxShipDays: 20, MaxOffers: 2000,
	}
}

// Validate names the first rule that makes no sense.
func (r Rules) Validate() error {
	switch {
	case !r.LeastPrice.Positive() || !r.LeastPrice.Less(r.MostPrice):
		return fmt.Errorf("scouting prices: least (%s) must be positive and under most (%s)", r.LeastPrice, r.MostPrice)
	case r.MarkUpPct < 100 || r.MarkUpPct > 1000:
		return fmt.Errorf("scouting mark-up: %d %%, allowed 100 to 1000", r.MarkUpPct)
	case r.MaxShipDays < 1:
		return fmt.Errorf("scouting shipping: %d days at most, allowed from 1", r.MaxShipDays)
	case r.MaxOffers < 1:
		return fmt.Errorf("scouting offers: %d a run, allowed from 1", r.MaxOffers)
	}
	return nil
}

const (
	titleLimit       = 200 // runes
	descriptionLimit = 2000
	categoryLimit    = 120
	keywordLimit     = 40
	maxKeywords      = 12
	maxImages        = 8
	maxImageURL      = 2048
	fiveStars        = 5000
	mostTrendPct     = 100_000
)

// checked is an offer that makes sense, cleaned and in the account's currency.
type checked struct {
	Offer
	words []string // of the title, without noise, sorted and unique
}

// check cleans an offer, or says why it is rubbish.
func (r Rules) check(o Offer) (checked, string) {
	if hasControl(o.Title) {
		return checked{}, DropControl
	}
	if len(o.Title) > 3*4*titleLimit {
		return checked{}, DropHugeTitle
	}
	if absurd(o) {
		return checked{}, DropAbsurdFigure
	}
	o.Title = Clean(o.Title, titleLimit)
	words := titleWords(o.Title)
	if len(words) == 0 {
		return checked{}, DropNoTitle
	}
	o.Ref = Clean(o.Ref, titleLimit)
	if o.IsSupplier && o.Ref == "" {
		return checked{}, DropNoRef
	}
	if why := r.convert(&o); why != "" {
		return checked{}, why
	}
	o.Source = Clean(o.Source, keywordLimit)
	o.Description = Clean(o.Description, descriptionLimit)
	o.Category = Clean(o.Category, categoryLimit)
	o.Images = webImages(o.Images)
	return checked{Offer: o, words: words}, ""
}

func absurd(o Offer) bool {
	return o.RatingMilli < 0 || o.RatingMilli > fiveStars || o.Reviews < 0 || o.Sold < 0 || o.Sellers < 0 || o.BestRank < 0 ||
		o.ShipDays < 0 || o.TrendPct < -100 || o.TrendPct > mostTrendPct
}

func (r Rules) convert(o *Offer) (why string) {
	if o.Price.IsZero() && !o.IsSupplier {
		o.Price, o.Shipping = money.Zero(r.Rates.Base()), money.Zero(r.Rates.Base())
		return "" // a trend without a price still tells of demand
	}
	if !o.Price.Positive() {
		return DropNoPrice
	}
	price, err := r.Rates.Convert(bounded(o.Price))
	if err != nil {
		return DropCurrency
	}
	shipping := money.Zero(r.Rates.Base())
	if !o.Shipping.IsZero() {
		if shipping, err = r.Rates.Convert(bounded(o.Shipping)); err != nil {
			return DropCurrency
		}
	}
	if price.Less(r.LeastPrice) || r.MostPrice.Less(price) || shipping.Negative() || r.MostPrice.Less(shipping) {
		return DropAbsurdPrice
	}
	o.Price, o.Shipping = price, shipping
	return ""
}

// bounded keeps a stranger's price far from where a conversion overflows; what it cuts is absurd before and after.
func bounded(a money.Amount) money.Amount {
	const most = 1_000_000_000_000
	return money.Minor(min(max(a.Minor(), -most), most), a.Currency())
}

// webImages keeps addresses that a browser could show. They are only fetched through a dialer that refuses private addresses.
func webImages(urls []string) []string {
	var kept []string
	for _, raw := range urls {
		if len(kept) == maxImages {
			break
		}
		if len(raw) > maxImageURL || hasControl(raw) {
			continue
		}
		if u, err := url.Parse(raw); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
			kept = append(kept, raw)
		}
	}
	return kept
}
