package tiktok

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

type refusalCase struct{ name, path, like, changes, want string }

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
		if key == "==" {
			cases = append(cases, refusalCase{name: value})
		}
		switch last := len(cases) - 1; {
		case line == "" || key == "#" || key == "==":
		case line[0] == '/':
			cases[last].path = line
		case line[0] == '{':
			cases[last].changes = line
		case key == "like":
			cases[last].like = value
		case key == "->":
			cases[last].want = value
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
			b.now = b.now.Add(3 * time.Minute)
			ids["cbo"] = b.post("/campaign/create/", merge(t, valid["campaign"], `{"budget_mode":"BUDGET_MODE_DAY","budget":60}`)).ok().text("campaign_id")
			ids["gonecampaign"] = b.post("/campaign/create/", valid["campaign"]).ok().text("campaign_id")
			ids["goneadgroup"] = b.post("/adgroup/create/", merge(t, fill(ids, valid["adgroup"]), `{"campaign_id":"`+ids["gonecampaign"]+`"}`)).ok().text("adgroup_id")
			b.post("/campaign/status/update/", `{"advertiser_id":"`+advertiser+`","campaign_ids":["`+ids["gonecampaign"]+`"],"operation_status":"DELETE"}`).ok()
			body := strings.ReplaceAll(fill(ids, x.changes), `"LONG"`, `"`+strings.Repeat("n", 513)+`"`)
			if x.like != "" {
				body = merge(t, fill(ids, valid[x.like]), body)
			}
			before := fmt.Sprint(b.server.Snapshot())
			r := b.post(x.path, body)
			if x.want == "0" {
				r.ok()
				return
			}
			var code int
			if _, err := fmt.Sscanf(x.want, "%d", &code); err != nil {
				t.Fatal(err)
			}
			_, word, _ := strings.Cut(x.want, " ")
			r.refused(code, word)
			if after := fmt.Sprint(b.server.Snapshot()); after != before {
				t.Errorf("a refused call changed the account:\n%s\n%s", before, after)
			}
		})
	}
}
