package campaign

import (
	"reflect"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/campaign"
	"github.com/agente-ceo/agente-ceo/domain/kpi"
	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/messages"
)

// fill gives every field of a struct a value that is not zero, so that a field which a snapshot forgets shows.
func fill(v reflect.Value, n *int64) {
	*n++
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = time.UnixMilli(1_700_000_000_000 + *n).UTC()
		return
	case *money.Amount:
		*x = money.Minor(*n, money.USD)
		return
	case *kpi.Metrics:
		*x = kpi.Metrics{Impressions: *n, Clicks: *n + 1, Conversions: *n + 2, Spend: money.Minor(*n+3, money.USD), Revenue: money.Minor(*n+4, money.USD)}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.String:
		v.SetString(time.UnixMilli(*n).UTC().Format("text 05.000"))
	case reflect.Int64:
		v.SetInt(*n)
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic("a kind of field that the test does not know: " + v.Type().String())
	}
}

func TestSnapshot_KeepsEverything(t *testing.T) {
	t.Parallel()
	var want campaign.State
	var n int64
	fill(reflect.ValueOf(&want).Elem(), &n)
	body, err := proto.Marshal(snapshotOf(&want))
	if err != nil {
		t.Fatal(err)
	}
	var stored messages.CampaignState
	if err := proto.Unmarshal(body, &stored); err != nil {
		t.Fatal(err)
	}
	got := stateOf(&stored)
	if reflect.DeepEqual(got, &want) {
		return
	}
	g, w := reflect.ValueOf(*got), reflect.ValueOf(want)
	for i := range w.NumField() {
		if !reflect.DeepEqual(g.Field(i).Interface(), w.Field(i).Interface()) {
			t.Errorf("%s came back as %+v, was %+v", w.Type().Field(i).Name, g.Field(i), w.Field(i))
		}
	}
}

func TestSnapshot_Empty(t *testing.T) {
	t.Parallel()
	if got := stateOf(snapshotOf(&campaign.State{})); !reflect.DeepEqual(got.AdSets, campaign.State{}.AdSets) || got.Status != "" || !got.CreatedAt.IsZero() {
		t.Errorf("an empty campaign came back as %+v", got)
	}
}

// BenchmarkMonitor is what an hour of one campaign with ten ads costs beside I/O: the figures taken in, the rows made, the snapshot written.
func BenchmarkMonitor(b *testing.B) {
	now := time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)
	rules := campaign.DefaultRules(time.UTC)
	plan := campaign.Plan{CampaignID: "cmp_aaaaaaaaaaaaaaaa", Mode: campaign.Auto, Platform: "meta", DailyBudget: money.Minor(5000, money.USD),
		Countries: []string{"BR"}, LandingURL: "https://shop.example/"}
	for i := range 10 {
		plan.Creatives = append(plan.Creatives, campaign.Creative{
			ID: string(rune('a' + i)), Headline: "A headline of the usual length", Body: "And a body that says a little more about what it is and why it helps.",
		})
	}
	first := campaign.Begin(&campaign.State{}, rules, now)
	first.Accept(plan)
	state, _ := first.Finish()
	rows := make([]*messages.AdInsight, len(state.Ads))
	for i := range state.Ads {
		state.Ads[i].ExternalID = state.Ads[i].ID
		rows[i] = &messages.AdInsight{AdExternalId: state.Ads[i].ID, Total: &messages.Metrics{Impressions: 100, Clicks: 2,
			Spend: &messages.Money{Minor: 40, Currency: "USD"}, Revenue: &messages.Money{Currency: "USD"}}}
	}
	b.ReportAllocs()
	for b.Loop() {
		turn := campaign.Begin(state, rules, now)
		turn.Observe(now, seenOf(rows))
		next, out := turn.Finish()
		ch := changeOf(next, out)
		ch.State = snapshotOf(next)
		if _, err := proto.Marshal(ch.State); err != nil || len(ch.Facts) != 10 {
			b.Fatal(err, len(ch.Facts))
		}
	}
}
