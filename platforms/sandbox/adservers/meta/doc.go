// Package meta is the simulated Meta Marketing API: the Graph dialect over a market. It holds one ad account's tree of campaigns, ad
// sets, ads, creatives, images, videos and audiences, validates as strictly and in the same order as the platform (version, token,
// permission, throttle, parameters), reviews ads after a delay, and tells the market which ads may deliver.
//
// Time comes from Config.Now alone. Whatever becomes due with time (a review that ends, a lookalike that fills, a start time) is
// settled lazily at the next request, and by Step, which the world calls on every tick so that delivery starts without a request.
//
// Where the platform's published contract is silent, the choice made here is marked "assumed" beside the code.
package meta
