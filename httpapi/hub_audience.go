package httpapi

// topics is every kind of thing that the live feed tells of, and who hears of it: whoever may read the route that shows it. What is not
// here is told to nobody.
var topics = map[string]Role{
	"product": Viewer, "creative": Viewer, "campaign": Viewer, "ad_set": Viewer, "ad": Viewer, "order": Viewer, "customer": Viewer,
	"alert": Viewer, "report": Viewer, "scout_run": Viewer, "audit": Viewer, "summary": Viewer, "treasury": Viewer,
	"blacklisted": Operator,
	"approval":    Approver,
	"control":     Session, "system": Session,
}

// heard are the roles that topics differ by.
var heard = []Role{Viewer, Operator, Approver}

// audience is what somebody's roles let them hear: a bit for each role of heard. Everybody of one audience gets the same frames.
type audience uint8

func audienceOf(roles []string) (a audience) {
	for i, role := range heard {
		if role.allows(roles) {
			a |= 1 << i
		}
	}
	return a
}

// hears reports whether a topic is for this audience.
func (a audience) hears(topic string) bool {
	role, known := topics[topic]
	if role == Session {
		return known
	}
	for i, has := range heard {
		if has == role {
			return a&(1<<i) != 0
		}
	}
	return false
}

// of are the items that this audience hears, never nil.
func (a audience) of(items []deltaItem) []deltaItem {
	out := make([]deltaItem, 0, len(items))
	for _, item := range items {
		if a.hears(item.Topic) {
			out = append(out, item)
		}
	}
	return out
}
