// Package tiktok is the client of TikTok's Business API v1.3: an advertiser account as platforms.Ads, by the manual route (campaign without a
// budget, ad groups with daily budgets, single-image ads).
//
// TikTok answers HTTP 200 whatever happens; the envelope's code decides. Every path ends in "/". Campaign and ad group creates carry a
// request_id derived from the name, so that the platform itself refuses a repeat; ads are looked up by name.
package tiktok
