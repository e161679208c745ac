package main

import (
	"fmt"
	"math/big"
	"time"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/reporting"
)

// amount reads a configured amount. Validate has read it before, so a failure is a bug.
func amount(cfg configs.Config, text string) money.Amount {
	a, err := money.Parse(text, money.Currency(cfg.Account.Currency))
	if err != nil {
		panic(fmt.Errorf("configured amount %q was not validated: %w", text, err))
	}
	return a
}

// exact reads a configured decimal.
func exact(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(fmt.Errorf("configured decimal %q was not validated", text))
	}
	return r
}

// percent reads a configured decimal as whole per cent: "0.40" is 40.
func percent(text string) int {
	scaled := new(big.Rat).Mul(exact(text), big.NewRat(100, 1))
	return int(new(big.Int).Quo(scaled.Num(), scaled.Denom()).Int64())
}

func accountZone(cfg configs.Config) *time.Location {
	zone, err := time.LoadLocation(cfg.Account.TZ)
	if err != nil {
		panic(fmt.Errorf("configured zone %q was not validated: %w", cfg.Account.TZ, err))
	}
	return zone
}

func reportTarget(cfg configs.Config) reporting.Target {
	return reporting.Target{ROAS: exact(cfg.Targets.ROAS), AlertPercent: int64(cfg.Caps.AlertPercent)}
}
