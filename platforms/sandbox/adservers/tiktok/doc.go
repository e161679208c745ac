// Package tiktok is the simulated TikTok Business API v1.3, manual route: campaigns, ad groups, ads, files, audiences, reports and
// tools of one advertiser over a market. It answers HTTP 200 always and judges in the envelope's code, except for paths that do not
// exist or lack their trailing slash. It validates in the platform's order: path, token, permission, throttle, parameters; ids sent
// as numbers and lists that are not JSON text in a query are refused.
//
// Time comes from Config.Now alone. Whatever becomes due with time is settled lazily at the next request and by Step.
//
// Assumed, where the published contract is silent: SINGLE_IMAGE ads are accepted on the manual route (ad_format is an open string
// there; only Smart+ lists SINGLE_IMAGE as rejected), names need not be unique, and the shapes of data in the answers of ad/create,
// the audience calls, the tools and the trend list.
package tiktok
