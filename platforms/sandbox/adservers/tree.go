package adservers

// Object is one campaign, ad set or ad as its platform holds it, for inspection by tests.
type Object struct {
	ID, ParentID string
	Name         string
	Configured   string // what the advertiser asked for, in the platform's words
	Effective    string // what the platform says, in its words
	Budget       int64  // minor units; 0 none at this level
	Live         bool   // ads only: the market was told that it may deliver
}

// Tree is every object of an account, deleted ones included, in order of creation.
type Tree struct {
	Campaigns, AdSets, Ads []Object
	Audiences, Images      int // how many were made
	Events                 int // distinct conversion events received
}
