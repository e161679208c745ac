package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/domain/alerting"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/platforms/notify"
)

// Every alert that is raised is in the catalogue, or nobody is told what raises it, and it cannot be muted.
func TestAlerts_EveryKindHasItsRule(t *testing.T) {
	t.Parallel()
	raised := regexp.MustCompile(`(?:Kind: |problem\(|\.alert\()"([a-z_0-9]+)",? ?(?:Severity|"critical"|"warning"|"info"|severity)`)
	var kinds, known []string
	for _, root := range []string{"actors", "domain", "runtime", "persistence"} {
		err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, found := range raised.FindAllStringSubmatch(string(text), -1) {
				kinds = append(kinds, found[1])
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(kinds)
	for _, r := range alerting.Rules() {
		known = append(known, r.Kind)
		for _, key := range r.Settings {
			if settings, err := configs.Describe(configs.Layers{}); err != nil || !slices.ContainsFunc(settings, func(d configs.Described) bool { return d.Key == key && !d.Secret }) {
				t.Errorf("%s is decided by %s, which is no setting (%v)", r.Kind, key, err)
			}
		}
	}
	kinds = slices.Compact(kinds)
	if len(kinds) < 20 {
		t.Fatalf("only %v were found in the sources", kinds)
	}
	for _, kind := range kinds {
		if !slices.Contains(known, kind) {
			t.Errorf("alerts of the kind %s are raised and are not in domain/alerting", kind)
		}
	}
}

func TestConnections_NeedWhatTheConfigurationKnows(t *testing.T) {
	t.Parallel()
	for name, needs := range connectionNeeds {
		if missing := configs.Missing(configs.Config{}, needs); !slices.Equal(missing, needs) {
			t.Errorf("%s needs %v, of which the configuration knows %v", name, needs, missing)
		}
	}
	for err, want := range map[error]string{
		nil: "", fault.Stop("token_invalid", "expired"): "credentials", fault.Refuse("bad", "no"): "refused",
		fault.Retry("mail_unreachable", 0, errors.New("refused")): "unreachable", errors.New("odd"): "unknown",
	} {
		if code, _ := verdictOn(err); code != want {
			t.Errorf("%v is %q, want %q", err, code, want)
		}
	}
}

// The clients of production read from the sandbox with what is stored at that moment.
func TestConnections_AreTriedWithWhatIsStored(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	c := connections{o.app}
	for _, name := range []string{"meta", "tiktok", "google", "shopify", "google_shopping", "email", "sms", "whatsapp"} {
		if got, err := c.TestConnection(t.Context(), name); err != nil || !got.OK {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if got, err := c.TestConnection(t.Context(), "woocommerce"); err != nil || got.OK || got.Code != "not_configured" || len(got.Missing) != 3 {
		t.Errorf("woocommerce: %+v, %v", got, err)
	}
	vault, err := o.app.openVault()
	if err != nil {
		t.Fatal(err)
	}
	if err := vault.PutCredential(t.Context(), "META_ACCESS_TOKEN", "EAAB-this-one-has-expired", "test", o.app.clock.Now()); err != nil {
		t.Fatal(err)
	}
	got, err := c.TestConnection(t.Context(), "meta")
	if err != nil || got.OK || got.Code != "credentials" || strings.Contains(got.Detail, "EAAB-this") {
		t.Errorf("with a wrong token: %+v, %v", got, err)
	}
	if _, err := c.TestConnection(t.Context(), "nonsense"); fault.CodeOf(err) != "unknown_connection" {
		t.Errorf("an unknown name: %v", err)
	}
}

// A letter goes out with both of its parts, the HTML one as an alternative, and a repeat of it is recognised.
func TestConformance_LettersHaveBothParts(t *testing.T) {
	t.Parallel()
	x := openTown(t)
	mail, err := notify.NewMail(x.cfg.Platforms.SMTPURL, "Agente <agente@example.com>")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := mail.SendHTML(t.Context(), "eff_letter", "ana@example.com", "Relatório do dia", "Tudo certo.", "<p>Tudo certo.</p>"); err != nil {
			t.Fatal(err)
		}
	}
	got := x.World().Messages("email")
	if len(got) != 1 || got[0].Subject != "Relatório do dia" || got[0].To != "ana@example.com" {
		t.Fatalf("kept %+v", got)
	}
	for _, part := range []string{"multipart/alternative", "text/plain", "text/html", "Tudo certo.", "<p>Tudo certo.</p>"} {
		if !strings.Contains(got[0].Body, part) {
			t.Errorf("the message lacks %s:\n%s", part, got[0].Body)
		}
	}
}
