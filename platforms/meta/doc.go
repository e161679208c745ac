// Package meta is the client of Meta's Marketing API (Graph v26.0): an ad account as platforms.Ads.
//
// What the platform wants is in its reference for Ad Campaign, Ad Set, Ad, Ad Creative, Custom Audience, Insights and Error Codes. Every
// create is paused, carries a unique name and is looked up by it, since Graph has no idempotency keys. Budgets and bids travel in the
// account currency's minor units (whole units for some currencies, see money.go), reports in decimal strings.
package meta
