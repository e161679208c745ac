package ads_test

import (
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/ads"
)

func TestName_CarriesTheCampaign(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		ads.Name("cmp_a-b", "0"): "cmp_a-b", ads.Name("cmp_1", "12"): "cmp_1", "Summer sale": "", "ac-": "", "ac--1": "", "ac-cmp": "", "xac-cmp_1-0": "",
	} {
		got, ok := ads.CampaignOf(name)
		if got != want || ok != (want != "") {
			t.Errorf("CampaignOf(%q) is %q, %v", name, got, ok)
		}
	}
}
