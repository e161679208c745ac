package listing

import (
	"errors"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/agente-ceo/agente-ceo/domain/table"
)

// parseRating reads stars from 0, unrated, to 5, as thousandths.
func parseRating(s string) (int64, error) {
	wrong := advised{errors.New("a rating is 0 (unrated) to 5"), "correct it, or leave it blank"}
	cell, err := table.ParseCell(s)
	if err != nil || cell.Percent || cell.Currency != "" {
		return 0, wrong
	}
	v, err := cell.Value(table.Point)
	if err != nil {
		v, err = cell.Value(table.Comma)
	}
	switch {
	case err != nil || v != nil && (v.Sign() < 0 || v.Cmp(big.NewRat(5, 1)) > 0):
		return 0, wrong
	case v == nil:
		return 0, nil
	}
	v.Mul(v, big.NewRat(1000, 1)).Add(v, big.NewRat(1, 2))
	return new(big.Int).Quo(v.Num(), v.Denom()).Int64(), nil
}

var (
	condition   = regexp.MustCompile(`(?i)^(novo|usado|new|used|recondicionado|refurbished)\s*(\|\s*|$)`)
	count       = regexp.MustCompile(`^\+?(\d{1,3}(?:[.,]\d{3})+|\d{1,15})\s*\+?\s*(?:vendidos?|vendido\(s\)|sold|orders|pedidos|avalia\S*|reviews?)?$`)
	manifoldRow = regexp.MustCompile(`^\+?(\d{1,6})(?:[.,](\d))?\s*(k|mil)\s*\+?\s*(?:vendidos?|vendido\(s\)|sold|orders|pedidos|avalia\S*|reviews?)?$`)
)

// parseCount reads 35210, 1.234, 600+, "35210 vendido(s)", "Novo | 35 vendidos" or "+5mil vendidos"; an empty cell, or only the
// condition of the goods, is unknown: 0.
func parseCount(s string) (int64, error) {
	if table.IsBlank(s) {
		return 0, nil
	}
	rest := strings.TrimSpace(condition.ReplaceAllString(strings.ToLower(strings.TrimSpace(s)), ""))
	if rest == "" {
		return 0, nil
	}
	if m := count.FindStringSubmatch(rest); m != nil {
		return strconv.ParseInt(strings.NewReplacer(".", "", ",", "").Replace(m[1]), 10, 64)
	}
	if m := manifoldRow.FindStringSubmatch(rest); m != nil {
		return strconv.ParseInt(m[1]+(m[2] + "000")[:3], 10, 64)
	}
	return 0, advised{errors.New("it is no whole number"), "write digits, such as 1234, or leave it blank"}
}
