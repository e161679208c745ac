package configs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/configs"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	t.Run("DefaultsAreValidAndAutoInTheSandbox", func(t *testing.T) {
		t.Parallel()
		cfg, origins, err := configs.Load(configs.Layers{})
		if err != nil {
			t.Fatal(err)
		}
		if cfg.Mode != "auto" || cfg.Caps.Daily != "300" || cfg.Speed != 1440 || len(origins) != 0 {
			t.Fatalf("mode %q, daily cap %q, speed %v, origins %v", cfg.Mode, cfg.Caps.Daily, cfg.Speed, origins)
		}
	})
	t.Run("LiveIsADryRunUnlessTold", func(t *testing.T) {
		t.Parallel()
		cfg, _, err := configs.Load(configs.Layers{Env: []string{"AGENTE_WORLD=live"}})
		if err != nil || cfg.Mode != "dry_run" {
			t.Fatalf("mode %q, error %v", cfg.Mode, err)
		}
	})
	t.Run("LaterLayersWin", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "c.yaml")
		write(t, path, "targets:\n  roas: \"2\"\n  ctr: \"0.01\"\ncaps:\n  daily: \"100\"\n  weekly: \"500\"\n")
		cfg, origins, err := configs.Load(configs.Layers{
			Saved: map[string]string{"targets.roas": "1.7", "targets.cvr": "0.03"},
			File:  path,
			Env:   []string{"TARGET_ROAS=2.5", "AGENTE_CAMPAIGNS_COUNTRIES=BR, PT"},
			Flags: map[string]string{"caps.daily": "90"},
		})
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join([]string{cfg.Targets.ROAS, cfg.Targets.CTR, cfg.Targets.CVR, cfg.Caps.Daily, strings.Join(cfg.Campaigns.Countries, "+")}, " ")
		if got != "2.5 0.01 0.03 90 BR+PT" {
			t.Fatalf("got %s", got)
		}
		sources := map[string]string{}
		for _, o := range origins {
			sources[o.Key] = o.Source
		}
		if sources["targets.roas"] != "environment TARGET_ROAS" || sources["caps.daily"] != "flag" || sources["targets.ctr"] != "file "+path || sources["targets.cvr"] != "settings" {
			t.Fatalf("sources %v", sources)
		}
	})
	t.Run("TheMostCarefulModeAliasWins", func(t *testing.T) {
		t.Parallel()
		cfg, _, err := configs.Load(configs.Layers{Env: []string{"AUTO_MODE=true", "DRY_RUN=true"}})
		if err != nil || cfg.Mode != "dry_run" {
			t.Fatalf("mode %q, error %v", cfg.Mode, err)
		}
	})
	t.Run("SecretsAreNotShown", func(t *testing.T) {
		t.Parallel()
		_, origins, err := configs.Load(configs.Layers{Env: []string{"META_ACCESS_TOKEN=very-secret"}})
		if err != nil || len(origins) != 1 || origins[0].Value != "(secret)" {
			t.Fatalf("origins %v, error %v", origins, err)
		}
	})
}

func TestLoad_Refuses(t *testing.T) {
	t.Parallel()
	for env, want := range map[string]string{
		"AGENTE_WORLD=mars":             `world: "mars" is not allowed; want one of sandbox, live`,
		"AGENTE_ACCOUNT_TZ=Nowhere/At":  "account.tz",
		"TARGET_ROAS=abc":               `targets.roas: "abc" is not allowed`,
		"SAFE_BUDGET_CAP_DAILY=-5":      "caps.daily",
		"SAFE_BUDGET_CAP_WEEKLY=10":     "caps.weekly: 10 is not allowed; want at least caps.daily",
		"DRY_RUN=perhaps":               "DRY_RUN",
		"AGENTE_WROLD=sandbox":          "AGENTE_WROLD",
		"AGENTE_HTTP_ADDR=8080":         "http.addr",
		"AGENTE_MASTER_KEY=c2hvcnQ=":    "master_key: (secret) is not allowed",
		"AGENTE_CREATIVES_VARIATIONS=3": "creatives.variations",
		"AGENTE_SPEED=fast":             "speed",
	} {
		t.Run(env, func(t *testing.T) {
			t.Parallel()
			_, _, err := configs.Load(configs.Layers{Env: []string{env}})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Fatalf("error %v, want %q in it", err, want)
			}
		})
	}
	t.Run("UnknownKeyInTheFile", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "c.yaml")
		write(t, path, "caps:\n  dayly: 5\n")
		if _, _, err := configs.Load(configs.Layers{File: path}); err == nil || !strings.Contains(err.Error(), "caps.dayly") {
			t.Fatalf("error %v", err)
		}
	})
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	described, err := configs.Describe(configs.Layers{
		Saved: map[string]string{"targets.roas": "1.8"}, Env: []string{"TARGET_ROAS=2", "META_ACCESS_TOKEN=secret", "AGENTE_CAPS_OVERDELIVERY=meta=1.5"},
		Flags: map[string]string{"caps.daily": "200"},
	})
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]configs.Described{}
	for _, d := range described {
		by[d.Key] = d
	}
	if d := by["targets.roas"]; d.Value != "2" || d.Default != "1.5" || d.Origin != "environment" || d.Editable {
		t.Errorf("a setting that the environment decides: %+v", d)
	}
	if d := by["targets.ctr"]; d.Origin != "default" || !d.Editable {
		t.Errorf("a default that rules read: %+v", d)
	}
	if d := by["http.addr"]; d.Editable {
		t.Errorf("a setting that needs a restart: %+v", d)
	}
	if d := by["platforms.meta_access_token"]; d.Value != "" || !d.Secret || d.Editable {
		t.Errorf("a secret: %+v", d)
	}
	if d := by["caps.daily"]; d.Origin != "flag" {
		t.Errorf("a flag: %+v", d)
	}
}

func TestCredentialKey(t *testing.T) {
	t.Parallel()
	for _, name := range configs.Credentials() {
		if key, known := configs.CredentialKey(name); !known || !strings.HasPrefix(key, "platforms.") {
			t.Errorf("%s fills %q", name, key)
		}
	}
	if _, known := configs.CredentialKey("PATH"); known {
		t.Error("PATH fills a setting")
	}
}
