// Package google is the simulated Google Ads REST API v26: budgets, campaigns, ad groups, ads and criteria of one customer over a
// market, changed by mutate calls and read by GAQL. Money is in micros, int64 as JSON strings; names are unique; campaigns must say
// whether they contain political advertising of the European Union. Unknown JSON names are refused, as protobuf's JSON does.
//
// Time comes from Config.Now alone. Whatever becomes due with time is settled lazily at the next request and by Step.
//
// Assumed, where the published contract is silent: errors of searchStream come inside a list like its results, campaigns without
// location criteria serve every country of the market, and an ad group with keywords addresses people by interest.
package google
