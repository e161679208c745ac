package persistence_test

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/signin"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
)

func TestLogins_CountedByPlace(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	id, other := addUser(t, db, "a@example.com", "viewer"), addUser(t, db, "b@example.com", "viewer")
	device, network := []byte("device"), []byte("network")
	at := func(who int64, when time.Time) signin.Place {
		p, err := db.LoginPlace(t.Context(), who, device, network, when)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := at(id, peopleNow); string(p.Key) != "network" || p.Failures != 0 || p.Trusted || p.Strangers != 0 {
		t.Fatalf("a place never seen is %+v", p)
	}
	until := peopleNow.Add(time.Hour)
	for i, wait := range []time.Time{{}, until, {}} {
		if err := db.LoginFailed(t.Context(), id, network, wait, []string{"", "too many", ""}[i], peopleNow); err != nil {
			t.Fatal(err)
		}
	}
	if p := at(id, peopleNow); p.Failures != 3 || !p.WaitsUntil.Equal(until) || p.Strangers != 3 {
		t.Errorf("after three failures: %+v", p)
	}
	if p := at(other, peopleNow); p.Failures != 0 || p.Strangers != 0 {
		t.Errorf("somebody else's failures are counted: %+v", p)
	}
	if p := at(id, peopleNow.Add(signin.CrowdWithin)); p.Strangers != 0 {
		t.Errorf("after an hour: %+v", p)
	}
	if err := db.LoginSucceeded(t.Context(), id, [][]byte{device}, peopleNow); err != nil {
		t.Fatal(err)
	}
	if p := at(id, peopleNow.Add(time.Minute)); string(p.Key) != "device" || !p.Trusted || p.Failures != 0 || p.Strangers != 3 {
		t.Errorf("at a known device: %+v", p)
	}
	if p := at(id, peopleNow.Add(signin.TrustFor)); string(p.Key) != "network" {
		t.Errorf("long after: %+v", p)
	}
	if user, err := db.UserByID(t.Context(), id); err != nil || user.LastLoginAt == nil {
		t.Errorf("after a login: %+v, %v", user, err)
	}
}

func TestPeople_VersionGrowsWhenSomebodyMayHaveToGo(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	addUser(t, db, "admin@example.com", "admin")
	id := addUser(t, db, "a@example.com", "viewer")
	hash := sha256.Sum256([]byte("secret"))
	if err := db.AddToken(t.Context(), id, "a@example.com", "ci", hash[:], time.Time{}, peopleNow); err != nil {
		t.Fatal(err)
	}
	last, err := db.PeopleVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	grown := func(what string, want bool) {
		t.Helper()
		version, err := db.PeopleVersion(t.Context())
		if err != nil || version > last != want {
			t.Errorf("%s: the version went from %d to %d, %v", what, last, version, err)
		}
		last = version
	}
	save := func(token string) {
		if err := db.SaveSession(t.Context(), token, []byte("{}"), peopleNow.Add(time.Hour), id); err != nil {
			t.Fatal(err)
		}
	}
	save("one")
	if err := db.LoginSucceeded(t.Context(), id, nil, peopleNow); err != nil {
		t.Fatal(err)
	}
	grown("a login", false)
	if err := db.DeleteSession(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	grown("a logout", true)
	save("two")
	guests := []views.Guest{
		{UserID: id, Roles: []string{"viewer"}, Session: "two"}, {UserID: id, Roles: []string{"viewer"}, Script: hash[:]}, {UserID: id, Roles: []string{"viewer"}, Session: "one"},
		{UserID: id, Roles: []string{"admin"}, Session: "two"}, {UserID: 999, Roles: []string{"viewer"}, Session: "two"},
	}
	gone := func(what string, want ...bool) {
		t.Helper()
		if got, err := db.Gone(t.Context(), guests, peopleNow); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: gone are %v, %v", what, got, err)
		}
	}
	gone("before", false, false, true, true, true)
	if _, err := db.RevokeTokens(t.Context(), id, "a@example.com", peopleNow); err != nil {
		t.Fatal(err)
	}
	grown("a revoked token", true)
	gone("after revoking", false, true, true, true, true)
	user, err := db.UserByID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	user.Roles = []string{"approver", "viewer"}
	if err := db.UpdateUser(t.Context(), *user, "test", peopleNow); err != nil {
		t.Fatal(err)
	}
	grown("other roles", true)
	gone("with other roles", true, true, true, true, true)
}

func TestSecondFactor_SealedAndUsedOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	id := addUser(t, db, "a@example.com", "viewer")
	user := views.User{ID: id, Email: "a@example.com"}
	vault := func(key byte) *persistence.Vault {
		v, err := db.Vault(bytes.Repeat([]byte{key}, persistence.MasterKeyBytes))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	v, ctx := vault(1), t.Context()
	if f, err := v.SecondFactor(ctx, id); f != nil || err != nil {
		t.Fatalf("before: %+v, %v", f, err)
	}
	for _, secret := range []string{"FIRST", "SECOND"} { // beginning anew replaces what was not confirmed
		if err := v.BeginSecondFactor(ctx, id, secret, peopleNow); err != nil {
			t.Fatal(err)
		}
	}
	if f, err := v.SecondFactor(ctx, id); err != nil || f.Secret != "SECOND" || f.ConfirmedAt != nil {
		t.Fatalf("begun: %+v, %v", f, err)
	}
	if fresh, _ := v.UseStep(ctx, id, 7); fresh {
		t.Error("a step of what is not in force was taken")
	}
	if err := v.ConfirmSecondFactor(ctx, user, 10, [][]byte{[]byte("r1"), []byte("r2")}, peopleNow); err != nil {
		t.Fatal(err)
	}
	if err := v.ConfirmSecondFactor(ctx, user, 11, nil, peopleNow); fault.CodeOf(err) != "no_second_factor" {
		t.Errorf("confirmed twice: %v", err)
	}
	if err := v.BeginSecondFactor(ctx, id, "THIRD", peopleNow); fault.CodeOf(err) != "second_factor_on" {
		t.Errorf("replaced while it is on: %v", err)
	}
	for _, c := range []struct {
		step  int64
		fresh bool
	}{{9, false}, {10, false}, {11, true}, {11, false}, {13, true}, {12, false}} {
		if fresh, err := v.UseStep(ctx, id, c.step); fresh != c.fresh || err != nil {
			t.Errorf("step %d: %v, %v", c.step, fresh, err)
		}
	}
	for i, want := range []bool{true, false} {
		if was, err := v.UseRecovery(ctx, user, []byte("r1"), peopleNow); was != want || err != nil {
			t.Errorf("the recovery code, time %d: %v, %v", i+1, was, err)
		}
	}
	if _, err := vault(2).SecondFactor(ctx, id); err == nil || !strings.Contains(err.Error(), "restore that key, or reset it") {
		t.Errorf("with another master key: %v", err)
	}
	if found, err := db.RemoveSecondFactor(ctx, user, "test", peopleNow); !found || err != nil {
		t.Errorf("removed: %v, %v", found, err)
	}
	if f, err := v.SecondFactor(ctx, id); f != nil || err != nil {
		t.Errorf("afterwards: %+v, %v", f, err)
	}
}
