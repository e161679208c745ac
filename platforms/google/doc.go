// Package google is the client of the Google Ads API (REST, v26): a customer as platforms.Ads, with search campaigns and responsive search ads.
//
// Google keeps budgets, bids and countries at the campaign, so a campaign holds exactly one ad set here, and the ad set's budget and bid are
// the campaign's. All changes go through googleAds:mutate, which does all of its operations or none. Names are unique in the account: a
// repeated create is answered with what exists. Responsive search ads have no name of their own; ours travels in a custom URL parameter.
package google
