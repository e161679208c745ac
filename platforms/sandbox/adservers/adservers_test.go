package adservers

import (
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/platforms/sandbox/adservers/internal/fakemarket"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/market"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestBoard_TellsOnlyChanges(t *testing.T) {
	t.Parallel()
	m := &fakemarket.Market{}
	b := NewBoard(m)
	ad := market.Ad{ID: "1", DailyBudget: 5000, Countries: []string{"BR"}}
	b.Set(noon, ad, false)
	b.Set(noon, ad, true)
	b.Set(noon, ad, true)
	if len(m.Calls) != 1 || !b.Live("1") || b.LiveCount() != 1 {
		t.Errorf("after going live: %+v", m.Calls)
	}
	ad.Countries = []string{"BR", "US"}
	b.Set(noon, ad, true)
	b.Set(noon.Add(time.Hour), ad, false)
	ad.DailyBudget = 6000
	b.Set(noon.Add(time.Hour), ad, false)
	if len(m.Calls) != 3 || b.Live("1") || b.LiveCount() != 0 || !b.Ever("1") || b.Ever("2") {
		t.Errorf("after stopping: %+v", m.Calls)
	}
	if !b.Delivered("1", noon.AddDate(0, 0, 28)) || b.Delivered("1", noon.AddDate(0, 0, 29)) || b.Delivered("2", noon) {
		t.Error("the 28 days in which figures are revised are not kept")
	}
}

func TestReview(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Outcome{
		"A tidy desk in a minute!":                             Approved,
		"Secure checkout, procure yours":                       Approved,
		"Last units!!! Only today!":                            Approved,
		"O milagre da limpeza":                                 Disapproved,
		"Lose 10 kg in a week":                                 Disapproved,
		"Antes e depois":                                       Disapproved,
		"Dinheiro fácil em casa":                               Disapproved,
		"Você é gordo?":                                        Flagged,
		"BUY NOW THE BEST LAMP IN THE WORLD BEFORE IT IS GONE": Flagged,
		"Buy!!!!!!!":                                           Flagged,
	} {
		if got := Review(text); got.Outcome != want || (want != Approved) != (got.Policy != "" && got.Detail != "") {
			t.Errorf("%q: %+v, want %d", text, got, want)
		}
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"48.73": Decimal(4873), "0.05": Decimal(5), "194.1": Trimmed(19410), "20": Trimmed(2000), "0": Trimmed(0), "100": Trimmed(10000),
		"3.983173": Ratio(19410, 4873, 6), "0.00": Ratio(5, 0, 2), "0.13": Ratio(1468, 11200, 2), "0.5": Ratio(1, 2, 1),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for text, want := range map[string]int64{"20": 2000, "20.0": 2000, "20.5": 2050, "49.99": 4999, "20.500": 2050, "0.01": 1} {
		if got, err := ParseMinor(text); err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-1", "1e3", "20.005", ".5", "2 0", "99999999999999999999"} {
		if got, err := ParseMinor(text); err == nil {
			t.Errorf("%q was read as %d", text, got)
		}
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	if got := strings.Join(Days("2026-10-31", "2026-11-02"), " "); got != "2026-10-31 2026-11-01 2026-11-02" {
		t.Errorf("got %s", got)
	}
	if Days("2026-11-02", "2026-11-01") != nil || Days("x", "2026-11-01") != nil {
		t.Error("an empty range has days")
	}
	if got := AddDays("2026-03-01", -1); got != "2026-02-28" {
		t.Errorf("got %s", got)
	}
}

func TestWindow_Forgets(t *testing.T) {
	t.Parallel()
	w := NewWindow(time.Minute)
	w.Add(noon, 2)
	w.Add(noon, 1)
	w.Add(noon.Add(30*time.Second), 4)
	if w.Sum(noon.Add(59*time.Second)) != 7 || w.Eases(noon.Add(59*time.Second)) != noon.Add(time.Minute) {
		t.Error("points went early")
	}
	if w.Sum(noon.Add(time.Minute)) != 4 || w.Sum(noon.Add(2*time.Minute)) != 0 || w.Eases(noon.Add(2*time.Minute)) != noon.Add(2*time.Minute) {
		t.Error("points stayed")
	}
}

func TestReadPicture_RefusesOtherBytes(t *testing.T) {
	t.Parallel()
	if _, err := ReadPicture([]byte("<svg/>")); err == nil {
		t.Error("a text was read as a picture")
	}
	if got := Fingerprint([]byte("a")); got != "0cc175b9c0f1b6a831c399e269772661" {
		t.Errorf("the fingerprint is %s", got)
	}
}
