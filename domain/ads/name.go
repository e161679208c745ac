package ads

import "strings"

// NamePrefix begins the name of everything that we create on a platform: it is how it is told from what others run in the same account.
const NamePrefix = "ac-"

// Name is how a platform knows one of our things: it carries our id of the campaign and a number that is unique in it, so that what was
// made by a lost answer is found again.
func Name(campaignID, number string) string { return NamePrefix + campaignID + "-" + number }

// CampaignOf reads our id of the campaign out of a name; ok is false for a name that is none of ours.
func CampaignOf(name string) (campaignID string, ok bool) {
	rest, ours := strings.CutPrefix(name, NamePrefix)
	at := strings.LastIndexByte(rest, '-')
	if !ours || at <= 0 {
		return "", false
	}
	return rest[:at], true
}
