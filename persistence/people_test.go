package persistence_test

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
)

var peopleNow = time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)

func addUser(t *testing.T, db *persistence.DB, email string, roles ...string) int64 {
	t.Helper()
	id, err := db.AddUser(t.Context(), views.Account{User: views.User{Email: email, Roles: roles}, PasswordHash: "$argon2id$"}, "test", peopleNow)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestUsers_AddFindChange(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	id := addUser(t, db, "a@example.com", "admin")
	_, err := db.AddUser(t.Context(), views.Account{User: views.User{Email: "a@example.com", Roles: []string{"viewer"}}}, "test", peopleNow)
	if fault.CodeOf(err) != "email_taken" {
		t.Errorf("the same e-mail again: %v", err)
	}
	for _, nobody := range []string{"", "b@example.com", "x\x00"} {
		if u, err := db.UserByEmail(t.Context(), nobody); u != nil || err != nil {
			t.Errorf("%q is %v, %v", nobody, u, err)
		}
	}
	user, err := db.UserByID(t.Context(), id)
	if err != nil || user.Email != "a@example.com" || user.CreatedAt != peopleNow {
		t.Fatalf("the user is %+v, %v", user, err)
	}
	user.Name = "Ana"
	if err := db.UpdateUser(t.Context(), *user, "test", peopleNow); err != nil {
		t.Fatal(err)
	}
	if all, err := db.ListUsers(t.Context()); err != nil || len(all) != 1 || all[0].Name != "Ana" {
		t.Errorf("everybody is %+v, %v", all, err)
	}
}

func TestUsers_OneAdministratorStays(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	first, second := addUser(t, db, "a@example.com", "admin"), addUser(t, db, "b@example.com", "admin")
	disable := func(id int64) error {
		user, err := db.UserByID(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		user.DisabledAt = &peopleNow
		return db.UpdateUser(t.Context(), *user, "test", peopleNow)
	}
	// Both at once: whoever comes second must see what the first one did.
	results := make(chan error, 2)
	for _, id := range []int64{first, second} {
		go func() { results <- disable(id) }()
	}
	codes := []string{fault.CodeOf(<-results), fault.CodeOf(<-results)}
	if got := strings.Join(codes, " "); got != "last_admin internal" && got != "internal last_admin" {
		t.Errorf("disabling both gave %s", got)
	}
	users, err := db.ListUsers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if (users[0].DisabledAt == nil) == (users[1].DisabledAt == nil) {
		t.Errorf("left are %+v", users)
	}
}

func TestSessions_EndInTime(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	id := addUser(t, db, "a@example.com", "viewer")
	for _, token := range []string{"one", "two"} {
		if err := db.SaveSession(t.Context(), token, []byte("data "+token), peopleNow.Add(time.Hour), id); err != nil {
			t.Fatal(err)
		}
	}
	found := func(token string, at time.Time) bool {
		_, ok, err := db.FindSession(t.Context(), token, at)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if !found("one", peopleNow) || found("one", peopleNow.Add(time.Hour)) || found("three", peopleNow) {
		t.Error("sessions do not end when they should")
	}
	if err := db.DeleteSession(t.Context(), "one"); err != nil || found("one", peopleNow) || !found("two", peopleNow) {
		t.Errorf("after ending the first: %v", err)
	}
	addUser(t, db, "admin@example.com", "admin")
	user, err := db.UserByID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	user.Name = "Ana"
	if err := db.UpdateUser(t.Context(), *user, "test", peopleNow); err != nil || !found("two", peopleNow) {
		t.Errorf("after another name: %v", err)
	}
	user.PasswordHash = "another"
	if err := db.UpdateUser(t.Context(), *user, "test", peopleNow); err != nil || found("two", peopleNow) {
		t.Errorf("after another password: %v", err)
	}
}

func TestTokens_UntilTheyExpire(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	id := addUser(t, db, "a@example.com", "viewer")
	hash := sha256.Sum256([]byte("secret"))
	if err := db.AddToken(t.Context(), id, "a@example.com", "ci", hash[:], peopleNow.Add(time.Hour), peopleNow); err != nil {
		t.Fatal(err)
	}
	other := sha256.Sum256([]byte("guess"))
	for _, c := range []struct {
		hash []byte
		at   time.Time
		want int64
	}{{hash[:], peopleNow, id}, {hash[:], peopleNow.Add(time.Second), id}, {hash[:], peopleNow.Add(time.Hour), 0}, {other[:], peopleNow, 0}} {
		if got, err := db.TokenUser(t.Context(), c.hash, c.at); got != c.want || err != nil {
			t.Errorf("at %s: %d, %v", c.at, got, err)
		}
	}
}

func TestSettings_VersionsDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	if version, saved, err := db.SavedSettings(t.Context()); version != 0 || len(saved) != 0 || err != nil {
		t.Fatalf("before anything: %d, %v, %v", version, saved, err)
	}
	save := func(base int64, value string) error {
		_, err := db.SaveSettings(t.Context(), base, map[string]string{"targets.roas": value}, "why", "a@example.com", peopleNow)
		return err
	}
	if err := save(0, "1.8"); err != nil {
		t.Fatal(err)
	}
	for _, stale := range []int64{0, 7} {
		if err := save(stale, "2"); fault.CodeOf(err) != "version_conflict" {
			t.Errorf("saving over version %d: %v", stale, err)
		}
	}
	if err := save(1, "1.9"); err != nil {
		t.Fatal(err)
	}
	version, saved, err := db.SavedSettings(t.Context())
	if version != 2 || saved["targets.roas"] != "1.9" || err != nil {
		t.Errorf("now: %d, %v, %v", version, saved, err)
	}
	history, err := db.SettingsHistory(t.Context(), 1)
	if err != nil || len(history) != 1 || history[0].Changes["targets.roas"] != (views.Edited{From: "1.8", To: "1.9"}) {
		t.Errorf("the newest change is %+v, %v", history, err)
	}
}

func TestVault_SealsUnderItsKeyAndName(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	vault := openVault(t, db, 1)
	const secret = "a-very-secret-token-1234"
	for _, name := range []string{"META_ACCESS_TOKEN", "SHORT"} {
		value := map[string]string{"META_ACCESS_TOKEN": secret, "SHORT": "hush"}[name]
		if err := vault.PutCredential(t.Context(), name, value, "a@example.com", peopleNow); err != nil {
			t.Fatal(err)
		}
	}
	opened, err := vault.Secrets(t.Context())
	if err != nil || opened["META_ACCESS_TOKEN"] != secret || opened["SHORT"] != "hush" {
		t.Errorf("opened %v, %v", opened, err)
	}
	listed, err := vault.ListCredentials(t.Context())
	if err != nil || len(listed) != 2 || listed[0].Hint != "…1234" || listed[1].Hint != "" {
		t.Errorf("listed %+v, %v", listed, err)
	}
	if _, err := openVault(t, db, 2).Secrets(t.Context()); err == nil || !strings.Contains(err.Error(), "META_ACCESS_TOKEN") {
		t.Errorf("with another key: %v", err)
	}
	if found, err := vault.DeleteCredential(t.Context(), "SHORT", "a@example.com", peopleNow); !found || err != nil {
		t.Errorf("taking it away: %v, %v", found, err)
	}
	if found, err := vault.DeleteCredential(t.Context(), "SHORT", "a@example.com", peopleNow); found || err != nil {
		t.Errorf("taking it away twice: %v, %v", found, err)
	}
	if _, err := db.VerifyAudit(t.Context(), 1); err != nil {
		t.Error(err)
	}
}

func openVault(t *testing.T, db *persistence.DB, with byte) *persistence.Vault {
	t.Helper()
	vault, err := db.Vault(bytes.Repeat([]byte{with}, persistence.MasterKeyBytes))
	if err != nil {
		t.Fatal(err)
	}
	return vault
}

func TestVault_RefusesAShortKey(t *testing.T) {
	t.Parallel()
	if _, err := pgtest.New(t).Vault([]byte("short")); err == nil {
		t.Error("a short key was taken")
	}
}
