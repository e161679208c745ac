// Package adservers is what the simulated advertising platforms share: the board that tells the market which ads may deliver, the
// review of ad copy, calendar days, rolling rate windows, and how platforms write figures. The dialects themselves are the packages
// meta, tiktok and google; each is written from the platform's published contract alone and knows nothing of our own clients.
package adservers
