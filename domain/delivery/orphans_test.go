package delivery_test

import (
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/delivery"
)

func listed(id, name string, d ads.Delivery) ads.Standing {
	return ads.Standing{Level: ads.LevelCampaign, CampaignID: id, Entity: ads.Entity{ID: id, Name: name, Delivery: d}}
}

func TestOrphans_SortsOutWhatIsListed(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	winners := map[string]string{"cmp_a": "1", "cmp_b": "5"}
	set := listed("9", "ac-cmp_a-1", ads.Active)
	set.Level = ads.LevelAdSet
	seen := []ads.Standing{
		listed("1", "ac-cmp_a-0", ads.Active), listed("3", "ac-cmp_a-0", ads.Paused), listed("2", "ac-cmp_a-0", ads.Active),
		listed("4", "ac-cmp_c-0", ads.Paused), listed("5", "ac-cmp_z-0", ads.Active), listed("6", "Summer", ads.Active), set,
	}
	known, steps := delivery.Orphans(nil, seen, winners, now)
	want := []delivery.OrphanStep{
		{Orphan: delivery.Orphan{ExternalID: "2", Name: "ac-cmp_a-0", FirstSeen: now}, Plan: "cmp_a", Stop: true, New: true},
		{Orphan: delivery.Orphan{ExternalID: "3", Name: "ac-cmp_a-0", FirstSeen: now}, Plan: "cmp_a", New: true},
		{Orphan: delivery.Orphan{ExternalID: "4", Name: "ac-cmp_c-0", FirstSeen: now}, Plan: "cmp_c", New: true},
	}
	if len(known) != 3 || len(steps) != 3 {
		t.Fatalf("known %+v, steps %+v", known, steps)
	}
	for i := range want {
		if steps[i] != want[i] || known[i] != want[i].Orphan {
			t.Errorf("step %d is %+v, want %+v", i, steps[i], want[i])
		}
	}
	winners["cmp_c"] = "4" // its create was recorded after all
	later := now.Add(delivery.RemoveAfter)
	known, steps = delivery.Orphans(known, seen, winners, later)
	if len(known) != 2 || steps[0].Remove || !steps[0].Stop || !steps[1].Remove || steps[1].New || steps[1].FirstSeen != now {
		t.Errorf("an hour later: known %+v, steps %+v", known, steps)
	}
	if known, steps = delivery.Orphans(known, seen[:1], winners, later); len(known)+len(steps) != 0 {
		t.Errorf("when they are gone: known %+v, steps %+v", known, steps)
	}
}
