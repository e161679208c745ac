package meta

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
)

// refusalCase is one case of testdata/refusals.txt.
type refusalCase struct {
	name, path, like, want string
	changes                []string
}

func readRefusals(t *testing.T) (cases []refusalCase) {
	t.Helper()
	f, err := os.Open("testdata/refusals.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		key, value, _ := strings.Cut(line, " ")
		switch {
		case line == "" || key == "#":
		case key == "==":
			cases = append(cases, refusalCase{name: value})
		case key == "POST":
			cases[len(cases)-1].path = value
		case key == "like":
			cases[len(cases)-1].like = value
		case key == "->":
			cases[len(cases)-1].want = value
		default:
			cases[len(cases)-1].changes = append(cases[len(cases)-1].changes, strings.TrimSuffix(key, ":"), value)
		}
	}
	return cases
}

func TestServer_Refuses(t *testing.T) {
	t.Parallel()
	cases := readRefusals(t)
	if len(cases) < 60 {
		t.Fatalf("the table has only %d cases", len(cases))
	}
	for _, x := range cases {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			ids := b.tree()
			valid := map[string]map[string]string{
				"campaign": validCampaign, "adset": validAdset(ids["campaign"]), "creative": validCreative(ids["hash"]), "ad": validAd(ids["adset"], ids["creative"]),
				"lookalike": {"name": "LAL", "subtype": "LOOKALIKE", "origin_audience_id": "6001", "lookalike_spec": `{"country":"BR","ratio":0.01}`},
				"website": {"name": "Buyers 180", "rule": `{"inclusions":{"operator":"or","rules":[{"event_sources":[{"id":"900","type":"pixel"}],"retention_seconds":15552000,
					"filter":{"operator":"and","filters":[{"field":"event","operator":"eq","value":"Purchase"}]}}]}}`},
			}
			ids["cbo"] = b.made("act_42/campaigns", with(validCampaign, "daily_budget", "5000", "name", "cbo"))
			gone := setupGone(b, ids)
			fill := strings.NewReplacer("{campaign}", ids["campaign"], "{adset}", ids["adset"], "{creative}", ids["creative"], "{ad}", ids["ad"],
				"{cbo}", ids["cbo"], "{gonecampaign}", gone[0], "{goneadset}", gone[1], "{gonead}", gone[2])
			before := fmt.Sprint(b.server.Snapshot())
			for i := range x.changes {
				x.changes[i] = fill.Replace(x.changes[i])
			}
			r := b.post(fill.Replace(x.path), with(valid[x.like], x.changes...))
			if x.want == "ok" {
				r.ok()
				return
			}
			var code, subcode int
			var word string
			if _, err := fmt.Sscanf(x.want, "%d/%d", &code, &subcode); err != nil {
				t.Fatal(err)
			}
			_, word, _ = strings.Cut(x.want, " ")
			r.refused(code, subcode)
			if !strings.Contains(r.Raw, word) {
				t.Errorf("the answer does not mention %q: %s", word, r.Raw)
			}
			if after := fmt.Sprint(b.server.Snapshot()); after != before {
				t.Errorf("a refused call changed the account:\n%s\n%s", before, after)
			}
		})
	}
}

func setupGone(b *bench, ids map[string]string) (out [3]string) {
	out[0] = b.made("act_42/campaigns", with(validCampaign, "name", "gone"))
	out[1] = b.made("act_42/adsets", validAdset(out[0]))
	out[2] = b.made("act_42/ads", validAd(out[1], ids["creative"]))
	r := b.post(out[0], map[string]string{"method": "delete"})
	r.ok().want(true, "success")
	return out
}
